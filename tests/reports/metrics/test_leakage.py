import datetime as dt

import pytest

from liaison_crm.lib.periods import Period
from reports.metrics import leakage
from reports.metrics.leakage import Stay
from tests.reports.events import event, many, write_events

MARCH = Period.of_months("2026-03", "2026-03")


@pytest.fixture
def events_of(tmp_path):
    """`events_of([event(...)], period=...)`: a run's file with these events."""

    def events_of(events, **choices):
        path = write_events(tmp_path / "events.parquet", events)
        return leakage.Events(path=path, **choices)

    return events_of


def counts(rows):
    return {row.key: row.cell.events for row in rows}


def test_worked_example(events_of):
    # Six events: three in ($100, $200, $300), two out ($150 and $50), one unknown.
    events = events_of(
        [
            event("in", amount_cents=10_000),
            event("in", amount_cents=20_000),
            event("in", amount_cents=30_000),
            event("out", amount_cents=15_000),
            event("out", amount_cents=5_000, fallback_cents=4_000),
            event("unknown", amount_cents=99_900),
        ]
    )

    cell = leakage.overall(events)

    assert (cell.events, cell.in_network, cell.out_of_network, cell.unknown) == (
        6,
        3,
        2,
        1,
    )
    assert cell.leakage == 2 / 5
    assert cell.unknown_share == 1 / 6
    assert (cell.amount_in, cell.amount_out) == (60_000, 20_000)
    assert cell.dollar_leakage == 20_000 / 80_000
    assert cell.fallback_share == 4_000 / 179_900


def test_no_events_are_no_data_and_not_zero(events_of):
    cell = leakage.overall(events_of([]))

    assert (cell.events, cell.leakage, cell.unknown_share) == (0, None, None)
    assert (cell.dollar_leakage, cell.fallback_share) == (None, None)


def test_only_unknown_events_have_no_rate(events_of):
    cell = leakage.overall(events_of([event("unknown")]))

    assert (cell.leakage, cell.unknown_share) == (None, 1.0)


@pytest.mark.parametrize("status", ["employed", "affiliated"])
def test_referrers_of_the_network_count(events_of, status):
    cell = leakage.overall(events_of([event(referrer_status=status)]))

    assert cell.events == 1


@pytest.mark.parametrize("status", ["independent", "competitor", "none"])
def test_referrers_outside_the_network_cannot_leak(events_of, status):
    cell = leakage.overall(events_of([event("out", referrer_status=status)]))

    assert cell.events == 0


def test_unlisted_destinations_are_out_when_the_run_says_so(events_of):
    cell = leakage.overall(events_of([event("out", status_basis="unlisted")]))

    assert cell.leakage == 1.0


@pytest.mark.parametrize(
    ("day", "events"),
    [
        (dt.date(2026, 2, 28), 0),
        (dt.date(2026, 3, 1), 1),
        (dt.date(2026, 3, 31), 1),
        (dt.date(2026, 4, 1), 0),
    ],
)
def test_the_period_starts_in_and_ends_out(events_of, day, events):
    cell = leakage.overall(events_of([event(event_on=day)], period=MARCH))

    assert cell.events == events


def test_without_a_period_all_there_is_counts(events_of):
    days = [dt.date(1999, 1, 1), dt.date(2026, 12, 31)]

    cell = leakage.overall(events_of([event(event_on=day) for day in days]))

    assert cell.events == 2


def test_only_referrers_in_scope_count(events_of):
    events = [event(referring_npi="1"), event(referring_npi="2")]

    rows = leakage.by_referrer(events_of(events, scope=frozenset({"1"})))

    assert counts(rows) == {"1": 1}


def test_an_empty_scope_counts_nothing(events_of):
    cell = leakage.overall(events_of([event()], scope=frozenset()))

    assert cell.events == 0


def test_rows_are_sorted_by_key_and_add_up(events_of):
    events = events_of(
        [
            event("out", service_line="Urology"),
            event("in", service_line="Cardiology"),
            event("in", service_line="Urology"),
        ]
    )

    rows = leakage.by_service_line(events)

    assert [(row.key, row.cell.leakage) for row in rows] == [
        ("Cardiology", 0.0),
        ("Urology", 0.5),
    ]


def test_months_are_those_of_the_event(events_of):
    days = [dt.date(2026, 1, 31), dt.date(2026, 2, 1)]

    rows = leakage.by_month(events_of([event(event_on=day) for day in days]))

    assert counts(rows) == {"2026-01": 1, "2026-02": 1}


def test_a_destination_without_npi_has_the_empty_key(events_of):
    events = [event(destination_npi=""), event(destination_npi="2222222222")]

    rows = leakage.by_destination(events_of(events))

    assert counts(rows) == {"": 1, "2222222222": 1}


