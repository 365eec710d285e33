"""What follows from keeping the directory of our own specialists."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from referrals.models import Availability, Practice, SpecialistProfile, Synonym, Term
from referrals.models.specialists import key_of
from referrals.services import ChangedMeanwhile
from referrals.services.journal import Journal, differences, made
from referrals.services.standing import hold

FIELDS = (
    "min_age",
    "max_age",
    "accepts_new",
    "telehealth",
    "intake_rules",
    "forms_url",
    "direct_line",
    "scheduling_phone",
    "fax",
)


REVIEW = ("reviewed_on", "reviewed_by")
TermLink = SpecialistProfile.terms.through


class NameTaken(Exception):
    """Another term of this kind has the name: the two can be merged."""


@transaction.atomic
def create_profile(*, physician):
    """The physician's profile, made if there is none; nobody has reviewed it yet.

    Raises `MergedAway`.
    """
    hold(physician)
    return SpecialistProfile.objects.get_or_create(physician=physician)[0]


def values_of(profile):
    """What the form of a profile shows: fields, and names by kind of term."""
    values = {name: getattr(profile, name) for name in FIELDS}
    names = {name: [] for name in SpecialistProfile.TERM_FIELDS}
    by_kind = {kind: name for name, kind in SpecialistProfile.TERM_FIELDS.items()}
    for term in profile.terms.order_by("key"):
        names[by_kind[term.kind]].append(term.name)
    return values | names


@transaction.atomic
def update_profile(*, profile, values, version, by, at):
    """Write what a person says of a specialist; who wrote it has reviewed it.

    `values` as `values_of` gives them; what differs from before counts as typed by
    a person from now on, and a file does not overwrite it. Raises
    `ChangedMeanwhile` unless `version` is the newest.
    """
    row = _seen(profile, version)
    before = values_of(row)
    changed = {name for name, value in values.items() if value != before[name]}
    for name in FIELDS:
        setattr(row, name, values[name])
    row.typed = sorted({*row.typed, *changed})
    row.reviewed_on, row.reviewed_by = timezone.localdate(at), by
    journal = Journal(at=at, by=by)
    journal.update([row], [*FIELDS, "typed", *REVIEW])
    for name in sorted(changed & SpecialistProfile.TERM_FIELDS.keys()):
        _set_terms(row, name, values[name], journal)
    grow(row, version)


def _seen(profile, version):
    """The row, held, if it is still the one that somebody saw."""
    rows = SpecialistProfile.objects.select_for_update()
    row = rows.filter(pk=profile.pk, version=version).first()
    if row is None:
        raise ChangedMeanwhile
    return row


def grow(profile, version):
    """A new version, where only the terms, in a table of their own, are others."""
    same = SpecialistProfile.objects.filter(pk=profile.pk, version=version)
    same.update(version=F("version") + 1)


def _set_terms(profile, field, names, journal):
    """Replace the profile's terms of one kind by those that `names` mean."""
    kind = SpecialistProfile.TERM_FIELDS[field]
    wanted = {term.pk for term in terms_named(kind=kind, names=names)}
    there = {
        link.term_id: link
        for link in TermLink.objects.filter(specialistprofile=profile, term__kind=kind)
    }
    journal.delete([there[key] for key in sorted(there.keys() - wanted)])
    journal.create(
        [
            TermLink(specialistprofile=profile, term_id=key)
            for key in sorted(wanted - there.keys())
        ]
    )


def terms_named(*, kind, names: Iterable[str], journal=None) -> list[Term]:
    """The terms that `names` mean: by name, by a synonym of one term, else made.

    What is made is kept in the `journal`, if there is one, for an undo.
    """
    found = _terms_meant(kind, names)
    for key, name in _by_key(names).items():
        if key not in found:
            found[key] = _made(kind, name, journal)
    return list({term.pk: term for term in found.values()}.values())


def terms_known(*, kind, names: Iterable[str]) -> set | None:
    """The keys of the terms that `names` mean; None if one is not there yet."""
    found = _terms_meant(kind, names)
    is_whole = found.keys() == _by_key(names).keys()
    return {term.pk for term in found.values()} if is_whole else None


def _by_key(names):
    return {key_of(name): " ".join(name.split()) for name in names}


