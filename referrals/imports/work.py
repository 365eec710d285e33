"""An open run at work: its heartbeat, its counts, what it has to say."""

import time
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from referrals.models import ImportRun, RejectedRow

BEAT_SECONDS = 1.0
REJECTS_AT_ONCE = 1000
REASON_LIMIT = 300
VALUE_LIMIT = 200


@dataclass
class Counts:
    """What came of the rows: read = created + updated + unchanged + rejected."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    @classmethod
    def of(cls, run):
        return cls(
            run.rows_read,
            run.rows_created,
            run.rows_updated,
            run.rows_unchanged,
            run.rows_rejected,
        )

    def __add__(self, other):
        return Counts(
            self.read + other.read,
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )

    def fields(self) -> dict[str, int]:
        """As fields of the run."""
        return {f"rows_{name}": number for name, number in vars(self).items()}


class Work:
    """What an importer holds while it works on `run`.

    run, path          the row this attempt holds, and the file as text
    inspection         SHA-256, size and encoding, found before `work` is called
    counts             read / created / updated / unchanged / rejected, to be set
    ignored_columns    names of the header that mean nothing to the importer
    beat, warn, reject the heartbeat, a remark for the summary, a row not taken
    """

    def __init__(self, run, inspection=None):
        self.run = run
        self.path = run.path
        self.is_sheet = False  # text made from a spreadsheet
        self.inspection = inspection
        self.counts = Counts.of(run)
        self.ignored_columns: list[str] = []
        self.warnings: list[str] = []
        self._rejects: list[RejectedRow] = []
        self._beaten = 0.0

    def beat(self, progress: int | None = None, step: str | None = None) -> None:
        """Say that the work goes on; cheap enough to call for every block.

        `progress` is in percent. Raises RunLost or RunCancelled, which the
        importer lets through.
        """
        said = step is not None and step != self.run.step
        if not said and time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        self.run.beat(at=timezone.now(), progress=progress, step=step)
        self._beaten = time.monotonic()

    def warn(self, text: str) -> None:
        """Add a remark to the summary, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def reject(self, line: int, reason: str, values: dict | None = None) -> None:
        """Keep a row that is not taken. `values` hold no patient data."""
        self.counts.rejected += 1
        self._rejects.append(rejected_row(self.run, line, reason, values))
        if len(self._rejects) >= REJECTS_AT_ONCE:
            self.flush()

    @transaction.atomic
    def flush(self) -> None:
        """Write the rejected rows gathered so far, if the run is still held."""
        if self._rejects:
            self.run.beat(at=timezone.now())
            RejectedRow.objects.bulk_create(self._rejects)
            self._rejects = []

    def fields(self) -> dict:
        """What the run's row keeps of all this."""
        return {
            **self.counts.fields(),
            "ignored_columns": self.ignored_columns,
            "warnings": self.warnings,
        }


def rejected_row(run: ImportRun, line, reason, values=None) -> RejectedRow:
    return RejectedRow(
        run=run,
        line=line,
        reason=storable(reason)[:REASON_LIMIT],
        values={
            name: storable(value)[:VALUE_LIMIT]
            for name, value in (values or {}).items()
            if value
        },
    )


def storable(text) -> str:
    """Text without what a database cannot hold."""
    return str(text).replace("\0", "\ufffd")
