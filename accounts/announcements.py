"""Who is told what when territories change: one function per occasion.

Each person gets one notification of a change, however much of it touches them; who
made the change gets none.
"""

from collections import defaultdict

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Notification, TerritoryAssignment
from accounts.permissions import Permission, can

NAMED = 3  # territories


def zips_moved(moves, *, names, on, by, at):
    """To who works the territories that gain or lose, now or later.

    `moves`: key of a territory -> the moves that touch it.
    """
    texts = {key: _sum(theirs, key) for key, theirs in moves.items()}
    _tell_workers(texts, f"From {_day(on)}", names=names, by=by, at=at)


def assignment_changed(assignment, *, by, at):
    """To the person whose it is."""
    until = f" until {_day(assignment.ends_on)}" if assignment.ends_on else ""
    text = f"You work {assignment.territory} from {_day(assignment.starts_on)}{until}."
    _tell({assignment.user: text}, by=by, at=at)


def assignment_ended(assignment, *, on, by, at):
    """To the person whose it was."""
    text = f"You no longer work {assignment.territory} from {_day(on)}."
    _tell({assignment.user: text}, by=by, at=at)


def coverage_changed(coverage, what, *, by, at):
    """To the covered and the covering."""
    text = (
        f"{what}: {coverage.covering} covers for {coverage.covered}"
        f" from {_day(coverage.starts_on)}, back on {_day(coverage.ends_on)}."
    )
    url = reverse("accounts:coverage-list")
    people = {coverage.covered: text, coverage.covering: text}
    _tell(people, by=by, at=at, url=url)


def coverage_ended(coverage, *, on, by, at):
    """To the covered and the covering."""
    text = f"{coverage.covering} no longer covers for {coverage.covered}, {_day(on)}."
    url = reverse("accounts:coverage-list")
    people = {coverage.covered: text, coverage.covering: text}
    _tell(people, by=by, at=at, url=url)


def practices_moved(moves, *, names, on, until, is_exception, by, at):
    """To who works the territories that gain or lose practices, against their ZIP
    codes if `is_exception`, else by them again.

    `moves`: (name of a practice, key of its territory before, key after).
    """
    came, left = defaultdict(list), defaultdict(list)
    for practice, before, after in moves:
        if before != after:
            left[before].append(practice)
            came[after].append(practice)
    texts = {
        key: _gains_named(came[key], left[key])
        for key in (came.keys() | left.keys()) - {None}
    }
    start = f"From {_day(on)}{f' until {_day(until)}' if until else ''}"
    how = "against the ZIP code" if is_exception else "by the ZIP code again"
    _tell_workers(texts, f"{start}, {how}", names=names, by=by, at=at)


def _tell_workers(texts, start, *, names, by, at):
    """`texts`: key of a territory -> what happens to it."""
    people, lines = _people_of(texts, on=timezone.localdate(at)), defaultdict(list)
    for key in sorted(texts, key=names.get):
        for person in people[key]:
            lines[person].append(f"{names[key]} {texts[key]}")
    whole = {person: f"{start}: {_listed(theirs)}." for person, theirs in lines.items()}
    _tell(whole, by=by, at=at)


def _people_of(territories, *, on):
    """Territory -> the people who work it on the day `on` or later."""
    assigned = TerritoryAssignment.objects.exclude(ends_on__lte=on).filter(
        territory__in=list(territories), user__is_active=True
    )
    people = defaultdict(set)
    for assignment in assigned.select_related("user"):
        people[assignment.territory_id].add(assignment.user)
    return people


def _sum(moves, key):
    came = sum(move.after == key != move.before for move in moves)
    left = sum(move.before == key != move.after for move in moves)
    if came or left:
        return _gains(came, left, "ZIP code")
    return "keeps its ZIP codes; what was planned is dropped"


def _gains(came, left, word):
    parts = [("gains", came), ("loses", left)]
    return " and ".join(
        f"{verb} {number:,} {word}{'' if number == 1 else 's'}"
        for verb, number in parts
        if number
    )


def _gains_named(came, left):
    """One practice by its name, several as a number."""
    if len(came) + len(left) == 1:
        return f"{'gains' if came else 'loses'} {(came or left)[0]}"
    return _gains(len(came), len(left), "practice")


def _listed(lines):
    more = len(lines) - NAMED
    return "; ".join(lines[:NAMED]) + (f"; {more} more territories" * (more > 0))


def _day(day):
    return date_format(day, "M j, Y")


def _tell(texts, *, by, at, url=None):
    """One notification to each person of `texts`."""
    Notification.objects.bulk_create(
        Notification(user=person, text=text[:300], url=url or _place(person), at=at)
        for person, text in texts.items()
        if person != by and (person.is_active or person.is_invited)
    )


def _place(person):
    """Where the person sees what their territories hold."""
    if can(person, Permission.TERRITORY_WORK):
        return reverse("accounts:territory-list")
    return reverse("referrals:practice-list")
