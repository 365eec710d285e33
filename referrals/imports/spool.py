"""The rows of a file, read twice: checked first, taken then."""

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from referrals.imports import files, tables
from referrals.imports.bits import Bits
from referrals.imports.mapping import Mapping
from referrals.imports.registry import Refused
from referrals.imports.rows import Row

FIRST_PASS_SHARE = 20  # percent of the progress bar; of few rows wanted, most
SIEVED_PASS_SHARE = 80
HASHES = 1 << 27
ERRORS = {
    *("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!"),
}
KEPT_SQL = "SELECT number, row FROM rows ORDER BY rowid"
# A group comes where its first row stands, and its rows bear that row's number.
GROUPED_SQL = """
SELECT
    CASE grouped
        WHEN '' THEN number
        ELSE MIN(number) OVER (PARTITION BY grouped)
    END AS first,
    row
FROM rows
ORDER BY first, number
"""


class Spool:
    """The rows of a file: found once in pass 1, taken in order in pass 2.

    The last row of a key counts; earlier ones are superseded. Rows that come in
    groups, or that a filter chose, are kept on disk; where every row is wanted
    as it stands the file is read again.
    """

    is_whole = True  # every row of the file is looked at

    def __init__(self, importer, work):
        self.importer, self.work = importer, work
        self.is_grouped = importer.is_grouped
        self.total = 0
        self.mapping = Mapping.of(work.run)
        self._wanted = importer.wanted(work.run)
        self._is_kept = self.is_grouped or self._wanted is not None
        self._first_share = (
            FIRST_PASS_SHARE if self._wanted is None else SIEVED_PASS_SHARE
        )
        self._known = {
            *importer.required,
            *importer.optional,
            *importer.patient_columns,
        }
        # Only a key whose hash was there before can be a repeated one.
        self._hashes, self._has_repeats = Bits(HASHES), False
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
        """The table as the importer knows it: what is mapped bears our names."""
        path, encoding = self.work.path, self.work.inspection.encoding
        known = self._known | self.mapping.columns.keys()
        skip = 0
        if self.mapping.header_row:
            skip = self.mapping.header_row - 1
        elif self.work.is_sheet or self.mapping.columns:
            skip = tables.header_row(path, encoding, known.__contains__) - 1
        table = files.Table(path, encoding, known, skip=skip)
        table.header = self.mapping.header(table.header)
        table.header = self._renamed(table)
        return table

    def _renamed(self, table):
        """The header with our names for what another system calls otherwise."""
        synonyms, renamed = self.importer.synonyms, []
        for name, told in zip(table.header, table.names, strict=True):
            ours = None if name in self._known else synonyms.get(files.plain(name))
            is_free = ours and ours not in table.header and ours not in renamed
            renamed.append(ours if is_free else name)
            if is_free and files.plain(name) != files.plain(ours):
                self.work.warn(f'Column "{told.strip()}" was read as "{ours}".')
        return renamed

    def fill(self):
        """Pass 1: check the structure, remember which row is the last of a key."""
        kept = 0
        with self._table() as table:
            self._check_header(table)
            for row in self._rows(table, step="Checking the file", start=0):
                self.total, kept = row.number, kept + 1
                if key := None if row.problem else self.importer.key(row):
                    self._remember(key, row.number)
                if self._is_kept:
                    self._keep(row)
        if self.is_grouped:
            self._index.execute("CREATE INDEX by_group ON rows (grouped, number)")
        if self.is_whole and not table.rows:
            self.work.warn("The file has a header, and no rows below it.")
        passed = table.rows - kept
        if passed and self._wanted is not None:
            self.work.warn(self.importer.passed_over.format(passed))
        self._index.commit()

    def _remember(self, key, number):
        if not self._hashes.add(hash(key) % HASHES):
            self._has_repeats = True
            self._index.execute("REPLACE INTO last VALUES (?, ?)", (key, number))

    def _keep(self, row):
        group = "" if row.problem else self.importer.group(row) or ""
        kept = json.dumps([row.line, [*row.values.values()], row.problem])
        self._index.execute(
            "INSERT INTO rows VALUES (?, ?, ?)", (group, row.number, kept)
        )

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
            if name.strip() and column not in self._known
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
        share = self._first_share if start == 0 else 100 - self._first_share
        size = max(self.work.inspection.size, 1)
        dropped = self.importer.patient_columns
        places = [
            (place, name)
            for place, name in enumerate(table.header)
            if name in self._known and name not in dropped
        ]
        self._names = [name for _, name in places]

        def beat():
            self.work.beat(min(99, start + share * table.position // size), step)

        beat()
        for record in self._records(table.records(self._sieve(places), beat)):
            values = {}
            if not record.problem:
                cells = record.cells
                values = {name: cells[place] for place, name in places}
                self.mapping.translate(values)
            problem = record.problem or _error_in(values)
            yield Row(record.number, record.line, values, problem)

    def _records(self, found):
        """The records that are read: all there are."""
        return found

    def _sieve(self, places):
        """The importer's filter, as a test of the cells where its columns stand."""
        if self._wanted is None:
            return None
        place_of = {name: place for place, name in places}
        found = [place_of.get(name) for name in self._wanted.columns]
        keeps, here = self._keeps(), [at for at in found if at is not None]
        if len(here) == len(found) > 1:
            pick = itemgetter(*here)
            return files.Sieve(lambda cells: keeps(pick(cells)), max(here) + 1)
        return files.Sieve(
            lambda cells: keeps(["" if at is None else cells[at] for at in found]),
            max(here, default=0) + 1,
        )

    def _keeps(self):
        """The filter's test, of our words where the mapping has some."""
        columns, keeps = self._wanted.columns, self._wanted.keeps
        if not self.mapping.values.keys() & {*columns}:
            return keeps

        def keeps_translated(cells):
            values = dict(zip(columns, cells, strict=True))
            self.mapping.translate(values)
            return keeps([values[name] for name in columns])

        return keeps_translated

    def rows(self) -> Iterator[Row]:
        """Pass 2: the rows in the order they are taken, numbered so."""
        if not self._is_kept:
            with self._table() as table:
                yield from self._rows(
                    table, step="Taking the rows", start=self._first_share
                )
            return
        found = self._index.execute(GROUPED_SQL if self.is_grouped else KEPT_SQL)
        for place, (number, kept) in enumerate(found, start=1):
            share = (100 - self._first_share) * number // max(self.total, 1)
            if place % 100 == 1:
                self.work.beat(min(99, self._first_share + share), "Taking the rows")
            line, cells, problem = json.loads(kept)
            yield Row(
                number, line, dict(zip(self._names, cells, strict=False)), problem
            )

    def groups(self) -> Iterator[str]:
        """What the rows are grouped by, each once; "" for rows without."""
        found = self._index.execute("SELECT DISTINCT grouped FROM rows")
        return (group for (group,) in found)

    def has_group(self, group: str) -> bool:
        found = self._index.execute(
            "SELECT EXISTS (SELECT 1 FROM rows WHERE grouped = ?)", (group,)
        )
        return bool(found.fetchone()[0])

    def is_superseded(self, row) -> bool:
        """Does a later row of the file have the same key?"""
        key = None if row.problem else self.importer.key(row)
        if not key or self.is_grouped or not self._has_repeats:
            return False
        last = self._index.execute("SELECT number FROM last WHERE key = ?", (key,))
        found = last.fetchone()
        return found is not None and found[0] != row.number


def _error_in(values):
    """What to say of a row with an error of a spreadsheet where a value should be."""
    if ERRORS.isdisjoint(values.values()):
        return ""
    name, value = next(item for item in values.items() if item[1] in ERRORS)
    return f"{name} is {value}, an error of the spreadsheet that it comes from."
