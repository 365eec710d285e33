"""A specialist as pages, sheets and cards show them: everything in words, dated."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, Value

from liaison_crm.lib.formats import phone
from referrals.models import (
    Affiliation,
    Availability,
    Practice,
    SpecialistProfile,
    Term,
)

LINE_LENGTH = 70
DAY_NAMES = "Mon Tue Wed Thu Fri Sat Sun"
DAYS = DAY_NAMES.split()


@dataclass(frozen=True)
class ShownOpening:
    """The next opening at a site; `answers` as long as it was checked lately."""

    row: Availability
    practice: Practice
    checked: str  # how long ago, in words
    answers: bool
    is_past: bool


@dataclass
class ShownSite:
    """Where they work; `is_linked` if the person may open the practice's page."""

    place: Affiliation
    practice: Practice
    is_linked: bool
    miles: float | None = None
    new: ShownOpening | None = None
    follow_up: ShownOpening | None = None

    @property
    def days(self) -> str:
        """The weekdays on which they are there: `Mon, Wed, Fri`."""
        days = [DAYS[int(day) - 1] for day in self.place.days if day in "1234567"]
        return ", ".join(days)


@dataclass
class Card:
    """One specialist, ready to print."""

    profile: SpecialistProfile
    sites: list[ShownSite]
    soonest: ShownOpening | None  # for a new patient: the first that answers
    last_known: ShownOpening | None  # one that does not answer any more
    is_stale: bool
    reviewed: str
    terms: dict[str, list[str]] = field(default_factory=dict)
    matched: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The telephone to call first."""
        return self.profile.direct_line or self.profile.scheduling_phone

    @property
    def trade(self) -> str:
        """Specialty and service line; a code without a name is not shown."""
        specialty = self.profile.physician.specialty
        if specialty is None:
            return "Specialty not known"
        names = [specialty.name, str(specialty.service_line or "")]
        return " · ".join(filter(None, names)) or specialty.code

    @property
    def text(self) -> str:
        """The card as plain text, to paste into a message."""
        profile = self.profile
        rows = [
            str(profile.physician),
            self.trade,
            self._labelled("Treats", self.terms["conditions"]),
            self._labelled("Does", self.terms["procedures"]),
            self._labelled("Insurers", self.terms["insurers"]),
            self._labelled("Languages", self.terms["languages"]),
            profile.ages,
            self._opening_line(),
            f"Direct line: {phone(profile.direct_line)}" if profile.direct_line else "",
            f"Scheduling: {phone(profile.scheduling_phone)}"
            if profile.scheduling_phone
            else "",
            f"Fax: {phone(profile.fax)}" if profile.fax else "",
            *map(self._site_line, self.sites),
            f"Forms: {profile.forms_url}" if profile.forms_url else "",
            f"Reviewed {self.reviewed}.",
        ]
        return "\n".join(row for row in rows if row)

    @staticmethod
    def _labelled(label, names):
        return f"{label}: {', '.join(names)}" if names else ""

    @staticmethod
    def _site_line(site):
        days = f" ({site.days})" if site.days else ""
        return f"{site.practice}, {site.practice.address}{days}"

    def _opening_line(self):
        if not self.soonest:
            return ""
        day = in_words(self.soonest.row.next_available_on)
        return (
            f"Next new patient: {day} at {self.soonest.practice} "
            f"(checked {self.soonest.checked})"
        )


def in_words(day: dt.date) -> str:
    return f"{day:%a %b} {day.day}, {day.year}"


def ago(days: int) -> str:
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days:,} days ago"


def with_parts(profiles, *, on, user=None):
    """The queryset with everything a card shows, in a fixed number of queries.

    Of each place it says whether `user` may open the practice's page; without a
    user, as in lists, no place has a link.
    """
    is_linked = Value(False)  # noqa: FBT003
    if user:
        is_linked = Q(practice__in=Practice.objects.visible_to(user))
    places = (
        Affiliation.objects.current(on=on)
        .filter(practice__is_active=True)
        .annotate(is_linked=is_linked)
        .select_related("practice")
        .order_by("-is_primary", "practice__name", "pk")
    )
    return profiles.select_related(
        "physician__specialty__service_line", "reviewed_by"
    ).prefetch_related(
        "terms",
        Prefetch("physician__affiliations", places),
        Prefetch("openings", Availability.objects.select_related("checked_by")),
    )


def cards_of(profiles, *, on, found=None) -> list[Card]:
    """A card of each of the profiles `with_parts`.

    `found` are the search's candidates by profile: their distances and what they
    matched are shown.
    """
    found = found or {}
    return [_card(profile, found.get(profile.pk), on) for profile in profiles]


def card_of(profile, *, on) -> Card:
    return cards_of([profile], on=on)[0]


def _card(profile, candidate, on):
    openings = {(row.practice_id, row.kind): row for row in profile.openings.all()}
    miles = candidate.miles if candidate else {}
    sites = {}
    for place in profile.physician.affiliations.all():
        key = place.practice_id
        if key not in sites:
            sites[key] = ShownSite(
                place,
                place.practice,
                place.is_linked,
                miles.get(key),
                _shown(openings.get((key, Availability.Kind.NEW)), place, on),
                _shown(openings.get((key, Availability.Kind.FOLLOW_UP)), place, on),
            )
    sites = [*sites.values()]
    soonest, last_known = _first_of(sites, candidate)
    terms = defaultdict(list)
    for term in profile.terms.all():
        terms[term.kind].append(term)
    return Card(
        profile=profile,
        sites=sites,
        soonest=soonest,
        last_known=last_known,
        is_stale=profile.is_stale(on=on),
        reviewed=ago((on - profile.reviewed_on).days)
        if profile.reviewed_on
        else "never",
        terms={
            name: [term.name for term in terms[kind]]
            for name, kind in SpecialistProfile.TERM_FIELDS.items()
        },
        matched=[
            term.name
            for kind in (Term.Kind.CONDITION, Term.Kind.PROCEDURE)
            for term in terms[kind]
            if candidate and term.pk in candidate.terms
        ],
    )


def _shown(row, place, on):
    if row is None:
        return None
    return ShownOpening(
        row=row,
        practice=place.practice,
        checked=ago(row.checked_days_ago(on=on)),
        answers=row.answers(on=on),
        is_past=row.next_available_on < on,
    )


def _first_of(sites, candidate):
    """(the first opening that answers, else the last one that was known).

    Of a search near a place, only openings near enough are an answer.
    """
    allowed = {one.practice for one in candidate.openings} if candidate else None
    shown = [site.new for site in sites if site.new]
    answers = [
        one
        for one in shown
        if one.answers and (allowed is None or one.row.practice_id in allowed)
    ]
    if answers:
        return min(answers, key=lambda one: one.row.next_available_on), None
    old = [one for one in shown if not one.answers]
    return None, max(old, key=lambda one: one.row.checked_at, default=None)


def vcard(card: Card) -> str:
    """The card as a contact for an address book (vCard 3.0, RFC 2426)."""
    physician, profile = card.profile.physician, card.profile
    telephones = [
        ("WORK,VOICE", profile.direct_line),
        ("WORK", profile.scheduling_phone),
        ("WORK,FAX", profile.fax),
    ]
    name = (physician.last_name, physician.first_name, "", "", physician.credential)
    rows = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{';'.join(map(_escaped, name))}",
        f"FN:{_escaped(str(physician))}",
        f"TITLE:{_escaped(card.trade)}",
        *(
            f"TEL;TYPE={kind}:{_escaped(number)}"
            for kind, number in telephones
            if number
        ),
    ]
    for site in card.sites[:1]:
        practice = site.practice
        street = f"{practice.address_line_1} {practice.address_line_2}".strip()
        parts = (street, practice.city, practice.state, practice.zip_code, "USA")
        rows.append(f"ORG:{_escaped(practice.name)}")
        rows.append(f"ADR;TYPE=WORK:;;{';'.join(map(_escaped, parts))}")
    if profile.forms_url:
        rows.append(f"URL:{_escaped(profile.forms_url)}")
    rows += [f"NOTE:{_escaped(card.text)}", "END:VCARD"]
    return "".join(f"{_folded(row)}\r\n" for row in rows)


def _escaped(text):
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(row):
    """Lines of a vCard are short; what follows a space is the line before."""
    parts = [row[at : at + LINE_LENGTH] for at in range(0, len(row), LINE_LENGTH)]
    return "\r\n ".join(parts)
