"""From a file to an ended import run: the one way in for page and command."""

import logging
from pathlib import Path

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.runs import RunCancelled, RunLost
from referrals.imports import (
    files,
    kinds,
    mapping,
    registry,
    rights,
    spreadsheets,
    undo,
)
from referrals.imports.registry import Refused
from referrals.imports.work import Work
from referrals.models import ImportRun

logger = logging.getLogger(__name__)
Status = ImportRun.Status

TRANSIENT = (OperationalError, InterfaceError)


@transaction.atomic
def queue(*, by, **fields) -> ImportRun:
    """Make a run that waits for a worker, and put it in the audit.

    `fields` are those of ImportRun: kind, source, path, file_name, ...
    """
    run = ImportRun.objects.create(started_by=by, **fields)
    record(
        action=AuditEvent.Action.IMPORT_STARTED,
        by=by,
        subject=registry.name_of(run),
        detail={"run": run.pk, "kind": run.kind, "source": run.source},
    )
    return run


@transaction.atomic
def begin(*, by, **fields) -> ImportRun:
    """Make a run that this very process holds: no worker can take it."""
    run = queue(by=by, **fields)
    return ImportRun.objects.claim(run.pk, at=timezone.now())


def execute(run: ImportRun) -> ImportRun:
    """Work on a run that was claimed, to its end; the run as it is then.

    A database that goes away puts the run back in the queue. Whoever lost the
    run to another attempt leaves it alone.
    """
    try:
        _execute(run)
    except RunLost:
        logger.warning("Import run %s was taken over by another attempt.", run.pk)
    run.refresh_from_db()
    return run


def _execute(run):
    try:
        _attempt(run)
    except RunLost:
        raise
    except RunCancelled as reason:
        _end(run, Status.CANCELLED, error=str(reason))
    except Refused as refusal:
        with transaction.atomic():
            _end(run, Status.REFUSED, error=str(refusal))
            run.rejected_rows.all().delete()
    except FileNotFoundError:
        _end(run, Status.FAILED, error="The file is no longer there.")
    except TRANSIENT:
        logger.exception("Import run %s goes back to the queue.", run.pk)
        _requeue(run)
    except (OSError, DatabaseError) as problem:
        logger.exception("Import run %s failed.", run.pk)
        _end(run, Status.FAILED, error=f"The import could not go on: {problem}")
    except Exception as problem:
        logger.exception("Import run %s failed.", run.pk)
        error = f"An error in the importer: {type(problem).__name__}."
        _end(run, Status.FAILED, error=error)


def _attempt(run):
    rights.check(run)
    if run.is_undo_asked:
        undo.work(run)
        return _end(run, Status.UNDONE, progress=100, step="")
    importer = _importer_of(run)
    work = Work(run)
    with transaction.atomic():
        work.beat(0, "Reading the file")
        if not run.checkpoint:
            run.rejected_rows.all().delete()
            run.differences.all().delete()
    inspection = work.inspection = files.inspect(run.path, work.beat)
    if run.checkpoint and run.sha256 != inspection.sha256:
        raise OSError("the file changed since the import began")
    if not run.is_forced and is_taken(run, inspection.sha256):
        return _end(run, Status.DONE, sha256=inspection.sha256, is_duplicate=True)
    held = ImportRun.objects.held(run)
    if not held.update(sha256=inspection.sha256, file_size=inspection.size):
        raise RunLost
    publish = _take_text(importer, work) if importer.is_text else importer.work(work)
    with transaction.atomic():
        work.flush()
        if publish and not run.is_dry_run:
            rights.check_now(run)
            publish(run)
        return _end(run, Status.DONE, **work.fields(), progress=100, step="")


def _take_text(importer, work):
    with spreadsheets.as_text(work):
        if work.inspection.is_windows:
            work.warn("The file is not UTF-8; it was read as Windows-1252.")
        kinds.check_file(importer, work)
        return importer.work(work)


def _importer_of(run):
    try:
        importer = registry.get(run.kind)
    except KeyError:
        kinds = ", ".join(registry.kinds())
        raise Refused(f"There is no kind {run.kind!r}. Kinds: {kinds}.") from None
    if run.preset and run.preset not in importer.presets:
        presets = ", ".join(importer.presets) or "none"
        raise Refused(f"{run.kind} has no preset {run.preset!r}. Presets: {presets}.")
    return importer


def is_taken(run: ImportRun, sha256: str) -> bool:
    """Has the very same import been done already?"""
    return earlier_of(run, sha256) is not None


def earlier_of(run: ImportRun, sha256: str) -> ImportRun | None:
    """The run that took the same file, from the same source, the same way."""
    done = ImportRun.objects.filter(
        kind=run.kind,
        source=run.source,
        preset=run.preset,
        sha256=sha256,
        status=Status.DONE,
        is_duplicate=False,
        is_dry_run=False,
    ).exclude(pk=run.pk)
    told = (run.options, mapping.effect_of(run))
    return next(
        (one for one in done if (one.options, mapping.effect_of(one)) == told), None
    )


def _end(run, status, **values):
    """End the run with its audit event; RunLost if another attempt holds it."""
    with transaction.atomic():
        run.end(status, at=timezone.now(), **values)
        record_end(run, status)
    # A failed one can be tried again, one that showed a difference be taken.
    if status != Status.FAILED and not can_be_taken(run):
        transaction.on_commit(lambda: delete_upload(run))


def can_be_taken(run: ImportRun) -> bool:
    """Is it a dry run whose difference somebody may look at, and then take?"""
    return (
        run.is_dry_run
        and run.status == Status.DONE
        and not run.is_duplicate
        and run.kind in registry.kinds()
        and registry.get(run.kind).shows_difference
    )


def record_end(run: ImportRun, status: str) -> None:
    """Put the end of a run in the audit."""
    record(
        action=AuditEvent.Action.IMPORT_ENDED,
        by=run.started_by,
        subject=registry.name_of(run),
        detail={"run": run.pk, "status": status, "read": run.rows_read},
    )


def cancel_held(run: ImportRun) -> None:
    """End a run that this process holds as cancelled (ctrl-C)."""
    _end(run, Status.CANCELLED)


def _requeue(run):
    held = ImportRun.objects.held(run)
    try:
        held.update(status=Status.QUEUED)
    except TRANSIENT:
        logger.warning("Import run %s stays silent until it is woken.", run.pk)


def delete_upload(run: ImportRun) -> None:
    """Remove the uploaded file of a run. Files named to the command stay."""
    if run.is_upload and run.path:
        Path(run.path).unlink(missing_ok=True)


def summary(run: ImportRun) -> dict:
    """The run as the command prints it."""
    status = "duplicate" if run.is_duplicate else run.status
    return {
        "run": run.pk,
        "kind": run.kind,
        "source": run.source,
        "status": status,
        "rows": {
            "read": run.rows_read,
            "created": run.rows_created,
            "updated": run.rows_updated,
            "unchanged": run.rows_unchanged,
            "rejected": run.rows_rejected,
        },
        "ignored_columns": run.ignored_columns,
        "warnings": run.warnings,
        "error": run.error or None,
    }
