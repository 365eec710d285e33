"""The closed loop: clocks, who waits for what, and for how long at most.

Clocks: received -> acknowledged -> scheduled -> appointment -> seen -> report
sent -> report received -> closed. Ends: closed, declined, cancelled, lost. An
end other than closed needs a reason; so does opening an ended referral again.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils import timezone

from referrals.models import Referral

S = Referral.Status

# Answer: two business days after the day of receipt, and two of grace.
ANSWER_WITHIN = 2
ANSWER_GRACE = 2
# Report: calendar days after the patient was seen.
REPORT_WITHIN = 5
# A transfer is counted in minutes: these norms are not for it.
WITHOUT_NORM = (Referral.Kind.TRANSFER,)

NORMS = (
    f"Answer: within {ANSWER_WITHIN} business days (Monday to Friday) after the day of "
    f"receipt, then {ANSWER_GRACE} of grace; breached after that. "
    f"Report: within {REPORT_WITHIN} days after the patient was seen. "
    "A transfer is counted in minutes and has no norm here; nor have scheduling, "
    "the appointment and closing."
)

UNSEEN = (S.INCOMPLETE, S.AWAITING, S.ACKNOWLEDGED, S.UNREACHABLE, S.WAITLISTED)
BEFORE_SEEN = (*UNSEEN, S.SCHEDULED, S.SEEN, *Referral.UNSEEN_ENDS)

# From a status to those that may follow it; the same one again: a new date.
TRANSITIONS = {
    S.RECEIVED: BEFORE_SEEN,
    S.INCOMPLETE: BEFORE_SEEN,
    S.AWAITING: BEFORE_SEEN,
    S.ACKNOWLEDGED: BEFORE_SEEN,
    S.UNREACHABLE: BEFORE_SEEN,
    S.WAITLISTED: BEFORE_SEEN,
    S.SCHEDULED: (
        S.SCHEDULED,
        S.SEEN,
        S.NO_SHOW,
        S.UNREACHABLE,
        S.WAITLISTED,
        *Referral.UNSEEN_ENDS,
    ),
    S.NO_SHOW: (
        S.SCHEDULED,
        S.UNREACHABLE,
        S.WAITLISTED,
        S.SEEN,
        *Referral.UNSEEN_ENDS,
    ),
    S.SEEN: (S.REPORT_SENT, S.REPORT_RECEIVED, S.CLOSED),
    S.REPORT_SENT: (S.REPORT_RECEIVED, S.CLOSED),
    S.REPORT_RECEIVED: (S.CLOSED,),
    S.CLOSED: (S.ACKNOWLEDGED, S.SEEN, S.REPORT_SENT),
    S.DECLINED: (S.RECEIVED, S.ACKNOWLEDGED),
    S.CANCELLED: (S.RECEIVED, S.ACKNOWLEDGED),
    S.LOST: (S.RECEIVED, S.ACKNOWLEDGED),
}

# The clock that a status stops.
CLOCKS = {
    S.ACKNOWLEDGED: "acknowledged_at",
    S.SCHEDULED: "scheduled_at",
    S.SEEN: "seen_at",
    S.REPORT_SENT: "report_sent_at",
    S.REPORT_RECEIVED: "report_received_at",
    S.CLOSED: "closed_at",
    S.DECLINED: "closed_at",
    S.CANCELLED: "closed_at",
    S.LOST: "closed_at",
}


class Group(models.TextChoices):
    """What must happen next, in the order of the loop."""

    ANSWER = "answer", "Answer"
    SCHEDULE = "schedule", "Schedule"
    SEE = "see", "See"
    REPORT = "report", "Report"
    CLOSE = "close", "Close"


GROUPS = {
    Group.ANSWER: (S.RECEIVED, S.INCOMPLETE, S.AWAITING),
    Group.SCHEDULE: (S.ACKNOWLEDGED, S.UNREACHABLE, S.WAITLISTED, S.NO_SHOW),
    Group.SEE: (S.SCHEDULED,),
    Group.REPORT: (S.SEEN,),
    Group.CLOSE: (S.REPORT_SENT, S.REPORT_RECEIVED),
}

# The field that the waiting of a group is counted from.
WAITS_SINCE = {
    Group.ANSWER: "received_on",
    Group.SCHEDULE: "received_on",
    Group.SEE: "appointment_at",
    Group.REPORT: "seen_at",
    Group.CLOSE: "report_sent_at",
}


class Norm(models.TextChoices):
    """How a wait stands against its norm."""

    IN_TIME = "in_time", "In time"
    DUE = "due", "In grace"
    BREACHED = "breached", "Breached"


@dataclass(frozen=True)
class Step:
    """One clock of a referral; `days` since the clock before that stopped."""

    label: str
    at: dt.date | dt.datetime | None
    days: int | None
    is_current: bool


def needs_reason(current: str, following: str) -> bool:
    return following in Referral.UNSEEN_ENDS or current in Referral.ENDS


def after_business_days(day: dt.date, number: int) -> dt.date:
    """The day `number` business days after `day` (Monday to Friday)."""
    while number:
        day += dt.timedelta(days=1)
        number -= day.weekday() < 5
    return day


def received_before_breach(on: dt.date) -> dt.date:
    """Unanswered referrals received before this day are in breach on `on`."""
    day = on
    while after_business_days(day, ANSWER_WITHIN + ANSWER_GRACE) >= on:
        day -= dt.timedelta(days=1)
    return day + dt.timedelta(days=1)


def seen_before_breach(on: dt.date) -> dt.date:
    """Unreported referrals seen before this day are in breach on `on`."""
    return on - dt.timedelta(days=REPORT_WITHIN)


def norm_of(group: str, kind: str, since: dt.date | None, on: dt.date) -> Norm | None:
    """How a referral that waits since `since` stands on the day `on`."""
    if since is None or kind in WITHOUT_NORM:
        return None
    if group == Group.ANSWER:
        if on > after_business_days(since, ANSWER_WITHIN + ANSWER_GRACE):
            return Norm.BREACHED
        late = on > after_business_days(since, ANSWER_WITHIN)
        return Norm.DUE if late else Norm.IN_TIME
    if group == Group.REPORT:
        return Norm.BREACHED if since < seen_before_breach(on) else Norm.IN_TIME
    return None


def group_of(status: str) -> Group | None:
    """What must happen next in this status; None at an end."""
    return next((group for group in GROUPS if status in GROUPS[group]), None)


STEPS = {
    "Received": "received_on",
    "Acknowledged": "acknowledged_at",
    "Scheduled": "scheduled_at",
    "Appointment": "appointment_at",
    "Seen": "seen_at",
    "Report sent": "report_sent_at",
    "Report received": "report_received_at",
    "Closed": "closed_at",
}


def day_of(moment: dt.date | dt.datetime | None) -> dt.date | None:
    """The local day of a clock, whether it keeps a day or a moment."""
    is_moment = isinstance(moment, dt.datetime)
    return timezone.localdate(moment) if is_moment else moment


def steps_of(referral: Referral) -> list[Step]:
    """The clocks of the referral in order; the last one stopped is current."""
    steps, before = [], None
    for label, field in STEPS.items():
        at = getattr(referral, field)
        day = day_of(at)
        if field == "closed_at" and referral.status in Referral.UNSEEN_ENDS:
            label = referral.get_status_display()
        days = (day - before).days if day and before else None
        steps.append(Step(label, at, days, is_current=False))
        before = day or before
    last = max(place for place, step in enumerate(steps) if step.at)
    steps[last] = dataclasses.replace(steps[last], is_current=True)
    return steps
