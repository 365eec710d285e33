import datetime as dt

import pytest

from referrals.models import ProcedureRange, ServiceLine
from referrals.services import roster as roster_services
from reports.metrics import leakage
from reports.models import ReportRun, ReportSettings
from reports.services import explorer, leakage_run, runs
from tests.factories.referrals import (
    RosterEntryFactory,
    ServiceLineFactory,
    SpecialtyFactory,
    npi_of,
)

pytestmark = pytest.mark.django_db
REFERRER, OURS, THEIRS = npi_of(1), npi_of(2), npi_of(3)


def line(claim, rendering=OURS, **values):
    return {
        "claim_id": claim,
        "patient_id": f"P-{claim}",
        "service_date_from": "2026-03-02",
        "referring_npi": REFERRER,
        "rendering_npi": rendering,
        "allowed_amount": "100.00",
        "service_line": "Cardiology",
        "payer_name": "Medicare",
    } | values


@pytest.fixture
def roster(db):
    for npi, status in (
        (REFERRER, "employed"),
        (OURS, "affiliated"),
        (THEIRS, "competitor"),
    ):
        RosterEntryFactory(npi=npi, network_status=status)


@pytest.fixture
def compute(execute, manager):
    """`compute(gap_days=...)`: a leakage run with these parameters, executed."""

    def compute(**changes):
        parameters = leakage_run.standard_parameters() | changes
        return execute(
            runs.request_run(kind="leakage", parameters=parameters, by=manager)
        )

    return compute


def test_claims_become_the_rate(roster, import_claims, compute):
    import_claims([line("A"), line("B"), line("C", THEIRS), line("D", npi_of(9))])

    run = compute()

    cell = leakage.overall(explorer.events_of(run))
    assert (cell.in_network, cell.out_of_network, cell.unknown) == (2, 1, 1)
    assert run.summary["overall"]["amount_in"] == 20_000


def test_without_claims_the_run_fails_with_the_reason(lake, compute):
    run = compute()

    assert (run.status, run.error) == (
        "failed",
        "There are no claims to compute from.",
    )


def test_a_complete_roster_makes_the_unlisted_out(roster, import_claims, compute):
    import_claims([line("A"), line("D", npi_of(9))])

    run = compute(roster_complete_since="2026-01-01")

    assert run.summary["overall"]["out_of_network"] == 1


def test_the_period_picks_events_by_their_date(roster, import_claims, compute):
    import_claims([line("A"), line("B", service_date_from="2025-12-31")])

    run = compute(**{"from": "2026-01", "to": "2026-12"})

    assert run.summary["overall"]["events"] == 1
    assert leakage.overall(explorer.events_of(run)).events == 1


def test_only_the_sources_asked_for_count(roster, import_claims, compute):
    import_claims([line("A")], source="acme")
    import_claims([line("B"), line("C")], source="other")

    run = compute(sources=["acme"])

    assert run.summary["overall"]["events"] == 1
    assert [source["source"] for source in run.summary["sources"]] == ["acme"]


def test_two_sources_of_one_payer_and_month_are_named(roster, import_claims, compute):
    import_claims([line("A")], source="acme")
    import_claims([line("B"), line("C", payer_name="Cash")], source="other")

    run = compute()

    assert run.summary["overlaps"] == [
        {
            "payer": "Medicare",
            "first_month": "2026-03",
            "last_month": "2026-03",
            "months": 1,
        }
    ]


def test_a_run_again_gives_the_same_checksum(roster, import_claims, compute, execute):
    import_claims([line("A"), line("C", THEIRS)])
    first = compute()
    RosterEntryFactory(npi=npi_of(9))
    import_claims([line("E", THEIRS)])

    again = execute(runs.repeat_run(run=first, by=None))

    assert again.checksum == first.checksum
    assert again.summary == first.summary
    assert not again.is_standard


def test_newer_claims_give_another_checksum(roster, import_claims, compute):
    import_claims([line("A")])
    first = compute()
    import_claims([line("E", THEIRS)])

    assert compute().checksum != first.checksum


