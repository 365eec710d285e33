"""Columns of a list, named once: for the page, its order and its files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Cell = str | Callable[[Any], Any]  # a path ("organization.name"), or a function


@dataclass(frozen=True)
class Column:
    """One column.

    `sort` is the field it sorts by. `cells` are its cells in a file by their
    heading (its own name and value, if nothing is said). `is_shown`: unless
    others are chosen; `is_fixed`: whatever is chosen.
    """

    name: str
    label: str
    sort: str = ""
    cells: Mapping[str, Cell] | None = None
    is_shown: bool = False
    is_fixed: bool = False
    is_number: bool = False

    @property
    def file_cells(self) -> Mapping[str, Cell]:
        return {self.name: self.name} if self.cells is None else self.cells


@dataclass(frozen=True)
class Choice:
    """The columns of a list as somebody wants to see them."""

    offered: tuple[Column, ...]
    shown: tuple[Column, ...]
    is_own: bool

    def __contains__(self, name: str) -> bool:
        return name in self._names

    @cached_property
    def _names(self):
        return {column.name for column in self.shown}

    @property
    def can_change(self) -> bool:
        return any(not column.is_fixed for column in self.offered)

    @property
    def asked(self) -> str:
        """What to ask for to get the same: "name,city"; nothing for the usual."""
        return ",".join(column.name for column in self.shown) if self.is_own else ""


@dataclass(frozen=True)
class Columns:
    """All columns of a list, in their order."""

    columns: tuple[Column, ...] = field(default=())

    @property
    def sorts(self) -> dict[str, str]:
        """What may be sorted by, and by which field."""
        return {column.name: column.sort for column in self.columns if column.sort}

    def chosen(self, asked: Iterable[str]) -> Choice:
        """The columns `asked` for ("name,city", one or several), in our order.

        What is not ours is left out; asking for nothing of ours is asking for
        the usual ones.
        """
        names = {name for part in asked for name in part.split(",")}
        picked = [
            column
            for column in self.columns
            if column.name in names and not column.is_fixed
        ]
        shown = [
            column
            for column in self.columns
            if column.is_fixed or (column in picked if picked else column.is_shown)
        ]
        return Choice(self.columns, tuple(shown), is_own=bool(picked))

    def table(self, asked: Iterable[str], rows: Iterable) -> tuple[list, Iterable]:
        """(heading, lines) of a file: all columns, or those that are chosen."""
        choice = self.chosen(asked)
        columns = choice.shown if choice.is_own else choice.offered
        cells = {
            heading: cell
            for column in columns
            for heading, cell in column.file_cells.items()
        }
        lines = ([value_of(row, cell) for cell in cells.values()] for row in rows)
        return list(cells), lines


def value_of(row, cell: Cell):
    """The value of a cell; nothing where the path ends early."""
    if callable(cell):
        return cell(row)
    for name in cell.split("."):
        if row is None:
            return None
        row = getattr(row, name)
    return row() if callable(row) else row
