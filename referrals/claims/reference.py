"""What claims are read against: service lines and the roster, frozen.

Taken from the database in one go, so that a run sees one state of it; kept
beside the run's events, so that the run can be repeated to the same numbers.
"""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from referrals.models import (
    Organization,
    Physician,
    ProcedureRange,
    RosterEntry,
    ServiceLine,
)

FOREVER = dt.date(9999, 12, 31)
SPECIALTIES = pa.schema({"npi": pa.string(), "service_line": pa.string()})
PROCEDURES = pa.schema(
    {
        "first_code": pa.string(),
        "last_code": pa.string(),
        "place": pa.int64(),
        "service_line": pa.string(),
    }
)
HOSPITAL_BASED = pa.schema({"service_line": pa.string()})
ROSTER = pa.schema(
    {
        "npi": pa.string(),
        "network_status": pa.string(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)


@dataclass(frozen=True)
class Reference:
    """Small tables, each ordered, so that the same state has one checksum.

    physicians, organizations   npi -> service line of its primary taxonomy
    procedures     codes of a service line, both ends in; where ranges overlap
                   the one with the lowest place counts
    hospital_based names of the service lines that are left out
    roster         npi -> network status from a day (in) to a day (out);
                   no two rows of an NPI overlap
    """

    physicians: pa.Table
    organizations: pa.Table
    procedures: pa.Table
    hospital_based: pa.Table
    roster: pa.Table

    def tables(self) -> dict[str, pa.Table]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def checksum(self) -> str:
        """SHA-256 over the contents, whatever wrote them."""
        digest = hashlib.sha256()
        for name, table in self.tables().items():
            text = io.StringIO()
            csv.writer(text).writerows(zip(*table.to_pydict().values(), strict=True))
            digest.update(f"{name}\n{text.getvalue()}".encode())
        return digest.hexdigest()

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables().items():
            pq.write_table(table, folder / f"{name}.parquet")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(
            **{
                field.name: pq.read_table(folder / f"{field.name}.parquet")
                for field in fields(cls)
            }
        )


def of(
    *,
    physicians: Iterable[tuple] = (),
    organizations: Iterable[tuple] = (),
    procedures: Iterable[tuple] = (),
    hospital_based: Iterable[str] = (),
    roster: Iterable[tuple] = (),
) -> Reference:
    """A reference of plain rows, in any order.

    Rows: (npi, service line); (first code, last code, service line); a name;
    (npi, network status, from, to or None).
    """
    ranges = [
        (first, last, place, name)
        for place, (first, last, name) in enumerate(sorted(procedures))
    ]
    return Reference(
        physicians=_table(SPECIALTIES, sorted(physicians)),
        organizations=_table(SPECIALTIES, sorted(organizations)),
        procedures=_table(PROCEDURES, ranges),
        hospital_based=_table(
            HOSPITAL_BASED, [(name,) for name in sorted(hospital_based)]
        ),
        roster=_table(ROSTER, list(_without_overlaps(roster))),
    )


@transaction.atomic
def current() -> Reference:
    """The reference of the database as it is now."""
    specialty = "specialty__service_line__name"
    known = {"specialty__service_line__isnull": False}
    return of(
        physicians=Physician.objects.filter(**known).values_list("npi", specialty),
        organizations=Organization.objects.filter(
            npi__isnull=False, **known
        ).values_list("npi", specialty),
        procedures=ProcedureRange.objects.values_list(
            "first_code", "last_code", "service_line__name"
        ),
        hospital_based=ServiceLine.objects.filter(is_hospital_based=True).values_list(
            "name", flat=True
        ),
        roster=RosterEntry.objects.values_list(
            "npi", "network_status", "effective_from", "effective_to"
        ),
    )


def _table(schema, rows):
    return pa.table(
        [
            pa.array([row[place] for row in rows], field.type)
            for place, field in enumerate(schema)
        ],
        schema=schema,
    )


def _without_overlaps(roster):
    """Open ends as FOREVER; a row ends at the latest where the next one starts."""
    rows = sorted(
        (npi, start, end or FOREVER, status) for npi, status, start, end in roster
    )
    for npi, entries in groupby(rows, key=lambda row: row[0]):
        entries = list(entries)
        starts = [start for _, start, _, _ in entries[1:]] + [FOREVER]
        for (_, start, end, status), following in zip(entries, starts, strict=True):
            if start < min(end, following):
                yield npi, status, start, min(end, following)
