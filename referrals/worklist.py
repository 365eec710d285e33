"""The worklist: open referrals by what must happen next, oldest first."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils import timezone

from referrals.closed_loop import (
    GROUPS,
    WAITS_SINCE,
    WITHOUT_NORM,
    Group,
    Norm,
    day_of,
    group_of,
    norm_of,
    received_before_breach,
    seen_before_breach,
)
from referrals.models import Referral

Status = Referral.Status


@dataclass(frozen=True)
class Tab:
    """A group with how many wait in it, and how many of them for too long."""

    group: Group
    count: int
    breached: int


@dataclass(frozen=True)
class Row:
    """A referral, how many days it waits, and how that stands to the norm."""

    referral: Referral
    since: dt.date | None
    days: int | None
    norm: Norm | None

    @property
    def is_ahead(self):
        """The date lies in the future: an appointment to come."""
        return self.days is not None and self.days < 0

    @property
    def is_passed(self):
        """The appointment was before today, and nobody said what came of it."""
        return bool(self.referral.status == Status.SCHEDULED and (self.days or 0) > 0)

    @property
    def quick(self):
        """The status that one press sets, and its label; or None."""
        return QUICK.get(self.referral.status)

    @property
    def following(self):
        """The status that the form is opened for, and its label; or None."""
        return FORM.get(self.referral.status)


# What one press of a button does, and what it is called there.
QUICK = {
    Status.RECEIVED: (Status.ACKNOWLEDGED, "Acknowledge"),
    Status.INCOMPLETE: (Status.ACKNOWLEDGED, "Acknowledge"),
    Status.AWAITING: (Status.ACKNOWLEDGED, "Acknowledge"),
    Status.SEEN: (Status.REPORT_SENT, "Report sent"),
    Status.REPORT_SENT: (Status.REPORT_RECEIVED, "Report arrived"),
    Status.REPORT_RECEIVED: (Status.CLOSED, "Close"),
}
# What the form is opened for, where more than a press is needed.
FORM = {
    Status.SCHEDULED: (Status.SEEN, "Seen …"),
    **dict.fromkeys(
        (*GROUPS[Group.ANSWER], *GROUPS[Group.SCHEDULE]),
        (Status.SCHEDULED, "Schedule …"),
    ),
}


def breached(on: dt.date) -> Q:
    """The condition of a referral that waits for longer than its norm."""
    midnight = dt.datetime.combine(seen_before_breach(on), dt.time.min)
    return ~Q(kind__in=WITHOUT_NORM) & (
        Q(
            status__in=GROUPS[Group.ANSWER],
            received_on__lt=received_before_breach(on),
        )
        | Q(
            status__in=GROUPS[Group.REPORT],
            seen_at__lt=timezone.make_aware(midnight),
        )
    )


def tabs(referrals, *, on: dt.date) -> list[Tab]:
    """Every group, counted in one query."""
    rows = (
        referrals.order_by()
        .values_list("status")
        .annotate(waiting=Count("pk"), late=Count("pk", filter=breached(on)))
    )
    counts = {status: (waiting, late) for status, waiting, late in rows}
    found = []
    for group, statuses in GROUPS.items():
        cells = [counts.get(status, (0, 0)) for status in statuses]
        waiting, late = (sum(column) for column in zip(*cells, strict=True))
        found.append(Tab(group, waiting, late))
    return found


def chosen(asked: str | None, counted: list[Tab]) -> Group:
    """The group asked for, else the first in which somebody waits."""
    if asked in GROUPS:
        return Group(asked)
    return next((tab.group for tab in counted if tab.count), Group.ANSWER)


def waiting(referrals, group: Group):
    """The referrals of a group, those that wait longest first."""
    since = F(WAITS_SINCE[group]).asc(nulls_first=True)
    return referrals.filter(status__in=GROUPS[group]).order_by(
        since, "received_on", "pk"
    )


def rows(referrals, *, on: dt.date) -> list[Row]:
    return [row(referral, on=on) for referral in referrals]


def row(referral: Referral, *, on: dt.date) -> Row:
    """How the referral stands on the day `on`; an ended one waits for nothing."""
    group = group_of(referral.status)
    since = day_of(getattr(referral, WAITS_SINCE[group])) if group else None
    days = (on - since).days if since else None
    norm = norm_of(group, referral.kind, since, on) if group else None
    return Row(referral, since, days, norm)
