"""Event files for tests: what a leakage run leaves behind."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("patient", pa.string()),
        ("referring_npi", pa.string()),
        ("service_line", pa.string()),
        ("event_on", pa.date32()),
        ("claim_id", pa.string()),
        ("claim_line", pa.int64()),
        ("rendering_npi", pa.string()),
        ("billing_npi", pa.string()),
        ("facility_npi", pa.string()),
        ("destination_npi", pa.string()),
        ("status", pa.string()),
        ("status_basis", pa.string()),
        ("referrer_status", pa.string()),
        ("amount_cents", pa.int64()),
        ("fallback_cents", pa.int64()),
        ("lines", pa.int32()),
        ("payer_name", pa.string()),
        ("patient_zip", pa.string()),
    ]
)
BASIS = {"in": "employed", "out": "competitor", "unknown": "none"}


def event(status="in", **values):
    """One event of an employed referrer: $100 in Cardiology in March 2026."""
    return {
        "source": "default",
        "patient": "p1",
        "referring_npi": "1111111111",
        "service_line": "Cardiology",
        "event_on": dt.date(2026, 3, 2),
        "claim_id": "C1",
        "claim_line": 1,
        "rendering_npi": "",
        "billing_npi": "",
        "facility_npi": "",
        "destination_npi": "2222222222",
        "status": status,
        "status_basis": BASIS[status],
        "referrer_status": "employed",
        "amount_cents": 10_000,
        "fallback_cents": 0,
        "lines": 1,
        "payer_name": "Medicare",
        "patient_zip": "37203",
    } | values


def many(number, status="in", **values):
    """As many events, each of another patient."""
    name = values.pop("patient", "p")
    return [event(status, patient=f"{name}{n}", **values) for n in range(number)]


def write_events(path, events):
    """The file of these events; its path as a string."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(events, schema=SCHEMA), path)
    return str(path)
