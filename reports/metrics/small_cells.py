"""Rows that count fewer than 11 patients, merged so that nobody is pointed at.

Small rows become one row "All others". If that row still counted fewer than 11
patients, or were one row alone, it could be read or found by subtraction from
the total: then the smallest of the other rows joins it. If no row is left to
join, nothing can be shown at all.
"""

from dataclasses import fields, replace

from reports.metrics.leakage import FEW, Cell, Explored, Flow, Row

OTHERS = "All others"
NUMBERS = [part.name for part in fields(Cell) if part.type is int]


class TooFew(Exception):
    """All rows together count fewer than 11 patients."""


def sum_of(cells) -> Cell:
    """The cells added up; who the patients are is no longer known."""
    cells = list(cells)
    return Cell(
        **{name: sum(getattr(cell, name) for cell in cells) for name in NUMBERS},
        is_one_referrer=all(cell.is_one_referrer for cell in cells),
    )


def merge_few(rows: list[Row]) -> list[Row]:
    """The rows of one cut, small ones merged into one at the end.

    Raises TooFew when even all of them together are too small.
    """
    small = [row for row in rows if row.cell.few is not None]
    large = [row for row in rows if row.cell.few is None]
    if not small:
        return rows
    patients = frozenset().union(*(row.cell.few for row in small))
    if len(small) == 1 or len(patients) < FEW:
        if not large:
            raise TooFew
        joins = min(large, key=lambda row: (row.cell.events, row.key))
        large.remove(joins)
        small.append(joins)
    cell = sum_of(row.cell for row in small)
    return [*large, Row(key="", cell=cell, label=OTHERS, is_merged=True)]


def without_few(explored: Explored) -> Explored:
    """Every cut merged. Raises TooFew when the whole is too small."""
    if explored.overall.few is not None:
        raise TooFew
    cuts = {
        name: merge_few(getattr(explored, name))
        for name in (
            "by_service_line",
            "by_month",
            "by_referrer",
            "by_destination",
            "by_payer",
            "by_territory",
            "by_county",
        )
    }
    shown = {row.key for row in cuts["by_service_line"] if not row.is_merged}
    flows = [
        flow
        for line in sorted(shown)
        for flow in _merge_flows([f for f in explored.flows if f.service_line == line])
    ]
    hidden = [f.cell for f in explored.flows if f.service_line not in shown]
    if hidden:
        flows.append(Flow(OTHERS, OTHERS, sum_of(hidden)))
    return replace(explored, **cuts, flows=flows)


def _merge_flows(flows):
    rows = [Row(key=flow.destination, cell=flow.cell) for flow in flows]
    line = flows[0].service_line
    return [
        Flow(line, OTHERS if row.is_merged else row.key, row.cell)
        for row in merge_few(rows)
    ]
