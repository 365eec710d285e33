"""Files whose rows become rows of the database.

Pass 1 reads the whole file and checks its structure, so a file that has to be
refused is refused before a single row is written. Pass 2 takes the rows in
chunks. Each chunk is one transaction that also moves the run's checkpoint and
counts: whoever goes on after a killed worker goes on behind the last whole
chunk and ends with the counts of an undisturbed run.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from liaison_crm.lib.runs import RunLost
from referrals.imports import files, rights, rows
from referrals.imports.registry import Importer
from referrals.imports.spool import Spool
from referrals.imports.work import Work
from referrals.models import Difference, ImportRun, RejectedRow

CHUNK = 500
DRY_CHUNK = 5000  # rolled back each: rows of one chunk do not know the others'
TRIES = 3
NAMES_KEPT = 50  # of the names that a summary lists


class RowImporter(Importer):
    """Base of the importers whose rows become rows of the database."""

    is_mappable = True
    # Dropped, and the summary says so: no patient's data is stored.
    patient_columns: tuple[str, ...] = ()
    # Stored, but not kept with a rejected row: free text may name a patient.
    free_text_columns: tuple[str, ...] = ()
    # What the summary says of the rows that `wanted` does not want.
    passed_over = "{:,} rows were passed over."
    chunk_size = CHUNK
    # Rows of one `group` come together, in one chunk, instead of in file order.
    is_grouped = False

    def key(self, row: rows.Row) -> str | None:
        """What identifies the row within a file; None if it cannot be told."""
        raise NotImplementedError

    def group(self, row: rows.Row) -> str | None:
        """What the rows that have to be judged together share."""
        return None

    def wanted(self, run: ImportRun) -> rows.Filter | None:
        """A test for the rows to read at all; others are passed over uncounted."""
        return None

    def take(self, chunk: rows.Chunk) -> None:
        """Store the rows of a chunk, within its transaction."""
        raise NotImplementedError

    def check_rows(self, run: ImportRun, spool: Spool) -> None:
        """Raise Refused for rows that cannot be worked with, before any is taken."""

    def take_rest(self, passage: "Passage") -> None:
        """What is to be done behind the last row, with `passage.also`."""

    def remarks(self, tally: dict, names: dict) -> Iterable[str]:
        """What the summary says about what was counted and named."""
        return ()

    def work(self, work: Work):
        files.check_text(work.path)
        with Spool(self, work) as spool:
            spool.fill()
            self.check_rows(work.run, spool)
            Passage(self, work, spool).run()


class Passage:
    """Pass 2: from chunk to chunk."""

    def __init__(self, importer, work, spool):
        self.importer, self.work, self.spool = importer, work, spool
        self.withheld = frozenset(importer.free_text_columns)
        self.tally = Counter(work.run.tally.get("counts", {}))
        self.names = dict(work.run.tally.get("names", {}))

    def run(self):
        behind = self.work.run.checkpoint
        for together in self._chunks(behind):
            self._take(together)
        self.importer.take_rest(self)
        if repeated := self.tally["superseded"]:
            self.work.warn(
                f"{repeated:,} rows are repeated by a later row of the file, "
                "which is the one that counts."
            )
        for remark in self.importer.remarks(self.tally, self.names):
            self.work.warn(remark)

    def also(self, take: Callable[[rows.Chunk], None]) -> None:
        """One more transaction, like that of a chunk but without rows."""
        self._commit([], take)

    def groups(self, found: Iterable[rows.Row]) -> Iterator[list[rows.Row]]:
        """Rows that are judged together; single rows where there are no groups."""
        if not self.importer.is_grouped:
            return ([row] for row in found)
        return (
            list(together)
            for _, together in groupby(
                found,
                key=lambda row: (
                    (not row.problem and self.importer.group(row)) or row.number
                ),
            )
        )

    def chunk_of(self, together: list[rows.Row]) -> rows.Chunk:
        chunk = rows.Chunk(self.work.run, together, self.withheld)
        chunk.counts.read = len(together)
        return chunk

    def _chunks(self, behind):
        """Chunks of about `chunk_size` rows that never part a group."""
        size = DRY_CHUNK if self.work.run.is_dry_run else self.importer.chunk_size
        chunk = []
        fresh = (row for row in self.spool.rows() if row.number > behind)
        for together in self.groups(fresh):
            chunk.extend(together)
            if len(chunk) >= size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _take(self, together):
        for attempt in range(1, TRIES + 1):
            try:
                return self._commit(together, self.importer.take)
            except OperationalError:
                if attempt == TRIES:
                    raise
            except IntegrityError:
                # Somebody else may have made the same rows meanwhile: look again.
                if attempt == TRIES:
                    break
            except DataError:
                break
        return self._commit(together, self._take_singly)

    def _take_singly(self, chunk):
        """Row by row, so that only what the database cannot hold is rejected."""
        for together in self.groups(chunk.rows):
            part = rows.Chunk(chunk.run, together, chunk.withheld)
            try:
                with transaction.atomic():
                    self.importer.take(part)
            except (IntegrityError, DataError):
                part = rows.Chunk(chunk.run, together, chunk.withheld)
                for row in together:
                    part.reject(row, "The database cannot hold this row.")
            chunk.absorb(part)

    def _commit(self, together, take):
        """One transaction: the rows, the counts, the checkpoint, the heartbeat."""
        run = self.work.run
        chunk = self.chunk_of(together)
        with transaction.atomic():
            with transaction.atomic():
                chunk.rows = list(self.sound(chunk))
                if chunk.rows or not together:
                    take(chunk)
                if run.is_dry_run:
                    transaction.set_rollback(True)
            RejectedRow.objects.bulk_create(chunk.rejects)
            Difference.objects.bulk_create(self._kept(chunk.differences))
            counts, tally, names = self._sums(chunk)
            held = ImportRun.objects.held(run)
            if not held.update(
                **counts.fields(),
                tally={"counts": tally, "names": names},
                checkpoint=together[-1].number if together else F("checkpoint"),
                heartbeat_at=timezone.now(),
            ):
                raise RunLost
        self.work.counts, self.tally, self.names = counts, tally, names
        rights.check_now(run)

    def _sums(self, chunk):
        names = {what: list(kept) for what, kept in self.names.items()}
        for what, found in chunk.names.items():
            kept = names.setdefault(what, [])
            for name in found:
                if name not in kept and len(kept) < NAMES_KEPT:
                    kept.append(name)
        return self.work.counts + chunk.counts, self.tally + chunk.tally, names

    def _kept(self, differences):
        """As many of each sort as are kept, those of earlier chunks counted."""
        room = {
            sort: Difference.KEPT - self.tally[f"difference {sort}"]
            for sort in Difference.Sort
        }
        for one in differences:
            room[one.sort] -= 1
            if room[one.sort] >= 0:
                yield one

    def sound(self, chunk):
        """The rows that an importer has to look at."""
        for row in chunk.rows:
            if row.problem:
                chunk.reject(row, row.problem)
            elif self.spool.is_superseded(row):
                chunk.count("superseded")
                chunk.unchanged()
            else:
                yield row
