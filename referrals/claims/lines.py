"""Claim lines as they come, into the lake.

A file is read piece by piece: text becomes values, the patient becomes a
keyed hash, rows that cannot be used are handed back with their line and a
reason. Then the lines are compared with what the lake knows of their source:
(patient, claim_id, claim_line) is the key; what changes nothing is left out.
"""

import bisect
import csv
import hashlib
import io
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import duckdb

from referrals.claims import changes, columns, feed, lake, quality
from referrals.imports import files
from referrals.imports.registry import Refused

HASH_BLOCK = 64  # bytes, of SHA-256
PATIENT_DIGITS = 32  # 128 bits of it are kept


class Import(Protocol):
    """A published set of lines (ClaimsImport)."""

    source: str
    sequence: int
    folder: str


@dataclass
class Brought:
    """What came of a file: counts of its rows, and what the lines are like."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    lines: int = 0  # written, to be published
    ignored_columns: list[str] = field(default_factory=list)
    npis_repaired: int = 0
    npis_unusable: int = 0
    quality: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One file on its way into `folder` (below the lake)."""

    path: str
    inspection: files.Inspection
    folder: str
    source: str
    hash_key: str
    known: Sequence[Import] = ()  # the visible imports of the source, in order
    # The very same file was taken before: it keeps its first sequence.
    is_taken: bool = False


Reject = Callable[[int, str, dict], None]


def bring_in(task: Task, *, beat: lake.Beat, reject: Reject) -> Brought:
    """Write the lines of a file below its folder; visible once published.

    Raises Refused for a file that cannot be taken. Whatever stops it, the
    folder is removed.
    """
    files.check_text(task.path)
    with files.Table(task.path, task.inspection.encoding, columns.KNOWN) as table:
        header = columns.Header(tuple(table.names), tuple(table.header))
        delimiter = table.delimiter
    header.check()
    lake.path(task.folder).mkdir(parents=True)
    try:
        with lake.engine(beat) as engine:
            brought = Brought(ignored_columns=header.ignored)
            _read(task, header, delimiter, engine, reject, brought)
            if task.is_taken:
                brought.unchanged = brought.lines
                brought.lines = 0
            else:
                changes.judge(task, engine, brought)
            if brought.lines:
                brought.quality = quality.of(task.folder, engine, brought)
    except BaseException:
        lake.remove(task.folder)
        raise
    if not brought.lines:
        lake.remove(task.folder)
    return brought


def _read(task, header, delimiter, engine, reject, brought):
    _set_key(engine, task)
    first_row = 0
    for number, piece in enumerate(feed.pieces(task.path, task.inspection)):
        _load(engine, piece, header, delimiter)
        rows = _write(engine, task, number, first_row, brought)
        _hand_back(engine, piece, delimiter, rows, reject, brought)
        first_row += rows
        engine.beat(int(lake.READ_SHARE * piece.done))
    brought.read = brought.lines + brought.rejected
    engine.rows("DROP TABLE IF EXISTS piece")
    engine.rows("DROP TABLE IF EXISTS people")
    engine.rows(f"SET temp_directory = {lake.literal(str(engine.scratch))}")


def _set_key(engine, task):
    """Prepare the keyed hash (PEOPLE_SQL), and keep raw ids out of spilled files."""
    key = hashlib.sha256(task.hash_key.encode()).digest().ljust(HASH_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in key) + task.source.encode() + b"\0"
    outer = bytes(byte ^ 0x5C for byte in key)
    engine.rows("SET VARIABLE inner_key = ?", [inner])
    engine.rows("SET VARIABLE outer_key = ?", [outer])
    engine.rows("SET temp_directory = ''")


def _load(engine, piece, header, delimiter):
    """The table `piece`: a row for each record, in their order."""
    pipe = engine.scratch / "pipe"
    os.mkfifo(pipe, 0o600)
    writer = piece.feed(pipe)
    try:
        engine.rows("DROP TABLE IF EXISTS piece")
        engine.rows(_load_sql(pipe, piece, header, delimiter))
    except (duckdb.DataError, duckdb.InvalidInputException):
        # Without its cause: DuckDB's message quotes the line, patient and all.
        raise Refused("The file cannot be read as a table of rows.") from None
    finally:
        _let_go(writer, pipe)
        pipe.unlink()


def _let_go(writer: threading.Thread, pipe):
    while writer.is_alive():
        feed.release(pipe)
        writer.join(timeout=0.05)


def _load_sql(pipe, piece, header, delimiter):
    places = {name: f"c{place}" for place, name in enumerate(header.normal)}
    trims = piece.has_padding(delimiter)
    raw = {
        f"r_{name}": _raw(places[name], trims=trims) if name in places else "NULL"
        for name in columns.KNOWN
    }
    made = columns.values(header.known)
    npis = [(f"r_{name}", name) for name in columns.NPIS]
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header.normal)))
    return f"""
    CREATE TEMP TABLE piece AS
    SELECT r_patient_id AS patient_id, {", ".join(made)},
        {_count(f"{given} IS NOT NULL AND {npi} = ''" for given, npi in npis)}
            AS npis_unusable,
        {_count(f"{npi} <> '' AND {given} <> {npi}" for given, npi in npis)}
            AS npis_repaired,
        {columns.problems(has_nul=piece.has_nul)} AS problem,
        CASE WHEN problem <> '' THEN
            [{", ".join(f"r_{name}" for name in columns.SHOWN)}] END AS shown
    FROM (
        SELECT *, {", ".join(f"{sql} AS {name}" for name, sql in made.items())}
        FROM (
            SELECT {", ".join(f"{sql}::VARCHAR AS {name}" for name, sql in raw.items())}
            FROM read_csv({lake.literal(str(pipe))}, auto_detect = false,
                header = false, delim = {lake.literal(delimiter)}, quote = '"',
                escape = '"', columns = {{{types}}}, store_rejects = true)
        )
    )"""


