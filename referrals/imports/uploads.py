"""Files that came through the browser: kept until their run ends."""

import datetime as dt
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction

from referrals.imports import execution
from referrals.imports.work import storable
from referrals.models import ImportDraft, ImportRun

KEPT_FOR_RETRY = dt.timedelta(days=1)
Status = ImportRun.Status
OPEN = (Status.QUEUED, Status.RUNNING)


class NotRetriable(Exception):
    """The run cannot be tried again; the message says why."""


def store(file) -> Path:
    """Write an uploaded file under a random name, for nobody else to read."""
    settings.UPLOADS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.UPLOADS_DIR / uuid.uuid4().hex
    try:
        with path.open("xb") as stored:
            path.chmod(0o600)
            for block in file.chunks():
                stored.write(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def name_of(file) -> str:
    """The name that the file had where it came from, as far as it can be kept."""
    return storable(file.name)[-200:]


@transaction.atomic
def cancel(*, run, at) -> None:
    """Stop a run: at once while it waits, else between two chunks."""
    waiting = ImportRun.objects.filter(pk=run.pk, status=Status.QUEUED)
    if waiting.update(status=Status.CANCELLED, finished_at=at):
        execution.record_end(run, Status.CANCELLED)
        transaction.on_commit(lambda: execution.delete_upload(run))
        return
    # Queued counts as well: a running one may go back to the queue just now.
    still_open = ImportRun.objects.filter(pk=run.pk, status__in=OPEN)
    still_open.update(is_cancel_asked=True)


@transaction.atomic
def retry(*, run, by) -> ImportRun:
    """A new run of a failed one's file. What was taken is found unchanged.

    The file passes on to the new run, so of two clicks one makes a run.
    """
    failed = ImportRun.objects.filter(pk=run.pk, status=Status.FAILED, path=run.path)
    if not Path(run.path).is_file() or not failed.update(path=""):
        raise NotRetriable("The file of this import is no longer here: upload it anew.")
    return _queue_like(run, by=by)


@transaction.atomic
def take(*, run, by, **changes) -> ImportRun:
    """A run of the file that a dry run looked at; `changes` are its fields.

    The file passes on to the new run, so of two clicks one makes a run.
    """
    looked_at = ImportRun.objects.filter(pk=run.pk, path=run.path)
    if (
        not execution.can_be_taken(run)
        or not Path(run.path).is_file()
        or not looked_at.update(path="")
    ):
        raise NotRetriable("The file of this import is no longer here: upload it anew.")
    return _queue_like(run, by=by, **changes)


def _queue_like(run, *, by, **changes):
    kept = {
        name: getattr(run, name)
        for name in (
            *("kind", "source", "preset", "options", "mapping", "is_forced"),
            *("is_dry_run", "path", "is_upload", "file_name", "file_size"),
        )
    }
    return execution.queue(by=by, **kept | changes)


def delete_leftovers(*, at) -> int:
    """Remove uploads that nobody retried, and strays; how many."""
    oldest = (at - KEPT_FOR_RETRY).timestamp()
    open_runs = ImportRun.objects.filter(status__in=OPEN)
    needed = {*open_runs.filter(is_upload=True).values_list("path", flat=True)}
    for path in ImportDraft.objects.values_list("path", flat=True):
        needed |= {path, f"{path}.csv"}
    removed = 0
    for path in settings.UPLOADS_DIR.glob("*"):
        if str(path) not in needed and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
