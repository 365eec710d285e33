"""The regression behind the return, guarded.

Poisson with physician and week fixed effects on exposure and lead, clustered
by practice (pyfixest). An empty or one-unit panel would abort the process, so
counts are checked before the call.
"""

import math
import warnings
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
import pyfixest

from reports.metrics.roi_panel import Panel

LEAST_VISITED = 20
LEAST_NEVER_VISITED = 20
LEAST_SWITCHING = 10
LEAST_PRACTICES = 2
LEAD_WARNING = 0.05
LEAD_LIT = 0.01
# Beyond exp(7), 1,100-fold, a "ratio" is a column that the data does not fix.
MOST_COEFFICIENT = 7
# Beyond these decimals the number of threads decides; a run gives the same twice.
SAME_DECIMALS = 10
TWO_SIDED_95 = NormalDist().inv_cdf(0.975)

LIT = (
    "Visits followed a change that was already under way: referrals had moved in "
    "the weeks before the visits, so what came after cannot be credited to them."
)
NO_LEAD = (
    "The lead check cannot be made: no week between 7 and 42 days before a visit "
    "lies in the panel."
)
NO_FIT = "The regression finds no stable estimate in these weeks."


@dataclass(frozen=True)
class Lead:
    """What happened before visits: a ratio away from 1 is a warning."""

    ratio: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    verdict: str | None = None  # clear, warning, lit; None: could not be made


@dataclass(frozen=True)
class Basis:
    """Whom the regression rests on: physicians with a referral, mature weeks."""

    visited: int = 0
    never_visited: int = 0
    switching: int = 0
    practices: int = 0

    def missing(self) -> str | None:
        """What an estimate still needs, in words; None when nothing is."""
        needs = [
            f"{least} {what} (there are {found})"
            for found, least, what in (
                (self.visited, LEAST_VISITED, "visited physicians"),
                (self.never_visited, LEAST_NEVER_VISITED, "never visited physicians"),
                (
                    self.switching,
                    LEAST_SWITCHING,
                    "physicians with weeks both with and without a recent visit",
                ),
                (self.practices, LEAST_PRACTICES, "practices"),
            )
            if found < least
        ]
        if not needs:
            return None
        return f"It takes at least {_listed(needs)}, each with referrals of their own."


@dataclass(frozen=True)
class Estimate:
    """The rate ratio at full exposure with its 95 % interval, or why none."""

    ratio: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    lead: Lead = Lead()
    basis: Basis = Basis()
    reason: str | None = None


def estimate(panel: Panel, window: int) -> Estimate:
    """The effect of a visit on the `window` days after it, over mature weeks."""
    mature = slice(0, panel.mature_weeks)
    active, observed = panel.active[:, mature], panel.observed()[:, mature]
    exposure, lead = panel.exposure(window)[:, mature], panel.lead(window)[:, mature]
    # Physicians and weeks without any referral say nothing in this regression.
    people = observed.sum(axis=1) > 0
    weeks = observed.sum(axis=0) > 0
    used = active & people[:, None] & weeks[None, :]
    basis = _basis(panel, used, exposure)
    if missing := basis.missing():
        return Estimate(basis=basis, reason=missing)
    row, week = np.nonzero(used)
    rows = pd.DataFrame(
        {
            "referrals": observed[used],
            "exposure": exposure[used],
            "lead": lead[used],
            "physician": row,
            "week": week,
            "practice": panel.practices[row],
        }
    )
    if not rows["lead"].any():
        return Estimate(basis=basis, reason=NO_LEAD)
    found = _fitted(rows)
    if found is None:
        return Estimate(basis=basis, reason=NO_FIT)
    verdict = _lead(*found["lead"])
    if verdict.verdict == "lit":
        return Estimate(lead=verdict, basis=basis, reason=LIT)
    return Estimate(*_interval(*found["exposure"]), lead=verdict, basis=basis)


def _basis(panel, used, exposure) -> Basis:
    reached = (used & (exposure > 0)).any(axis=1)
    apart = (used & (exposure == 0)).any(axis=1)
    present = used.any(axis=1)
    met = np.zeros(len(present), bool)
    met[panel.visits[panel.visits[:, 1] < panel.mature_until, 0]] = True
    return Basis(
        visited=int(reached.sum()),
        never_visited=int((present & ~met).sum()),
        switching=int((reached & apart).sum()),
        practices=len(np.unique(panel.practices[present])),
    )


def _fitted(rows) -> dict[str, tuple[float, float]] | None:
    """(coefficient, standard error) of exposure and lead; None without a fit."""
    with warnings.catch_warnings():
        # Separated observations are dropped, as intended; the rest is pyfixest
        # 0.60 calling what pandas 3 will retire in 4.
        for kind in (UserWarning, RuntimeWarning, pd.errors.Pandas4Warning):
            warnings.filterwarnings("ignore", category=kind, module="pyfixest")
        try:
            fit = pyfixest.fepois(
                "referrals ~ exposure + lead | physician + week",
                data=rows,
                vcov={"CRV1": "practice"},
                iwls_tol=1e-12,
                iwls_maxiter=100,
                demeaner=pyfixest.MapDemeaner(fixef_tol=1e-12),
            )
        except (ValueError, RuntimeError, np.linalg.LinAlgError):
            return None
    coefficients, errors = fit.coef(), fit.se()
    found = {}
    for name in ("exposure", "lead"):
        if name not in coefficients:
            return None
        value = round(float(coefficients[name]), SAME_DECIMALS)
        error = round(float(errors[name]), SAME_DECIMALS)
        if not (math.isfinite(value) and math.isfinite(error) and error > 0):
            return None
        if abs(value) > MOST_COEFFICIENT:
            return None
        found[name] = (value, error)
    return found


def _interval(value, error):
    reach = TWO_SIDED_95 * error
    return math.exp(value), math.exp(value - reach), math.exp(value + reach)


def _lead(value, error) -> Lead:
    chance = 2 * NormalDist().cdf(-abs(value / error))
    if chance < LEAD_LIT:
        verdict = "lit"
    else:
        verdict = "warning" if chance < LEAD_WARNING else "clear"
    return Lead(*_interval(value, error), verdict)


def _listed(parts):
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
