"""Referrals by month with visits marked below, and the table of the same."""

import calendar
import datetime as dt
from dataclasses import dataclass

from django.utils.safestring import SafeString

from reports.charts import line


@dataclass(frozen=True)
class Drawn:
    svg: SafeString
    rows: list[dict]


def draw(cell: dict, referrals_url: str = "", visits_url: str = "") -> Drawn:
    """`cell`: the summary of one node. Points and markers link to their rows.

    Without addresses nothing is linked.
    """
    rows = [
        {
            **month,
            "on": dt.date.fromisoformat(f"{month['month']}-01"),
            "referrals_url": _link(
                referrals_url, "received_from", "received_to", month["month"]
            ),
            "visits_url": _link(visits_url, "since", "until", month["month"]),
        }
        for month in cell["months"]
    ]
    coverage = cell["coverage"]
    svg = line.draw(
        "Referrals received by month",
        "Referrals that count, by the month they were received; triangles mark "
        "months with visits. Grey: not mature yet.",
        [
            line.Series(
                "Referrals",
                [
                    line.Point(
                        middle(row["on"]),
                        None if row["is_partial"] else row["referrals"],
                        row["referrals_url"],
                    )
                    for row in rows
                ],
            )
        ],
        markers=[
            line.Marker(
                middle(row["on"]),
                f"{row['visits']} visits in {row['on']:%b %Y}",
                row["visits_url"],
            )
            for row in rows
            if row["visits"]
        ],
        immature_from=coverage and dt.date.fromisoformat(coverage["mature_until"]),
    )
    return Drawn(svg, rows)


def middle(month: dt.date) -> dt.date:
    """A month's count stands at its middle."""
    return month.replace(day=15)


def _link(url, first_name, last_name, month):
    if not url:
        return None
    first = dt.date.fromisoformat(f"{month}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return f"{url}{'&' if '?' in url else '?'}{first_name}={first}&{last_name}={last}"
