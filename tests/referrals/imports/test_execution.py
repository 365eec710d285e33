import datetime as dt

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, User
from referrals import tasks
from referrals.imports import execution, registry, undo
from referrals.imports.registry import Importer, Refused
from referrals.imports.roster import RosterImporter
from referrals.models import ImportRun, Physician, RejectedRow, RosterEntry
from tests.factories.referrals import ImportRunFactory, npi_of

Status = ImportRun.Status
HEADER = "npi,network_status,effective_from"
ROSTER = [HEADER, *(f"{npi_of(n)},employed,2022-01-01" for n in range(10)), "x,y,z"]


class Killed(BaseException):
    """What a SIGKILL looks like from inside: nothing more is done."""


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(RosterImporter, "chunk_size", 3)


@pytest.fixture
def plugged(monkeypatch):
    """`plugged(importer)`: an importer of kind "test" for this test."""

    def plug(work):
        importer = Importer()
        importer.kind, importer.work = "test", work
        monkeypatch.setitem(registry._importers, "test", importer)

    return plug


def test_the_same_file_again_changes_nothing_and_says_so(bring_in, counts):
    bring_in("roster", ROSTER)
    RosterEntry.objects.all().delete()

    run = bring_in("roster", ROSTER)

    assert (run.status, run.is_duplicate) == (Status.DONE, True)
    assert counts(run) == (0, 0, 0, 0, 0)
    assert not RosterEntry.objects.exists()


def test_the_same_file_from_another_source_is_taken(bring_in, counts):
    bring_in("roster", ROSTER)

    run = bring_in("roster", ROSTER, source="other")

    assert counts(run) == (11, 0, 0, 10, 1)


def test_a_forced_file_finds_its_rows_unchanged(bring_in, counts):
    bring_in("roster", ROSTER)

    run = bring_in("roster", ROSTER, is_forced=True)

    assert counts(run) == (11, 0, 0, 10, 1)


def test_a_dry_run_counts_and_changes_nothing(bring_in, counts):
    run = bring_in("roster", ROSTER, is_dry_run=True)

    assert counts(run) == (11, 10, 0, 0, 1)
    assert run.rejected_rows.count() == 1
    assert not RosterEntry.objects.exists()


def test_a_dry_run_does_not_make_the_file_a_duplicate(bring_in, counts):
    bring_in("roster", ROSTER, is_dry_run=True)

    assert counts(bring_in("roster", ROSTER)) == (11, 10, 0, 0, 1)


def test_a_refused_file_leaves_only_its_run(bring_in):
    run = bring_in("roster", ["npi,wrong", f"{npi_of(1)},employed"])

    assert run.status == Status.REFUSED
    assert run.error == "Missing columns: network_status, effective_from."
    assert not RosterEntry.objects.exists()
    assert not run.rejected_rows.exists()


def test_a_quote_that_is_never_closed_refuses_the_whole_file(bring_in):
    run = bring_in("roster", [*ROSTER, f'{npi_of(99)},"employed,2022-01-01'])

    assert run.status == Status.REFUSED
    assert "line 13" in run.error
    assert not RosterEntry.objects.exists()


@pytest.mark.parametrize("chunk", [1, 2, 4])
def test_a_killed_import_goes_on_behind_the_last_chunk(
    bring_in, counts, monkeypatch, small_chunks, chunk
):
    taken = []
    whole_take = RosterImporter.take

    def take_until_killed(self, rows):
        taken.append(rows)
        whole_take(self, rows)
        if len(taken) == chunk:
            raise Killed

    monkeypatch.setattr(RosterImporter, "take", take_until_killed)
    with pytest.raises(Killed):
        bring_in("roster", ROSTER)
    monkeypatch.setattr(RosterImporter, "take", whole_take)
    run = ImportRun.objects.get()
    assert run.status == Status.RUNNING
    assert RosterEntry.objects.count() == run.rows_created

    claimed = ImportRun.objects.claim(
        run.pk, at=timezone.now() + dt.timedelta(minutes=1)
    )
    ended = execution.execute(claimed)

    assert ended.attempt == 2
    assert counts(ended) == (11, 10, 0, 0, 1)
    assert ended.rejected_rows.count() == 1
    assert RosterEntry.objects.count() == 10