def _terms_meant(kind, names) -> dict[str, Term]:
    """By the key of each name that is one of a term, or a synonym of only one."""
    keys = _by_key(names).keys()
    found = {term.key: term for term in Term.objects.filter(kind=kind, key__in=keys)}
    meant = {}
    synonyms = Synonym.objects.filter(term__kind=kind, key__in=keys - found.keys())
    for synonym in synonyms.select_related("term"):
        meant.setdefault(synonym.key, []).append(synonym.term)
    return found | {key: only[0] for key, only in meant.items() if len(only) == 1}


def _made(kind, name, journal):
    """The term of this name, also if somebody else makes it at this moment."""
    try:
        with transaction.atomic():
            term = Term.objects.create(kind=kind, name=name)
    except IntegrityError:
        return Term.objects.get(kind=kind, key=key_of(name))
    if journal:
        journal.keep([(term, None, made(term))])
    return term


@transaction.atomic
def confirm_profile(*, profile, version, by, at):
    """Somebody looked at it and it is right: its age starts again.

    Raises `ChangedMeanwhile` if it is not the version they looked at.
    """
    row = _seen(profile, version)
    was = copy(row)
    row.reviewed_on, row.reviewed_by = timezone.localdate(at), by
    before, after = differences(was, row, REVIEW)
    if before:
        row.save(update_fields=REVIEW)
        Journal(at=at, by=by).keep([(row, before, after)])


@dataclass(frozen=True)
class Entry:
    """What a person typed for one site: a day, None for "no opening is known".

    `seen` is the day that the page showed them.
    """

    profile: int
    practice: int
    kind: str
    seen: object
    day: object


@transaction.atomic
def set_openings(*, entries: Iterable[Entry], at, by) -> list[Entry]:
    """Write the days that a person checked at `at`; those left out are returned.

    An entry is left out if the day is no longer the one the person saw, or the
    site or the specialist was merged away.
    """
    entries = list(entries)
    sites = _held(Practice, {entry.practice for entry in entries})
    profiles = _held(SpecialistProfile, {entry.profile for entry in entries})
    there = {
        (row.profile_id, row.practice_id, row.kind): row
        for row in Availability.objects.select_for_update().filter(
            profile__in={entry.profile for entry in entries}
        )
    }
    return [
        entry
        for entry in entries
        if entry.practice not in sites
        or entry.profile not in profiles
        or not _set_opening(
            entry, there.get((entry.profile, entry.practice, entry.kind)), at, by
        )
    ]


def _held(model, keys) -> set[int]:
    """Those of these rows that are there, and stay until this transaction ends."""
    rows = model.objects.select_for_update(no_key=True).filter(pk__in=keys)
    return {*rows.order_by("pk").values_list("pk", flat=True)}


def _set_opening(entry, row, at, by):
    known = row.next_available_on if row else None
    if known not in (entry.seen, entry.day):
        return False
    if entry.day is None:
        if row:
            row.delete()
        return True
    Availability.objects.update_or_create(
        profile_id=entry.profile,
        practice_id=entry.practice,
        kind=entry.kind,
        defaults={
            "next_available_on": entry.day,
            "source": Availability.Source.TYPED,
            "checked_at": at,
            "checked_by": by,
            "run": None,
        },
    )
    return True


@transaction.atomic
def update_term(*, term, name, synonyms):
    """Rename a term and say what else it is called; raises `NameTaken`."""
    term.name = name
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError:
        raise NameTaken from None
    wanted = {key_of(synonym): synonym for synonym in synonyms}
    wanted.pop(term.key, None)
    term.synonyms.exclude(key__in=wanted).delete()
    there = set(term.synonyms.values_list("key", flat=True))
    for key in sorted(wanted.keys() - there):
        Synonym.objects.create(term=term, name=wanted[key])


@transaction.atomic
def merge_terms(*, term, into, by):
    """Everybody who has `term` has `into` instead, which is also called so now."""
    profiles = list(term.profiles.all())
    known = {into.key, *into.synonyms.values_list("key", flat=True)}
    for name in (term.name, *term.synonyms.values_list("name", flat=True)):
        if key_of(name) not in known:
            known.add(key_of(name))
            Synonym.objects.create(term=into, name=name)
    into.profiles.add(*profiles)
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"{into.get_kind_display()} {into}",
        detail={"merged": term.name, "specialists": len(profiles)},
    )
    term.delete()
