"""Celery's way into imports: an id in, one call out."""

from celery import shared_task
from django.utils import timezone

from liaison_crm.lib.wake import wake
from referrals.imports import drafts, execution, undo, uploads
from referrals.models import ImportRun
from referrals.services import duplicates

WAKE_EVERY = 15  # seconds; what was not picked up by then is sent anew


@shared_task
def run_import(*, run_id):
    """Work on the run, unless somebody else does or it has ended."""
    run = ImportRun.objects.claim(run_id, at=timezone.now())
    if run:
        execution.execute(run)


def wake_run(run):
    """Tell a worker about the run; a dead broker costs only time."""
    wake(run_import, run_id=run.pk)


@shared_task
def delete_leftover_uploads():
    drafts.delete_old(at=timezone.now())
    uploads.delete_leftovers(at=timezone.now())


@shared_task
def forget_old_changes():
    undo.forget(at=timezone.now())


@shared_task
def find_duplicates():
    duplicates.find(at=timezone.now(), on=timezone.localdate())


def wake_duplicate_search():
    """Ask a worker to search now; a dead broker costs only time."""
    wake(find_duplicates)


@shared_task
def wake_import_runs():
    """Send for the runs that wait, and for those whose worker went silent."""
    waiting = ImportRun.objects.to_wake(at=timezone.now()).order_by("pk")
    for pk in waiting.values_list("pk", flat=True):
        wake(run_import, expires=WAKE_EVERY, run_id=pk)
