"""The rows of a file, read twice: checked first, taken then."""

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator

from referrals.imports import files
from referrals.imports.registry import Refused
from referrals.imports.rows import Row

FIRST_PASS_SHARE = 20  # percent of the progress bar


class Spool:
    """The rows of a file on disk: found once in pass 1, read in order in pass 2.

    The last row of a key counts; earlier ones are superseded. Where rows come
    in groups they are kept here and sorted; else the file is read again.
    """

    def __init__(self, importer, work):
        self.importer, self.work = importer, work
        self.is_grouped = importer.is_grouped
        self.total = 0
        self._wanted = importer.wanted(work.run)
        self._known = {
            *importer.required,
            *importer.optional,
            *importer.patient_columns,
        }
        self._folder = tempfile.TemporaryDirectory(prefix="liaison-import-")
        self._index = sqlite3.connect(f"{self._folder.name}/rows")
        self._index.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE last (key TEXT PRIMARY KEY, number INT) WITHOUT ROWID;"
            "CREATE TABLE rows (grouped TEXT, number INT, row TEXT);"
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._index.close()
        self._folder.cleanup()

    def _table(self):
        return files.Table(self.work.path, self.work.inspection.encoding, self._known)

    def fill(self):
        """Pass 1: check the structure, remember which row is the last of a key."""
        with self._table() as table:
            self._check_header(table)
            for row in self._rows(table, step="Checking the file", start=0):
                self.total = row.number
                if key := None if row.problem else self.importer.key(row):
                    self._index.execute(
                        "REPLACE INTO last VALUES (?, ?)", (key, row.number)
                    )
                if self.is_grouped:
                    group = "" if row.problem else self.importer.group(row) or ""
                    kept = json.dumps([row.line, row.values, row.problem])
                    self._index.execute(
                        "INSERT INTO rows VALUES (?, ?, ?)", (group, row.number, kept)
                    )
        self._index.commit()

    def _check_header(self, table):
        self.importer.check_header(table.header)
        twice = sorted(
            name
            for name, times in Counter(table.header).items()
            if times > 1 and name in self._known
        )
        if twice:
            raise Refused(f"The header names twice: {', '.join(twice)}.")
        self.work.ignored_columns = [
            name.strip()
            for name, column in zip(table.names, table.header, strict=True)
            if column and column not in self._known
        ]
        dropped = [
            name for name in self.importer.patient_columns if name in table.header
        ]
        if dropped:
            self.work.warn(f"Patient columns were dropped: {', '.join(dropped)}.")

    def _rows(self, table, *, step, start):
        """Wanted rows in file order, with progress from `start` on.

        A row is numbered by its place in the file: what is wanted may be more
        when a later attempt goes on.
        """
        share = FIRST_PASS_SHARE if start == 0 else 100 - FIRST_PASS_SHARE
        size = max(self.work.inspection.size, 1)
        dropped = self.importer.patient_columns
        places = [
            (place, name)
            for place, name in enumerate(table.header)
            if name in self._known and name not in dropped
        ]
        wanted = self._wanted
        for number, record in enumerate(table.records(), start=1):
            if number % 100 == 1:
                self.work.beat(min(99, start + share * table.position // size), step)
            values = {}
            if not record.problem:
                values = {name: record.cells[place] for place, name in places}
            row = Row(number, record.line, values, record.problem)
            if row.problem or wanted is None or wanted(row):
                yield row

    def rows(self) -> Iterator[Row]:
        """Pass 2: the rows in the order they are taken, numbered so."""
        if not self.is_grouped:
            with self._table() as table:
                yield from self._rows(
                    table, step="Taking the rows", start=FIRST_PASS_SHARE
                )
            return
        found = self._index.execute("SELECT row FROM rows ORDER BY grouped, number")
        for number, (kept,) in enumerate(found, start=1):
            share = (100 - FIRST_PASS_SHARE) * number // max(self.total, 1)
            if number % 100 == 1:
                self.work.beat(min(99, FIRST_PASS_SHARE + share), "Taking the rows")
            yield Row(number, *json.loads(kept))

    def is_superseded(self, row) -> bool:
        """Does a later row of the file have the same key?"""
        key = None if row.problem else self.importer.key(row)
        if not key or self.is_grouped:
            return False
        found = self._index.execute("SELECT number FROM last WHERE key = ?", (key,))
        return found.fetchone()[0] != row.number
