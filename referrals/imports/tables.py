"""A look at the beginning of a table, before it is read for good."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from referrals.imports import files

LOOKED_AT = 30  # lines in which a header may stand
START = 4 << 20  # bytes from which an encoding is guessed
KEY_LENGTH = 100


def encoding_of_start(path) -> str:
    """The encoding, judged by the first bytes of the file."""
    with Path(path).open("rb") as file:
        start = file.read(START)
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as problem:
        if len(start) < START or problem.start < START - 4:
            return files.WINDOWS_1252
    return files.UTF_8


def header_row(path, encoding: str, is_known: Callable[[str], bool]) -> int:
    """The line of the header: titles and dates may stand above it.

    The line with the most names that are known; if there are none, the first of
    those with the most cells. Lines are counted from 1.
    """
    with Path(path).open(encoding=encoding, errors="replace", newline="") as file:
        lines = [file.readline(files.LONGEST_LINE) for _ in range(LOOKED_AT)]
    best, row, place = (0, 0), 1, 0
    while place < len(lines):
        height, splits = _row_at(lines, place)
        found = max((_score(cells, is_known) for cells in splits), default=(0, 0))
        if found > best:
            best, row = found, place + 1
        place += height
    return row


def _row_at(lines, place):
    """How many lines a row takes, and its cells by each delimiter."""
    for height in range(1, files.MORE_OF_A_HEADER + 2):
        if splits := files.splits_of("".join(lines[place : place + height])):
            return height, splits.values()
    return 1, ()


def _score(cells, is_known):
    names = [name for cell in cells if (name := files.normal(cell))]
    return sum(is_known(name) for name in names), len(names)


def keys(header: Iterable[str]) -> list[str]:
    """What each column of a header is called in a mapping: short, and once.

    A column without a name is called by its place, a repeated name by its number.
    """
    seen, found = Counter(), []
    for place, name in enumerate(header, start=1):
        key = name.replace("\0", "\ufffd")[:KEY_LENGTH] or f"(column {place})"
        seen[key] += 1
        found.append(key if seen[key] == 1 else f"{key} #{seen[key]}")
    return found


@dataclass(frozen=True)
class Look:
    """The names of the columns as they stand, their keys, and the first rows."""

    names: list[str]
    keys: list[str]
    records: list[files.Record]

    def samples(self, place: int, *, most: int = 3) -> list[str]:
        """The first different values of a column."""
        cells = (
            " ".join(record.cells[place].split())
            for record in self.records
            if not record.problem
        )
        return [*islice(dict.fromkeys(filter(None, cells)), most)]


def look(path, encoding: str, *, skip: int, known: Iterable[str], rows: int) -> Look:
    """Read the header and the first `rows` rows; Refused for what is no table."""
    with files.Table(path, encoding, known, skip=skip) as table:
        records = [*islice(table.records(), rows)]
        return Look(table.names, keys(table.header), records)
