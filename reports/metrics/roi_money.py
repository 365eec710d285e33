"""Money of the return: margins of incremental referrals, programme cost, ROI."""

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from reports.metrics.roi_panel import (
    Panel,
    date_of,
    days_of,
    filled,
    mature_visits,
    ordinal,
)
from reports.metrics.roi_regression import Estimate

BEGINNING = -(10**6)  # a day before all others
GENERAL = -1  # the payer class of a margin that has none


@dataclass(frozen=True)
class Cost:
    """Cents over the mature weeks; None while a month is missing."""

    cents: int | None = None
    missing_months: tuple[str, ...] = ()
    is_shared: bool = False


# Costs are kept for the whole programme, not for a part of its physicians.
SHARED_COST = Cost(is_shared=True)


@dataclass(frozen=True)
class Money:
    """Cents; None where a margin, a cost or an estimate is missing."""

    margin: tuple[int, int, int] | None = None  # value, low, high
    share_without_margin: float | None = None
    cost: Cost = Cost()
    visits: int = 0
    incremental: float | None = None

    @property
    def roi(self) -> tuple[float, float, float] | None:
        """(margin - cost) / cost: value, low, high."""
        if self.margin is None or not self.cost.cents:
            return None
        cost = self.cost.cents
        return tuple((margin - cost) / cost for margin in self.margin)

    @property
    def cost_per_visit_cents(self) -> int | None:
        if self.cost.cents is None or not self.visits:
            return None
        return round(self.cost.cents / self.visits)

    @property
    def cost_per_referral_cents(self) -> int | None:
        """None as well when visits brought no referral: there is no price then."""
        if self.cost.cents is None or not self.incremental or self.incremental < 0:
            return None
        return round(self.cost.cents / self.incremental)

    def to_json(self) -> dict:
        roi, low, high = self.roi or (None, None, None)
        return {
            "incremental_margin": in_dollars(self.margin and self.margin[0]),
            "programme_cost": in_dollars(self.cost.cents),
            "roi": roi,
            "roi_low": low,
            "roi_high": high,
        }

    def details(self) -> dict:
        """Cents, and what is missing, for the page."""
        value, low, high = self.margin or (None, None, None)
        return {
            "margin_cents": value,
            "margin_low_cents": low,
            "margin_high_cents": high,
            "share_without_margin": self.share_without_margin,
            "cost_cents": self.cost.cents,
            "cost_is_shared": self.cost.is_shared,
            "months_without_cost": list(self.cost.missing_months),
            "cost_per_visit_cents": self.cost_per_visit_cents,
            "cost_per_referral_cents": self.cost_per_referral_cents,
        }


def in_dollars(cents: int | None) -> str | None:
    return None if cents is None else f"{Decimal(cents) / 100:.2f}"


def margins_of(margins: pa.Table, panel: Panel) -> np.ndarray:
    """Cents for each referral of the panel, in force on the day it was received.

    That of the referral's payer class, else the line's general one; NaN where
    neither is.
    """
    line, payer_class = filled(margins["service_line"]), filled(margins["payer_class"])
    cents = margins["margin_cents"].cast(pa.float64()).fill_null(np.nan).to_numpy()
    start = days_of(margins["effective_from"], missing=BEGINNING)
    made = panel.referrals
    found = np.full(len(made), np.nan)
    # In order, the general ones (-1) first: those of a class replace them.
    for of_class, one in np.unique(np.column_stack([payer_class, line]), axis=0):
        its = np.flatnonzero((line == one) & (payer_class == of_class))
        its = its[np.argsort(start[its], kind="stable")]
        meant = made[:, 2] == one
        if of_class != GENERAL:
            meant &= made[:, 3] == of_class
        meant = np.flatnonzero(meant)
        place = np.searchsorted(start[its], made[meant, 1], side="right")
        has_one = place > 0
        found[meant[has_one]] = cents[its[place[has_one] - 1]]
    return found


def money_of(
    panel: Panel, estimate: Estimate, window: int, margins: np.ndarray, cost: Cost
) -> Money:
    """What the incremental referrals of the mature weeks are worth."""
    made = panel.referrals
    mature = made[:, 1] < panel.mature_until
    made, margins = made[mature], margins[mature]
    week = (made[:, 1] - panel.first_day) // 7
    exposure = panel.exposure(window)[made[:, 0], week]
    reached = exposure > 0
    entered = ~np.isnan(margins)
    without = float((~entered[reached]).mean()) if reached.any() else None
    values, margin = None, None
    if estimate.ratio is not None:
        ratios = (estimate.ratio, estimate.ci_low, estimate.ci_high)
        gained = [1 - ratio**-exposure for ratio in ratios]
        values = float(gained[0].sum())
        if (reached & entered).any():
            margin = tuple(
                round(float((gain[entered] * margins[entered]).sum()))
                for gain in gained
            )
    return Money(margin, without, cost, mature_visits(panel), values)


def programme_cost(costs: pa.Table, panel: Panel) -> Cost:
    """The costs of the mature weeks' days, each month prorated by its days.

    Months before the first visit need no cost; a later month without one makes
    the whole unknown, since a sum that leaves it out would flatter the return.
    """
    start, end = panel.first_day, panel.mature_until
    entered: dict[dt.date, int] = {}
    rows = zip(
        costs["month"].to_pylist(), costs["amount_cents"].to_pylist(), strict=True
    )
    for month, cents in rows:
        entered[month] = entered.get(month, 0) + cents
    visits = panel.visits[panel.visits[:, 1] < end, 1]
    if not entered or not len(visits) or start >= end:
        return Cost()
    first_visit = max(int(visits.min()), start)
    total, missing = 0.0, []
    for month in _months_between(start, end):
        days = calendar.monthrange(month.year, month.month)[1]
        month_start = ordinal(month)
        inside = min(end, month_start + days) - max(start, month_start)
        if month in entered:
            total += entered[month] * inside / days
        elif month_start + days > first_visit:
            missing.append(f"{month:%Y-%m}")
    return Cost(None if missing else round(total), tuple(missing))


def _months_between(start: int, end: int):
    month = date_of(start).replace(day=1)
    while ordinal(month) < end:
        yield month
        month = (month + dt.timedelta(days=32)).replace(day=1)
