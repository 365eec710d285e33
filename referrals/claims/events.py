"""Referral events, from claim lines: the definition, one function per step.

Ibis expressions over tables that the engine at hand provides; nothing here
belongs to one engine. Text is ordered by code point.

lines   source, sequence, row, patient, claim_id, claim_line, service_on,
        referring_npi, rendering_npi, billing_npi, facility_npi ("" when absent),
        procedure_code, service_line, payer_name, patient_zip, claim_status,
        adjudicated_on, charge_cents, allowed_cents, paid_cents
"""

import ibis
from ibis import _

UNASSIGNED = "Unassigned"
COUNTED = "paid"
IN_NETWORK = ("employed", "affiliated")
DESTINATIONS = ("rendering_npi", "billing_npi", "facility_npi")
# What an event takes from its first line.
OF_FIRST_LINE = (
    "claim_id",
    "claim_line",
    *DESTINATIONS,
    "payer_name",
    "patient_zip",
)
FALLBACKS = ("paid", "charge", "allowed")


def net(lines):
    """Per source and patient, (claim_id, claim_line) is a key. The newest version
    wins: by adjudicated_on (blank sorts first), then by import sequence, then by
    row. Lines whose winning version is reversed or denied do not count."""
    newest_first = ibis.window(
        group_by=["patient", "claim_id", "claim_line", "source"],
        order_by=[
            _.adjudicated_on.desc(nulls_first=False),
            _.sequence.desc(),
            _.row.desc(),
        ],
    )
    versions = lines.mutate(version=ibis.row_number().over(newest_first))
    return versions.filter(_.version == 0, _.claim_status == COUNTED).drop("version")


def eligible(lines):
    """The line has a referring NPI, and it differs from the rendering and from
    the billing NPI (a self-referral is not a referral)."""
    return lines.filter(
        _.referring_npi != "",
        _.referring_npi != _.rendering_npi,
        _.referring_npi != _.billing_npi,
    )


def with_service_line(lines, physicians, organizations, procedures=None):
    """The line's own service line if given; else by procedure code, where a
    service line names ranges; else from the rendering physician's primary
    taxonomy; else from the billing organization's; else Unassigned."""
    lines = _looked_up(lines, physicians, "rendering_npi", "of_physician")
    lines = _looked_up(lines, organizations, "billing_npi", "of_organization")
    ways = [_.service_line.nullif("")]
    if procedures is not None:
        lines = _by_procedure(lines, procedures)
        ways.append(_.of_procedure)
    ways += [_.of_physician, _.of_organization, ibis.literal(UNASSIGNED)]
    return lines.mutate(service_line=ibis.coalesce(*ways))


def _looked_up(lines, service_lines, column, name):
    there = service_lines.select(**{f"{name}_npi": _.npi, name: _.service_line})
    return lines.left_join(there, lines[column] == there[f"{name}_npi"])


def _by_procedure(lines, procedures):
    """Each code's range of the lowest place; codes are few, lines are many."""
    codes = lines.select(code=_.procedure_code.upper()).distinct().filter(_.code != "")
    matching = codes.join(
        procedures,
        [codes.code >= procedures.first_code, codes.code <= procedures.last_code],
    )
    chosen = matching.group_by("code").agg(of_procedure=_.service_line.argmin(_.place))
    return lines.left_join(chosen, lines.procedure_code.upper() == chosen.code)


def without_hospital_based(lines, hospital_based):
    """Service lines flagged hospital-based are left out: patients do not choose
    them, and referrers do not send to them."""
    return lines.anti_join(hospital_based, "service_line")


def with_amount(lines, basis):
    """The amount of the run's basis; a line without it falls back to paid, then
    to charge. `fallback_cents` is the part that fell back."""
    wanted = lines[f"{basis}_cents"]
    others = [lines[f"{name}_cents"] for name in FALLBACKS if name != basis]
    amount = ibis.coalesce(wanted, *others)
    return lines.mutate(
        amount_cents=amount,
        fallback_cents=ibis.cases((wanted.isnull(), amount), else_=0),
    )


def events(lines, gap_days):
    """Lines of one patient, referring NPI and service line, ordered by service
    date, claim_id and claim_line; a gap of more than `gap_days` between
    neighbours starts a new event. Its date and destination come from its first
    line, its amount is the sum over its lines."""
    group = ["patient", "referring_npi", "service_line", "source"]
    order = [_.service_on.asc(), _.claim_id.asc(), _.claim_line.asc()]
    before = _.service_on.lag().over(ibis.window(group_by=group, order_by=order))
    marked = lines.mutate(before=before).mutate(
        is_first=_.before.isnull()
        | (_.service_on > _.before + ibis.interval(days=gap_days))
    )
    up_to_here = ibis.window(
        group_by=group, order_by=order, preceding=None, following=0
    )
    numbered = marked.mutate(number=_.is_first.cast("int64").sum().over(up_to_here))
    return numbered.group_by([*group, "number"]).agg(
        event_on=_.service_on.min(),
        **{name: _[name].max(where=_.is_first) for name in OF_FIRST_LINE},
        amount_cents=_.amount_cents.sum(),
        fallback_cents=_.fallback_cents.sum(),
        lines=_.count(),
    )


def with_status(events, roster, roster_complete_since=None):
    """The destination is the billing NPI, else the facility NPI. The status on
    the event's date is that of the first of rendering, billing and facility NPI
    with a roster row then. None has: unknown, unless the roster is declared
    complete from that date on or before it; then an event with a valid NPI among
    the three is out, unlisted. Beside it the referrer's own status that day."""
    for name in (*DESTINATIONS, "referring_npi"):
        events = _rostered(events, roster, name)
    listed = ibis.coalesce(*(events[f"{name}_status"] for name in DESTINATIONS))
    unlisted = ibis.literal(False)  # noqa: FBT003 - a value, not a switch
    if roster_complete_since:
        valid = [is_valid(events[name]) for name in DESTINATIONS]
        unlisted = (events.event_on >= roster_complete_since) & ibis.or_(*valid)
    return events.mutate(
        destination_npi=ibis.coalesce(
            events.billing_npi.nullif(""), events.facility_npi
        ),
        status=ibis.cases(
            (listed.isin(IN_NETWORK), "in"),
            (listed.notnull() | unlisted, "out"),
            else_="unknown",
        ),
        status_basis=ibis.cases(
            (listed.notnull(), listed), (unlisted, "unlisted"), else_="none"
        ),
        referrer_status=events.referring_npi_status.fill_null("none"),
    )


def _rostered(events, roster, column):
    entries = roster.select(
        **{
            f"{column}_listed": _.npi,
            f"{column}_from": _.effective_from,
            f"{column}_to": _.effective_to,
            f"{column}_status": _.network_status,
        }
    )
    return events.left_join(
        entries,
        [
            events[column] == entries[f"{column}_listed"],
            events.event_on >= entries[f"{column}_from"],
            events.event_on < entries[f"{column}_to"],
        ],
    )


def is_valid(npi):
    """Ten digits, the first 1 or 2, the last the right check digit: Luhn over
    80840 and the first nine (CMS). `npi` is ten digits or ""."""
    total = ibis.literal(24)  # the constant part of 80840
    for place in range(10):
        digit = npi.substr(place, 1).nullif("").cast("int64")
        if place % 2 == 0:
            digit = digit * 2 - ibis.cases((digit > 4, 9), else_=0)
        total = total + digit
    return npi.substr(0, 1).isin(("1", "2")) & ((total % 10) == 0)
