"""The manager's and the executive's first page: each number with its rows."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Max

from accounts.permissions import Permission, can
from liaison_crm.lib.periods import Period
from outreach.models import Task, Visit
from referrals.models import Physician, Referral
from reports.metrics import activity, leakage
from reports.metrics.activity import CONVERSION_DAYS, CONVERSION_SPAN, Conversion, Work
from reports.models import ReportRun
from reports.services import explorer, roi_answers, runs
from reports.services.roi_answers import Answer

TEAM_DAYS = 30
MONTHS = 12


@dataclass(frozen=True)
class Headline:
    """A run and what it says to the viewer; `found` is None if that is nothing."""

    run: ReportRun
    is_stale: bool
    found: leakage.Cell | Answer | None


@dataclass(frozen=True)
class Received:
    """Referrals of this month so far, and of the same days of the last one."""

    month: Period
    earlier: Period
    now: int
    before: int
    cohort: Period
    conversion: Conversion
    conversion_before: Conversion
    months: list["Month"]

    @property
    def earlier_last(self):
        """The last day of `earlier`: lists take it, periods leave it out."""
        return self.earlier.end - dt.timedelta(days=1)

    @property
    def cohort_last(self):
        return self.cohort.end - dt.timedelta(days=1)

    @property
    def change(self):
        return roi_answers.change(self.now / self.before if self.before else None)


@dataclass(frozen=True)
class Month:
    """Referrals received in a month; None: too few for the viewer."""

    period: Period
    number: int | None

    @property
    def last_day(self):
        return self.period.end - dt.timedelta(days=1)


@dataclass(frozen=True)
class Moved:
    person: Physician
    before: int
    after: int
    difference: int


def least_shown(user) -> int:
    """The smallest count that the viewer may see."""
    return 0 if can(user, Permission.SMALL_CELL_READ) else leakage.FEW


def newest_day(user, *, today) -> dt.date:
    """The day of the newest referral in sight: data end there, not today."""
    referrals = Referral.objects.visible_to(user).filter(received_on__lte=today)
    newest = referrals.aggregate(day=Max("received_on"))["day"]
    return newest or today


def leakage_for(user, *, on) -> Headline | None:
    run = ReportRun.objects.newest_done(ReportRun.Kind.LEAKAGE)
    if run is None:
        return None
    events = explorer.events_seen(run=run, user=user, on=on)
    cell = leakage.overall(events)
    return Headline(run, runs.is_stale(run), None if cell.few is not None else cell)


def roi_for(user) -> Headline | None:
    run = ReportRun.objects.newest_done(ReportRun.Kind.ROI)
    if run is None:
        return None
    answers = roi_answers.answers_for(user, run)
    return Headline(run, runs.is_stale(run), answers[0] if answers else None)


def received_for(user, *, on) -> Received:
    referrals = Referral.objects.visible_to(user)
    month = Period(on.replace(day=1), on + dt.timedelta(days=1))
    last = (month.start - dt.timedelta(days=1)).replace(day=1)
    days = min((month.end - month.start).days, (month.start - last).days)
    earlier = Period(last, last + dt.timedelta(days=days))
    end = on - dt.timedelta(days=CONVERSION_DAYS)
    span = dt.timedelta(days=CONVERSION_SPAN)
    cohort, cohort_before = Period(end - span, end), Period(end - 2 * span, end - span)
    return Received(
        month=month,
        earlier=earlier,
        now=activity.received(referrals, month),
        before=activity.received(referrals, earlier),
        cohort=cohort,
        conversion=activity.conversion(referrals, cohort),
        conversion_before=activity.conversion(referrals, cohort_before),
        months=whole_months(referrals, on=on, least=least_shown(user)),
    )


def whole_months(referrals, *, on, least) -> list[Month]:
    """The last whole months, oldest first, from the first that has a referral.

    `on` is the newest day there is: its month counts once it is over. Numbers
    below `least` are left out.
    """
    end = (on + dt.timedelta(days=1)).replace(day=1)
    firsts = [end]
    for _ in range(MONTHS):
        firsts.append((firsts[-1] - dt.timedelta(days=1)).replace(day=1))
    period = Period(firsts[-1], end)
    counts = activity.by_month(referrals, period)
    return [
        Month(Period(first, after), number if number >= least else None)
        for after, first in reversed(list(pairwise(firsts)))
        if counts and first >= min(counts)
        for number in [counts.get(first, 0)]
    ]


def team_period(on) -> Period:
    end = on + dt.timedelta(days=1)
    return Period(end - dt.timedelta(days=TEAM_DAYS), end)


def team_for(user, *, on) -> list[Work]:
    return activity.work(
        Visit.objects.visible_to(user),
        Task.objects.visible_to(user),
        team_period(on),
        on=on,
    )


def moves_for(user, *, on) -> tuple[list[Moved], list[Moved]]:
    """(falls, rises), named; small counts only for who may see them."""
    referrals = Referral.objects.visible_to(user)
    both = activity.moves(referrals, on=on, least=least_shown(user))
    ids = [move.physician for moves in both for move in moves]
    people = Physician.objects.visible_to(user).in_bulk(ids)
    return tuple(
        [
            Moved(people[move.physician], move.before, move.after, move.difference)
            for move in moves
            if move.physician in people
        ]
        for moves in both
    )
