"""Referrals and outreach at a glance.

Referrals: received in a period, whatever became of them.
By month: the twelve whole months before the newest referral, from the first month
that has one.
Conversion at 30 days: of the referrals received in a period, the share that was
seen within 30 days. Its periods end 30 days ago, so that every referral in them
had its 30 days.
Held visits: conversations, drop-offs and events that took place, by liaison.
Tasks: open now, and of these overdue (due before today).
Territories: those of today, whatever the day of a referral or visit, since people
see the whole history of the practices they work.
Moves: referrals of each referring physician in the last 8 weeks against the
8 weeks before. Not tested against chance: a reason to look, not a finding.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncDate, TruncMonth

from liaison_crm.lib.periods import Period

CONVERSION_DAYS = 30
CONVERSION_SPAN = 90
MOVE_DAYS = 56
MOST_MOVES = 5


@dataclass(frozen=True)
class Conversion:
    received: int
    seen: int

    @property
    def rate(self) -> float | None:
        """None, not zero, when nothing was received."""
        return self.seen / self.received if self.received else None


@dataclass(frozen=True)
class Work:
    """One person's outreach."""

    liaison: int
    name: str
    visits: int
    open_tasks: int
    overdue_tasks: int


@dataclass(frozen=True)
class Move:
    """A referring physician whose referrals moved."""

    physician: int
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


def received(referrals, period: Period) -> int:
    return _in(referrals, period).count()


def by_month(referrals, period: Period) -> dict[dt.date, int]:
    """{first day of month: referrals received}; months without any are absent."""
    months = (
        _in(referrals, period)
        .annotate(month=TruncMonth("received_on"))
        .order_by()
        .values("month")
        .annotate(number=Count("pk"))
        .values_list("month", "number")
    )
    return dict(months)


def conversion(referrals, period: Period, days: int = CONVERSION_DAYS) -> Conversion:
    """Seen within `days` of the day received."""
    # Grouped by both days: the two databases add days to dates differently.
    groups = (
        _in(referrals, period)
        .annotate(seen_on=TruncDate("seen_at"))
        .order_by()
        .values("received_on", "seen_on")
        .annotate(number=Count("pk"))
        .values_list("received_on", "seen_on", "number")
    )
    within = dt.timedelta(days=days)
    total = seen = 0
    for received_on, seen_on, number in groups:
        total += number
        if seen_on and seen_on - received_on <= within:
            seen += number
    return Conversion(received=total, seen=seen)


def work(visits, tasks, period: Period, *, on: dt.date) -> list[Work]:
    """Who held visits in the period or has open tasks, by name."""
    held = _counts(
        visits.held().filter(visited_on__gte=period.start, visited_on__lt=period.end),
        "liaison",
    )
    open_tasks = _counts(tasks.open(), "owner")
    overdue = _counts(tasks.overdue(on=on), "owner")
    people = {person: name for person, name, _ in (*held, *open_tasks)}
    numbers = [
        {person: number for person, _, number in counted}
        for counted in (held, open_tasks, overdue)
    ]
    return [
        Work(person, name, *(found.get(person, 0) for found in numbers))
        for person, name in sorted(people.items(), key=lambda each: (each[1], each[0]))
    ]


def moves(referrals, *, on: dt.date, least: int = 0) -> tuple[list[Move], list[Move]]:
    """(largest falls, largest rises). `least`: smaller counts are left out."""
    middle = on - dt.timedelta(days=MOVE_DAYS)
    start = middle - dt.timedelta(days=MOVE_DAYS)
    found = (
        referrals.filter(
            referring_physician__isnull=False,
            received_on__gte=start,
            received_on__lt=on,
        )
        .order_by()
        .values("referring_physician")
        .annotate(
            before=Count("pk", filter=Q(received_on__lt=middle)),
            after=Count("pk", filter=Q(received_on__gte=middle)),
        )
        .values_list("referring_physician", "before", "after")
    )
    all_moves = [
        move for move in (Move(*row) for row in found) if _is_shown(move, least)
    ]
    all_moves.sort(key=lambda move: (move.difference, move.physician))
    falls = [move for move in all_moves if move.difference < 0][:MOST_MOVES]
    rises = [move for move in all_moves[::-1] if move.difference > 0][:MOST_MOVES]
    return falls, rises


def _is_shown(move, least):
    return min(move.before, move.after) >= least


def _in(referrals, period):
    return referrals.filter(received_on__gte=period.start, received_on__lt=period.end)


def _counts(rows, person):
    named = rows.order_by().values(person, f"{person}__name")
    return list(
        named.annotate(number=Count("pk")).values_list(
            person, f"{person}__name", "number"
        )
    )
