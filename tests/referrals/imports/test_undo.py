import datetime as dt

import pytest
from django.core import serializers
from django.utils import timezone

from accounts.models import AuditEvent, User
from referrals.imports import execution, undo
from referrals.models import (
    ImportRun,
    Physician,
    Practice,
    Proposal,
    Referral,
    RosterEntry,
    StatusChange,
)
from tests.factories.referrals import PhysicianFactory, npi_of

NPI = npi_of(1)
ROSTER = "npi,network_status,effective_from,effective_to"


def take_back(run, by=None):
    undo.ask(run=run, by=by)
    claimed = ImportRun.objects.claim(run.pk, at=timezone.now())
    return execution.execute(claimed)


def snapshot(model):
    """Every field of every row, but the bookkeeping of versions."""
    rows = serializers.serialize("python", model.objects.order_by("pk"))
    for row in rows:
        row["fields"].pop("version", None)
    return rows


def test_who_lost_the_right_meanwhile_undoes_nothing_and_another_can(
    bring_in, manager, administrator
):
    run = bring_in("roster", [ROSTER, f"{NPI},independent,2024-01-01,"], by=manager)
    undo.ask(run=run, by=manager)
    User.objects.filter(pk=manager.pk).update(role=User.Role.LIAISON)

    stopped = execution.execute(ImportRun.objects.claim(run.pk, at=timezone.now()))

    assert stopped.status == ImportRun.Status.CANCELLED
    assert "may not bring files in any more" in stopped.error
    assert RosterEntry.objects.count() == 1
    assert take_back(stopped, by=administrator).status == ImportRun.Status.UNDONE
    assert not RosterEntry.objects.exists()


def test_an_import_that_updated_rows_is_undone_field_by_field(bring_in):
    bring_in("roster", [ROSTER, f"{NPI},independent,2024-01-01,"])
    before = snapshot(RosterEntry)
    run = bring_in(
        "roster",
        [
            ROSTER,
            f"{NPI},independent,2024-01-01,2025-01-01",
            f"{NPI},employed,2025-01-01,",
        ],
    )
    assert RosterEntry.objects.count() == 2

    undone = take_back(run)

    assert undone.status == ImportRun.Status.UNDONE
    assert (undone.rows_restored, undone.rows_kept) == (2, 0)
    assert snapshot(RosterEntry) == before
    run.refresh_from_db()
    assert not undo.left_of(run).exists()


def test_referrals_are_undone_with_their_log_and_the_physicians_they_made(bring_in):
    header = "referral_id,received_on,referring_npi,service_line,status"
    run = bring_in("referrals", [header, f"R1,2024-03-01,{NPI},Cardiology,seen"])
    assert StatusChange.objects.count() == 2

    take_back(run)

    assert not Referral.objects.exists()
    assert not StatusChange.objects.exists()
    assert not Physician.objects.exists()


def test_the_same_file_can_be_taken_again_after_the_undo(bring_in, counts):
    lines = [ROSTER, f"{NPI},employed,2024-01-01,"]
    take_back(bring_in("roster", lines))

    assert counts(bring_in("roster", lines)) == (1, 1, 0, 0, 0)


def test_what_somebody_has_changed_since_stays_and_is_counted(bring_in):
    run = bring_in("roster", [ROSTER, f"{NPI},employed,2024-01-01,"])
    RosterEntry.objects.update(network_status="affiliated")

    undone = take_back(run)

    assert (undone.rows_restored, undone.rows_kept) == (0, 1)
    assert RosterEntry.objects.get().network_status == "affiliated"


def test_a_killed_undo_goes_on_where_it_stopped(bring_in, monkeypatch):
    monkeypatch.setattr(undo, "PART", 2)
    rows = [f"{npi_of(n)},employed,2024-01-01," for n in range(5)]
    run = bring_in("roster", [ROSTER, *rows])
    undo.ask(run=run, by=None)
    first = ImportRun.objects.claim(run.pk, at=timezone.now())
    undo._take_back_part(first, progress=0)
    later = timezone.now() + dt.timedelta(minutes=1)

    undone = execution.execute(ImportRun.objects.claim(run.pk, at=later))

    assert (undone.status, undone.rows_restored) == (ImportRun.Status.UNDONE, 5)
    assert not RosterEntry.objects.exists()


def test_two_clicks_make_one_undo(bring_in, manager):
    run = bring_in("roster", [ROSTER, f"{NPI},employed,2024-01-01,"])
    undo.ask(run=run, by=manager)

    with pytest.raises(undo.NotUndoable):
        undo.ask(run=run, by=manager)

    audited = AuditEvent.objects.filter(action=AuditEvent.Action.IMPORT_UNDONE)
    assert audited.count() == 1


def test_a_dry_run_cannot_be_undone(bring_in):
    line = f"{NPI},employed,2024-01-01,"

    assert not undo.is_possible(bring_in("roster", [ROSTER, line], is_dry_run=True))


def test_a_file_that_changed_nothing_cannot_be_undone(bring_in):
    lines = [ROSTER, f"{NPI},employed,2024-01-01,"]
    bring_in("roster", lines)

    assert not undo.is_possible(bring_in("roster", lines, is_forced=True))


def test_after_ninety_days_the_journal_is_forgotten(bring_in):
    run = bring_in("roster", [ROSTER, f"{NPI},employed,2024-01-01,"])

    undo.forget(at=timezone.now() + dt.timedelta(days=89))
    assert undo.is_possible(run)

    undo.forget(at=timezone.now() + dt.timedelta(days=91))
    assert not undo.is_possible(run)


def test_a_registry_import_is_undone_to_the_last_field(bring_in, register_rows):
    PhysicianFactory(npi=npi_of(7), last_name="Before")
    before = {model: snapshot(model) for model in (Physician, Practice, Proposal)}
    run = bring_in("nppes", register_rows)
    assert Practice.objects.exists()

    undone = take_back(run)

    assert undone.rows_kept == 0
    assert {model: snapshot(model) for model in before} == before


@pytest.fixture
def register_rows():
    header = (
        "NPI,Entity Type Code,Provider Last Name (Legal Name),Provider First Name,"
        "Provider First Line Business Practice Location Address,"
        "Provider Business Practice Location Address City Name,"
        "Provider Business Practice Location Address State Name,"
        "Provider Business Practice Location Address Postal Code,"
        "Provider Business Practice Location Address Telephone Number,"
        "Healthcare Provider Taxonomy Code_1"
    )
    place = "1 ELM ST,NASHVILLE,TN,37203"
    return [
        header,
        f"{npi_of(7)},1,AFTER,ANN,{place},,207RC0000X",
        f"{npi_of(8)},1,NEW,NED,{place},6155550100,207RC0000X",
    ]
