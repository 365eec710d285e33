"""Who of our own specialists meets a question; and if nobody does, why.

All of them are looked at, in plain Python over a few light columns: a network has
hundreds or a few thousands, and each criterion's verdict on each is what explains
an empty answer. The number of queries does not depend on how many there are.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import DateField, Value

from liaison_crm.lib import geography
from referrals.models import (
    Affiliation,
    Availability,
    SpecialistProfile,
    Term,
)
from referrals.specialists.criteria import Criteria, last_day
from referrals.specialists.vocabulary import Vocabulary, is_meant, stems

TREATED = (Term.Kind.CONDITION, Term.Kind.PROCEDURE)
EXACTLY, LIKE, BY_NAME = 3, 2, 1
FAR = float("inf")
OTHER_LINE = "another service line"


class Site(NamedTuple):
    practice: int
    name: str
    city: str
    zip_code: str
    latitude: float | None
    longitude: float | None

    @property
    def point(self) -> geography.Point | None:
        """Where it lies; the middle of its ZIP code if nobody knows better."""
        if self.latitude is None or self.longitude is None:
            return geography.centroid(self.zip_code)
        return self.latitude, self.longitude


class Opening(NamedTuple):
    on: dt.date
    practice: int


@dataclass(slots=True)
class Candidate:
    """One of our specialists, as far as the search has to know."""

    pk: int
    physician: int
    name: tuple[str, ...]  # words
    trade: tuple[str, ...]  # words of specialty and service line
    line: int | None  # service line
    line_name: str | None
    min_age: int | None
    max_age: int | None
    telehealth: bool | None
    accepts_new: bool | None
    terms: set[int] = field(default_factory=set)
    practices: list[int] = field(default_factory=list)
    miles: dict[int, float] = field(default_factory=dict)  # by practice, as far as told
    openings: list[Opening] = field(default_factory=list)
    unmet: list[str] = field(default_factory=list)  # parts of the question
    score: int = 0

    def takes(self, years: int) -> bool:
        return (self.min_age is None or self.min_age <= years) and (
            self.max_age is None or years <= self.max_age
        )

    @property
    def soonest(self) -> Opening | None:
        """For a new patient, as far as it was checked lately."""
        return min(self.openings, default=None)

    @property
    def nearest(self) -> float | None:
        return min(self.miles.values(), default=None)

    @property
    def rank(self):
        soonest, nearest = self.soonest, self.nearest
        return (
            -self.score,
            self.accepts_new is False,
            soonest.on if soonest else dt.date.max,
            FAR if nearest is None else nearest,
            self.name,
            self.pk,
        )


@dataclass
class Answer:
    """Those who meet the question, best first; else what stood in the way."""

    criteria: Criteria
    found: list[Candidate]
    asked: int  # how many were looked at
    obstacles: list["Obstacle"]
    remarks: list[str]
    vocabulary: Vocabulary
    lines: list[tuple[int, str]]  # service lines of all who were looked at


@dataclass(frozen=True)
class Obstacle:
    """A part of the question: how many meet it, and how many it alone excludes."""

    part: str
    words: str
    met: int
    excluded: int
    hint: str = ""


def search(criteria: Criteria, *, on: dt.date) -> Answer:
    """Our own specialists against the question, as of the day `on`."""
    words = Vocabulary.load()
    candidates = _candidates(on)
    sites = _place(candidates, on, with_sites=bool(criteria.near or criteria.what))
    remarks = _measure(candidates.values(), criteria, sites) if criteria.near else []
    _openings_and_terms(candidates, criteria, words, on)
    _judge(candidates.values(), criteria, words, sites)
    _hold_against(candidates.values(), criteria, words, on)
    found = sorted(
        (one for one in candidates.values() if not one.unmet), key=lambda one: one.rank
    )
    obstacles = [] if found else _obstacles(candidates.values(), criteria, on)
    lines = lines_of(candidates.values())
    return Answer(criteria, found, len(candidates), obstacles, remarks, words, lines)


def lines_of(candidates):
    """(service line, its name) by name, of those that somebody works in."""
    lines = {(one.line, one.line_name) for one in candidates if one.line}
    return sorted(lines, key=lambda line: line[1])


# What there is -------------------------------------------------------------------


def _candidates(on):
    """profile -> candidate, of all who are in the network on the day."""
    columns = (
        "pk", "physician", "physician__last_name", "physician__first_name",
        "physician__specialty__name", "physician__specialty__service_line__name",
        "physician__specialty__service_line", "min_age", "max_age", "telehealth",
        "accepts_new",
    )  # fmt: skip
    rows = SpecialistProfile.objects.ours(on=on).order_by().values_list(*columns)
    trades, found = {}, {}
    for pk, physician, last, first, specialty, line_name, line, *rest in rows:
        trade = f"{specialty or ''} {line_name or ''}"
        if trade not in trades:
            trades[trade] = stems(trade)
        name = stems(f"{last} {first}")
        found[pk] = Candidate(
            pk, physician, name, trades[trade], line, line_name, *rest
        )
    return found


def _place(candidates, on, *, with_sites):
    """Tell each candidate the practices where they are on the day.

    Returns those practices as sites if they are asked for, else nothing: the names
    and places of all cost as much as everything else.
    """
    rows = Affiliation.objects.current(on=on).filter(
        physician__in=SpecialistProfile.objects.values("physician"),
        practice__is_active=True,
    )
    columns = ("name", "city", "zip_code", "latitude", "longitude")
    places = [f"practice__{column}" for column in columns] if with_sites else []
    of_physician = {one.physician: one for one in candidates.values()}
    sites = {}
    for physician, practice, *told in rows.order_by().values_list(
        "physician", "practice", *places
    ):
        if candidate := of_physician.get(physician):
            candidate.practices.append(practice)
        if with_sites and practice not in sites:
            sites[practice] = Site(practice, *told)
    return sites


def _measure(candidates, criteria, sites):
    """Tell each candidate how far away they are, as far as that is known.

    Returns in words why no distance can be told.
    """
    point = point_of(criteria.near, sites.values())
    miles = {
        key: geography.miles(site.point, point)
        for key, site in sites.items()
        if point and site.point
    }
    for one in candidates:
        one.miles = {key: miles[key] for key in one.practices if key in miles}
    return _no_place(criteria, point, sites.values())


def _openings_and_terms(candidates, criteria, words, on):
    """Tell each candidate the openings at their sites, and the terms that are meant.

    Openings are those for new patients that still answer. Both are read at once:
    (profile, practice, day) of openings, (profile, term, None) of terms.
    """
    wanted = set()
    for phrase in criteria.what:
        wanted |= words.terms_like(phrase, TREATED).keys()
    wanted |= words.terms_of(Term.Kind.INSURER, criteria.insurer)
    wanted |= words.terms_of(Term.Kind.LANGUAGE, criteria.language)
    openings = Availability.objects.answering(on=on).filter(kind=Availability.Kind.NEW)
    links = SpecialistProfile.terms.through.objects.filter(term__in=wanted)
    no_day = Value(None, output_field=DateField())
    rows = openings.order_by().values_list("profile", "practice", "next_available_on")
    rows = rows.union(links.values_list("specialistprofile", "term", no_day), all=True)
    for profile, key, day in rows:
        candidate = candidates.get(profile)
        if candidate and day is None:
            candidate.terms.add(key)
        elif candidate and key in candidate.practices:
            candidate.openings.append(Opening(day, key))


def point_of(near, sites):
    """Where a ZIP code or a city lies; a city is the middle of our sites there."""
    if near.isdecimal():
        return geography.centroid(near)
    here = [site for site in sites if site.city.casefold() == near.casefold()]
    points = [site.point for site in here if site.point]
    if not points:
        return None
    norths, easts = zip(*points, strict=True)
    return sum(norths) / len(points), sum(easts) / len(points)


def _no_place(criteria, point, sites):
    """Why no distance can be told, in words."""
    if not geography.is_installed():
        return [geography.MISSING]
    if point and any(site.point for site in sites):
        return []
    if point:
        return ["Where the sites lie is not known: no distance can be told."]
    if criteria.near.isdecimal():
        return [
            f"ZIP code {criteria.near} is not known as an area (a post-office box or a "
            "single building may have one of its own). Try the one beside it."
        ]
    return [f"No site of ours is in “{criteria.near}”. Try a ZIP code."]


# Who meets what --------------------------------------------------------------------


def _judge(candidates, criteria, words, sites):
    """How well each candidate fits what the patient has, or who is asked for."""
    for number, text in enumerate(criteria.what):
        phrase, terms = stems(text), words.terms_like(text, TREATED)
        trades = {one.trade for one in candidates}
        meant = {trade for trade in trades if is_meant(phrase, trade)}
        here = {key for key, it in sites.items() if is_meant(phrase, stems(it.name))}
        for one in candidates:
            fit = _fit(one, phrase, terms, meant, here)
            one.score += fit
            if not fit:
                one.unmet.append(f"what:{number}")


def _fit(one, phrase, terms, trades, practices):
    """How well one phrase fits: what they treat, what they are, who or where."""
    own = terms.keys() & one.terms
    if own:
        return EXACTLY if any(terms[term] for term in own) else LIKE
    if one.trade in trades:
        return LIKE
    if is_meant(phrase, one.name) or not practices.isdisjoint(one.practices):
        return BY_NAME
    return 0


def _hold_against(candidates, criteria, words, on):
    """Write into each candidate which parts of the question it does not meet."""
    insurers = words.terms_of(Term.Kind.INSURER, criteria.insurer)
    languages = words.terms_of(Term.Kind.LANGUAGE, criteria.language)
    tests = {
        "line": criteria.line and (lambda one: one.line == criteria.line),
        "insurer": criteria.insurer and (lambda one: one.terms & insurers),
        "language": criteria.language and (lambda one: one.terms & languages),
        "age": criteria.age is not None and (lambda one: one.takes(criteria.age)),
        "telehealth": criteria.telehealth and (lambda one: one.telehealth),
        "accepting": criteria.accepting and (lambda one: one.accepts_new),
        # In this order: what is too far is no opening either.
        "near": criteria.near and (lambda one: _is_near(one, criteria.radius)),
        "when": criteria.when and _is_soon(last_day(criteria.when, on=on)),
    }
    asked = [(part, test) for part, test in tests.items() if test]
    for one in candidates:
        one.unmet += [part for part, is_met in asked if not is_met(one)]


def _is_near(one, radius):
    """Near enough; then only openings that are near enough count."""
    if one.nearest is None or one.nearest > radius:
        return False
    one.openings = [
        it for it in one.openings if one.miles.get(it.practice, 0) <= radius
    ]
    return True


def _is_soon(latest):
    return lambda one: (
        one.accepts_new is not False
        and any(opening.on <= latest for opening in one.openings)
    )


# Why nobody ------------------------------------------------------------------------


def _obstacles(candidates, criteria, on):
    """Each part of the question: what it excludes of those who meet the rest."""
    parts = dict(criteria.parts)
    if criteria.line:
        lines = dict(lines_of(candidates))
        parts["line"] = lines.get(criteria.line, OTHER_LINE)
    met, alone = Counter(), defaultdict(list)
    for one in candidates:
        met.update(parts.keys() - set(one.unmet))
        if len(one.unmet) == 1:
            alone[one.unmet[0]].append(one)
    return [
        Obstacle(part, words, met[part], len(alone[part]), _hint(part, alone[part], on))
        for part, words in parts.items()
    ]


def _hint(part, missed, on):
    """What comes next to what was asked for: the next day, the nearest site."""
    if part == "when":
        openings = [one.soonest for one in missed if one.soonest]
        if not openings:
            return "no opening is known"
        day = min(opening.on for opening in openings)
        return f"next is {day:%b} {day.day}" + (f", {day.year}" * (day.year != on.year))
    if part == "near":
        miles = [one.nearest for one in missed if one.nearest is not None]
        return f"nearest is {min(miles):.0f} miles away" if miles else ""
    return ""
