"""Report runs in the background. The row is the truth; these only wake it."""

from celery import shared_task
from django.utils import timezone

from liaison_crm.lib.wake import wake
from reports.models import ReportRun
from reports.services import runs
from reports.services.registry import KINDS

EXPIRES = 60  # seconds: the next beat sends the message again


@shared_task
def run_report(*, run_id):
    runs.execute_run(run_id=run_id, now=timezone.now)


def wake_run(run):
    """Tell a worker about the run; a dead broker costs only time."""
    wake(run_report, expires=EXPIRES, run_id=run.pk)


@shared_task
def wake_report_runs():
    """Bring back the runs whose message or worker was lost."""
    for run in ReportRun.objects.to_wake(at=timezone.now()).order_by("pk"):
        wake_run(run)


@shared_task
def queue_due_reports():
    """Queue the reports that finished imports call for."""
    for kind in KINDS:
        if run := runs.queue_due_run(kind=kind):
            wake_run(run)