def test_an_attempt_that_lost_its_run_changes_nothing_more(
    bring_in, counts, monkeypatch, small_chunks
):
    whole_take = RosterImporter.take
    chunks = []

    def take_over(self, chunk):
        chunks.append(chunk)
        if len(chunks) == 2:
            ImportRun.objects.filter(pk=chunk.run.pk).update(attempt=2)
        whole_take(self, chunk)

    monkeypatch.setattr(RosterImporter, "take", take_over)

    run = bring_in("roster", ROSTER)

    assert run.status == Status.RUNNING
    assert counts(run)[0] == 3
    assert RosterEntry.objects.count() == run.rows_created


def test_a_cancelled_import_stops_between_two_chunks(
    bring_in, counts, monkeypatch, small_chunks
):
    whole_take = RosterImporter.take

    def cancel(self, chunk):
        whole_take(self, chunk)
        ImportRun.objects.filter(pk=chunk.run.pk).update(is_cancel_asked=True)

    monkeypatch.setattr(RosterImporter, "take", cancel)

    run = bring_in("roster", ROSTER)

    assert run.status == Status.CANCELLED
    assert counts(run)[0] == 3
    assert RosterEntry.objects.count() == run.rows_created


@pytest.fixture(
    params=[{"is_active": False}, {"role": User.Role.LIAISON}],
    ids=["deactivated", "other role"],
)
def lose_the_right(request, manager):
    """Called while an import of the manager's waits or works."""
    return lambda: User.objects.filter(pk=manager.pk).update(**request.param)


def test_who_lost_the_right_while_the_import_waited_brings_nothing_in(
    tmp_path, manager, lose_the_right
):
    path = tmp_path / "roster.csv"
    path.write_text("\n".join(ROSTER))
    run = execution.queue(
        by=manager, kind="roster", path=str(path), file_name="roster.csv"
    )
    lose_the_right()

    tasks.run_import(run_id=run.pk)

    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert run.error == f"{manager} may not bring files in any more: it was stopped."
    assert not RosterEntry.objects.exists()


def test_who_loses_the_right_meanwhile_ends_the_import_and_it_can_be_undone(
    bring_in, counts, monkeypatch, small_chunks, manager, lose_the_right
):
    whole_take = RosterImporter.take

    def take(self, chunk):
        whole_take(self, chunk)
        lose_the_right()

    monkeypatch.setattr(RosterImporter, "take", take)

    run = bring_in("roster", ROSTER, by=manager)

    assert (run.status, counts(run)[0]) == (Status.CANCELLED, 3)
    assert "may not bring files in any more" in run.error
    assert RosterEntry.objects.count() == run.rows_created
    assert undo.is_possible(run)


def test_nothing_is_published_for_who_lost_the_right_at_the_very_end(
    bring_in, plugged, manager, lose_the_right
):
    published = []

    def work(work):
        lose_the_right()
        return published.append

    plugged(work)

    assert bring_in("test", "a,b", by=manager).status == Status.CANCELLED
    assert not published


def test_a_database_that_goes_away_puts_the_run_back_in_the_queue(
    bring_in, monkeypatch
):
    def go_away(self, chunk):
        raise OperationalError("gone")

    monkeypatch.setattr(RosterImporter, "take", go_away)

    assert bring_in("roster", ROSTER).status == Status.QUEUED


def test_only_the_rows_that_the_database_cannot_hold_are_rejected(
    bring_in, counts, monkeypatch
):
    monkeypatch.setattr(
        "referrals.imports.roster._without_overlaps", lambda chunk, spans, there: spans
    )

    run = bring_in("roster", [*ROSTER[:-1], f"{npi_of(1)},competitor,2023-01-01"])

    assert counts(run) == (11, 9, 0, 0, 2)
    assert RosterEntry.objects.count() == 9


