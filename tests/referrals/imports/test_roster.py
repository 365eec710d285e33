import datetime as dt

import pytest

from referrals.models import ImportRun, RosterEntry
from tests.factories.referrals import RosterEntryFactory, npi_of

NPI = npi_of(1)
OTHER = npi_of(2)
HEADER = "npi,network_status,organization_npi,effective_from,effective_to"


def entries():
    return list(
        RosterEntry.objects.values_list(
            "npi", "network_status", "effective_from", "effective_to"
        )
    )


def test_a_roster_becomes_dated_entries(bring_in, counts):
    run = bring_in(
        "roster",
        [
            HEADER,
            f"{NPI},employed,{OTHER},2022-01-01,2024-01-01",
            f"{NPI},Competitor,,01/01/2024,",
        ],
    )

    assert counts(run) == (2, 2, 0, 0, 0)
    assert entries() == [
        (NPI, "employed", dt.date(2022, 1, 1), dt.date(2024, 1, 1)),
        (NPI, "competitor", dt.date(2024, 1, 1), None),
    ]
    assert RosterEntry.objects.first().organization_npi == OTHER


def test_the_open_end_of_other_systems_is_no_end(bring_in):
    bring_in("roster", [HEADER, f"{NPI},employed,,2022-01-01,9999-12-31"])

    assert RosterEntry.objects.get().effective_to is None


def test_rows_that_overlap_are_rejected_with_both_named(bring_in, counts):
    run = bring_in(
        "roster",
        [
            HEADER,
            f"{NPI},employed,,2022-01-01,",
            f"{NPI},competitor,,2023-01-01,2024-01-01",
            f"{OTHER},affiliated,,2022-01-01,",
        ],
    )

    first, second = run.rejected_rows.all()
    assert counts(run) == (3, 1, 0, 0, 2)
    assert "line 2" in first.reason
    assert "line 3" in first.reason
    assert "line 2" in second.reason
    assert "line 3" in second.reason


def test_a_row_that_overlaps_with_the_roster_is_rejected(bring_in, counts):
    RosterEntryFactory(npi=NPI, effective_from=dt.date(2020, 1, 1))

    run = bring_in("roster", [HEADER, f"{NPI},competitor,,2023-01-01,"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "2020-01-01 to open (the roster)" in run.rejected_rows.get().reason
    assert RosterEntry.objects.count() == 1


@pytest.mark.parametrize("order", [1, -1])
def test_a_row_that_closes_an_entry_makes_room_for_the_next(bring_in, counts, order):
    RosterEntryFactory(npi=NPI, effective_from=dt.date(2020, 1, 1))
    rows = [
        f"{NPI},employed,,2020-01-01,2023-01-01",
        f"{NPI},competitor,,2023-01-01,",
    ]

    run = bring_in("roster", [HEADER, *rows[::order]])

    assert counts(run) == (2, 1, 1, 0, 0)


def test_an_entry_stays_when_the_row_that_would_close_it_is_rejected(bring_in, counts):
    RosterEntryFactory(npi=NPI, effective_from=dt.date(2020, 1, 1))

    run = bring_in(
        "roster",
        [
            HEADER,
            f"{NPI},employed,,2020-01-01,2023-01-01",
            f"{NPI},employed,,2022-06-01,2022-09-01",
            f"{NPI},competitor,,2023-01-01,",
        ],
    )

    assert counts(run) == (3, 0, 0, 0, 3)
    assert entries() == [(NPI, "employed", dt.date(2020, 1, 1), None)]


def test_the_same_row_twice_counts_once(bring_in, counts):
    row = f"{NPI},employed,,2022-01-01,"

    run = bring_in("roster", [HEADER, row, row])

    assert counts(run) == (2, 1, 0, 1, 0)


def test_an_npi_that_a_spreadsheet_broke_is_repaired(bring_in):
    bring_in("roster", [HEADER, f" {NPI}.0 ,employed,,2022-01-01,"])

    assert RosterEntry.objects.get().npi == NPI


@pytest.mark.parametrize(
    "row",
    [
        "1234567890,employed,,2022-01-01,",
        ",employed,,2022-01-01,",
        f"{NPI},boss,,2022-01-01,",
        f"{NPI},,,2022-01-01,",
        f"{NPI},employed,,,",
        f"{NPI},employed,,2022-13-01,",
        f"{NPI},employed,,2022-01-01,2022-01-01",
        f"{NPI},employed,12345,2022-01-01,",
        f"{NPI},employed,,1e5,",
        f"{NPI},employed,,٢٠٢٢-٠١-٠١,",
        f"{NPI},employed,,NaN,-5",
        f"{NPI},employed,,9999-12-31,",
        f"{NPI},empl\0oyed,,2022-01-01,",
        f"{NPI},employed,2022-01-01",
        f"{NPI},employed,,2022-01-01,,",
        f"{NPI},{'x' * 10_000},,2022-01-01,",
        f"{NPI},=cmd|' /C calc'!A0,,2022-01-01,",
    ],
)
def test_a_bad_row_is_rejected_and_the_others_are_taken(bring_in, counts, row):
    run = bring_in("roster", [HEADER, row, f"{OTHER},employed,,2022-01-01,"])

    assert run.status == ImportRun.Status.DONE
    assert counts(run) == (2, 1, 0, 0, 1)
    assert run.rejected_rows.get().line == 2