def _raw(place, *, trims):
    if not trims:
        return f"nullif({place}, '')"
    blanks = " || ".join(f"chr({ord(blank)})" for blank in columns.BLANKS)
    return f"nullif(trim({place}, {blanks}), '')"


def _count(conditions):
    return " + ".join(f"coalesce(({sql})::UTINYINT, 0)" for sql in conditions)


def _write(engine, task, number, first_row, brought):
    """Write the good rows of the piece, by bucket; how many rows it has in all."""
    [(rows, good, repaired, unusable)] = engine.rows(
        """
        SELECT count(*), count(*) FILTER (problem IS NULL),
            coalesce(sum(npis_repaired) FILTER (problem IS NULL), 0),
            coalesce(sum(npis_unusable) FILTER (problem IS NULL), 0)
        FROM piece
        """
    )
    brought.lines += good
    brought.npis_repaired += int(repaired)
    brought.npis_unusable += int(unusable)
    if good and not task.is_taken:
        engine.rows(PEOPLE_SQL)
        engine.rows(
            f"""
            COPY (
                SELECT patient, bucket, piece.rowid + {first_row} AS row,
                    piece.* EXCLUDE ({NOT_WRITTEN})
                FROM piece JOIN people USING (patient_id) WHERE problem IS NULL
            ) TO {lake.literal(str(lake.path(task.folder)))} (
                FORMAT parquet, PARTITION_BY (bucket), PARQUET_VERSION v2,
                OVERWRITE_OR_IGNORE,
                FILENAME_PATTERN 'piece{number:05}_{{i}}'
            )
            """
        )
    return rows


def _hand_back(engine, piece, delimiter, rows, reject, brought):
    """Reject what is ragged or unusable, each with its line in the file."""
    ragged = engine.rows(
        """
        SELECT DISTINCT ON (line) line, error_type::VARCHAR,
            (length(csv_line) - length(replace(csv_line, '"', ''))) % 2 = 1
                OR contains(csv_line, chr(10))
        FROM reject_errors ORDER BY line, error_type
        """
    )
    engine.rows("DELETE FROM reject_errors")
    engine.rows("DELETE FROM reject_scans")
    for line, kind, runs_on in ragged:
        where = piece.first_line + line - 1
        if kind == "UNQUOTED VALUE" and runs_on:
            raise Refused(f"The quote opened at line {where} is never closed.")
        reject(where, RAGGED.get(kind, "The row cannot be read."), {})
    brought.rejected += len(ragged)
    bad = engine.rows(
        "SELECT rowid, problem, shown FROM piece WHERE problem <> '' ORDER BY rowid"
    )
    if bad:
        line_of = _lines_of(piece, delimiter, rows, [line for line, *_ in ragged])
        for row, problem, shown in bad:
            values = dict(zip(columns.SHOWN, shown, strict=True))
            reject(piece.first_line + line_of(row), problem, values)
        brought.rejected += len(bad)


RAGGED = {
    "MISSING COLUMNS": "The row has fewer values than the header has names.",
    "TOO MANY COLUMNS": "The row has more values than the header has names.",
    "LINE SIZE OVER MAXIMUM": "The row is too long.",
    "UNQUOTED VALUE": "A quote stands where none may be.",
}


def _lines_of(piece, delimiter, rows, ragged):
    """From the place of a row among those read to its line in the piece, from 0."""
    if rows + len(ragged) == piece.lines:
        behind = [line - 1 - place for place, line in enumerate(ragged)]
        return lambda row: row + bisect.bisect_right(behind, row)
    # Blank lines, or line ends inside quotes: count them.
    text = io.TextIOWrapper(io.BytesIO(piece.data), "utf-8", newline="")
    csv.field_size_limit(feed.PIECE)
    reader, starts, line = csv.reader(text, delimiter=delimiter), [], 0
    skipped = {*ragged}
    for record in reader:
        if record and line + 1 not in skipped:
            starts.append(line)
        line = reader.line_num
    return lambda row: starts[min(row, len(starts) - 1)]


NOT_WRITTEN = "patient_id, npis_unusable, npis_repaired, problem, shown"
# HMAC-SHA256 (RFC 2104) of source and patient. The bucket is the first bits of
# it, so that buckets follow the order of patients.
PEOPLE_SQL = f"""
CREATE OR REPLACE TEMP TABLE people AS
SELECT patient_id, substr(sha256(getvariable('outer_key') || unhex(sha256(
        getvariable('inner_key') || encode(patient_id)
    ))), 1, {PATIENT_DIGITS}) AS patient,
    CAST('0x' || substr(patient, 1, 2) AS INTEGER)
        // {256 // lake.BUCKETS} AS bucket
FROM (SELECT DISTINCT patient_id FROM piece WHERE problem IS NULL)
"""
