"""Return on outreach: referrals that visits brought beyond those that came anyway.

Outcome: referrals that were seen or may still be seen (not declined, cancelled
or lost), by the day they were received.
Panel: physician x whole ISO week, over the weeks with an active affiliation;
weeks without a referral and physicians who were never visited are in it.
Exposure of a week: the share of its days within the 90 days after a held
conversation (in person, virtual or phone; not a drop-off, not an event) with
that physician, from the day after it. Several visits on a day count once.
Rate ratio: Poisson regression of referrals on exposure and lead with physician
and week fixed effects, clustered by practice (the physician's last primary
one); how many times more referrals a fully exposed week brings, with its 95 %
interval. Physicians without any referral drop out.
Lead: the share of a week's days 7 to 42 days before a visit and not exposed.
Referrals that had moved before the visits (two-sided: 5 % a warning, 1 % no
headline) were under way already.
Incremental referrals: the sum of observed x (1 - ratio to the power of minus
exposure) over the mature weeks, the interval carried through.
Mature: not within the last N days before the newest referral, N = the days in
which 90 % of those seen were seen, at least 28. Immature weeks are left out.
No estimate with fewer than 20 visited, 20 never visited or 10 switching
physicians who refer at all.
Territories: those of the day of the run, for all weeks. The estimate compares the
same practices before and after visits, so none may change sides in between; a
cut by the territories of then would do that.
Money: each incremental referral x the contribution margin of its service line
on the day it was received: the one of its payer class, else the general one. A
line with a margin for another class alone has none for it. Referrals without a
margin are left out of the money and their share is said.
Programme cost: the months' costs over the same mature weeks, months prorated
by days; unknown while a month with visits has no cost entered.
ROI = (incremental margin - programme cost) / programme cost.
Naive before/after: referrals in the 90 days after a visit against the 90 days
before, over visits that come after 90 days without one. It credits visits with
everything that would have happened anyway, so it is only shown as a contrast.
"""

from dataclasses import dataclass, replace

import numpy as np

from reports.metrics import roi_money, roi_panel, roi_regression
from reports.metrics.roi_money import Money
from reports.metrics.roi_panel import Inputs, Panel
from reports.metrics.roi_regression import Estimate

WINDOW = 90
OTHER_WINDOWS = (30, 60, 180)
NO_REFERRALS = "There is no whole week of referrals yet."
NOT_MATURE = (
    "No week is mature yet: the last {days} days of referrals are left out, since "
    "more of them may still arrive."
)
HEADLINE_LIT = "The headline is withheld, and this window with it. "


@dataclass(frozen=True)
class Naive:
    """Before and after, over visits that follow 90 days without one."""

    visits: int = 0
    before: int = 0
    after: int = 0

    @property
    def ratio(self) -> float | None:
        return self.after / self.before if self.before else None

    def to_json(self) -> dict:
        return {
            "ratio": self.ratio,
            "visits": self.visits,
            "before": self.before,
            "after": self.after,
            "incremental_referrals": self.after - self.before if self.visits else None,
        }


@dataclass(frozen=True)
class Effect:
    """An estimate and the referrals it stands for: (value, low, high)."""

    estimate: Estimate
    incremental: tuple[float, float, float] | None = None

    def to_json(self) -> dict:
        estimate = self.estimate
        value, low, high = self.incremental or (None, None, None)
        return {
            "rate_ratio": estimate.ratio,
            "ci_low": estimate.ci_low,
            "ci_high": estimate.ci_high,
            "incremental_referrals": value,
            "incremental_low": low,
            "incremental_high": high,
            "reason": estimate.reason,
        }


@dataclass(frozen=True)
class Month:
    """What was observed in a calendar month, for the chart."""

    month: str  # YYYY-MM
    referrals: int
    visits: int
    is_immature: bool
    is_partial: bool  # some of its days lie outside of the panel's whole weeks