def test_a_run_whose_claims_were_undone_cannot_be_repeated(
    roster, import_claims, compute, execute
):
    import_claims([line("A")])
    taken = import_claims([line("B")])
    first = compute()
    taken.status = "undone"
    taken.save()

    again = execute(runs.repeat_run(run=first, by=None))

    assert again.status == ReportRun.Status.FAILED
    assert "undone" in again.error


def test_a_killed_attempt_leaves_nothing_that_counts(
    roster, import_claims, compute, execute, lake
):
    import_claims([line("A")])
    first = compute()
    ReportRun.objects.filter(pk=first.pk).update(
        status="running", heartbeat_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )

    second = execute(first)

    assert (second.attempt, second.checksum) == (2, first.checksum)
    assert second.folder != first.folder
    assert not (lake / first.folder).exists()


def test_a_cancelled_run_leaves_no_folder(
    roster, import_claims, execute, lake, manager
):
    import_claims([line("A")])
    run = runs.request_run(
        kind="leakage", parameters=leakage_run.standard_parameters(), by=manager
    )
    ReportRun.objects.filter(pk=run.pk).update(is_cancel_asked=True)

    assert execute(run).status == ReportRun.Status.CANCELLED
    assert not list((lake / "runs").glob("*"))


def test_the_settings_are_the_standard(db):
    ReportSettings.objects.create(
        pk=1, gap_days=365, basis="paid", roster_complete_since=dt.date(2025, 1, 1)
    )

    assert leakage_run.standard_parameters() == {
        "from": None,
        "to": None,
        "gap_days": 365,
        "basis": "paid",
        "roster_complete_since": "2025-01-01",
        "sources": [],
    }


def test_the_run_keeps_what_it_saw(roster, import_claims, compute):
    import_claims([line("A")])

    run = compute()

    assert run.cut_off["claims_sequence"] == run.cut_off["claims_imports"][-1]
    assert not runs.is_stale(run)


def test_a_changed_roster_makes_the_run_stale(roster, import_claims, compute):
    import_claims([line("A")])
    run = compute()

    RosterEntryFactory(npi=npi_of(9))

    assert runs.is_stale(run)


def test_a_changed_flag_makes_the_run_stale(roster, import_claims, compute):
    import_claims([line("A")])
    run = compute()

    ServiceLineFactory(name="Radiology", is_hospital_based=True)

    assert runs.is_stale(run)


@pytest.mark.django_db
def test_codes_moved_to_another_service_line_change_the_reference():
    codes = ProcedureRange.objects.create(
        service_line=ServiceLineFactory(name="Urology"),
        first_code="52000",
        last_code="52999",
    )
    ServiceLineFactory(name="Oncology")
    before = leakage_run.reference_state()

    codes.service_line = ServiceLine.objects.get(name="Oncology")
    codes.save()

    assert leakage_run.reference_state() != before


def test_a_specialty_moved_to_another_service_line_changes_the_reference():
    specialty = SpecialtyFactory(code="207RC0000X")
    before = leakage_run.reference_state()

    specialty.service_line = ServiceLineFactory(name="Oncology")
    specialty.save()

    assert leakage_run.reference_state() != before


def test_each_change_of_the_roster_by_a_person_changes_the_reference(manager):
    states = [leakage_run.reference_state()]
    values = {
        "network_status": "employed",
        "organization_npi": "",
        "effective_from": dt.date(2026, 1, 1),
        "effective_to": None,
    }

    entry = roster_services.add_roster_entry(npi=OURS, values=values, by=manager)
    states.append(leakage_run.reference_state())
    for version, status in enumerate(("affiliated", "employed"), start=1):
        roster_services.change_roster_entry(
            entry=entry, values={"network_status": status}, version=version, by=manager
        )
        states.append(leakage_run.reference_state())
    roster_services.delete_roster_entry(entry=entry, version=3, by=manager)

    assert len({*states}) == 4
    assert leakage_run.reference_state() == states[0]
