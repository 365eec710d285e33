"""From lines to the file of a run: what is in it, and that it repeats."""

import datetime as dt

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from liaison_crm.lib.runs import RunCancelled
from referrals import npi
from referrals.claims import compute, events, lake, reference
from tests.factories.referrals import npi_of
from tests.referrals.claims.conftest import Source, as_text

REFERRER, SURGEON, GROUP = npi_of(1), npi_of(2), npi_of(3)
LINE = {
    "claim_id": "C1",
    "patient_id": "P1",
    "service_date_from": "2024-01-01",
    "referring_npi": REFERRER,
    "rendering_npi": SURGEON,
    "billing_npi": GROUP,
    "allowed_amount": "10.00",
    "payer_name": "Aetna",
    "service_line": "Cardiology",
}
START = dt.date(2020, 1, 1)


def resolve(tmp_path, imports, beat=lambda _: None, **rules):
    known = rules.pop("reference", reference.of())
    return compute.resolve(
        imports=imports,
        reference=known,
        destination=tmp_path / "run",
        beat=beat,
        **rules,
    )


def rows_of(tmp_path):
    return pq.read_table(tmp_path / "run" / compute.EVENTS).to_pylist()


@pytest.mark.parametrize(("days", "found"), [(90, 1), (91, 2)])
def test_a_gap_of_more_than_ninety_days_starts_a_new_event(
    source, tmp_path, days, found
):
    later = dt.date(2024, 1, 1) + dt.timedelta(days)
    line = LINE | {"claim_id": "C2", "service_date_from": later.isoformat()}
    source.bring_in(as_text([LINE, line]))

    assert resolve(tmp_path, source.imports)["events"] == found


def test_an_event_takes_its_first_line_and_the_sum_of_all(source, tmp_path):
    # The same day: C10 comes before C9 by code point, line 2 before line 10.
    source.bring_in(
        as_text(
            [
                LINE | {"claim_id": "C9"},
                LINE | {"claim_id": "C10", "claim_line": "10", "billing_npi": ""},
                LINE | {"claim_id": "C10", "claim_line": "2", "allowed_amount": "5"},
                LINE | {"claim_id": "C8", "allowed_amount": "", "paid_amount": "1"},
            ]
        )
    )

    resolve(tmp_path, source.imports)

    [event] = rows_of(tmp_path)
    assert (event["claim_id"], event["claim_line"]) == ("C10", 2)
    assert event["destination_npi"] == GROUP
    assert (event["amount_cents"], event["fallback_cents"]) == (2600, 100)
    assert event["lines"] == 4


@pytest.mark.parametrize(
    ("roster", "since", "status", "basis"),
    [
        ([(SURGEON, "employed", START, None)], None, "in", "employed"),
        ([(GROUP, "affiliated", START, None)], None, "in", "affiliated"),
        ([(SURGEON, "competitor", START, None)], None, "out", "competitor"),
        ([(SURGEON, "employed", START, dt.date(2024, 1, 1))], None, "unknown", "none"),
        ([(SURGEON, "employed", dt.date(2024, 1, 1), None)], None, "in", "employed"),
        ([], dt.date(2024, 1, 1), "out", "unlisted"),
        ([], dt.date(2024, 1, 2), "unknown", "none"),
    ],
)
def test_the_status_is_that_of_the_day(source, tmp_path, roster, since, status, basis):
    source.bring_in(as_text([LINE]))

    resolve(
        tmp_path,
        source.imports,
        reference=reference.of(roster=roster),
        roster_complete_since=since,
    )

    [event] = rows_of(tmp_path)
    assert (event["status"], event["status_basis"]) == (status, basis)


def test_no_claims_give_an_empty_file_with_all_columns(tmp_path):
    summary = resolve(tmp_path, [])

    assert summary["events"] == 0
    assert pq.read_schema(tmp_path / "run" / compute.EVENTS).equals(compute.SCHEMA)


def test_the_checksum_repeats_and_moves_with_the_numbers(source, tmp_path, monkeypatch):
    lines = [LINE | {"patient_id": f"P{n}"} for n in range(300)]
    source.bring_in(as_text(lines))
    first = resolve(tmp_path, source.imports)
    monkeypatch.setattr(lake, "LINES_AT_ONCE", 10)

    again = resolve(tmp_path, source.imports)
    other = resolve(tmp_path, source.imports, basis="paid", gap_days=1)

    source.bring_in(as_text([LINE | {"allowed_amount": "11"}]))
    changed = resolve(tmp_path, source.imports)

    assert first == again
    assert other["events"] == first["events"]
    assert changed["checksum"] != first["checksum"]


def test_sources_are_worlds_of_their_own(tmp_path):
    north, south = Source(tmp_path, "north"), Source(tmp_path, "south")
    north.bring_in(as_text([LINE]), sequence=1)
    south.bring_in(as_text([LINE]), sequence=2)
    imports = north.imports + south.imports

    both = resolve(tmp_path, imports)
    one = resolve(tmp_path, south.imports)

    assert (both["events"], one["events"]) == (2, 1)
    assert [row["source"] for row in rows_of(tmp_path)] == ["south"]


def test_a_run_that_is_cancelled_stops(source, tmp_path):
    source.bring_in(as_text([LINE]))

    def cancelled(progress):
        raise RunCancelled

    with pytest.raises(RunCancelled):
        resolve(tmp_path, source.imports, beat=cancelled)


def test_the_reference_is_kept_beside_the_events(source, tmp_path):
    source.bring_in(as_text([LINE]))
    known = reference.of(roster=[(SURGEON, "employed", START, None)])

    resolve(tmp_path, source.imports, reference=known)

    kept = reference.Reference.load(tmp_path / "run" / compute.REFERENCE)
    assert kept.checksum == known.checksum
    assert kept.checksum != reference.of().checksum


def test_the_check_digit_is_told_as_everywhere_else():
    texts = [npi_of(n) for n in range(20)] + ["", "1234567890", "9999999992"]
    texts += [str(9_000_000_000 + n) for n in range(20)]
    table = ibis.table({"npi": "string"}, name="npis")
    with lake.engine(lambda _: None) as engine:
        engine.ibis.con.register("npis", pa.table({"npi": texts}))
        query = engine.ibis.compile(table.select(valid=events.is_valid(table.npi)))
        found = engine.table(query)["valid"].to_pylist()

    expected = [npi.classify(text) == npi.NpiClass.VALID for text in texts]
    assert [bool(valid) for valid in found] == expected


@pytest.mark.parametrize("procedures", [[], [("1", "2", "Cardiology")]])
def test_the_definition_can_be_put_to_spark_as_well(procedures):
    expression = compute.definition(
        reference.of(procedures=procedures),
        compute.Rules(roster_complete_since=START),
    )

    assert "ROW_NUMBER()" in ibis.to_sql(expression, dialect="pyspark")