@dataclass(frozen=True)
class Coverage:
    """What the panel holds, and which days it spans (the end is out)."""

    physicians: int
    physicians_visited: int
    visits: int
    mature_visits: int
    mature_referrals: int
    start: str
    mature_until: str
    visited_until: str  # the last day whose visits count, itself included
    end: str
    immature_days: int


@dataclass(frozen=True)
class Return:
    """The whole answer for one set of physicians."""

    effect: Effect
    windows: dict[str, Effect]
    money: Money
    naive: Naive
    coverage: Coverage | None
    months: tuple[Month, ...] = ()

    def to_json(self) -> dict:
        """The object that `report roi --json` prints."""
        lead = self.effect.estimate.lead
        coverage = self.coverage
        return {
            **self.effect.to_json(),
            **self.money.to_json(),
            "lead": vars(lead),
            "naive": self.naive.to_json(),
            "windows": {days: e.to_json() for days, e in self.windows.items()},
            "physicians_visited": coverage.physicians_visited if coverage else 0,
            "visits": coverage.visits if coverage else 0,
        }

    def to_summary(self) -> dict:
        """What pages read: the object above, what it rests on, the months."""
        return {
            **self.to_json(),
            "basis": vars(self.effect.estimate.basis),
            "coverage": vars(self.coverage) if self.coverage else None,
            "money": self.money.details(),
            "months": [vars(month) for month in self.months],
        }


NOTHING = Return(
    effect=Effect(Estimate(reason=NO_REFERRALS)),
    windows={
        str(days): Effect(Estimate(reason=NO_REFERRALS)) for days in OTHER_WINDOWS
    },
    money=Money(),
    naive=Naive(),
    coverage=None,
)


def overall(inputs: Inputs, *, start=None, end=None, beat=lambda: None) -> Return:
    """The return over all physicians; `start` (in), `end` (out) narrow the weeks."""
    panel = roi_panel.build(inputs, start=start, end=end)
    if panel is None:
        return NOTHING
    costs = roi_money.programme_cost(inputs.costs, panel)
    margins = roi_money.margins_of(inputs.margins, panel)
    return _return_of(panel, margins, costs, beat)


def by_territory(inputs: Inputs, *, start=None, end=None, beat=lambda: None):
    """{territory: Return} for each node of the tree, with all that lies below.

    A physician belongs where the last primary practice lies. Costs are kept for
    the whole programme: only a node with all its visits has a cost.
    """
    panel = roi_panel.build(inputs, start=start, end=end)
    returns = {}
    for node, practices in roi_panel.practices_by_territory(inputs).items():
        if panel is None:
            returns[node] = NOTHING
            continue
        part = panel.of_physicians(np.isin(panel.practices, practices))
        costs = roi_money.SHARED_COST
        if len(part.visits) == len(panel.visits):
            costs = roi_money.programme_cost(inputs.costs, panel)
        margins = roi_money.margins_of(inputs.margins, part)
        returns[node] = _return_of(part, margins, costs, beat)
    return returns


def _return_of(panel: Panel, margins, costs, beat) -> Return:
    effects = {}
    for days in (WINDOW, *OTHER_WINDOWS):
        beat()
        effects[str(days)] = effect_of(panel, days)
    effect, windows = effects.pop(str(WINDOW)), effects
    if effect.estimate.lead.verdict == "lit":
        # A figure that the headline withholds is not to be had at 60 days either.
        windows = {days: _withheld(other) for days, other in windows.items()}
    return Return(
        effect=effect,
        windows=windows,
        money=roi_money.money_of(panel, effect.estimate, WINDOW, margins, costs),
        naive=naive_of(panel),
        coverage=_coverage(panel),
        months=_months(panel),
    )


