"""Call cycles: which physicians of a panel are due for a conversation.

interval: 14 days for tier A, 28 for B, 90 for C; D and no tier have none
tier: the physician's own; else that of a practice where they work today,
    the primary one first
clock: days since the last held conversation (in person, virtual or phone)
    with that physician by anybody of the team; a drop-off does not reset it
never: no conversation yet
on track: within the first four fifths of the interval
due soon: in its last fifth, the last day included
overdue: after it
"""

import datetime as dt
import enum
from dataclasses import dataclass

from django.db.models import Max, Min, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from outreach.models import Visit, VisitAttendee
from referrals.models import Affiliation, Physician, Practice

INTERVAL_DAYS = {Practice.Tier.A: 14, Practice.Tier.B: 28, Practice.Tier.C: 90}


class State(enum.Enum):
    """Where a physician stands in the cycle; the most urgent first."""

    OVERDUE = "Overdue"
    NEVER = "Never met"
    DUE_SOON = "Due soon"
    ON_TRACK = "On track"

    @property
    def label(self):
        return self.value

    @property
    def is_overdue(self):
        return self is State.OVERDUE


URGENCY = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True)
class CallCycle:
    """One physician's cycle on the day `on`."""

    physician: Physician
    tier: str
    last_on: dt.date | None
    planned_on: dt.date | None
    on: dt.date

    @property
    def interval(self) -> int:
        return INTERVAL_DAYS[self.tier]

    @property
    def days_since(self) -> int | None:
        return None if self.last_on is None else (self.on - self.last_on).days

    @property
    def due_on(self) -> dt.date | None:
        """The last day on which a conversation is in time."""
        if self.last_on is None:
            return None
        return self.last_on + dt.timedelta(days=self.interval)

    @property
    def state(self) -> State:
        if self.days_since is None:
            return State.NEVER
        if self.days_since > self.interval:
            return State.OVERDUE
        if self.days_since * 5 > self.interval * 4:
            return State.DUE_SOON
        return State.ON_TRACK

    @property
    def reason(self) -> str:
        rule = f"{self.tier} tier, every {self.interval} days"
        match self.days_since:
            case None:
                return f"{rule}; no conversation yet"
            case 0:
                return f"{rule}; last conversation today"
            case 1:
                return f"{rule}; last conversation yesterday"
            case days:
                return f"{rule}; last conversation {days} days ago"

    @property
    def urgency(self):
        """Sorts the most urgent first: by state, then by share of the interval."""
        spent = (self.days_since or 0) / self.interval
        physician = self.physician
        return (
            URGENCY[self.state],
            -spent,
            self.tier,
            physician.last_name,
            physician.first_name,
            physician.pk,
        )


def of_panel(physicians: QuerySet, *, on: dt.date) -> list[CallCycle]:
    """The cycle of each active physician whose tier has an interval: three queries.

    Measured on SQLite, 1,000 physicians and 20,000 visits: subqueries per
    physician took 20 s, two grouped queries take well under a second.
    """
    panel = _with_tier(physicians.filter(is_active=True), on)
    met = VisitAttendee.objects.filter(physician__in=physicians.order_by().values("pk"))
    last_on, planned_on = _last_conversations(met, on), _next_plans(met, on)
    return [
        CallCycle(
            physician=physician,
            tier=physician.cycle_tier,
            last_on=last_on.get(physician.pk),
            planned_on=planned_on.get(physician.pk),
            on=on,
        )
        for physician in panel
    ]


def due(physicians: QuerySet, *, on: dt.date) -> list[CallCycle]:
    """Overdue, never met or due soon, and not planned yet; most urgent first."""
    cycles = of_panel(physicians, on=on)
    return sorted(
        (
            cycle
            for cycle in cycles
            if cycle.state is not State.ON_TRACK and cycle.planned_on is None
        ),
        key=lambda cycle: cycle.urgency,
    )


def _with_tier(physicians, on):
    of_practice = (
        Affiliation.objects.current(on=on)
        .filter(physician=OuterRef("pk"))
        .exclude(practice__tier="")
        .order_by("-is_primary", "practice__tier", "pk")
        .values("practice__tier")[:1]
    )
    return physicians.annotate(
        cycle_tier=Coalesce(NullIf("tier", Value("")), Subquery(of_practice)),
    ).filter(cycle_tier__in=INTERVAL_DAYS)


def _last_conversations(met, on):
    """Physician -> the day of the last conversation, up to the day `on`."""
    held = met.filter(
        visit__status=Visit.Status.HELD,
        visit__kind__in=Visit.CONVERSATIONS,
        visit__visited_on__lte=on,
    )
    rows = held.order_by().values_list("physician")
    return dict(rows.annotate(last=Max("visit__visited_on")))


def _next_plans(met, on):
    """Physician -> the first day from `on` on for which a visit is planned."""
    planned = met.filter(
        visit__status=Visit.Status.PLANNED,
        visit__visited_on__gte=on,
    )
    rows = planned.order_by().values_list("physician")
    return dict(rows.annotate(first=Min("visit__visited_on")))
