"""Which rows of the directory are likely the same, and why.

Practices: the same address; the same phone; a similar name in one ZIP code.
Physicians: the same last name and first initial, with a practice, a phone or a
specialty and ZIP code in common; an NPI that is another's but for its check
digit. Organizations: the same name but for "Inc", "LLC" and their like.

Each reason has a weight in percent; several make a pair likelier, never
certain. A pair that somebody has looked at and dismissed stays dismissed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import combinations

from django.db import transaction
from django.db.models import Q

from referrals import npi as npis
from referrals.models import (
    Affiliation,
    Duplicate,
    Organization,
    Physician,
    Practice,
)
from referrals.models.merges import KINDS

Kind = Duplicate.Kind
MOST_IN_GROUP = 12  # a phone or an address that more share is a switchboard's
MOST_IN_ZIP = 400
LEAST = 50  # percent
LEAST_SIMILAR = 0.84
ADDRESS, PHONE, NAME, CHECK_DIGIT, PLACE, SPECIALTY = 70, 55, 60, 90, 70, 50
LEGAL = re.compile(
    r"\b(inc|llc|llp|pllc|pc|pa|plc|corp|co|ltd|the|group|associates|assoc)\b"
)
DIGITS = re.compile(r"[0-9]+")
NOT_WORD = re.compile(r"[^a-z0-9]+")


class Pairs:
    """Reasons found for pairs of rows: (smaller key, larger key) -> weights."""

    def __init__(self):
        self.reasons: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)

    def add(self, keys: Iterable[int], reason: str, weight: int) -> None:
        """Every two of `keys` share the reason."""
        for pair in combinations(sorted({*keys}), 2):
            self.reasons[pair][reason] = weight

    def likely(self):
        """(first, second, likelihood, reasons) of what is likely enough."""
        for (first, second), reasons in self.reasons.items():
            unlikely = 1.0
            for weight in reasons.values():
                unlikely *= 1 - weight / 100
            likelihood = round(100 * (1 - unlikely))
            if likelihood >= LEAST:
                yield first, second, min(likelihood, 99), [*reasons]


def groups(rows: Iterable[tuple]) -> Iterable[list[int]]:
    """Keys of rows with the same value; (key, value) pairs, blanks left out."""
    found = defaultdict(list)
    for key, value in rows:
        if value:
            found[value].append(key)
    return [keys for keys in found.values() if 1 < len(keys) <= MOST_IN_GROUP]


def plain(name: str) -> str:
    """`The Nashville Heart Group, PLLC` -> `nashville heart`."""
    words = NOT_WORD.sub(" ", name.casefold())
    return " ".join(LEGAL.sub(" ", words).split())


def practice_pairs() -> Pairs:
    pairs = Pairs()
    rows = Practice.objects.values_list(
        "pk", "name", "address_key", "phone", "zip_code"
    )
    rows = [*rows.order_by("pk").iterator()]
    for keys in groups((pk, address) for pk, _, address, _, _ in rows):
        pairs.add(keys, "Same address", ADDRESS)
    for keys in groups((pk, phone) for pk, _, _, phone, _ in rows):
        pairs.add(keys, "Same phone", PHONE)
    by_zip = defaultdict(list)
    for pk, name, _, _, zip_code in rows:
        by_zip[zip_code].append((pk, plain(name)))
    for there in by_zip.values():
        _add_similar(pairs, there, "Similar name in the same ZIP code")
    return pairs


def _add_similar(pairs, named, reason):
    """Pairs of (key, plain name) whose names are alike; Clinic 2 is not Clinic 3."""
    named = [(pk, name, set(name.split())) for pk, name in named if name]
    if len(named) > MOST_IN_ZIP:
        for keys in groups((pk, name) for pk, name, _ in named):
            pairs.add(keys, reason, NAME)
        return
    for (one, name, words), (two, other, others) in combinations(named, 2):
        if name == other or (
            words & others
            and DIGITS.findall(name) == DIGITS.findall(other)
            and SequenceMatcher(None, name, other).ratio() >= LEAST_SIMILAR
        ):
            pairs.add((one, two), reason, NAME)


def physician_pairs(on) -> Pairs:
    pairs = Pairs()
    rows = Physician.objects.values_list(
        "pk", "npi", "last_name", "first_name", "phone", "specialty"
    )
    people = {row[0]: row[1:] for row in rows.order_by("pk").iterator()}
    places = defaultdict(set)
    current = Affiliation.objects.current(on=on)
    for pk, practice, zip_code in current.values_list(
        "physician", "practice", "practice__zip_code"
    ).iterator():
        places[pk].add((practice, zip_code))
    by_name = defaultdict(list)
    for pk, (_, last, first, *_) in people.items():
        if last and first:
            by_name[last.casefold(), first[0].casefold()].append(pk)
    for keys in by_name.values():
        if len(keys) <= MOST_IN_ZIP:
            for one, two in combinations(keys, 2):
                _compare(pairs, people, places, one, two)
    _add_check_digits(pairs, people)
    return pairs


def _compare(pairs, people, places, one, two):
    """Two physicians of one last name and first initial."""
    (_, _, first, phone, specialty), (_, _, other, phone_of, specialty_of) = (
        people[one],
        people[two],
    )
    alike = first.casefold() == other.casefold()
    if not alike and min(len(first.rstrip(".")), len(other.rstrip("."))) > 1:
        return
    name = "Same name" if alike else "Same last name and initial"
    practices = {practice for practice, _ in places[one]}
    if practices & {practice for practice, _ in places[two]}:
        pairs.add((one, two), f"{name} at the same practice", PLACE)
    if phone and phone == phone_of:
        pairs.add((one, two), f"{name} and phone", PHONE)
    zips = {zip_code for _, zip_code in places[one] if zip_code}
    if (
        alike
        and specialty is not None
        and specialty == specialty_of
        and zips & {zip_code for _, zip_code in places[two]}
    ):
        pairs.add((one, two), "Same name, specialty and ZIP code", SPECIALTY)


def _add_check_digits(pairs, people):
    by_npi = {row[0]: pk for pk, row in people.items()}
    for npi, pk in by_npi.items():
        if not npis.has_right_check_digit(npi):
            right = with_right_check_digit(npi)
            if right in by_npi:
                reason = f"The same NPI but for its check digit ({npi}, {right})"
                pairs.add((pk, by_npi[right]), reason, CHECK_DIGIT)


def with_right_check_digit(npi: str) -> str:
    """The NPI whose first nine digits these are."""
    tenth = (npi[:9] + str(digit) for digit in range(10))
    return next((one for one in tenth if npis.has_right_check_digit(one)), "")


def organization_pairs() -> Pairs:
    pairs = Pairs()
    rows = Organization.objects.values_list("pk", "name").order_by("pk")
    for keys in groups((pk, plain(name)) for pk, name in rows.iterator()):
        pairs.add(keys, "Same name", NAME)
    return pairs


def find(*, at, on) -> int:
    """Look through the whole directory; how many pairs wait for a decision.

    What is no longer alike goes; what somebody dismissed stays dismissed.
    """
    for kind, pairs in (
        (Kind.PRACTICE, practice_pairs()),
        (Kind.PHYSICIAN, physician_pairs(on)),
        (Kind.ORGANIZATION, organization_pairs()),
    ):
        _store(kind, pairs, at)
    return Duplicate.objects.open().count()


@transaction.atomic
def _store(kind, pairs, at):
    known = {
        (row.first, row.second): row for row in Duplicate.objects.filter(kind=kind)
    }
    fresh, changed = [], []
    for first, second, likelihood, reasons in pairs.likely():
        row = known.pop((first, second), None)
        if row is None:
            fresh.append(
                Duplicate(
                    kind=kind,
                    first=first,
                    second=second,
                    likelihood=likelihood,
                    reasons=reasons,
                    found_at=at,
                )
            )
        elif (row.likelihood, row.reasons) != (likelihood, reasons):
            row.likelihood, row.reasons = likelihood, reasons
            changed.append(row)
    gone = [row.pk for row in known.values()]
    for start in range(0, len(gone), 500):
        Duplicate.objects.filter(pk__in=gone[start : start + 500]).delete()
    Duplicate.objects.bulk_update(changed, ["likelihood", "reasons"], batch_size=500)
    Duplicate.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)


def with_rows(pairs):
    """Pairs with their two rows as `one` and `other`."""
    pairs = [*pairs]
    for kind, model in KINDS.items():
        mine = [pair for pair in pairs if pair.kind == kind]
        rows = model.objects.in_bulk(
            [key for it in mine for key in (it.first, it.second)]
        )
        for pair in mine:
            pair.one, pair.other = rows[pair.first], rows[pair.second]
    return pairs


def of(subject, user):
    """The open pairs that `subject` is in, both rows in the person's sight."""
    kind = subject._meta.model_name
    found = Duplicate.objects.visible_to(user).open().filter(kind=kind)
    return found.filter(Q(first=subject.pk) | Q(second=subject.pk))


def put_together(one, other, *, by, at) -> Duplicate:
    """The pair of two rows that a person takes for the same."""
    first, second = sorted([one.pk, other.pk])
    return Duplicate.objects.get_or_create(
        kind=one._meta.model_name,
        first=first,
        second=second,
        defaults={
            "likelihood": 1,
            "reasons": [f"Put together by {by}"],
            "found_at": at,
        },
    )[0]


def dismiss(*, duplicate, by, at) -> None:
    """These are two, not one: do not ask again."""
    Duplicate.objects.filter(pk=duplicate.pk).update(dismissed_at=at, dismissed_by=by)
