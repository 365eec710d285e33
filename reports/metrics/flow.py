"""Known flow: what a physician is known to send on, and how much of it leaves us.

known: referral events of the run by the physician's NPI, whoever received them, in
    the chosen service lines (all of them if none is chosen), in the twelve months
    that end with the month of the run's newest event
out of network: those of them whose destination is out of network, says the run

An event is the care that one patient got in one service line on referral of one
physician. Claims tell of the payers that sent them: a physician without known
events may still refer. Fewer than 11 patients are said as "fewer than 11".
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from liaison_crm.lib.periods import Period
from reports.metrics.leakage import engine

MONTHS = 12
KEPT = 8  # answers in memory; the events of a run are never written again

NEWEST_SQL = """
SELECT max(event_on) FROM read_parquet($path)
WHERE ($start::DATE IS NULL OR event_on >= $start::DATE)
    AND ($end::DATE IS NULL OR event_on < $end::DATE)
"""

FLOW_SQL = """
SELECT
    referring_npi,
    count(*) AS events,
    count(*) FILTER (status = 'out') AS out_of_network,
    count(DISTINCT source || ' ' || patient) AS patients
FROM read_parquet($path)
WHERE event_on >= $start::DATE AND event_on < $end::DATE
    AND ($is_any OR list_contains($service_lines::VARCHAR[], service_line))
GROUP BY referring_npi
"""


@dataclass(frozen=True)
class Flow:
    """What one physician sends."""

    events: int = 0
    out_of_network: int = 0
    patients: int = 0


@dataclass(frozen=True)
class Flows:
    """NPI -> flow, over a period; None for it where there is no event at all."""

    by_npi: Mapping[str, Flow]
    period: Period | None

    @property
    def last_day(self) -> dt.date | None:
        return self.period and self.period.end - dt.timedelta(days=1)


@lru_cache(maxsize=KEPT)
def known(
    path: str,
    *,
    within: Period | None = None,
    service_lines: frozenset[str] = frozenset(),
) -> Flows:
    """By referring NPI: of the events at `path`, those of the newest months."""
    bounds = {
        "path": path,
        "start": within.start if within else None,
        "end": within.end if within else None,
    }
    with engine() as asked:
        (newest,) = asked.execute(NEWEST_SQL, bounds).fetchone()
        if newest is None:
            return Flows({}, None)
        period = year_ending(newest)
        rows = asked.execute(
            FLOW_SQL,
            {
                "path": path,
                "start": max(period.start, within.start) if within else period.start,
                "end": min(period.end, within.end) if within else period.end,
                "is_any": not service_lines,
                "service_lines": sorted(service_lines),
            },
        ).fetchall()
    return Flows({npi: Flow(*counts) for npi, *counts in rows}, period)


def year_ending(day: dt.date) -> Period:
    """The twelve calendar months that end with the month of the day."""
    last = Period.of_months(f"{day:%Y-%m}", f"{day:%Y-%m}")
    return Period(last.end.replace(year=last.end.year - 1), last.end)
