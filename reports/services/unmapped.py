"""Codes that no service line claims: in the directory, and in the newest claims.

Referrals to their holders, and lines that bear them, count as "Unassigned".
"""

from dataclasses import dataclass

import pyarrow.parquet as pq
from django.db import transaction

from accounts.permissions import Permission, can
from referrals.claims import lake
from referrals.claims.unassigned import UNASSIGNED
from referrals.models import ProcedureRange, Specialty
from referrals.services import service_lines
from reports.metrics.leakage import FEW
from reports.models import ReportRun

TAXONOMY, PROCEDURE = "taxonomy", "procedure"
KINDS = {TAXONOMY: "Taxonomy", PROCEDURE: "Procedure"}
SORTS = ("code", "kind", "physicians", "organizations", "lines", "patients")
NUMBERS = ("lines", "patients", "physicians", "organizations")
EXPORT_HEADER = (
    *("Kind", "Code", "Name", "Physicians", "Organizations"),
    *("Claim lines", "Patients"),
)


@dataclass
class Row:
    kind: str
    code: str
    name: str = ""
    physicians: int = 0
    organizations: int = 0
    lines: int = 0
    patients: int = 0
    is_few: bool = False  # fewer than 11 patients, and not for this person

    @property
    def mark(self) -> str:
        """The row's name in a form."""
        return f"{self.kind}-{self.code}"

    @property
    def label(self) -> str:
        return KINDS[self.kind]

    @property
    def can_be_mapped(self) -> bool:
        """Claims may bear anything where a procedure code should stand."""
        return self.kind == TAXONOMY or bool(
            service_lines.PROCEDURE_CODE.fullmatch(self.code)
        )

    def export_row(self):
        few = f"fewer than {FEW}"
        return (
            *(self.label, self.code, self.name, self.physicians, self.organizations),
            *((few, few) if self.is_few else (self.lines, self.patients)),
        )


@dataclass(frozen=True)
class Found:
    """`run` None: no run tells of claims. `total`, `without`: rows of all lines
    without a service line, and of those that bear no code at all."""

    run: ReportRun | None
    rows: list[Row]
    total: Row | None = None
    without: Row | None = None


def unmapped_for(user, *, sort="-lines") -> Found:
    """Codes of the directory, and of the lines of the newest finished run, that no
    service line claims as of now."""
    rows = {row.mark: row for row in _of_directory()}
    run = ReportRun.objects.newest_done(ReportRun.Kind.LEAKAGE)
    path = lake.path(run.folder) / UNASSIGNED if run else None
    if run is None or not path.exists():
        return Found(None, in_order(list(rows.values()), sort))
    told = [Row(**values) for values in pq.read_table(path).to_pylist()]
    for row in told:
        hide_few(row, user)
    sums = {row.kind: row for row in told if row.kind not in KINDS}
    ranges = list(ProcedureRange.objects.values_list("first_code", "last_code"))
    for row in told:
        if row.kind == TAXONOMY and row.mark in rows:
            mine = rows[row.mark]
            mine.lines, mine.patients, mine.is_few = row.lines, row.patients, row.is_few
        elif row.kind == PROCEDURE and not is_claimed(row.code, ranges):
            rows[row.mark] = row
    return Found(
        run, in_order(list(rows.values()), sort), sums.get("all"), sums.get("none")
    )


def is_claimed(code, ranges):
    return any(first <= code <= last for first, last in ranges)


def hide_few(row, user):
    if row.patients < FEW and not can(user, Permission.SMALL_CELL_READ):
        row.lines, row.patients, row.is_few = 0, 0, True


def _of_directory():
    for one in Specialty.objects.unmapped():
        yield Row(
            TAXONOMY, one.code, one.name, one.physician_count, one.organization_count
        )


def in_order(rows: list[Row], sort: str) -> list[Row]:
    name = sort.removeprefix("-")

    def value(row):
        if name not in NUMBERS:
            return (getattr(row, name),)
        return (getattr(row, name), *(getattr(row, other) for other in NUMBERS))

    rows = sorted(rows, key=lambda row: (row.code, row.kind))
    return sorted(rows, key=value, reverse=sort.startswith("-"))


class Refused(Exception):
    """A row cannot be mapped so; nothing was saved."""

    def __init__(self, row, message):
        super().__init__(message)
        self.row = row
        self.message = message


@transaction.atomic
def map_codes(*, answers: list[tuple], by) -> int:
    """Put codes into service lines; how many.

    Each answer is (row, service line, (first, last) procedure codes). A code that
    somebody mapped meanwhile, or a range that overlaps another, refuses all.
    """
    for row, line, span in answers:
        try:
            if row.kind == PROCEDURE:
                service_lines.add_ranges(line=line, ranges=[span], by=by)
            else:
                service_lines.assign_specialties(
                    codes=[row.code], line=line, moves=False, by=by
                )
        except service_lines.NotPossible as reason:
            raise Refused(row, reason.message) from None
    return len(answers)
