"""Leakage: the share of known referral events that leave the network.

Counted are referral events whose referring physician was employed by or
affiliated with the network on the event's date, as the roster says. An
independent physician cannot leak.

An event is the care that one patient got in one service line on referral of one
physician; a pause longer than the run's gap (90 days unless set otherwise)
starts a new event. Its date, destination and network status are those of its
first claim line, its amount is the sum over its lines.

In network: the rendering, else the billing, else the facility NPI is on the
roster that day as employed or affiliated. Out of network: it is there as
independent or competitor; or the roster is declared complete by then and none
of the three is on it. Unknown: everything else.

leakage = out / (in + out)
unknown share = unknown / all
dollar leakage = amount out / (amount in + amount out)
share that fell back = amounts that were not of the run's basis / all amounts

By county: that of the practice where the referring physician mainly works today, by
the middle of its ZIP code. A ZIP code without a known middle, or a physician without a
practice, is an unknown county.

A share without a denominator is "no data", not zero.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import duckdb
from django.conf import settings

from liaison_crm.lib.periods import Period

FEW = 11  # a row of fewer patients could point to somebody

COLUMNS = {
    "service_line": "service_line",
    "month": "month",
    "referrer": "referring_npi",
    "destination": "destination_npi",
    "payer": "payer_name",
    "territory": "territory",
    "county": "county",
}
STATUSES = ("in", "out", "unknown")

# The events that count, of one run, scope, period and choice of filters.
COUNTED_SQL = """
WITH place AS (
    SELECT
        unnest($npis::VARCHAR[]) AS npi, unnest($places::VARCHAR[]) AS territory,
        unnest($starts::DATE[]) AS since, unnest($ends::DATE[]) AS until
), home AS (
    SELECT unnest($seated::VARCHAR[]) AS npi, unnest($counties::VARCHAR[]) AS county
), counted AS (
    SELECT
        event.*,
        strftime(event.event_on, '%Y-%m') AS month,
        coalesce(place.territory, '') AS territory,
        coalesce(home.county, '') AS county,
        CASE WHEN $few > 0 THEN event.source || ' ' || event.patient END AS person
    FROM read_parquet($path) AS event
    LEFT JOIN place ON place.npi = event.referring_npi
        AND (place.since IS NULL OR event.event_on >= place.since)
        AND (place.until IS NULL OR event.event_on < place.until)
    LEFT JOIN home ON home.npi = event.referring_npi
    WHERE event.referrer_status IN ('employed', 'affiliated')
        AND ($start::DATE IS NULL OR event.event_on >= $start::DATE)
        AND ($end::DATE IS NULL OR event.event_on < $end::DATE)
        AND (NOT $is_scoped OR event.referring_npi IN (
            SELECT unnest($scope::VARCHAR[])
        ))
        AND ($service_line::VARCHAR IS NULL OR event.service_line = $service_line)
        AND ($referrer::VARCHAR IS NULL OR event.referring_npi = $referrer)
        AND ($destination::VARCHAR IS NULL OR event.destination_npi = $destination)
        AND ($payer::VARCHAR IS NULL OR event.payer_name = $payer)
        AND ($territory::VARCHAR IS NULL OR coalesce(place.territory, '') = $territory)
        AND ($county::VARCHAR IS NULL OR coalesce(home.county, '') = $county)
        AND ($status::VARCHAR IS NULL OR event.status = $status)
)
"""

CELL_SQL = """
    count(*) AS events,
    count(*) FILTER (status = 'in') AS in_network,
    count(*) FILTER (status = 'out') AS out_of_network,
    count(*) FILTER (status = 'unknown') AS unknown,
    coalesce(sum(amount_cents) FILTER (status = 'in'), 0)::BIGINT AS amount_in,
    coalesce(sum(amount_cents) FILTER (status = 'out'), 0)::BIGINT AS amount_out,
    coalesce(sum(amount_cents), 0)::BIGINT AS amount,
    coalesce(sum(fallback_cents), 0)::BIGINT AS fallback,
    coalesce(min(referring_npi) = max(referring_npi), FALSE) AS is_one_referrer,
    CASE WHEN count(DISTINCT person) < $few THEN list(DISTINCT person) END AS few
