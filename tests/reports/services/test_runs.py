import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from liaison_crm.lib.runs import RunLost
from reports.models import ReportRun
from reports.services import runs
from reports.services.kinds import Impossible
from tests.factories.referrals import ImportRunFactory
from tests.factories.reports import ReportRunFactory

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def silent_run(**fields):
    """A run whose worker has died."""
    return ReportRunFactory(
        status=ReportRun.Status.RUNNING, heartbeat_at=LONG_AGO, **fields
    )


def test_a_run_is_published_with_its_result(toy, execute, leakage_run):
    run = execute(leakage_run)

    assert run.status == ReportRun.Status.DONE
    assert (run.summary, run.checksum, run.folder) == ({"answer": 42}, "c", "f")
    assert (run.progress, run.attempt, run.code_version) == (100, 1, "0.1.0")


def test_nothing_is_visible_before_the_end(toy, execute, leakage_run):
    seen = []
    toy.act = lambda run: seen.append(ReportRun.objects.get(pk=run.pk))

    execute(leakage_run)

    assert (seen[0].status, seen[0].summary, seen[0].folder) == ("running", {}, "")


def test_a_finished_run_is_not_executed_again(toy, execute, leakage_run):
    execute(leakage_run)

    assert execute(leakage_run) is None


def test_a_run_that_another_worker_holds_is_left_alone(toy, execute):
    run = ReportRunFactory(
        status=ReportRun.Status.RUNNING, heartbeat_at=timezone.now(), attempt=1
    )

    assert execute(run) is None


def test_a_run_whose_worker_died_is_taken_over(toy, execute):
    run = execute(silent_run(attempt=1))

    assert (run.status, run.attempt) == (ReportRun.Status.DONE, 2)


def test_a_worker_taken_for_dead_publishes_nothing(toy, execute, leakage_run):
    def another_worker_claims(run):
        ReportRun.objects.filter(pk=run.pk).update(attempt=2)

    toy.act = another_worker_claims

    run = execute(leakage_run)

    assert (run.status, run.attempt, run.summary) == ("running", 2, {})


def test_a_lost_attempt_cannot_end_the_run(leakage_run):
    run = ReportRun.objects.claim(leakage_run.pk, at=timezone.now())
    ReportRun.objects.filter(pk=run.pk).update(attempt=2)

    with pytest.raises(RunLost):
        run.end(ReportRun.Status.DONE, at=timezone.now())


def test_an_error_gives_the_run_back_for_the_next_attempt(toy, execute, leakage_run):
    toy.act = lambda run: 1 / 0

    run = execute(leakage_run)

    assert run.status == ReportRun.Status.QUEUED
    assert "ZeroDivisionError" in run.error


def test_the_fifth_error_fails_the_run_with_its_reason(toy, execute, leakage_run):
    toy.act = lambda run: 1 / 0

    for _ in range(5):
        run = execute(leakage_run)

    assert (run.status, run.attempt) == (ReportRun.Status.FAILED, 5)
    assert "5 attempts" in run.error
    assert "division by zero" in run.error


def test_a_run_that_died_five_times_is_failed(toy, execute):
    run = silent_run(attempt=5)

    assert execute(run) is None

    run.refresh_from_db()
    assert run.status == ReportRun.Status.FAILED


def test_what_cannot_be_computed_fails_at_once_with_the_reason(
    toy, execute, leakage_run
):
    def refuse(run):
        raise Impossible("There are no claims yet.")

    toy.act = refuse

    run = execute(leakage_run)

    assert (run.status, run.error) == ("failed", "There are no claims yet.")


def test_a_queued_run_is_cancelled_at_once(toy, execute, leakage_run):
    runs.cancel_run(run=leakage_run, at=timezone.now())

    assert execute(leakage_run) is None
    leakage_run.refresh_from_db()
    assert leakage_run.status == ReportRun.Status.CANCELLED


def test_a_running_run_is_cancelled_at_its_next_heartbeat(toy, execute, leakage_run):
    def cancel_and_go_on(run):
        runs.cancel_run(run=run, at=timezone.now())
        run.beat(at=timezone.now())

    toy.act = cancel_and_go_on

    run = execute(leakage_run)

    assert (run.status, run.summary) == (ReportRun.Status.CANCELLED, {})