def test_an_error_of_the_importer_fails_the_run_with_words(bring_in, plugged):
    def work(work):
        raise ZeroDivisionError

    plugged(work)

    run = bring_in("test", "x")

    assert run.status == Status.FAILED
    assert "ZeroDivisionError" in run.error


def test_a_full_disk_fails_the_run_and_publishes_nothing(bring_in, plugged):
    def work(work):
        raise OSError(28, "No space left on device")

    plugged(work)

    run = bring_in("test", "x")

    assert run.status == Status.FAILED
    assert "No space left" in run.error


def test_publishing_is_part_of_the_end_of_the_run(bring_in, plugged):
    seen = []

    def work(work):
        work.counts.read = work.counts.created = 5
        work.warn("Heed this.")
        return publish

    def publish(run):
        seen.append(transaction.get_connection().in_atomic_block)
        Physician.objects.create(npi=npi_of(1))

    plugged(work)

    run = bring_in("test", "x")

    assert seen == [True]
    assert (run.rows_read, run.warnings) == (5, ["Heed this."])


def test_nothing_is_published_once_the_run_is_lost(bring_in, plugged):
    def work(work):
        ImportRun.objects.filter(pk=work.run.pk).update(attempt=7)
        return lambda run: Physician.objects.create(npi=npi_of(1))

    plugged(work)

    run = bring_in("test", "x")

    assert run.status == Status.RUNNING
    assert not Physician.objects.exists()


def test_rows_an_importer_rejects_are_gone_when_it_refuses_the_file(bring_in, plugged):
    def work(work):
        work.reject(2, "no good")
        work.flush()
        raise Refused("Not this.")

    plugged(work)

    run = bring_in("test", "x")

    assert (run.status, run.error) == (Status.REFUSED, "Not this.")
    assert not run.rejected_rows.exists()


@pytest.mark.usefixtures("db")
def test_a_silent_run_is_failed_after_five_attempts():
    run = ImportRunFactory(
        status=Status.RUNNING,
        attempt=5,
        heartbeat_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )

    tasks.run_import(run_id=run.pk)

    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "5 attempts" in run.error


@pytest.mark.usefixtures("db")
def test_waiting_and_silent_runs_are_woken(
    monkeypatch, django_capture_on_commit_callbacks
):
    now = timezone.now()
    waiting = ImportRunFactory()
    silent = ImportRunFactory(
        status=Status.RUNNING, heartbeat_at=now - dt.timedelta(minutes=1)
    )
    ImportRunFactory(status=Status.RUNNING, heartbeat_at=now)
    ImportRunFactory(status=Status.DONE)
    sent = []
    monkeypatch.setattr(
        tasks.run_import, "apply_async", lambda **told: sent.append(told["kwargs"])
    )

    with django_capture_on_commit_callbacks(execute=True):
        tasks.wake_import_runs()

    assert sent == [{"run_id": waiting.pk}, {"run_id": silent.pk}]


def test_start_and_end_are_in_the_audit(bring_in):
    bring_in("roster", ROSTER)

    assert set(AuditEvent.objects.values_list("action", flat=True)) == {
        "import_started",
        "import_ended",
    }


def test_a_lost_attempt_leaves_the_rejected_rows_of_the_next_alone(bring_in, plugged):
    def work(work):
        ImportRun.objects.filter(pk=work.run.pk).update(attempt=2)
        RejectedRow.objects.create(run=work.run, line=7, reason="of attempt 2")
        work.reject(2, "of attempt 1")
        raise Refused("Not this.")

    plugged(work)

    run = bring_in("test", "x")

    assert run.status == Status.RUNNING
    assert [row.line for row in run.rejected_rows.all()] == [7]


def test_a_lost_attempt_writes_no_rejected_rows(bring_in, plugged):
    def work(work):
        ImportRun.objects.filter(pk=work.run.pk).update(attempt=2)
        work.reject(2, "of attempt 1")
        work.flush()

    plugged(work)

    run = bring_in("test", "x")

    assert run.status == Status.RUNNING
    assert not run.rejected_rows.exists()