def test_territories_are_those_of_the_referrers(events_of):
    events = [event(referring_npi="1"), event(referring_npi="2")]

    rows = leakage.by_territory(events_of(events, stays=[Stay("1", "North")]))

    assert counts(rows) == {"": 1, "North": 1}


def test_counties_by_hand(events_of):
    # Davidson: 3 in, 1 out. Shelby: 1 out, 1 unknown. The third has no county: 1 in.
    events = [
        *many(3, "in", referring_npi="1"),
        event("out", referring_npi="1"),
        event("out", referring_npi="2"),
        event("unknown", referring_npi="2"),
        event("in", referring_npi="3"),
    ]
    counties = {"1": "47037", "2": "47157", "4": "47001"}

    rows = leakage.by_county(events_of(events, counties=counties))

    assert [(row.key, row.cell.events, row.cell.leakage) for row in rows] == [
        ("", 1, 0.0),
        ("47037", 4, 0.25),
        ("47157", 2, 1.0),
    ]


@pytest.mark.parametrize(("county", "number"), [("47037", 1), ("", 1), ("47157", 0)])
def test_a_county_keeps_its_referrers(events_of, county, number):
    events = [event(referring_npi="1"), event(referring_npi="2")]

    kept = events_of(events, counties={"1": "47037"}, county=county)

    assert leakage.overall(kept).events == number


@pytest.mark.parametrize(
    ("choice", "column", "value"),
    [
        ("service_line", "service_line", "Urology"),
        ("referrer", "referring_npi", "9"),
        ("destination", "destination_npi", "9"),
        ("payer", "payer_name", "Cash"),
        ("status", "status", "out"),
    ],
)
def test_a_filter_keeps_what_equals_it(events_of, choice, column, value):
    events = events_of([event(), event(**{column: value})], **{choice: value})

    assert leakage.overall(events).events == 1


def test_a_filter_cannot_change_the_query(events_of):
    events = events_of([event()], service_line="x' OR 1=1 --")

    assert leakage.overall(events).events == 0


def test_a_territory_filter_keeps_its_referrers(events_of):
    events = [event(referring_npi="1"), event(referring_npi="2")]
    chosen = events_of(events, stays=[Stay("1", "North")], territory="North")

    assert counts(leakage.by_referrer(chosen)) == {"1": 1}


def test_exploring_gives_every_cut_as_the_cuts_do(events_of):
    events = events_of(
        [
            event("in"),
            event("out", service_line="Urology", destination_npi=""),
            event("unknown", payer_name="Cash", event_on=dt.date(2026, 4, 1)),
        ],
        stays=[Stay("1111111111", "North")],
        counties={"1111111111": "47037"},
    )

    explored = leakage.explore(events)

    assert explored.overall == leakage.overall(events)
    for name, cut in leakage.CUTS.items():
        assert getattr(explored, f"by_{name}") == cut(events)


def test_flows_go_from_service_line_to_destination(events_of):
    events = events_of([event("out", destination_npi="7"), event("in")])

    flows = leakage.explore(events).flows

    assert [(f.service_line, f.destination, f.cell.events) for f in flows] == [
        ("Cardiology", "2222222222", 1),
        ("Cardiology", "7", 1),
    ]


def test_exploring_nothing_is_an_empty_page(events_of):
    explored = leakage.explore(events_of([]))

    assert (explored.overall, explored.by_month) == (leakage.Cell(), [])


def test_cells_of_fewer_than_eleven_patients_are_marked(events_of):
    events = many(10) + many(11, service_line="Urology")

    rows = leakage.by_service_line(events_of(events, marks_few=True))

    assert [len(rows[0].cell.few), rows[1].cell.few] == [10, None]


def test_a_patient_of_two_sources_is_two_people(events_of):
    events = [event(source="a"), event(source="b")]

    cell = leakage.overall(events_of(events, marks_few=True))

    assert len(cell.few) == 2


def test_rows_are_the_events_that_were_counted(events_of):
    events = events_of(
        [event("out"), event("in"), event("out", referrer_status="independent")],
        status="out",
    )

    rows = leakage.rows(events, sort="-event_on", offset=0, limit=50)

    assert len(rows) == leakage.overall(events).events == 1
    assert rows[0]["status_basis"] == "competitor"
    assert "patient" not in rows[0]


def test_rows_come_in_the_order_asked_for(events_of):
    events = events_of([event(amount_cents=cents) for cents in (2, 3, 1)])

    rows = leakage.rows(events, sort="-amount", offset=1, limit=2)

    assert [row["amount_cents"] for row in rows] == [2, 1]
