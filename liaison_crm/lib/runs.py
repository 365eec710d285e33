"""Runs: work in the background whose truth is a database row.

Celery only wakes a worker. Whoever claims a run gets the next attempt number;
every write of that worker goes through `RunQuerySet.held`, which checks the
number, so a worker that was taken for dead and comes back changes nothing.
"""

import datetime as dt

from django.db import models
from django.db.models import F

HEARTBEAT_EVERY = dt.timedelta(seconds=10)
SILENT_AFTER = dt.timedelta(seconds=30)
MOST_ATTEMPTS = 5


class RunLost(Exception):
    """Another worker has claimed the run; this one must stop."""


class RunCancelled(Exception):
    """Somebody asked for the run to stop."""


class RunQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(status=Run.Status.QUEUED)

    def silent(self, *, at):
        """Running, but not heard of for longer than `SILENT_AFTER`."""
        return self.filter(
            status=Run.Status.RUNNING, heartbeat_at__lt=at - SILENT_AFTER
        )

    def to_wake(self, *, at):
        return self.waiting() | self.silent(at=at)

    def claim(self, pk, *, at):
        """Take the run for a new attempt; None if it is not to be had.

        A run that went silent for the fifth time is failed instead.
        """
        free = self.to_wake(at=at).filter(pk=pk)
        if free.filter(attempt__gte=MOST_ATTEMPTS).update(
            status=Run.Status.FAILED,
            finished_at=at,
            error=f"Gave up after {MOST_ATTEMPTS} attempts that ended without a word.",
        ):
            return None
        claimed = free.update(
            status=Run.Status.RUNNING,
            attempt=F("attempt") + 1,
            started_at=at,
            heartbeat_at=at,
            error="",
        )
        return self.get(pk=pk) if claimed else None

    def held(self, run):
        """The row of `run`, if this attempt still holds it."""
        return self.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING)


class Run(models.Model):
    """What every run keeps: state, attempt, heartbeat, progress, error."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        REFUSED = "refused", "Refused"
        UNDONE = "undone", "Undone"

    status = models.CharField(
        max_length=10, choices=Status, default=Status.QUEUED, db_index=True
    )
    attempt = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    is_cancel_asked = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def is_open(self):
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    def beat(self, *, at, progress=None, step=None):
        """Say that the work goes on; raise when it should not."""
        values = {"heartbeat_at": at}
        if progress is not None:
            values["progress"] = self.progress = progress
        if step is not None:
            values["step"] = self.step = step
        held = type(self).objects.held(self)
        if not held.update(**values):
            raise RunLost
        if held.filter(is_cancel_asked=True).exists():
            raise RunCancelled

    def end(self, status, *, at, **values):
        """Finish the attempt in `status`, or raise if it was lost."""
        held = type(self).objects.held(self)
        if not held.update(status=status, finished_at=at, **values):
            raise RunLost
        self.refresh_from_db()
