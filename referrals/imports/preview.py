"""What an import would do to the first rows of a file.

The rows go through the importer itself, inside a transaction that is rolled
back: what is shown is what would come of them, whatever they depend on.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from referrals.imports import drafts, files, kinds, registry
from referrals.imports.registry import Refused
from referrals.imports.relational import Passage
from referrals.imports.rows import Row
from referrals.imports.spool import Spool
from referrals.imports.work import Counts, Work
from referrals.models import ImportRun

MOST_ROWS = 200
READING_SECONDS = 2.0  # where a filter wants but a few rows
TAKING_SECONDS = 2.0
MOST_SHOWN = 60  # columns
CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"


@dataclass(frozen=True)
class Cell:
    value: str
    is_wrong: bool = False


@dataclass(frozen=True)
class Taken:
    """A row and what would come of it."""

    row: Row
    outcome: str
    reason: str = ""
    cells: tuple[Cell, ...] = ()

    @property
    def line(self):
        return self.row.line


@dataclass
class Preview:
    columns: list[str] = field(default_factory=list)
    rows: list[Taken] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    ignored_columns: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refused: str = ""
    is_whole: bool = False  # every row of the file was looked at

    @property
    def rejected(self):
        return [one for one in self.rows if one.outcome == REJECTED]


def of(draft) -> Preview:
    """The first rows of a draft, as they would be taken."""
    with transaction.atomic():
        try:
            return Trial(draft).run()
        except Refused as reason:
            return Preview(refused=str(reason))
        finally:
            transaction.set_rollback(True)


class Enough(Exception):
    """The time for reading is over."""


class Mixed(Exception):
    """What came of the rows differs from row to row: they are taken in halves."""


def is_uniform(counts: Counts) -> bool:
    return sum(map(bool, (counts.created, counts.updated, counts.unchanged))) <= 1


class Watch(Work):
    """Work that keeps no heartbeat but an eye on the clock."""

    end = None  # of the time for reading

    def beat(self, progress=None, step=None):
        if self.end and time.monotonic() > self.end:
            raise Enough


class Glance(Spool):
    """The first rows of a file, as far as they are found in time."""

    def _rows(self, table, **told):
        try:
            yield from super()._rows(table, **told)
        except Enough:
            self.is_whole = False

    def _records(self, found):
        for place, record in enumerate(found):
            if place == MOST_ROWS:
                self.is_whole = False
                return
            yield record


class Trial:
    """One passage over the first rows."""

    def __init__(self, draft):
        fields = drafts.run_fields(draft) | {"is_dry_run": True}
        self.run_row = ImportRun.objects.create(
            started_by=draft.started_by,
            status=ImportRun.Status.RUNNING,
            heartbeat_at=timezone.now(),
            **fields,
        )
        inspection = files.Inspection("", draft.file_size, draft.encoding)
        self.work = Watch(self.run_row, inspection)
        self.work.path = draft.text_path
        self.work.is_sheet = bool(draft.sheets)
        self.importer = registry.get(draft.kind)
        self.preview = Preview()
        self.remarks = Counter(), {}

    def run(self):
        kinds.check_file(self.importer, self.work)
        with Glance(self.importer, self.work) as spool:
            self.work.end = time.monotonic() + READING_SECONDS
            spool.fill()
            self.work.end = None
            self.importer.check_rows(self.run_row, spool)
            self.passage = Passage(self.importer, self.work, spool)
            is_in_time = self._take(spool)
            self.preview.is_whole = spool.is_whole and is_in_time
        self.preview.ignored_columns = self.work.ignored_columns
        said = [*self.work.warnings, *self.importer.remarks(*self.remarks)]
        self.preview.remarks = said
        self._show()
        return self.preview

    def _take(self, spool):
        """Take all groups; False if there was no time for the last of them."""
        waiting = [list(self.passage.groups(spool.rows()))]
        end = time.monotonic() + TAKING_SECONDS
        while waiting and time.monotonic() < end:
            groups = waiting.pop()
            chunk = self._try(groups)
            if chunk:
                self._note([row for group in groups for row in group], chunk)
            elif groups:
                half = len(groups) // 2
                waiting += [groups[half:], groups[:half]]
        return not waiting

    def _try(self, groups):
        """The rows taken at once; None if it cannot be told what came of each."""
        together = [row for group in groups for row in group]
        chunk = self.passage.chunk_of(together)
        chunk.rows = list(self.passage.sound(chunk))
        try:
            with transaction.atomic():
                if chunk.rows:
                    self.importer.take(chunk)
                if len(groups) > 1 and not is_uniform(chunk.counts):
                    raise Mixed
        except Mixed:
            return None
        except (IntegrityError, DataError):
            if len(groups) > 1:
                return None
            chunk = self.passage.chunk_of(together)
            for row in together:
                chunk.reject(row, "The database cannot hold this row.")
        return chunk

    def _note(self, together, chunk):
        """What came of each row: the rejected are named, the rest counted.

        Where that differs within one group, it goes in the order of the rows.
        """
        reasons = {reject.line: reject.reason for reject in chunk.rejects}
        counts = chunk.counts
        outcomes = [
            *[CREATED] * counts.created,
            *[UPDATED] * counts.updated,
            *[UNCHANGED] * counts.unchanged,
        ]
        for row in together:
            if row.line in reasons:
                told = (REJECTED, reasons[row.line])
            else:
                told = (outcomes.pop(0) if outcomes else UNCHANGED, "")
            self.preview.rows.append(Taken(row, *told))
        counts.read = len(together)
        self.preview.counts += counts
        self.remarks[0].update(chunk.tally)
        for what, names in chunk.names.items():
            kept = self.remarks[1].setdefault(what, [])
            kept += [name for name in names if name not in kept]

    def _show(self):
        """The columns that hold anything, and the cell that each reason is about."""
        shown = self.preview
        shown.rows.sort(key=lambda one: one.row.number)
        columns = registry.columns_of(self.importer.kind)
        held = [name for name in columns if any(one.row[name] for one in shown.rows)]
        shown.columns = held[:MOST_SHOWN]
        shown.rows = [
            Taken(one.row, one.outcome, one.reason, self._cells(one))
            for one in shown.rows
        ]

    def _cells(self, taken):
        said = taken.reason.casefold()
        about = [name for name in self.preview.columns if said.startswith(f"{name} ")]
        wrong = max(about, key=len, default=None)
        return tuple(
            Cell(taken.row[name][:200], name == wrong) for name in self.preview.columns
        )
