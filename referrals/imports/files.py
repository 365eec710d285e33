"""Delimited text files as they come: encodings, delimiters, broken rows.

Nothing here holds more of a file than a block, a line or a record.
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from referrals.imports import contents
from referrals.imports.registry import Refused

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20
LONGEST_RECORD = 2000  # lines; more means that a quote was never closed
LONGEST_VALUE = 100_000
LINES_TO_A_BEAT = 1000
DELIMITERS = ",\t|;"
MORE_OF_A_HEADER = 10  # lines, where a name has line breaks
BREAK = re.compile(r"\s*[\r\n]\s*")
UTF_8, WINDOWS_1252 = "utf-8-sig", "cp1252"


@dataclass(frozen=True)
class Inspection:
    """What a first pass over the bytes found."""

    sha256: str
    size: int
    encoding: str

    @property
    def is_windows(self):
        return self.encoding == WINDOWS_1252


def inspect(path, beat: Callable[[], None] = lambda: None) -> Inspection:
    """Hash the file and tell its encoding, block by block."""
    digest, size, encoding = hashlib.sha256(), 0, UTF_8
    decoder = codecs.getincrementaldecoder("utf-8")()
    with Path(path).open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
            if encoding == UTF_8 and not _decodes(decoder, block):
                encoding = WINDOWS_1252
            beat()
    if encoding == UTF_8 and not _decodes(decoder, b"", final=True):
        encoding = WINDOWS_1252
    return Inspection(digest.hexdigest(), size, encoding)


def _decodes(decoder, block, *, final=False):
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def check_text(path) -> None:
    """Refuse what is no table of text, in words that say what it is."""
    with Path(path).open("rb") as file:
        start = file.read(contents.LOOKED_AT)
    if not start:
        raise Refused("The file is empty.")
    if problem := contents.problem_of(start):
        raise Refused(problem)


class Record(NamedTuple):
    """One row as it stands: its place, its first line, its cells or what is wrong."""

    number: int
    line: int
    cells: Sequence[str] = ()
    problem: str = ""


@dataclass(frozen=True)
class Sieve:
    """A test of rows by their first `width` cells, before anything is made of them."""

    keeps: Callable[[Sequence[str]], bool]
    width: int


class Table:
    """A delimited file with a header, read as a stream.

    `header` holds the names trimmed and case-folded, `names` as they stand.
    `skip` lines above the header (titles, dates) are passed over. Close it, or
    use it as a context manager.
    """

    def __init__(self, path, encoding: str, known: Iterable[str] = (), *, skip=0):
        self._binary = Path(path).open("rb")  # noqa: SIM115 - closed by close()
        self._line = 0
        self.rows = 0  # behind the header, so far
        self._beat = lambda: None
        self._undecoded = encoding == WINDOWS_1252
        # newline="" keeps line ends inside quotes and knows LF, CRLF and CR.
        self._text = io.TextIOWrapper(
            self._binary, encoding, errors="replace", newline=""
        )
        try:
            self._read_header(frozenset(known), skip)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._text.close()

    @property
    def position(self) -> int:
        """Bytes read so far, give or take a buffer."""
        return self._binary.tell()

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            self._line += 1
            if not self._line % LINES_TO_A_BEAT:
                self._beat()
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise Refused(
                    f"Line {self._line} is longer than a million characters: "
                    "this is no table of rows."
                )
            self._lines_of_record += 1
            if self._lines_of_record > LONGEST_RECORD:
                first = self._line - self._lines_of_record + 1
                raise Refused(f"The quote opened at line {first} is never closed.")
            yield line

    def _read_header(self, known, skip):
        for _ in range(skip):
            self._lines_of_record = 0
            next(self._lines(), "")
        self._lines_of_record = 0
        text = next((line for line in self._lines() if line.strip()), "")
        if not text:
            raise Refused("The file is empty.")
        splits = splits_of(text)
        for line in islice(self._lines(), 0 if splits else MORE_OF_A_HEADER):
            text += line
            if splits := splits_of(text):
                break
        if not splits:
            raise Refused("The header is broken: a quote is not closed.")
        self.delimiter, self.names = max(
            splits.items(),
            key=lambda item: (
                sum(normal(name) in known for name in item[1]),
                len(item[1]),
            ),
        )
        self.header = [normal(name) for name in self.names]

    def records(self, sieve: Sieve | None = None, beat=None) -> Iterator[Record]:
        """Every row behind the header, numbered; blank lines are no rows.

        Rows that the sieve does not keep are counted and passed over, unless
        something is wrong with them. `beat` is called now and then.
        """
        csv.field_size_limit(LONGEST_LINE)
        self._beat = beat or self._beat
        self._source, self._held = self._lines(), ""
        reader = csv.reader(self._feed(), delimiter=self.delimiter, strict=True)
        while True:
            self._lines_of_record = 0
            line = next(self._source, "")
            if not line:
                return
            first = self._line
            if regular := self._regular(line):
                text, mark = regular
                head = text.split(mark, sieve.width if sieve else -1)
                if not head[0].strip() and not text.replace(mark, "").strip():
                    continue
                self.rows += 1
                if sieve is None:
                    yield Record(self.rows, first, head)
                elif sieve.keeps(head):
                    yield Record(self.rows, first, text.split(mark))
                continue
            self._held = line
            cells, problem = self._read_slowly(reader, first)
            if problem or any(cell.strip() for cell in cells):
                self.rows += 1
                if problem or sieve is None or sieve.keeps(cells):
                    yield Record(self.rows, first, cells, problem)

    def _regular(self, line):
        """(text, mark) when splitting the text at the mark gives the very cells.

        So it is where no cell is quoted; and where all are and the only quotes
        are those at the ends and between two cells: as registries write them,
        and three times as fast as csv.reader when few cells are looked at.
        """
        if self._is_suspicious(line):
            return None
        text, separators = line.rstrip("\r\n"), len(self.header) - 1
        if '"' not in text:
            mark = self.delimiter
        elif text[0] == text[-1] == '"' and text.count('"') == 2 * separators + 2:
            text, mark = text[1:-1], f'"{self.delimiter}"'
        else:
            return None
        return (text, mark) if text.count(mark) == separators else None

    def _is_suspicious(self, line):
        """May one of the cells be what `_problem_of` looks for?"""
        return (
            "\0" in line
            or len(line) > LONGEST_VALUE
            or (self._undecoded and "\ufffd" in line)
        )

    def _feed(self):
        """Lines for csv.reader: the one that was looked at, then those behind it."""
        while line := self._held or next(self._source, ""):
            self._held = ""
            self._length += len(line)
            self._is_clean = (
                self._is_clean
                and self._length <= LONGEST_VALUE
                and not self._is_suspicious(line)
            )
            yield line

    def _read_slowly(self, reader, first):
        """(cells, problem) of the row that begins at line `first`."""
        self._is_clean, self._length = True, 0
        try:
            cells = next(reader)
        except csv.Error as problem:
            if "unexpected end" in str(problem):
                raise Refused(
                    f"The quote opened at line {first} is never closed."
                ) from None
            if self._line > first:
                # Whole rows may hide between the quotes.
                raise Refused(
                    f"A quote opened at line {first} is not closed where it "
                    f"should be: lines {first} to {self._line} cannot be told "
                    "apart."
                ) from None
            return (), "A quote stands where none may be."
        if not any(cell.strip() for cell in cells):
            return (), ""
        return cells, self._problem_of(cells, first)

    def _problem_of(self, cells, first):
        if len(cells) != len(self.header):
            lines = f"lines {first} to {self._line}: " if self._line > first else ""
            return (
                f"{lines}{len(cells)} values, where the header has "
                f"{len(self.header)} names."
            )
        if self._is_clean:
            return ""
        if any("\0" in cell for cell in cells):
            return "The row holds a NUL byte."
        if self._undecoded and any("\ufffd" in cell for cell in cells):
            return "The row holds bytes that are neither UTF-8 nor Windows-1252."
        if any(len(cell) > LONGEST_VALUE for cell in cells):
            return "A value is too long."
        return ""


def normal(name: str) -> str:
    """A column's name as it is matched: trimmed, case-folded, on one line."""
    return BREAK.sub(" ", name.strip().strip("\ufeff").strip().casefold())


def plain(name: str) -> str:
    """A column's name without its signs: `Last Name (Legal)` -> `last_name_legal`."""
    return re.sub(r"[^a-z0-9]+", "_", normal(name)).strip("_")


def splits_of(text: str) -> dict[str, list[str]]:
    """Delimiter -> the cells of a row; without those that its quotes forbid.

    Empty for the beginning of a row that goes on in the next line.
    """
    found = {}
    for mark in DELIMITERS:
        lines = io.StringIO(text, newline="")
        with suppress(csv.Error):
            found[mark] = next(csv.reader(lines, delimiter=mark, strict=True), [])
    return found
