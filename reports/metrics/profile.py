"""What physicians do and send, by claim lines of the two newest years.

lines: claim lines that count (newest version, not denied, not reversed)
patients: different people among them, per source of claims
procedures: lines by procedure code; payer mix: lines by payer, as shares
done: the physician rendered them; sent: the physician referred them to somebody else

Rows of fewer than 11 patients are merged into "All others" for who may not read
them; a whole of fewer than 11 is not shown. No amounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from django.conf import settings

from reports.metrics.leakage import FEW

SHOWN = 8
OTHERS = "All others"
CUTS = ("year", "procedure_code", "payer_name")
NAMES = {"procedure_code": "No code", "payer_name": "No payer"}
CUTS_SQL = """
SELECT side, grouping_id(year, procedure_code, payer_name) AS cut,
    coalesce(year::VARCHAR, procedure_code, payer_name, '') AS value,
    sum(lines)::BIGINT AS lines, count(DISTINCT patient) AS patients,
    CASE WHEN count(DISTINCT patient) < $few THEN list(DISTINCT patient) END AS few
FROM read_parquet($path)
WHERE npi IN ({npis})
GROUP BY GROUPING SETS (
    (side), (side, year), (side, procedure_code), (side, payer_name)
)
ORDER BY lines DESC, value
"""
CUT_IDS = {7: "", 3: "year", 5: "procedure_code", 6: "payer_name"}


@dataclass(frozen=True)
class Row:
    """A value of a cut. `patients` is None for rows that were put together."""

    value: str
    lines: int
    patients: int | None
    share: float
    few: frozenset | None = None


@dataclass(frozen=True)
class Side:
    """One half of a profile: what was done, or what was sent."""

    lines: int
    patients: int
    years: list[Row]
    procedures: list[Row]
    payers: list[Row]


def profile_of(path: str, npis: Sequence[str], *, sees_few: bool) -> dict[str, Side]:
    """{"rendering": …, "referring": …} of these NPIs together, what there is of it."""
    if not npis:
        return {}
    found = {}
    for side, cut, *row in _read(path, npis):
        found.setdefault(side, {}).setdefault(CUT_IDS[cut], []).append(row)
    sides = {}
    for side, cuts in found.items():
        [(_, lines, patients, few)] = cuts[""]
        if few is not None and not sees_few:
            continue
        rows = {cut: _rows(cuts[cut], cut, lines, sees_few) for cut in CUTS}
        years = sorted(rows["year"], key=lambda row: row.value)
        if any(row.value == OTHERS for row in years):
            years = []
        sides[side] = Side(
            lines,
            patients,
            years,
            shortened(rows["procedure_code"], lines),
            shortened(rows["payer_name"], lines),
        )
    return sides


def _read(path, npis):
    names = {f"npi_{number}": npi for number, npi in enumerate(npis)}
    statement = CUTS_SQL.format(npis=", ".join(f"${name}" for name in names))
    options = {
        "memory_limit": settings.DUCKDB_MEMORY_LIMIT,
        "autoinstall_known_extensions": False,
        "threads": 2,
    }
    with duckdb.connect(config=options) as connection:
        return connection.execute(
            statement, {"path": path, "few": FEW, **names}
        ).fetchall()


def _rows(cells, cut, total, sees_few):
    rows = [
        Row(
            value or NAMES.get(cut, ""),
            lines,
            patients,
            lines / total,
            None if few is None else frozenset(few),
        )
        for value, lines, patients, few in cells
    ]
    return rows if sees_few else merge_few(rows)


def merge_few(rows: list[Row]) -> list[Row]:
    """Small rows as one at the end; if it were small itself, or one row alone that
    the total would give away, the smallest of the others joins it."""
    small = [row for row in rows if row.few is not None]
    large = [row for row in rows if row.few is None]
    if not small:
        return rows
    patients = frozenset().union(*(row.few for row in small))
    if large and (len(small) == 1 or len(patients) < FEW):
        joins = min(large, key=lambda row: (row.lines, row.value))
        large.remove(joins)
        small.append(joins)
    return [*large, _sum(small)]


def shortened(rows: list[Row], total: int) -> list[Row]:
    """The largest rows; what is left, merged rows among it, as one."""
    own = [row for row in rows if row.value != OTHERS]
    rest = [row for row in rows if row.value == OTHERS] + own[SHOWN:]
    return own[:SHOWN] + ([_sum(rest)] if rest else [])


def _sum(rows):
    return Row(
        OTHERS, sum(row.lines for row in rows), None, sum(row.share for row in rows)
    )