def test_a_finished_run_cannot_be_cancelled(toy, execute, leakage_run):
    run = execute(leakage_run)

    runs.cancel_run(run=run, at=timezone.now())

    run.refresh_from_db()
    assert (run.status, run.is_cancel_asked) == (ReportRun.Status.DONE, False)


def test_a_retry_is_a_new_run_of_the_same_parameters(toy, manager):
    failed = ReportRunFactory(
        status=ReportRun.Status.FAILED, parameters={"setting": 30}, attempt=5
    )

    again = runs.repeat_run(run=failed, by=manager)

    failed.refresh_from_db()
    assert failed.status == ReportRun.Status.FAILED
    assert (again.parameters, again.attempt) == ({"setting": 30}, 0)
    assert (again.status, again.requested_by) == ("queued", manager)


def test_only_a_run_of_the_standard_parameters_is_shown_on_pages(toy, execute, manager):
    def run_of(setting):
        parameters = {"setting": setting}
        return execute(
            runs.request_run(kind="leakage", parameters=parameters, by=manager)
        )

    standard = run_of(90)
    run_of(365)

    assert ReportRun.objects.newest_done("leakage") == standard


def test_an_occasion_has_one_run_however_often_it_is_asked_for(toy):
    first, second = (
        runs.request_run(kind="leakage", parameters={}, by=None, occasion="import 7")
        for _ in range(2)
    )

    assert first == second


def test_the_database_refuses_a_second_run_of_an_occasion():
    ReportRunFactory(occasion="import 7")

    with pytest.raises(IntegrityError):
        ReportRunFactory(occasion="import 7")


def test_a_finished_import_queues_one_run(toy):
    ImportRunFactory(kind="claims", status="done")

    run = runs.queue_due_run(kind="leakage")

    assert run.parameters == {"setting": 90}
    assert runs.queue_due_run(kind="leakage") is None


def test_a_run_newer_than_every_import_needs_no_other(toy, execute):
    ImportRunFactory(kind="claims", status="done")
    execute(runs.queue_due_run(kind="leakage"))

    assert runs.queue_due_run(kind="leakage") is None


def test_an_import_after_the_newest_run_queues_the_next(toy, execute):
    ImportRunFactory(kind="claims", status="done")
    execute(runs.queue_due_run(kind="leakage"))
    ImportRunFactory(kind="roster", status="done")

    assert runs.queue_due_run(kind="leakage") is not None


def test_an_undone_import_queues_the_next(toy, execute):
    ImportRunFactory(kind="claims", status="done")
    roster = ImportRunFactory(kind="roster", status="done")
    execute(runs.queue_due_run(kind="leakage"))
    roster.status = "undone"
    roster.save()

    assert runs.queue_due_run(kind="leakage") is not None


def test_a_changed_setting_queues_the_next(toy, execute):
    ImportRunFactory(kind="claims", status="done")
    execute(runs.queue_due_run(kind="leakage"))
    toy.setting = 365

    assert runs.queue_due_run(kind="leakage") is not None


def test_imports_that_do_not_matter_queue_nothing(toy, execute):
    ImportRunFactory(kind="claims", status="done")
    execute(runs.queue_due_run(kind="leakage"))
    ImportRunFactory(kind="visits", status="done")
    ImportRunFactory(kind="claims", status="done", is_dry_run=True)
    ImportRunFactory(kind="claims", status="done", is_duplicate=True)
    ImportRunFactory(kind="claims", status="refused")

    assert runs.queue_due_run(kind="leakage") is None


def test_the_run_waits_for_imports_that_are_still_open(toy):
    ImportRunFactory(kind="claims", status="done")
    ImportRunFactory(kind="roster", status="running")

    assert runs.queue_due_run(kind="leakage") is None


def test_nothing_is_queued_while_there_is_nothing_to_compute(toy):
    toy.has_data = False

    assert runs.queue_due_run(kind="leakage") is None


def test_a_failed_automatic_run_is_not_queued_again_and_again(toy, execute):
    def refuse(run):
        raise Impossible("No.")

    toy.act = refuse
    ImportRunFactory(kind="claims", status="done")
    execute(runs.queue_due_run(kind="leakage"))

    assert runs.queue_due_run(kind="leakage") is None
