"""Delimited text files as they come: encodings, delimiters, broken rows.

Nothing here holds more of a file than a block, a line or a record.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from referrals.imports.registry import Refused

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20
LONGEST_RECORD = 2000  # lines; more means that a quote was never closed
LONGEST_VALUE = 100_000
DELIMITERS = ",\t|;"
UTF_8, WINDOWS_1252 = "utf-8-sig", "cp1252"
NOT_TEXT = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\x1f\x8b": "a compressed file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


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


def not_text(start: bytes) -> str:
    """What to say about a file whose first bytes are no text; "" for text."""
    for mark, name in NOT_TEXT.items():
        if start.startswith(mark):
            return f"This is {name}. Save it as CSV (UTF-8) and try again."
    return ""


def check_text(path) -> None:
    """Refuse what is not a text file, in words that say what to do."""
    with Path(path).open("rb") as file:
        start = file.read(4)
    if not start:
        raise Refused("The file is empty.")
    if problem := not_text(start):
        raise Refused(problem)


@dataclass(frozen=True)
class Record:
    """One row as it stands: its first line, and its cells or what is wrong."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str = ""


class Table:
    """A delimited file with a header, read as a stream.

    `header` holds the names trimmed and case-folded, `names` as they stand.
    Close it, or use it as a context manager.
    """

    def __init__(self, path, encoding: str, known: Iterable[str] = ()):
        self._binary = Path(path).open("rb")  # noqa: SIM115 - closed by close()
        self._line = 0
        self._undecoded = encoding == WINDOWS_1252
        # newline="" keeps line ends inside quotes and knows LF, CRLF and CR.
        self._text = io.TextIOWrapper(
            self._binary, encoding, errors="replace", newline=""
        )
        try:
            self._read_header(frozenset(known))
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

    def _read_header(self, known):
        self._lines_of_record = 0
        line = next((line for line in self._lines() if line.strip()), "")
        if not line:
            raise Refused("The file is empty.")
        splits = {mark: _split(line, mark) for mark in DELIMITERS}
        if not any(splits.values()):
            raise Refused("The header is broken: a quote is not closed.")
        self.delimiter, self.names = max(
            splits.items(),
            key=lambda item: (
                sum(normal(name) in known for name in item[1]),
                len(item[1]),
            ),
        )
        self.header = [normal(name) for name in self.names]

    def records(self) -> Iterator[Record]:
        """Every row behind the header; blank lines are no rows."""
        csv.field_size_limit(LONGEST_LINE)
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        while True:
            self._lines_of_record = 0
            first = self._line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
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
                yield Record(first, problem="A quote stands where none may be.")
                continue
            if any(cell.strip() for cell in cells):
                yield Record(first, tuple(cells), self._problem_of(cells, first))

    def _problem_of(self, cells, first):
        if len(cells) != len(self.header):
            lines = f"lines {first} to {self._line}: " if self._line > first else ""
            return (
                f"{lines}{len(cells)} values, where the header has "
                f"{len(self.header)} names."
            )
        if any("\0" in cell for cell in cells):
            return "The row holds a NUL byte."
        if self._undecoded and any("\ufffd" in cell for cell in cells):
            return "The row holds bytes that are neither UTF-8 nor Windows-1252."
        if any(len(cell) > LONGEST_VALUE for cell in cells):
            return "A value is too long."
        return ""


def normal(name: str) -> str:
    """A column's name as it is matched: trimmed, case-folded."""
    return name.strip().strip("\ufeff").strip().casefold()


def _split(line, delimiter):
    """The names between the delimiters; none if quotes forbid this one."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return []