def effect_of(panel: Panel, window: int) -> Effect:
    """The rate ratio and the incremental referrals for one length of effect."""
    if not panel.mature_weeks:
        reason = NOT_MATURE.format(days=panel.immature_days)
        return Effect(Estimate(reason=reason))
    estimate = roi_regression.estimate(panel, window)
    if estimate.ratio is None:
        return Effect(estimate)
    observed = panel.observed()[:, : panel.mature_weeks]
    exposure = panel.exposure(window)[:, : panel.mature_weeks]
    return Effect(
        estimate,
        tuple(
            incremental(observed, exposure, ratio)
            for ratio in (estimate.ratio, estimate.ci_low, estimate.ci_high)
        ),
    )


def incremental(observed, exposure, ratio: float) -> float:
    """The part of the observed referrals that would not have come."""
    return float((observed * (1 - ratio**-exposure)).sum())


def naive_of(panel: Panel, window: int = WINDOW) -> Naive:
    """Referrals in the days 1 to `window` before and after each first visit.

    Only visits whose two spans lie within the mature weeks, and that come after
    `window` days without a visit to that physician.
    """
    row, day = panel.visits[:, 0], panel.visits[:, 1]
    again = np.zeros(len(day), bool)
    again[1:] = (row[1:] == row[:-1]) & (day[1:] - day[:-1] <= window)
    inside = (day - window >= panel.first_day) & (day + window < panel.mature_until)
    daily = np.zeros((len(panel.physicians), 7 * panel.weeks + 1), np.int64)
    made = panel.referrals
    np.add.at(daily, (made[:, 0], made[:, 1] - panel.first_day + 1), 1)
    until = np.cumsum(daily, axis=1)  # referrals before the day of each column
    kept = ~again & inside
    who, on = row[kept], day[kept] - panel.first_day
    before = until[who, on] - until[who, on - window]
    after = until[who, on + window + 1] - until[who, on + 1]
    return Naive(int(kept.sum()), int(before.sum()), int(after.sum()))


def _withheld(effect: Effect) -> Effect:
    reason = HEADLINE_LIT + (effect.estimate.reason or "")
    return Effect(
        replace(
            effect.estimate,
            ratio=None,
            ci_low=None,
            ci_high=None,
            reason=reason.strip(),
        )
    )


def _coverage(panel: Panel) -> Coverage:
    day = panel.visits[:, 1]
    held = (day >= panel.first_day) & (day <= panel.newest_day)
    return Coverage(
        physicians=len(panel.physicians),
        physicians_visited=len(np.unique(panel.visits[held, 0])),
        visits=int(held.sum()),
        mature_visits=roi_panel.mature_visits(panel),
        mature_referrals=int((panel.referrals[:, 1] < panel.mature_until).sum()),
        start=roi_panel.date_of(panel.first_day).isoformat(),
        mature_until=roi_panel.date_of(panel.mature_until).isoformat(),
        visited_until=roi_panel.date_of(panel.newest_day).isoformat(),
        end=roi_panel.date_of(panel.last_day).isoformat(),
        immature_days=panel.immature_days,
    )


def _months(panel: Panel) -> tuple[Month, ...]:
    start, end = panel.first_day, panel.last_day
    referred = _per_month(panel.referrals[:, 1], start, end)
    visited = _per_month(panel.visits[:, 1], start, end)
    return tuple(
        Month(
            month=str(month),
            referrals=referred.get(month, 0),
            visits=visited.get(month, 0),
            is_immature=_first_day(month + 1) > panel.mature_until,
            is_partial=_first_day(month) < start or _first_day(month + 1) > end,
        )
        for month in np.arange(_month_of(start), _month_of(end - 1) + 1)
    )


def _first_day(month) -> int:
    return int(month.astype("datetime64[D]").astype(int))


def _per_month(days, start, end):
    inside = days[(days >= start) & (days < end)]
    months, counts = np.unique(_month_of(inside), return_counts=True)
    return dict(zip(months, counts.tolist(), strict=True))


def _month_of(days):
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]")
