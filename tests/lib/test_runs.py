"""Runs, on ImportRun: who may claim, and what a lost attempt can still do."""

import datetime as dt

import pytest
from django.utils import timezone

from liaison_crm.lib.runs import MOST_ATTEMPTS, RunCancelled, RunLost
from referrals.models import ImportRun
from tests.factories.referrals import ImportRunFactory

pytestmark = pytest.mark.django_db

Status = ImportRun.Status
NOW = timezone.now()
LATER = NOW + dt.timedelta(seconds=31)


def test_a_queued_run_is_claimed_once():
    run = ImportRunFactory()

    first = ImportRun.objects.claim(run.pk, at=NOW)
    second = ImportRun.objects.claim(run.pk, at=NOW)

    assert (first.status, first.attempt) == (Status.RUNNING, 1)
    assert second is None


def test_a_run_that_was_heard_of_30_seconds_ago_is_not_taken_away():
    run = ImportRunFactory()
    ImportRun.objects.claim(run.pk, at=NOW)

    assert ImportRun.objects.claim(run.pk, at=NOW + dt.timedelta(seconds=30)) is None


def test_a_silent_run_is_claimed_for_another_attempt():
    run = ImportRunFactory()
    ImportRun.objects.claim(run.pk, at=NOW)

    assert ImportRun.objects.claim(run.pk, at=LATER).attempt == 2


def test_the_attempt_that_was_taken_away_can_neither_beat_nor_end():
    run = ImportRunFactory()
    lost = ImportRun.objects.claim(run.pk, at=NOW)
    ImportRun.objects.claim(run.pk, at=LATER)

    with pytest.raises(RunLost):
        lost.beat(at=LATER, progress=50)
    with pytest.raises(RunLost):
        lost.end(Status.DONE, at=LATER)

    run.refresh_from_db()
    assert (run.status, run.progress) == (Status.RUNNING, 0)


def test_a_beat_keeps_progress_and_step():
    run = ImportRunFactory()
    held = ImportRun.objects.claim(run.pk, at=NOW)

    held.beat(at=LATER, progress=40, step="Reading")

    run.refresh_from_db()
    assert (run.progress, run.step, run.heartbeat_at) == (40, "Reading", LATER)


def test_a_beat_says_when_somebody_asked_to_cancel():
    run = ImportRunFactory()
    held = ImportRun.objects.claim(run.pk, at=NOW)
    ImportRun.objects.update(is_cancel_asked=True)

    with pytest.raises(RunCancelled):
        held.beat(at=NOW)


def test_a_run_that_fell_silent_five_times_is_failed_with_the_reason():
    run = ImportRunFactory(
        status=Status.RUNNING, attempt=MOST_ATTEMPTS, heartbeat_at=NOW
    )

    assert ImportRun.objects.claim(run.pk, at=LATER) is None

    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "5 attempts" in run.error


@pytest.mark.parametrize(
    "status", [Status.DONE, Status.FAILED, Status.CANCELLED, Status.REFUSED]
)
def test_an_ended_run_is_not_claimed(status):
    run = ImportRunFactory(status=status, heartbeat_at=NOW)

    assert ImportRun.objects.claim(run.pk, at=LATER) is None


def test_queued_and_silent_runs_are_woken_and_no_others():
    queued = ImportRunFactory()
    silent = ImportRunFactory(status=Status.RUNNING, attempt=1, heartbeat_at=NOW)
    ImportRunFactory(status=Status.RUNNING, attempt=1, heartbeat_at=LATER)
    ImportRunFactory(status=Status.DONE, heartbeat_at=NOW)

    assert set(ImportRun.objects.to_wake(at=LATER)) == {queued, silent}
