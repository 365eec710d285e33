"""From the lines of the lake to the events of one run."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from referrals.claims import events, lake, profiles, unassigned
from referrals.claims.lines import Import
from referrals.claims.reference import Reference

EVENTS = "events.parquet"
REFERENCE = "reference"

SCHEMA = pa.schema(
    {
        "source": pa.string(),
        "patient": pa.string(),
        "referring_npi": pa.string(),
        "service_line": pa.string(),
        "event_on": pa.date32(),
        "claim_id": pa.string(),
        "claim_line": pa.int64(),
        "rendering_npi": pa.string(),
        "billing_npi": pa.string(),
        "facility_npi": pa.string(),
        "destination_npi": pa.string(),
        "status": pa.string(),
        "status_basis": pa.string(),
        "referrer_status": pa.string(),
        "amount_cents": pa.int64(),
        "fallback_cents": pa.int64(),
        "lines": pa.int32(),
        "payer_name": pa.string(),
        "patient_zip": pa.string(),
    }
)
ORDER = [
    "patient",
    "source",
    "referring_npi",
    "service_line",
    "event_on",
    "claim_id",
    "claim_line",
]
LINES = {
    "source": "string",
    "sequence": "int64",
    "row": "int64",
    "patient": "string",
    "claim_id": "string",
    "claim_line": "int64",
    "service_on": "date",
    "referring_npi": "string",
    "rendering_npi": "string",
    "billing_npi": "string",
    "facility_npi": "string",
    "procedure_code": "string",
    "service_line": "string",
    "payer_name": "string",
    "patient_zip": "string",
    "claim_status": "string",
    "adjudicated_on": "date",
    "charge_cents": "int64",
    "allowed_cents": "int64",
    "paid_cents": "int64",
}
TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE"}
NO_LINES_SQL = "SELECT {} WHERE false".format(
    ", ".join(f"NULL::{TYPES[kind]} AS {name}" for name, kind in LINES.items())
)


@dataclass(frozen=True)
class Rules:
    """The settings of domain 1 that a run is computed with."""

    gap_days: int = 90
    basis: str = "allowed"
    roster_complete_since: dt.date | None = None


def definition(reference: Reference, rules: Rules, counted=None):
    """All steps as one expression over the tables `lines` and the reference's.

    `counted`: the lines that count, where they were made before.
    """
    if counted is None:
        counted = events.net(ibis.table(LINES, name="lines"))
    tables = _tables(reference)
    lines = placed(reference, counted)
    lines = events.without_hospital_based(lines, tables["hospital_based"])
    found = events.events(events.with_amount(lines, rules.basis), rules.gap_days)
    found = events.with_status(found, tables["roster"], rules.roster_complete_since)
    return found.select(SCHEMA.names).order_by(ORDER)


def placed(reference: Reference, counted):
    """The lines that count and are eligible, each with its service line."""
    tables = _tables(reference)
    return events.with_service_line(
        events.eligible(counted),
        tables["physicians"],
        tables["organizations"],
        tables["procedures"] if reference.procedures.num_rows else None,
    )


def _tables(reference):
    return {
        name: ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)
        for name, table in reference.tables().items()
    }


def resolve(
    *,
    imports: Sequence[Import],
    reference: Reference,
    destination: Path,
    gap_days: int = 90,
    basis: str = "allowed",
    roster_complete_since: dt.date | None = None,
    has_profiles: bool = False,
    beat: lake.Beat,
) -> dict:
    """Compute the events of the lines in `imports` into `destination`.

    Writes EVENTS and, beside it, the reference, and if told the profiles and
    what no rule assigned.
    Memory stays within a few buckets. The order of events, and so their
    checksum, repeats. Returns lines, events and checksum.
    """
    rules = Rules(gap_days, basis, roster_complete_since)
    destination.mkdir(parents=True, exist_ok=True)
    reference.save(destination / REFERENCE)
    digest, counts = Digest(), {"lines": 0, "events": 0}
    with lake.engine(beat) as engine:
        for name, table in reference.tables().items():
            engine.ibis.con.register(name, table)
        counted = events.net(ibis.table(LINES, name="lines"))
        kept = engine.ibis.compile(counted)
        counted = ibis.table(counted.schema(), name="counted")
        query = engine.ibis.compile(definition(reference, rules, counted))
        lines_placed = engine.ibis.compile(placed(reference, counted))
        with pq.ParquetWriter(destination / EVENTS, SCHEMA) as writer:
            for buckets, lines in lake.portions([part.folder for part in imports]):
                _show_lines(engine, imports, buckets)
                engine.rows(f"CREATE OR REPLACE TEMP TABLE counted AS {kept}")
                if has_profiles:
                    profiles.gather(engine)
                    unassigned.gather(engine, lines_placed)
                found = engine.table(query).select(SCHEMA.names).cast(SCHEMA)
                writer.write_table(found)
                digest.add(found)
                counts["events"] += found.num_rows
                counts["lines"] += lines
                engine.beat(99 * (buckets[-1] + 1) // lake.BUCKETS)
        if has_profiles:
            profiles.write(engine, destination)
            unassigned.write(engine, destination)
    return {**counts, "checksum": digest.hexdigest()}


def _show_lines(engine, imports, buckets):
    """Make the view `lines` show these buckets."""
    columns = ", ".join(name for name in LINES if name not in ("source", "sequence"))
    parts = [
        f"SELECT {columns}, {lake.literal(part.source)} AS source, "
        f"{part.sequence}::BIGINT AS sequence FROM {lake.parquet(files)}"
        for part in imports
        if (files := lake.files_of(part.folder, buckets))
    ]
    shown = " UNION ALL BY NAME ".join(parts) or NO_LINES_SQL
    engine.rows(f"CREATE OR REPLACE TEMP VIEW lines AS {shown}")


class Digest:
    """SHA-256 over rows as text, so that it does not hang on a file format."""

    def __init__(self):
        self._digest = hashlib.sha256()

    def add(self, table: pa.Table) -> None:
        pyarrow.csv.write_csv(
            table, self, pyarrow.csv.WriteOptions(include_header=False)
        )

    def hexdigest(self) -> str:
        return self._digest.hexdigest()

    # What write_csv needs of a file.
    closed = False

    def write(self, data) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits to be written."""
