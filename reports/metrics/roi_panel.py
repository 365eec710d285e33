"""The panel behind the return: physician x ISO week, from plain tables.

Every input is an Arrow table of facts (`Inputs`), so a run can keep them and
compute the same figures again. Days are counted from 1970-01-01.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

LEAST_IMMATURE_DAYS = 28
IMMATURE_SHARE = 0.9
LEAD_DAYS = (7, 42)

DAY = pa.date32()
ID = pa.int64()
SCHEMAS = {
    # Every referral; `counts` is False for declined, cancelled and lost ones.
    "referrals": pa.schema(
        [
            ("physician", ID),
            ("received_on", DAY),
            ("seen_on", DAY),
            ("service_line", ID),
            ("counts", pa.bool_()),
            ("payer_class", ID),
        ]
    ),
    # One row per held conversation and physician.
    "visits": pa.schema([("physician", ID), ("visited_on", DAY)]),
    "affiliations": pa.schema(
        [
            ("physician", ID),
            ("practice", ID),
            ("effective_from", DAY),
            ("effective_to", DAY),
            ("is_primary", pa.bool_()),
        ]
    ),
    "practices": pa.schema([("practice", ID), ("territory", ID)]),
    "territories": pa.schema(
        [("territory", ID), ("parent", ID), ("name", pa.string())]
    ),
    # Each holds from its day (none: from the beginning) until the next of its line
    # and payer class (none: of the line in general).
    "margins": pa.schema(
        [
            ("service_line", ID),
            ("margin_cents", ID),
            ("effective_from", DAY),
            ("payer_class", ID),
        ]
    ),
    "costs": pa.schema([("month", DAY), ("amount_cents", ID)]),
}


@dataclass(frozen=True)
class Inputs:
    """The facts a run is computed from: one Arrow table of each schema."""

    referrals: pa.Table
    visits: pa.Table
    affiliations: pa.Table
    practices: pa.Table
    territories: pa.Table
    margins: pa.Table
    costs: pa.Table

    @classmethod
    def of_rows(cls, **rows: list[tuple]) -> "Inputs":
        """From lists of tuples in the order of the schemas; none is no rows."""
        return cls(
            **{name: table_of(name, rows.pop(name, ())) for name in list(SCHEMAS)},
            **rows,
        )


def table_of(name: str, rows) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMAS[name])
    return pa.table(
        [
            pa.array(column, type=field.type)
            for column, field in zip(columns, SCHEMAS[name], strict=True)
        ],
        schema=SCHEMAS[name],
    )


@dataclass(frozen=True)
class Panel:
    """Physician x week. Arrays of shape (physicians, weeks) unless said."""

    physicians: np.ndarray  # ids, ascending
    practices: np.ndarray  # the last primary practice of each physician
    first_day: int  # the Monday of the first week
    weeks: int
    mature_weeks: int
    immature_days: int
    newest_day: int  # of the referrals there are, or the last one asked for
    active: np.ndarray  # an affiliation holds on a day of the week
    # (n, 4): physician's row, day, service line, payer class (-1: none)
    referrals: np.ndarray
    visits: np.ndarray  # (n, 2): physician's row, day; once per day

    @property
    def last_day(self) -> int:
        """The day after the last week."""
        return self.first_day + 7 * self.weeks

    @property
    def mature_until(self) -> int:
        """The day after the last mature week."""
        return self.first_day + 7 * self.mature_weeks

    def observed(self) -> np.ndarray:
        """Referrals that count, per physician and week."""
        counts = np.zeros(self.active.shape, np.int64)
        week = (self.referrals[:, 1] - self.first_day) // 7
        np.add.at(counts, (self.referrals[:, 0], week), 1)
        return counts

    def exposed_days(self, window: int) -> np.ndarray:
        """Days 1 to `window` after a visit: (physicians, days), True or False."""
        return self._marked(self.visits[:, 1] + 1, self.visits[:, 1] + window + 1)

    def exposure(self, window: int) -> np.ndarray:
        """The share of each week's days that a visit of the last days reaches."""
        return self._shares(self.exposed_days(window))

    def lead(self, window: int) -> np.ndarray:
        """The share of each week's days 7-42 before a visit and not exposed."""
        nearest, farthest = LEAD_DAYS
        before = self._marked(
            self.visits[:, 1] - farthest, self.visits[:, 1] - nearest + 1
        )
        return self._shares(before & ~self.exposed_days(window))

    def of_physicians(self, chosen: np.ndarray) -> "Panel":
        """The same weeks for some of the physicians (a mask over them)."""
        row = np.cumsum(chosen) - 1

        def kept(facts):
            mine = facts[chosen[facts[:, 0]]]
            return np.column_stack([row[mine[:, 0]], mine[:, 1:]])

        return Panel(
            physicians=self.physicians[chosen],
            practices=self.practices[chosen],
            first_day=self.first_day,
            weeks=self.weeks,
            mature_weeks=self.mature_weeks,
            immature_days=self.immature_days,
            newest_day=self.newest_day,
            active=self.active[chosen],
            referrals=kept(self.referrals),
            visits=kept(self.visits),
        )

    def _marked(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Days of the panel within any of the spans [start, end) of its visits."""
        days = 7 * self.weeks
        steps = np.zeros((len(self.physicians), days + 1), np.int32)
        row = self.visits[:, 0]
        np.add.at(steps, (row, np.clip(start - self.first_day, 0, days)), 1)
        np.add.at(steps, (row, np.clip(end - self.first_day, 0, days)), -1)
        return np.cumsum(steps[:, :-1], axis=1) > 0

    def _shares(self, days: np.ndarray) -> np.ndarray:
        return days.reshape(len(days), self.weeks, 7).mean(axis=2)


def immature_days(received: np.ndarray, seen: np.ndarray) -> int:
    """N: the days within which 90 % of those seen were seen, at least 28."""
    waits = np.sort((seen - received)[seen >= received])
    if not len(waits):
        return LEAST_IMMATURE_DAYS
    enough = waits[int(np.ceil(IMMATURE_SHARE * len(waits))) - 1]
    return max(int(enough), LEAST_IMMATURE_DAYS)


def build(inputs: Inputs, *, start: dt.date | None = None, end: dt.date | None = None):
    """The panel over the whole ISO weeks with referrals; None without any.

    `start` (in) and `end` (out) narrow it to the whole weeks between them.
    What is immature depends on the newest referral there is, not on them.
    """
    received = days_of(inputs.referrals["received_on"])
    if not len(received):
        return None
    seen = days_of(inputs.referrals["seen_on"])
    counts = inputs.referrals["counts"].to_numpy()
    unripe = immature_days(received[counts], seen[counts])
    newest = int(received.max())
    first = max(int(received.min()), ordinal(start) if start else -(10**6))
    last = min(newest, ordinal(end) - 1 if end else 10**6)
    first_day = first + (4 - first) % 7  # 1970-01-01 was a Thursday: Mondays are 4
    weeks = max((last + 1 - first_day) // 7, 0)
    if not weeks:
        return None
    mature = min(max((newest - unripe + 1 - first_day) // 7, 0), weeks)
    physicians, practices, active = _affiliated(inputs.affiliations, first_day, weeks)
    return Panel(
        physicians=physicians,
        practices=practices,
        first_day=first_day,
        weeks=weeks,
        mature_weeks=mature,
        immature_days=unripe,
        newest_day=last,
        active=active,
        referrals=_referrals(inputs.referrals, physicians, active, first_day),
        visits=_visits(inputs.visits, physicians),
    )


def _affiliated(affiliations, first_day, weeks):
    """Who is in the panel, where they were last, and in which weeks."""
    people = affiliations["physician"].to_numpy()
    start = days_of(affiliations["effective_from"], missing=-(10**6))
    end = days_of(affiliations["effective_to"], missing=10**6)
    from_week = np.clip((start - first_day) // 7, 0, weeks)
    to_week = np.clip(-((first_day - end) // 7), 0, weeks)
    holds = from_week < to_week
    physicians = np.unique(people[holds])
    row = np.searchsorted(physicians, people[holds])
    steps = np.zeros((len(physicians), weeks + 1), np.int32)
    np.add.at(steps, (row, from_week[holds]), 1)
    np.add.at(steps, (row, to_week[holds]), -1)
    # The last primary practice: primary first, then the latest end, start, id.
    place = affiliations["practice"].to_numpy()[holds]
    primary = affiliations["is_primary"].to_numpy()[holds]
    order = np.lexsort((place, start[holds], end[holds], primary, row))
    practices = np.zeros(len(physicians), np.int64)
    practices[row[order]] = place[order]
    return physicians, practices, np.cumsum(steps[:, :-1], axis=1) > 0


def _referrals(referrals, physicians, active, first_day):
    person = filled(referrals["physician"])
    row, known = _rows_of(person, physicians)
    day = days_of(referrals["received_on"])
    line = filled(referrals["service_line"])
    payer_class = filled(referrals["payer_class"])
    week = (day - first_day) // 7
    inside = known & referrals["counts"].to_numpy() & (week >= 0)
    inside &= week < active.shape[1]
    inside[inside] = active[row[inside], week[inside]]
    return np.column_stack([row, day, line, payer_class])[inside]


def _visits(visits, physicians):
    row, known = _rows_of(visits["physician"].to_numpy(), physicians)
    pairs = np.column_stack([row, days_of(visits["visited_on"])])[known]
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def _rows_of(ids, physicians):
    """The place of each id among the physicians, and whether it is there."""
    row = np.searchsorted(physicians, ids)
    if not len(physicians):
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
    row = np.minimum(row, len(physicians) - 1)
    return row, physicians[row] == ids


def filled(column) -> np.ndarray:
    """A column of ids; -1 where there is none."""
    return column.fill_null(-1).to_numpy()


def days_of(column, *, missing: int = -(10**6)) -> np.ndarray:
    """A date column as days since 1970-01-01; `missing` where there is none."""
    return column.cast(pa.int32()).fill_null(missing).to_numpy().astype(np.int64)


def ordinal(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def date_of(days: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(days))


def mature_visits(panel: Panel) -> int:
    """Conversations within the mature weeks, once per physician and day."""
    day = panel.visits[:, 1]
    return int(((day >= panel.first_day) & (day < panel.mature_until)).sum())


def practices_by_territory(inputs: Inputs) -> dict[int, list[int]]:
    """The practices of each node of the tree and of everything below it."""
    parent = dict(
        zip(
            inputs.territories["territory"].to_pylist(),
            inputs.territories["parent"].to_pylist(),
            strict=True,
        )
    )
    found: dict[int, list[int]] = {node: [] for node in parent}
    practices = zip(
        inputs.practices["practice"].to_pylist(),
        inputs.practices["territory"].to_pylist(),
        strict=True,
    )
    for practice, node in practices:
        seen = set()
        while node in found and node not in seen:
            seen.add(node)
            found[node].append(practice)
            node = parent[node]
    return found
