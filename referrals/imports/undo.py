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
from liaison_crm.lib.runs import RunLost
from referrals.imports import registry, rights
from referrals.models import Change, ImportRun
from referrals.services import journal
from referrals.services.journal import Journal

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
    return ended and not run.is_dry_run and left_of(run).exists()


def left_of(run: ImportRun):
    """The changes of a run that are not taken back yet."""
    changes = run.changes.filter(is_undo=False)
    return changes if run.undone_to is None else changes.filter(pk__lt=run.undone_to)


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
        subject=registry.name_of(run),
        detail={"run": run.pk},
    )


def work(run: ImportRun) -> None:
    """Take back all that is left of the run's changes."""
    total = max(left_of(run).count(), 1)
    left = total
    while left:
        left = _take_back_part(run, progress=100 - 100 * left // total)
    if run.kind in registry.kinds():
        registry.get(run.kind).undone(run)


@transaction.atomic
def _take_back_part(run, *, progress):
    """One part; how many changes are left behind it."""
    now = timezone.now()
    part = [*left_of(run).order_by("-pk")[:PART]]
    taken_back = Journal(at=now, run=run, by=run.undone_by, is_undo=True)
    restored, kept = journal.undo(part, taken_back)
    if part:
        run.undone_to = part[-1].pk
    held = ImportRun.objects.held(run)
    if not held.update(
        undone_to=run.undone_to,
        rows_restored=F("rows_restored") + restored,
        rows_kept=F("rows_kept") + kept,
        heartbeat_at=now,
        progress=progress,
        step="Putting everything back",
    ):
        raise RunLost
    rights.check_now(run)
    return left_of(run).count()


def forget(*, at) -> int:
    """Drop the journal of runs that are too old to be taken back; how many rows."""
    old = ImportRun.objects.filter(
        status__in=(Status.DONE, Status.CANCELLED, Status.UNDONE),
        finished_at__lt=at - KEPT_FOR,
    )
    return Change.objects.filter(run__in=old).delete()[0]
