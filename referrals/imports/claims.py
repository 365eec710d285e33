"""Claims: one row per claim line, into the claims lake (formats.md, claims).

The lines are written to a folder of this attempt's own. They count once the
ClaimsImport that names the folder is there: it is made in the transaction that
ends the run, so a killed import leaves nothing half-seen.
"""

import time

from django.conf import settings
from django.db.models import Max

from liaison_crm.lib.runs import Run
from referrals.claims import columns, lake, lines, quality
from referrals.imports import execution
from referrals.imports.registry import Importer
from referrals.models import ClaimsImport, ImportRun

KIND = "claims"


class ClaimsImporter(Importer):
    kind = KIND
    title = "Claims"
    description = "Claim lines, from which referral events and leakage are computed."
    required = columns.NEEDED
    optional = tuple(name for name in columns.KNOWN if name not in columns.NEEDED)
    marks = ("claim_id",)

    def work(self, work):
        sweep()
        run = work.run
        task = lines.Task(
            path=work.path,
            inspection=work.inspection,
            folder=folder_of(run),
            source=run.source,
            hash_key=settings.HASH_KEY,
            known=list(ClaimsImport.objects.visible().filter(source=run.source)),
            is_taken=execution.is_taken(run, work.inspection.sha256),
        )
        brought = lines.bring_in(
            task,
            beat=lambda progress: work.beat(progress, "Reading claim lines"),
            reject=work.reject,
        )
        for name in ("read", "created", "updated", "unchanged"):
            setattr(work.counts, name, getattr(brought, name))
        work.ignored_columns = brought.ignored_columns
        for remark in quality.remarks(brought.quality):
            work.warn(remark)
        if run.is_dry_run:
            lake.remove(task.folder)
        return publish_of(brought, task) if brought.lines else None


def folder_of(run) -> str:
    """A place of the attempt's own: no two ever write to the same."""
    return f"{lake.LINES}/{run.uid.hex}-{run.attempt}"


def publish_of(brought, task):
    """What makes the lines visible, within the transaction that ends the run."""

    def publish(run):
        # One publication at a time: each locks the oldest of all runs.
        ImportRun.objects.select_for_update().order_by("pk").first()
        newest = ClaimsImport.objects.aggregate(newest=Max("sequence"))["newest"]
        ClaimsImport.objects.create(
            run=run,
            source=task.source,
            sequence=(newest or 0) + 1,
            folder=task.folder,
            lines=brought.lines,
            first_service_on=brought.quality["first_service_on"],
            last_service_on=brought.quality["last_service_on"],
            quality=brought.quality,
        )

    return publish


def sweep() -> None:
    """Remove what dead attempts left: folders that no row and no open run owns.

    In this order: a run that opens or ends meanwhile keeps its folder.
    """
    folders = lake.line_folders()
    statuses = (Run.Status.QUEUED, Run.Status.RUNNING)
    open_runs = ImportRun.objects.filter(kind=KIND, status__in=statuses)
    owned = {folder_of(run) for run in open_runs}
    owned.update(ClaimsImport.objects.values_list("folder", flat=True))
    for folder in folders:
        if folder not in owned:
            lake.remove(folder)
    lake.sweep_scratch(time.time())


IMPORTER = ClaimsImporter()
