import datetime as dt

import pytest

from referrals.imports import shared_patients
from referrals.models import FlowFile, ImportRun, SharedPatients
from tests.factories.referrals import PhysicianFactory, RosterEntryFactory, npi_of
from tests.referrals.imports.undone import take_back

ADA, GRACE, JOAN = npi_of(1), npi_of(2), npi_of(3)
HOP = "from_npi,to_npi,patient_count,transaction_count,average_day_wait,std_day_wait"


@pytest.fixture(autouse=True)
def ada(db):
    return PhysicianFactory(npi=ADA)


def current():
    rows = SharedPatients.objects.current().order_by("pk")
    return [*rows.values_list("from_npi", "to_npi", "patients", "transactions")]


def test_hop_teaming_is_taken_with_its_wait(bring_in, counts):
    run = bring_in("shared-patients", [HOP, f"{ADA},{GRACE},40,61,12.5,3.1"])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert current() == [(ADA, GRACE, 40, 61)]
    assert SharedPatients.objects.get().average_wait == 12.5
    assert any("never added to claims" in warning for warning in run.warnings)


def test_the_five_columns_of_cms_are_taken(bring_in, counts):
    run = bring_in("shared-patients", [f"{GRACE},{ADA} ,  00087,  00031,   00004"])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert current() == [(GRACE, ADA, 31, 87)]


def test_pairs_without_an_end_in_the_directory_are_passed_over(bring_in, counts):
    run = bring_in("shared-patients", [HOP, f"{JOAN},{GRACE},40,61,1,1"])

    assert counts(run) == (0, 0, 0, 0, 0)
    assert any("1 rows have no end" in warning for warning in run.warnings)


def test_the_same_file_again_changes_nothing(bring_in, counts):
    lines = [HOP, f"{ADA},{GRACE},40,61,1,1", f"{JOAN},{ADA},12,13,1,1"]
    bring_in("shared-patients", lines)
    before = [*SharedPatients.objects.values()]

    run = bring_in("shared-patients", lines, is_forced=True)

    assert counts(run) == (2, 0, 0, 2, 0)
    assert [*SharedPatients.objects.values()] == before


def test_a_newer_file_takes_the_place_of_the_last_one(bring_in, counts):
    old = [HOP, f"{ADA},{GRACE},40,61,1,1", f"{JOAN},{ADA},12,13,1,1"]
    bring_in("shared-patients", old)

    run = bring_in(
        "shared-patients", [HOP, f"{ADA},{GRACE},50,61,1,1", f"{ADA},{JOAN},11,11,1,1"]
    )

    assert counts(run) == (2, 1, 1, 0, 0)
    assert current() == [(ADA, GRACE, 50, 61), (ADA, JOAN, 11, 11)]
    assert any("no longer told: 1" in warning for warning in run.warnings)


def test_an_undo_brings_the_file_before_back(bring_in):
    bring_in("shared-patients", [HOP, f"{ADA},{GRACE},40,61,1,1"])
    run = bring_in("shared-patients", [HOP, f"{ADA},{GRACE},50,61,1,1"])

    take_back(run)

    assert current() == [(ADA, GRACE, 40, 61)]


@pytest.mark.parametrize("order", [(2, 1), (1, 2)])
def test_undone_one_after_the_other_the_first_file_is_back(bring_in, order):
    runs = [
        bring_in("shared-patients", [HOP, f"{ADA},{GRACE},{patients},61,1,1"])
        for patients in (40, 50, 60)
    ]

    for place in order:
        take_back(runs[place])

    assert current() == [(ADA, GRACE, 40, 61)]
    assert SharedPatients.objects.count() == 1


def test_a_file_that_was_undone_stays_away_when_a_later_one_is_undone(bring_in):
    old = bring_in("shared-patients", [HOP, f"{ADA},{GRACE},40,61,1,1"])
    new = bring_in("shared-patients", [HOP, f"{ADA},{GRACE},50,61,1,1"])
    take_back(old)
    assert current() == [(ADA, GRACE, 50, 61)]

    take_back(new)

    assert current() == []
    assert not FlowFile.objects.exists()