FROM counted
"""

CUT_SQL = f"""{COUNTED_SQL}
SELECT CASE $cut
    WHEN 'service_line' THEN service_line
    WHEN 'month' THEN month
    WHEN 'referrer' THEN referring_npi
    WHEN 'destination' THEN destination_npi
    WHEN 'payer' THEN payer_name
    WHEN 'territory' THEN territory
    WHEN 'county' THEN county
    ELSE '' END AS key,
{CELL_SQL}
GROUP BY key ORDER BY key
"""

PAGE_SQL = f"""{COUNTED_SQL}
SELECT
    grouping(
        service_line, month, referring_npi, destination_npi, payer_name, territory,
        county
    ) AS left_out,
    service_line, month, referring_npi, destination_npi, payer_name, territory, county,
{CELL_SQL}
GROUP BY GROUPING SETS (
    (), (service_line), (month), (referring_npi), (destination_npi), (payer_name),
    (territory), (county), (service_line, destination_npi)
)
ORDER BY ALL
"""

ROWS_SQL = f"""{COUNTED_SQL}
SELECT
    event_on, referring_npi, service_line, destination_npi, rendering_npi, status,
    status_basis, amount_cents, fallback_cents, lines, payer_name, source
FROM counted
ORDER BY
    CASE WHEN $sort = 'event_on' THEN event_on END,
    CASE WHEN $sort = '-event_on' THEN event_on END DESC,
    CASE WHEN $sort = 'amount' THEN amount_cents END,
    CASE WHEN $sort = '-amount' THEN amount_cents END DESC,
    event_on DESC, source, claim_id, claim_line
LIMIT $limit OFFSET $offset
"""

# Every event of the file, whoever referred: what each source brings.
SOURCES_SQL = """
SELECT source, count(*) AS events, strftime(min(event_on), '%Y-%m') AS first_month,
    strftime(max(event_on), '%Y-%m') AS last_month
FROM read_parquet($path) GROUP BY source ORDER BY source
"""

OVERLAPS_SQL = """
WITH covered AS (
    SELECT payer_name, date_trunc('month', event_on) AS month
    FROM read_parquet($path)
    GROUP BY ALL HAVING count(DISTINCT source) > 1
)
SELECT payer_name AS payer, strftime(min(month), '%Y-%m') AS first_month,
    strftime(max(month), '%Y-%m') AS last_month, count(*) AS months
