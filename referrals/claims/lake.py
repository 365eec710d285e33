"""Where claims lie, and the engine that reads them.

Claim lines never enter the database. They are Parquet files below
`CLAIMS_LAKE_URL`, in buckets by the keyed hash of the patient, so that all
lines of a patient lie in one bucket. Files are immutable, written to a place
of the attempt's own, and count only once a ClaimsImport row names them.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

BUCKETS = 32
LINES, SCRATCH = "lines", "scratch"
LINES_AT_ONCE = 500_000
BEAT_SECONDS = 1.0
READ_SHARE = 80  # percent of an import's progress; comparing is the rest
SCRATCH_LIVES = 24 * 60 * 60  # seconds; no piece of work takes as long

Beat = Callable[[int], None]  # takes the progress in percent; raises to stop


def root() -> Path:
    """The folder of the lake. Another kind of place is added here."""
    address = urlsplit(settings.CLAIMS_LAKE_URL)
    if address.scheme not in ("", "file"):
        raise ValueError(f"No claims lake can be kept at {address.scheme}://.")
    return Path(address.path)


def path(folder: str) -> Path:
    """A folder as rows keep it (relative to the lake), as a path."""
    return root() / folder


def files_of(folder: str, buckets: Iterable[int] = range(BUCKETS)) -> list[str]:
    """The Parquet files that hold these buckets of one import."""
    return [
        str(file)
        for bucket in buckets
        for file in sorted(path(folder).glob(f"bucket={bucket}/*.parquet"))
    ]


def portions(folders: list[str]) -> Iterator[tuple[list[int], int]]:
    """Buckets in order, as many at once as memory allows, with their lines."""
    portion, lines = [], 0
    for bucket in range(BUCKETS):
        here = sum(
            pq.read_metadata(file).num_rows
            for folder in folders
            for file in files_of(folder, [bucket])
        )
        if portion and lines + here > LINES_AT_ONCE:
            yield portion, lines
            portion, lines = [], 0
        portion.append(bucket)
        lines += here
    yield portion, lines


def parquet(files: Iterable[str]) -> str:
    """Parquet files as a table of SQL."""
    names = ", ".join(literal(file) for file in files)
    return f"read_parquet([{names}], hive_partitioning = false)"


class Engine:
    """DuckDB in process, behind Ibis, kept within memory and able to stop.

    Statements run in a thread of their own, while this one goes on beating:
    whatever `beat` raises (the run was cancelled or lost) interrupts them.
    """

    def __init__(self, beat: Beat):
        if not settings.CLAIMS_ENGINE_URL.startswith("duckdb://"):
            raise ValueError("CLAIMS_ENGINE_URL: only duckdb:// is built in.")
        self._beat = beat
        self.progress = 0
        self.scratch = path(SCRATCH) / uuid.uuid4().hex
        self.scratch.mkdir(parents=True, mode=0o700)
        self.ibis = ibis.duckdb.connect(
            memory_limit=settings.DUCKDB_MEMORY_LIMIT,
            temp_directory=str(self.scratch),
            threads=os.cpu_count(),
            autoinstall_known_extensions=False,
        )
        self._threads = ThreadPoolExecutor(max_workers=1)

    def close(self):
        self._threads.shutdown()
        self.ibis.disconnect()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def beat(self, progress: int | None = None) -> None:
        if progress is not None:
            self.progress = progress
        self._beat(self.progress)

    def rows(self, statement: str, parameters: Iterable = ()) -> list[tuple]:
        """Execute a statement; its rows."""
        return self._run(self._rows, statement, list(parameters))

    def table(self, statement: str) -> pa.Table:
        """Execute a query; its rows as an Arrow table."""
        return self._run(lambda: self.ibis.con.sql(statement).to_arrow_table())

    def _rows(self, statement, parameters):
        return self.ibis.con.execute(statement, parameters).fetchall()

    def _run(self, work, *arguments):
        future: Future = self._threads.submit(work, *arguments)
        try:
            while not wait([future], timeout=BEAT_SECONDS).done:
                self.beat()
        except BaseException:
            self.ibis.con.interrupt()
            wait([future])
            raise
        try:
            return future.result()
        except duckdb.IOException as problem:
            if "No space left on device" in str(problem):
                raise OSError("No space is left in the claims lake.") from problem
            raise OSError(str(problem)) from problem


@contextlib.contextmanager
def engine(beat: Beat) -> Iterator[Engine]:
    """An engine for one piece of work, gone with its temporary files after it."""
    opened = Engine(beat)
    try:
        yield opened
    finally:
        opened.close()


def literal(text: str) -> str:
    """Text as an SQL literal, for the places where no parameter may stand."""
    return "'" + text.replace("'", "''") + "'"


def line_folders() -> list[str]:
    """All folders of lines there are, published or not."""
    if not path(LINES).is_dir():
        return []
    return sorted(f"{LINES}/{folder.name}" for folder in path(LINES).iterdir())


def remove(folder: str) -> None:
    shutil.rmtree(path(folder), ignore_errors=True)


def sweep_scratch(now: float) -> None:
    """Remove temporary files of engines that were killed."""
    if path(SCRATCH).is_dir():
        for folder in path(SCRATCH).iterdir():
            if now - folder.stat().st_mtime > SCRATCH_LIVES:
                shutil.rmtree(folder, ignore_errors=True)
