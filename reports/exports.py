"""Numbers as files: (header, rows) for `liaison_crm.lib.exports.table_response`."""

from reports.metrics import workload

COUNTS = ("key", "label", "events", "in_network", "out_of_network", "unknown")
SHARES = ("leakage", "unknown_share")
AMOUNTS = ("amount_in", "amount_out", "dollar_leakage")
EVENT_COLUMNS = (
    "event_on",
    "referring_npi",
    "referrer",
    "service_line",
    "destination_npi",
    "destination",
    "rendering_npi",
    "status",
    "status_basis",
    "amount",
    "lines",
    "payer_name",
    "source",
)


def money(cents: int) -> str:
    """Cents as a decimal in dollars: 124154129 -> "1241541.29"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def leakage_table(rows, *, shows_amounts):
    """The rows of one cut; rates unrounded, empty without a denominator."""
    header = COUNTS + SHARES + (AMOUNTS if shows_amounts else ())
    return header, (_leakage_line(row, shows_amounts) for row in rows)


def _leakage_line(row, shows_amounts):
    cell = row.cell
    line = [row.key, row.label, cell.events, cell.in_network, cell.out_of_network]
    line += [cell.unknown, cell.leakage, cell.unknown_share]
    if shows_amounts:
        line += [money(cell.amount_in), money(cell.amount_out), cell.dollar_leakage]
    return line


def event_table(events):
    """Single events, read in pieces while they are sent."""
    lines = (
        [_event_cell(event, column) for column in EVENT_COLUMNS]
        for event in events.in_pieces()
    )
    return EVENT_COLUMNS, lines


def _event_cell(event, column):
    return money(event["amount_cents"]) if column == "amount" else event[column]


WHAT_IF_COLUMNS = (
    "zip_codes",
    "practices",
    *(f"practices_{tier or 'no_tier'}" for tier in workload.TIERS),
    "stops_asked",
    "visits_planned",
    "referrals",
    "round_miles",
    "share_of_average",
)


def what_if_table(lines):
    """A what-if beside today: each figure twice, as it is and as it would be."""
    header = ["territory", "people"]
    header += [f"{name}_{side}" for name in WHAT_IF_COLUMNS for side in ("now", "then")]
    return header, (_what_if_line(line) for line in lines)


def what_if_practices_table(rows):
    """The practices behind one line of a what-if."""
    header = ("practice", "city", "zip", "tier", "visits_planned", "referrals")
    return header, (
        [
            row.practice.name,
            row.practice.city,
            row.stop.zip_code,
            row.stop.tier,
            row.stop.planned,
            row.stop.referrals,
        ]
        for row in rows
    )


def _what_if_line(line):
    sides = zip(_side_cells(line.now), _side_cells(line.then), strict=True)
    name = line.territory.name if line.territory else "No territory"
    return [name, ", ".join(line.people), *(cell for both in sides for cell in both)]


def _side_cells(side):
    load = side.load
    return [
        side.zip_count,
        load.practices,
        *(number for _, number in load.by_tier),
        round(load.stops_asked, 2),
        load.planned,
        load.referrals,
        round(load.miles, 1),
        None if side.share is None else round(side.share, 4),
    ]