FROM covered GROUP BY payer_name ORDER BY payer_name
"""


class Stay(NamedTuple):
    """A referrer practises in a territory, by its name, from `start` (in) to `end`
    (out); None is open."""

    npi: str
    territory: str
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True)
class Events:
    """A run's events, and which of them count.

    `path`: the run's Parquet file. `scope`: the referring NPIs that count, None
    for all. `period`: None for all there is. `stays`: in which territories the
    referrers practise, no two of one referrer on the same day. `counties`: NPI of a
    referrer -> FIPS code. Filters are exact values or None. With `marks_few` each cell
    of fewer than 11 patients says who they are (as hashes), so that such cells can be
    merged; that costs counting distinct.
    """

    path: str
    scope: frozenset[str] | None = None
    period: Period | None = None
    stays: Sequence[Stay] = ()
    counties: Mapping[str, str] = field(default_factory=dict)
    service_line: str | None = None
    referrer: str | None = None
    destination: str | None = None
    payer: str | None = None
    territory: str | None = None
    county: str | None = None
    status: str | None = None
    marks_few: bool = False

    def query_parameters(self) -> dict:
        return {
            "path": self.path,
            "start": self.period.start if self.period else None,
            "end": self.period.end if self.period else None,
            "is_scoped": self.scope is not None,
            "scope": sorted(self.scope or ()),
            "npis": [stay.npi for stay in self.stays],
            "places": [stay.territory for stay in self.stays],
            "starts": [stay.start for stay in self.stays],
            "ends": [stay.end for stay in self.stays],
            "seated": list(self.counties),
            "counties": list(self.counties.values()),
            "service_line": self.service_line,
            "referrer": self.referrer,
            "destination": self.destination,
            "payer": self.payer,
            "territory": self.territory,
            "county": self.county,
            "status": self.status,
            "few": FEW if self.marks_few else 0,
        }


@dataclass(frozen=True)
class Cell:
    """Counts of events and amounts in cents; shares are None without data.

    `is_one_referrer`: all events are one physician's, and so are the amounts.
    `few`: the patients, if there are fewer than 11 and that was asked for.
    """

    events: int = 0
    in_network: int = 0
    out_of_network: int = 0
    unknown: int = 0
    amount_in: int = 0
    amount_out: int = 0
    amount: int = 0
    fallback: int = 0
    is_one_referrer: bool = field(default=False, compare=False)
    few: frozenset[str] | None = None

    @property
    def leakage(self) -> float | None:
        return _share(self.out_of_network, self.in_network + self.out_of_network)

    @property
    def unknown_share(self) -> float | None:
        return _share(self.unknown, self.events)

    @property
    def dollar_leakage(self) -> float | None:
        return _share(self.amount_out, self.amount_in + self.amount_out)

    @property
    def fallback_share(self) -> float | None:
        return _share(self.fallback, self.amount)


@dataclass(frozen=True)
class Row:
    """One line of a cut. The key is the value that was grouped by."""

    key: str
    cell: Cell
    label: str = ""
    is_merged: bool = False


@dataclass(frozen=True)
class Flow:
    """Events of a service line that went to one destination."""

    service_line: str
    destination: str
    cell: Cell
    label: str = ""


@dataclass(frozen=True)
class Explored:
    """Every cut of the same events, from one query."""

    overall: Cell
    by_service_line: list[Row]
    by_month: list[Row]
    by_referrer: list[Row]
    by_destination: list[Row]
    by_payer: list[Row]
    by_territory: list[Row]
    by_county: list[Row]
    flows: list[Flow]


def overall(events: Events) -> Cell:
    rows = _cut(events, "")
    return rows[0].cell if rows else Cell()


def by_service_line(events: Events) -> list[Row]:
    return _cut(events, "service_line")


def by_month(events: Events) -> list[Row]:
    """Keys are YYYY-MM; a month without events has no row."""
    return _cut(events, "month")


def by_referrer(events: Events) -> list[Row]:
    """Keys are NPIs of referring physicians."""
    return _cut(events, "referrer")


def by_destination(events: Events) -> list[Row]:
    """Keys are NPIs of organizations, "" where the claim names none."""
    return _cut(events, "destination")


def by_payer(events: Events) -> list[Row]:
    return _cut(events, "payer")


def by_territory(events: Events) -> list[Row]:
    """Keys are names of territories, "" for referrers outside of all."""
    return _cut(events, "territory")


def by_county(events: Events) -> list[Row]:
    """Keys are FIPS codes, "" for referrers whose county is not known."""
    return _cut(events, "county")


CUTS = {
    "service_line": by_service_line,
    "month": by_month,
    "referrer": by_referrer,
    "destination": by_destination,
    "payer": by_payer,
    "territory": by_territory,
    "county": by_county,
}


def explore(events: Events) -> Explored:
    """All cuts at once: one reading of the file serves a page."""
    cuts: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    flows, total = [], Cell()
    names = list(COLUMNS)
    for left_out, *keys, cell in _cells(PAGE_SQL, events.query_parameters(), keys=8):
        grouped = [
            n for n, bit in zip(names, f"{left_out:07b}", strict=True) if bit == "0"
        ]
        if not grouped:
            total = cell
        elif len(grouped) == 2:
            flows.append(Flow(service_line=keys[0], destination=keys[3], cell=cell))
        else:
            name = grouped[0]
            cuts[name].append(Row(key=keys[names.index(name)] or "", cell=cell))
    return Explored(
        overall=total,
        **{f"by_{name}": sorted(rows, key=_key) for name, rows in cuts.items()},
        flows=sorted(flows, key=lambda flow: (flow.service_line, flow.destination)),
    )


def sources(events: Events) -> list[dict]:
    """source, events, first_month, last_month of all events in the file."""
    return _records(SOURCES_SQL, {"path": events.path})


def overlaps(events: Events) -> list[dict]:
    """payer, first_month, last_month, months that two sources cover both."""
    return _records(OVERLAPS_SQL, {"path": events.path})


def rows(events: Events, *, sort: str, offset: int, limit: int) -> list[dict]:
    """Single events, newest first unless `sort` says event_on or amount."""
    values = {"sort": sort, "offset": offset, "limit": limit}
    return _records(ROWS_SQL, events.query_parameters() | values)


def _key(row):
    return row.key


def _share(part, whole):
    return part / whole if whole else None


def _cut(events, cut):
    parameters = events.query_parameters() | {"cut": cut}
    return [
        Row(key=key or "", cell=cell)
        for key, cell in _cells(CUT_SQL, parameters, keys=1)
    ]


def _records(sql, parameters):
    with engine() as asked:
        found = asked.execute(sql, parameters)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _cells(sql, parameters, *, keys):
    """(key, ..., Cell) of each row of the answer: `keys` columns come first."""
    with engine() as asked:
        answer = asked.execute(sql, parameters).fetchall()
    for row in answer:
        *numbers, few = row[keys:]
        patients = None if few is None else frozenset(few) - {None}
        counts = dict(zip(CELL_FIELDS, numbers, strict=True))
        yield *row[:keys], Cell(**counts, few=patients)


CELL_FIELDS = [part.name for part in fields(Cell) if part.name != "few"]


def engine():
    return duckdb.connect(
        config={
            "memory_limit": settings.DUCKDB_MEMORY_LIMIT,
            "autoinstall_known_extensions": False,
        }
    )
