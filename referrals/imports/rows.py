"""A row of a file, and a chunk of them on its way into the database."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from referrals.imports.work import Counts, rejected_row
from referrals.models import Difference, ImportRun, RejectedRow
from referrals.services.journal import Journal


@dataclass(frozen=True)
class Row:
    """One row: its place among the rows, its line, its known columns by name."""

    number: int
    line: int
    values: dict[str, str]
    problem: str = ""

    def __getitem__(self, column):
        return self.values.get(column, "")


@dataclass(frozen=True)
class Filter:
    """Which rows an import wants, told by the cells of a few columns.

    `keeps` gets these cells in the order of `columns`, "" where the file has no
    such column. It is asked for every row of the file: it had better be quick.
    """

    columns: tuple[str, ...]
    keeps: Callable[[Sequence[str]], bool]


@dataclass
class Chunk:
    """The rows of one transaction, and what came of them.

    Whatever an importer writes goes through `journal`, so that it can be undone.

    An importer says for each row `created`, `updated`, `unchanged` or
    `reject`; what the summary shall tell goes into `count` and `name`.
    """

    run: ImportRun
    rows: list[Row]
    withheld: frozenset[str] = frozenset()
    counts: Counts = field(default_factory=Counts)
    rejects: list[RejectedRow] = field(default_factory=list)
    tally: Counter = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @cached_property
    def journal(self) -> Journal:
        return Journal(at=self.run.created_at, run=self.run)

    def created(self, number=1):
        self.counts.created += number

    def updated(self, number=1):
        self.counts.updated += number

    def unchanged(self, number=1):
        self.counts.unchanged += number

    def reject(self, row, reason):
        self.counts.rejected += 1
        values = {
            name: value
            for name, value in row.values.items()
            if name not in self.withheld
        }
        self.rejects.append(rejected_row(self.run, row.line, reason, values))

    def count(self, what, number=1):
        """Count something for the summary, across all chunks."""
        self.tally[what] += number

    def name(self, what, name):
        """Name something in the summary, once across all chunks."""
        self.names.setdefault(what, []).append(name)

    def differ(self, sort, subject, *, before="", after="", row=None):
        """Say what changes, for whoever looks at a dry run before taking it."""
        if self.run.is_dry_run:
            self.count(f"difference {sort}")
            self.differences.append(
                Difference(
                    run=self.run,
                    sort=sort,
                    line=row and row.line,
                    subject=subject,
                    before=before,
                    after=after,
                )
            )

    def absorb(self, other: "Chunk") -> None:
        """Add what came of the rows of another chunk."""
        self.counts += other.counts
        self.rejects += other.rejects
        self.tally += other.tally
        self.differences += other.differences
        for what, names in other.names.items():
            self.names.setdefault(what, []).extend(names)
