"""The parts of the leakage page: its table with links, its two charts."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from liaison_crm.lib.formats import count, dollars, percent
from reports.charts import line, sankey
from reports.metrics.leakage import Cell, Row

CUT_LABELS = {
    "service_line": "Service line",
    "month": "Month",
    "referrer": "Referrer",
    "destination": "Destination",
    "payer": "Payer",
    "territory": "Territory",
    "county": "County",
}
NAMES_NONE = "none"
SORTS = {
    "label": lambda row: row.label.casefold(),
    "events": lambda row: row.cell.events,
    "in": lambda row: row.cell.in_network,
    "out": lambda row: row.cell.out_of_network,
    "unknown": lambda row: row.cell.unknown,
    "leakage": lambda row: _or_least(row.cell.leakage),
    "dollars": lambda row: _or_least(row.cell.dollar_leakage),
}
FLOW_TONES = {
    "in": ("in_network", "in network"),
    "out": ("out_of_network", "out of network"),
    "unknown": ("unknown", "unknown"),
}


@dataclass(frozen=True)
class TableRow:
    """A row with the links of its numbers; None where there is nothing to open."""

    label: str
    cell: Cell
    filter_url: str | None
    events_url: str | None
    in_url: str | None
    out_url: str | None
    unknown_url: str | None


@dataclass(frozen=True)
class Links:
    """Addresses that keep the filters of the page: `query` as it was asked for."""

    query: dict
    opens_events: bool

    def page(self, **changes) -> str:
        return f"{reverse('reports:leakage')}?{self._encoded(changes)}"

    def export(self, **changes) -> str:
        return f"{reverse('reports:leakage-export')}?{self._encoded(changes)}"

    def events(self, **changes) -> str | None:
        """The rows behind a number, for who may see single events."""
        if not self.opens_events:
            return None
        return f"{reverse('reports:leakage-events')}?{self._encoded(changes)}"

    def _encoded(self, changes):
        merged = {k: v for k, v in (self.query | changes).items() if v}
        return urlencode(merged)


def links_of(form, *, opens_events) -> Links:
    """Links that keep the valid part of the filter form."""
    query = {k: str(v) for k, v in form.cleaned_data.items() if v and k != "status"}
    return Links(query=query, opens_events=opens_events)


def sort_of(text: str | None, *, cut: str) -> str:
    """A whitelisted order; months by default in time, the rest largest first."""
    if text and text.removeprefix("-") in SORTS:
        return text
    return "label" if cut == "month" else "-events"


def sorted_rows(rows: list[Row], sort: str) -> list[Row]:
    """Rows in the order asked for; the merged row stays last."""
    whole = sorted((row for row in rows if not row.is_merged), key=lambda row: row.key)
    whole.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return whole + [row for row in rows if row.is_merged]


def table_rows(rows: list[Row], *, cut: str, links: Links) -> list[TableRow]:
    return [_table_row(row, cut, links) for row in rows]


def _table_row(row, cut, links):
    if row.is_merged:
        return TableRow(row.label, row.cell, None, None, None, None, None)
    key = row.key or NAMES_NONE
    choice = {"from": key, "to": key} if cut == "month" else {cut: key}
    return TableRow(
        label=row.label,
        cell=row.cell,
        filter_url=links.page(**choice, sort=None, page=None),
        events_url=links.events(**choice),
        in_url=links.events(**choice, status="in"),
        out_url=links.events(**choice, status="out"),
        unknown_url=links.events(**choice, status="unknown"),
    )


def flow_list(flows, links: Links) -> list[sankey.Flow]:
    """Service line -> destination, apart by network status, largest merged."""
    return sankey.merged(
        [
            sankey.Flow(
                source=flow.service_line,
                target=flow.label or flow.destination,
                value=getattr(flow.cell, field),
                tone=tone,
                url=_flow_url(flow, tone, links),
            )
            for flow in flows
            for tone, (field, _) in FLOW_TONES.items()
            if getattr(flow.cell, field)
        ]
    )


def _flow_url(flow, tone, links):
    if sankey.OTHERS in (flow.service_line, flow.destination):
        return None
    destination = flow.destination or NAMES_NONE
    return links.events(
        service_line=flow.service_line, destination=destination, status=tone
    )


def flow_chart(flows: list[sankey.Flow]):
    return sankey.draw(
        "Where referrals go",
        "Referral events from service lines to the organizations that received them",
        flows,
        as_text=count_of,
    )


def trend_rows(by_month: list[Row], visits: dict[str, int], links: Links) -> list[dict]:
    """One dict a month, months without data included: month, cell, visits, url."""
    cells = {row.key: row.cell for row in by_month if not row.is_merged}
    if not cells:
        return []
    return [
        {
            "month": month,
            "cell": cells.get(month),
            "visits": visits.get(month, 0),
            "url": links.events(**{"from": month, "to": month}),
        }
        for month in _months(min(cells), max(cells))
    ]


def trend_chart(rows: list[dict]):
    """Leakage and unknown share by month, in percent, marked with held visits."""
    return line.draw(
        "Leakage by month",
        "Leakage and unknown share of each month; marks count the visits held",
        [
            line.Series("Leakage", _points(rows, "leakage"), tone="out"),
            line.Series("Unknown share", _points(rows, "unknown_share"), "unknown"),
        ],
        markers=[
            line.Marker(on=_day(row["month"]), label=f"{row['visits']} visits held")
            for row in rows
            if row["visits"]
        ],
        as_text=lambda share: percent(share, 0),
    )


def headline_links(links: Links) -> dict:
    return {
        "all": links.events(),
        "out": links.events(status="out"),
        "unknown": links.events(status="unknown"),
    }


def money_note(cell: Cell) -> str:
    return (
        f"{dollars(cell.amount_out)} out, {dollars(cell.amount_in)} in network; "
        "unknown left aside"
    )


def counts_note(cell: Cell) -> str:
    return (
        f"{count(cell.in_network)} in, {count(cell.out_of_network)} out, "
        f"{count(cell.unknown)} unknown"
    )


def count_of(number) -> str:
    return count(int(number))


def _points(rows, field):
    return [
        line.Point(
            on=_day(row["month"]),
            value=getattr(row["cell"], field) if row["cell"] else None,
            url=row["url"],
        )
        for row in rows
    ]


def _day(month):
    return dt.date.fromisoformat(f"{month}-01")


def _months(first, last):
    day, months = _day(first), []
    while (month := f"{day:%Y-%m}") <= last:
        months.append(month)
        day = (day + dt.timedelta(days=31)).replace(day=1)
    return months


def _or_least(share):
    return -1 if share is None else share