def test_what_no_undo_can_bring_back_is_deleted_with_the_next_file(bring_in):
    for patients in (40, 50, 60):
        run = bring_in("shared-patients", [HOP, f"{ADA},{GRACE},{patients},61,1,1"])
        run.changes.all().delete()

    bring_in("shared-patients", [HOP, f"{ADA},{GRACE},70,61,1,1"])

    kept = SharedPatients.objects.order_by("pk").values_list("patients", flat=True)
    assert [*kept] == [60, 70]


def test_two_sources_are_not_added_up(bring_in):
    bring_in("shared-patients", [HOP, f"{ADA},{GRACE},40,61,1,1"], source="hop")

    bring_in("shared-patients", [f"{ADA},{GRACE},61,33,4"], source="cms")

    assert current() == [(ADA, GRACE, 33, 61)]


def test_a_dry_run_keeps_nothing(bring_in, counts):
    lines = [HOP, f"{ADA},{GRACE},40,61,1,1"]

    run = bring_in("shared-patients", lines, is_dry_run=True)

    assert counts(run) == (1, 1, 0, 0, 0)
    assert not FlowFile.objects.exists()


def test_a_pair_that_comes_twice_counts_once(bring_in, counts):
    row = f"{ADA},{GRACE},40,61,1,1"

    run = bring_in("shared-patients", [HOP, row, row])

    assert counts(run) == (2, 1, 0, 1, 0)


def test_flow_to_the_network_is_that_to_who_is_ours_today(bring_in):
    RosterEntryFactory(npi=GRACE)
    RosterEntryFactory(npi=JOAN, network_status="competitor")
    bring_in(
        "shared-patients", [HOP, f"{ADA},{GRACE},40,61,1,1", f"{ADA},{JOAN},70,99,1,1"]
    )

    flow = SharedPatients.objects.current().flow_to_network(on=dt.date(2026, 3, 1))

    assert [*flow.filter(from_npi=ADA)] == [{"from_npi": ADA, "flow": 40}]


@pytest.mark.parametrize(
    "lines",
    [
        ["from_npi,to_npi", f"{ADA},{GRACE}"],
        ["a,b,c,d,e", f"{ADA},{GRACE},1,1,1"],
        [f"{ADA},{GRACE},1,1"],
        ["\0"],
    ],
)
def test_a_file_of_another_layout_is_refused(bring_in, lines):
    run = bring_in("shared-patients", lines)

    assert run.status == ImportRun.Status.REFUSED
    assert not FlowFile.objects.exists()


def test_a_file_of_rubbish_is_refused_whole(bring_in, monkeypatch):
    monkeypatch.setattr(shared_patients, "MOST_REJECTED", 2)

    run = bring_in("shared-patients", [HOP, "1", "2", "3"])

    assert run.status == ImportRun.Status.REFUSED
    assert not SharedPatients.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        f"{ADA},1234567890,40,61,1,1",
        f"{ADA},{ADA},40,61,1,1",
        f"{ADA},{GRACE},-4,61,1,1",
        f"{ADA},{GRACE},1e5,61,1,1",
        f"{ADA},{GRACE},40,{'9' * 40},1,1",
        f"{ADA},{GRACE},40,61,NaN,1",
        f"{ADA},{GRACE}",
        f"{ADA},{GRACE}\0,40,61,1,1",
        f"{ADA},{'x' * 10_000},40,61,1,1",
        f"{ADA},{GRACE},\u0664\u0660,61,1,1",
    ],
)
def test_a_bad_row_is_rejected(bring_in, counts, row):
    assert counts(bring_in("shared-patients", [HOP, row])) == (1, 0, 0, 0, 1)
