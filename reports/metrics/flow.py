"""Known flow: what a physician is known to send on, and how much of it leaves us.

known: referral events of the run by the physician's NPI, whoever received them, in
    the chosen service lines (all of them if none is chosen), in the twelve months
    that end with the month of the run's newest event
out of network: those of them whose destination is out of network, says the run

An event is the care that one patient got in one service line on referral of one
physician. Claims tell of the payers that sent them: a physician without known
events may still refer. Fewer than 11 patients are said as "fewer than 11". So are
service lines that could be found by subtracting one choice of lines from another:
those of fewer than 11 patients are told only together, with the smallest other line
when they are one alone or still fewer than 11.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from liaison_crm.lib.periods import Period
from reports.metrics.leakage import FEW, engine

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

LINES_SQL = """
SELECT referring_npi, service_line, count(*) AS events,
    list(DISTINCT source || ' ' || patient) AS patients
FROM read_parquet($path)
WHERE event_on >= $start::DATE AND event_on < $end::DATE
GROUP BY referring_npi, service_line
ORDER BY referring_npi, events, service_line
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


@lru_cache(maxsize=KEPT)
def told_together(
    path: str, *, within: Period | None = None
) -> Mapping[str, frozenset[str]]:
    """NPI -> the service lines that are told all or none: see above."""
    period = known(path, within=within).period
    if period is None:
        return {}
    bounds = {
        "path": path,
        "start": max(period.start, within.start) if within else period.start,
        "end": min(period.end, within.end) if within else period.end,
    }
    with engine() as asked:
        rows = asked.execute(LINES_SQL, bounds).fetchall()
    found = {}
    for npi, lines in groupby(rows, key=itemgetter(0)):
        if together := _together([(line, patients) for _, line, _, patients in lines]):
            found[npi] = together
    return found


def _together(lines: list[tuple[str, list[str]]]) -> frozenset[str]:
    """Of one physician's lines with their patients, the smallest line first."""
    small = [line for line in lines if len(line[1]) < FEW]
    patients = {one for _, ones in small for one in ones}
    names = [name for name, _ in small]
    if small and (len(small) == 1 or len(patients) < FEW):
        names += [name for name, ones in lines if len(ones) >= FEW][:1]
    return frozenset(names)


def year_ending(day: dt.date) -> Period:
    """The twelve calendar months that end with the month of the day."""
    last = Period.of_months(f"{day:%Y-%m}", f"{day:%Y-%m}")
    return Period(last.end.replace(year=last.end.year - 1), last.end)
