"""Taking an import back: every row as it was before the run.

What somebody has changed since, and new rows that others refer to by now, stay
and are counted. Done in parts, each one transaction, so that a killed worker's
successor goes on where it stopped.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.runs import RunCancelled, RunLost
from referrals.imports import registry
from referrals.models import Change, ImportRun
from referrals.services import journal

PART = 500
KEPT_FOR = dt.timedelta(days=90)
Status = ImportRun.Status


class NotUndoable(Exception):
    """The import cannot be taken back; the message says why."""


def is_possible(run: ImportRun) -> bool:
    """Can the run be taken back, or its undo be tried again?"""
    if run.status == Status.FAILED:
        return run.is_undo_asked
    ended = run.status in (Status.DONE, Status.CANCELLED)
    return ended and not run.is_dry_run and run.changes.exists()


@transaction.atomic
def ask(*, run: ImportRun, by) -> None:
    """Queue the undo of a run. Of two clicks one counts."""
    this = ImportRun.objects.filter(pk=run.pk, status=run.status)
    if not is_possible(run) or not this.update(
        status=Status.QUEUED,
        is_undo_asked=True,
        is_cancel_asked=False,
        undone_by=by,
        attempt=0,
        progress=0,
        step="",
        error="",
    ):
        raise NotUndoable("This import cannot be undone, or not any more.")
    record(
        action=AuditEvent.Action.IMPORT_UNDONE,
        by=by,
        subject=str(run),
        detail={"run": run.pk},
    )


def work(run: ImportRun) -> None:
    """Take back all that is left of the run's changes."""
    total = max(run.changes.count(), 1)
    left = total
    while left:
        left = _take_back_part(run, progress=100 - 100 * left // total)
    if run.kind in registry.kinds():
        registry.get(run.kind).undone(run)


@transaction.atomic
def _take_back_part(run, *, progress):
    """One part; how many changes are left behind it."""
    part = [*run.changes.order_by("-pk")[:PART]]
    restored, kept = journal.undo(part)
    Change.objects.filter(pk__in=[change.pk for change in part]).delete()
    held = ImportRun.objects.held(run)
    if not held.update(
        rows_restored=F("rows_restored") + restored,
        rows_kept=F("rows_kept") + kept,
        heartbeat_at=timezone.now(),
        progress=progress,
        step="Putting everything back",
    ):
        raise RunLost
    if held.filter(is_cancel_asked=True).exists():
        raise RunCancelled
    return run.changes.count()


def forget(*, at) -> int:
    """Drop the journal of runs that are too old to be taken back; how many rows."""
    old = ImportRun.objects.filter(
        status__in=(Status.DONE, Status.CANCELLED), finished_at__lt=at - KEPT_FOR
    )
    return Change.objects.filter(run__in=old).delete()[0]
