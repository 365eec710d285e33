"""Whom a visit is likely with, and where: what the form offers before typing."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects

from outreach import call_cycles
from outreach.models import VisitAttendee
from referrals.models import Affiliation, Physician, Practice

GUESSES = 5
FOUND = 8
TITLES = {"dr", "dr.", "doctor"}
LONGEST = 100
PHONE = re.compile(r"[\d\s().+-]{4,}")


@dataclass(frozen=True)
class Person:
    """A physician as the form offers them, with the reason in words."""

    physician: Physician
    reason: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Place:
    """A practice as the form offers it."""

    practice: Practice
    is_chosen: bool = False


def with_places(physicians: QuerySet, user, *, on: dt.date) -> QuerySet:
    """Physicians with `current_affiliations` in sight, the primary one first."""
    return physicians.prefetch_related(_places(user, on))


def attach_places(physicians: list[Physician], user, *, on: dt.date) -> None:
    """The same, for physicians already read."""
    prefetch_related_objects(physicians, _places(user, on))


def _places(user, on):
    current = (
        Affiliation.objects.current(on=on)
        .filter(practice__in=Practice.objects.visible_to(user))
        .select_related("practice")
    )
    return Prefetch(
        "affiliations",
        current.order_by("-is_primary", "pk"),
        to_attr="current_affiliations",
    )


def guessed(user, *, on: dt.date) -> list[Person]:
    """Up to five people: today's stops, then those lately met, then those due."""
    reasons = dict(_planned(user, on))
    for physician, reason in _lately_met(user, on):
        reasons.setdefault(physician, reason)
    in_sight = _in_sight(user, reasons, on)
    if len(in_sight) < GUESSES:
        for physician, reason in _due(user, on):
            reasons.setdefault(physician, reason)
        in_sight = _in_sight(user, reasons, on)
    return [
        Person(in_sight[pk], reason) for pk, reason in reasons.items() if pk in in_sight
    ][:GUESSES]


def guessed_for_plan(user, *, on: dt.date) -> list[Person]:
    """Up to five people whose turn it is."""
    reasons = dict(_due(user, on)[:GUESSES])
    in_sight = _in_sight(user, reasons, on)
    return [Person(in_sight[pk], reason) for pk, reason in reasons.items()]


def guessed_at(practice, user, *, on: dt.date) -> list[Person]:
    """People of the practice, those whom `user` met there last first."""
    physicians = (
        Physician.objects.visible_to(user)
        .filter(
            is_active=True,
            pk__in=Affiliation.objects.current(on=on)
            .filter(practice=practice)
            .values("physician"),
        )
        .order_by("last_name", "first_name", "pk")
    )
    return [
        Person(physician) for physician in with_places(physicians, user, on=on)[:FOUND]
    ]


def search_physicians(user, text: str, *, on: dt.date) -> QuerySet:
    """Physicians in sight by name, NPI, practice or phone; from two letters."""
    physicians = Physician.objects.visible_to(user).filter(is_active=True)
    words = _words(text)
    if not words:
        return physicians.none()
    practices = Practice.objects.visible_to(user)
    current = Affiliation.objects.current(on=on)
    if digits := _digits(text):
        at = current.filter(practice__in=practices.filter(phone__startswith=digits))
        physicians = physicians.filter(
            Q(npi__startswith=digits)
            | Q(phone__startswith=digits)
            | Q(pk__in=at.values("physician"))
        )
    else:
        for word in words:
            at = current.filter(practice__in=practices.filter(name__icontains=word))
            physicians = physicians.filter(
                Q(last_name__istartswith=word)
                | Q(first_name__istartswith=word)
                | Q(pk__in=at.values("physician"))
            )
    return with_places(
        physicians.order_by("last_name", "first_name", "pk"), user, on=on
    )[:FOUND]


def search_practices(user, text: str) -> QuerySet:
    """Practices in sight by name or phone; from two letters."""
    practices = Practice.objects.visible_to(user).filter(is_active=True)
    words = _words(text)
    if not words:
        return practices.none()
    if digits := _digits(text):
        practices = practices.filter(phone__startswith=digits)
    else:
        for word in words:
            practices = practices.filter(name__icontains=word)
    return practices.order_by("name", "pk")[: FOUND // 2]


def places_of(
    physicians: Iterable[Physician],
    user,
    *,
    on: dt.date,
    chosen: Practice | None = None,
    pinned: Practice | None = None,
) -> list[Place]:
    """Where these people practice today, as far as `user` sees it.

    Practices they share, else all of theirs. The one chosen, else pinned, else
    their only one, else their only primary one is marked.
    """
    affiliations = list(
        Affiliation.objects.current(on=on)
        .filter(
            physician__in=physicians, practice__in=Practice.objects.visible_to(user)
        )
        .select_related("practice")
        .order_by("-is_primary", "pk")
    )
    people = {affiliation.physician_id for affiliation in affiliations}
    at = {}
    for affiliation in affiliations:
        at.setdefault(affiliation.practice, set()).add(affiliation.physician_id)
    practices = [practice for practice, met in at.items() if met == people] or list(at)
    if pinned and pinned not in practices:
        practices.insert(0, pinned)
    if chosen and chosen not in practices and not people:
        practices.insert(0, chosen)
    marked = _marked(practices, affiliations, chosen, pinned)
    return [Place(practice, practice == marked) for practice in practices]


def _marked(practices, affiliations, chosen, pinned):
    for wanted in (chosen, pinned):
        if wanted in practices:
            return wanted
    if len(practices) == 1:
        return practices[0]
    primary = {one.practice for one in affiliations if one.is_primary} & set(practices)
    return primary.pop() if len(primary) == 1 else None


def _planned(user, on):
    stops = (
        VisitAttendee.objects.filter(
            visit__in=user.visits.planned().filter(visited_on=on),
            physician__isnull=False,
        )
        .select_related("visit")
        .order_by(F("visit__visited_at").asc(nulls_last=True), "visit", "pk")
    )
    for attendee in stops:
        at = attendee.visit.visited_at
        yield attendee.physician_id, f"{at:%-I:%M %p}" if at else "today"


def _lately_met(user, on):
    since = on - dt.timedelta(days=90)
    met = (
        VisitAttendee.objects.filter(
            visit__in=user.visits.held().filter(visited_on__gte=since),
            physician__isnull=False,
        )
        .order_by("-visit__visited_on", "-visit", "pk")
        .values_list("physician", "visit__visited_on")
    )
    for physician, visited_on in met[: 4 * GUESSES]:
        yield physician, f"met {visited_on:%b %-d}"


def _due(user, on):
    due = call_cycles.due(Physician.objects.visible_to(user), on=on)
    return [
        (cycle.physician.pk, cycle.state.label.lower()) for cycle in due[: 4 * GUESSES]
    ]


def _in_sight(user, pks, on):
    physicians = Physician.objects.visible_to(user).filter(pk__in=pks, is_active=True)
    return {
        physician.pk: physician for physician in with_places(physicians, user, on=on)
    }


def _words(text):
    text = text.replace("\x00", " ")[:LONGEST].replace(",", " ").strip()
    words = [word for word in text.split() if word.lower() not in TITLES]
    return words[:5] if len("".join(words)) >= 2 else []


def _digits(text):
    return re.sub(r"\D", "", text) if PHONE.fullmatch(text[:LONGEST].strip()) else ""
