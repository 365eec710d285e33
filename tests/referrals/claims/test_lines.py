"""Text of claims files into lines of the lake."""

import hashlib
import hmac

import duckdb
import pytest

from referrals import npi
from referrals.claims import columns, feed, lake
from referrals.imports import files
from referrals.imports.registry import Refused
from tests.factories.referrals import npi_of
from tests.referrals.claims.conftest import as_text

HEADER = "claim_id,claim_line,patient_id,service_date_from,billing_npi,paid_amount"
GOOD = f"C1,1,P1,2024-01-05,{npi_of(1)},10.00"
LINE = {
    "claim_id": "C1",
    "patient_id": "P1",
    "service_date_from": "2024-01-05",
    "billing_npi": npi_of(1),
    "paid_amount": "10.00",
}


def counts(brought):
    return (
        brought.read,
        brought.created,
        brought.updated,
        brought.unchanged,
        brought.rejected,
    )


def evaluated(sql, texts):
    """What an expression over column `text` makes of each text."""
    rows = duckdb.connect().execute(
        f"SELECT {sql} FROM (SELECT unnest($1::VARCHAR[]) AS text)", [texts]
    )
    return [row[0] for row in rows.fetchall()]


@pytest.mark.parametrize(
    "text",
    ["2024-01-05", "01/05/2024", "1/5/2024", "20240105", "05-Jan-2024", "5-JAN-2024"],
)
def test_a_date_is_read_in_each_of_its_five_ways(text):
    [day] = evaluated(columns.date("text"), [text])

    assert day.isoformat() == "2024-01-05"


def test_what_is_no_date_is_none():
    texts = ["13/13/2024", "2024-02-30", "202401051", "2024", "١/٥/٢٠٢٤", "now", "1e5"]

    assert evaluated(columns.date("text"), texts) == [None] * len(texts)


def test_amounts_become_exact_cents():
    texts = ["0.29", "12.340", "-5", "$1,234.56", ".5", "5.", "999999999999.99"]

    found = evaluated(columns.cents("text"), texts)

    assert found == [29, 1234, -500, 123456, 50, 500, 99999999999999]


def test_what_is_no_amount_is_none():
    texts = ["1e5", "NaN", "Infinity", "12.345", "٣", "1_000", "(5.00)", "-", "$", "."]
    texts += ["12,34.00", "9" * 30]

    assert evaluated(columns.cents("text"), texts) == [None] * len(texts)


def test_npis_are_repaired_as_everywhere_else():
    good = npi_of(7)
    texts = [
        good,
        f"{good}.0",
        f" {good}\t",
        f"80840{good}",
        f"80840{good}.00",
        "12345",
    ]
    texts += [
        "12345678901",
        "1234567890",
        "abcdefghij",
        f"{good}.01",
        "١٢٣٤٥٦٧٨٩٠",
        ".0",
    ]

    found = evaluated(columns.npi("text"), texts)

    repaired = [npi.repair(text) for text in texts]
    is_npi = [
        text.isascii() and text.isdigit() and len(text) == 10 for text in repaired
    ]
    assert found == [
        text if is_one else "" for text, is_one in zip(repaired, is_npi, strict=True)
    ]


def test_the_patient_is_kept_as_a_keyed_hash_of_source_and_id_only(source):
    source.bring_in(as_text([LINE]))

    key = hashlib.sha256(b"a key of the tests").digest()
    expected = hmac.new(key, b"default\0P1", "sha256").hexdigest()[:32]
    assert source.lines("patient") == [(expected,)]


def test_no_file_of_the_lake_holds_a_patient_id(source):
    rows = [LINE | {"patient_id": "CANARY-1"}, LINE | {"claim_id": ""}]

    source.bring_in(
        as_text([*rows, LINE | {"patient_id": "CANARY-2", "paid_amount": "x"}])
    )

    kept = [file for file in lake.root().rglob("*") if file.is_file()]
    assert kept
    assert not any(b"CANARY" in file.read_bytes() for file in kept)
    assert "CANARY" not in str(source.rejected)


def test_leading_zeros_are_kept(source):
    source.bring_in(
        f"{HEADER},place_of_service,bill_type,patient_zip\n{GOOD},02,013,02134\n"
    )

    found = source.lines("place_of_service, bill_type, patient_zip")
    assert found == [("02", "013", "02134")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"claim_id": ""}, "claim_id is missing."),
        ({"patient_id": ""}, "patient_id is missing."),
        ({"service_date_from": ""}, "service_date_from is missing."),
        ({"service_date_from": "soon"}, "service_date_from is not a date."),
        ({"service_date_from": "9999-12-31"}, "service_date_from is out of range."),
        ({"adjudicated_on": "x"}, "adjudicated_on is not a date."),
        ({"claim_line": "A"}, "claim_line is not a whole number."),
        ({"paid_amount": "1e5"}, "paid_amount is not an amount."),
        (
            {"claim_status": "open"},
            "claim_status is not one of paid, denied, reversed.",
        ),
        ({"claim_id": "C" * 81}, "claim_id is longer than 80 characters."),
        ({"claim_id": "C\0"}, "The row holds a NUL byte."),
        (
            {"billing_npi": ""},
            "None of rendering_npi, billing_npi, facility_npi is given.",
        ),
        (
            {"paid_amount": ""},
            "None of charge_amount, allowed_amount, paid_amount is given.",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_with_its_line(source, change, reason):
    brought = source.bring_in(as_text([LINE, LINE | change]))

    assert counts(brought) == (2, 1, 0, 0, 1)
    assert [(line, why) for line, why, _ in source.rejected] == [(3, reason)]


def test_a_rejected_row_keeps_no_column_that_points_to_a_patient(source):
    source.bring_in(as_text([LINE | {"paid_amount": "x", "payer_name": "Aetna"}]))

    [(_, _, values)] = source.rejected
    assert values["payer_name"] == "Aetna"
    assert not {"patient_id", "claim_id", "patient_zip", "service_date_from"} & {
        *values
    }


def test_lines_of_rejected_rows_are_right_behind_ragged_and_blank_ones(source):
    bad = GOOD.replace("10.00", "x")
    rows = [GOOD, "C2,1", bad, "", '"C\n3",1,P1,2024-01-05,,', GOOD, bad, ",,,,,"]

    brought = source.bring_in("\n".join([HEADER, *rows]))

    assert sorted(line for line, *_ in source.rejected) == [3, 4, 6, 9]
    assert counts(brought)[::4] == (6, 4)


def test_a_quote_that_never_closes_refuses_the_file(source):
    with pytest.raises(Refused, match="line 3 is never closed"):
        source.bring_in(
            f'{HEADER}\n{GOOD}\nC2,1,"P1,2024-01-05,{npi_of(1)},1\n{GOOD}\n'
        )

    assert lake.line_folders() == []


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_delimiter_and_line_end_is_understood(source, delimiter, line_end):
    text = f"{HEADER}\n{GOOD}\n".replace(",", delimiter).replace("\n", line_end)

    assert counts(source.bring_in(text)) == (1, 1, 0, 0, 0)


def test_headers_are_matched_by_name_whatever_order_case_and_blanks(source):
    text = (
        "\ufeff PAID_AMOUNT , Billing_NPI,service_date_from,patient_id,X,claim_id \n"
        f" 10.00 ,{npi_of(1)}, 2024-01-05,P1,x,C1 \n"
    )

    brought = source.bring_in(text)

    assert brought.ignored_columns == ["X"]
    assert source.lines("claim_id, claim_line, paid_cents") == [("C1", 1, 1000)]


def test_windows_text_is_transcoded(source):
    text = f"{HEADER},payer_name\n{GOOD},Santé\n".encode("cp1252")

    source.bring_in(text)

    assert source.lines("payer_name") == [("Santé",)]


def test_missing_columns_are_named(source):
    with pytest.raises(Refused) as refusal:
        source.bring_in("claim_id,referring_npi\nC1,\n")

    for name in ("patient_id", "service_date_from", "billing_npi", "paid_amount"):
        assert name in str(refusal.value)


def test_a_carrier_file_is_refused_with_a_word_about_presets(source):
    with pytest.raises(Refused, match="--preset rif-carrier.*not bring yet"):
        source.bring_in("BENE_ID|CLM_ID|RFR_PHYSN_NPI|PRF_PHYSN_NPI\n1|2|3|4\n")


def test_a_file_with_a_header_only_brings_nothing(source):
    brought = source.bring_in(HEADER + "\n")

    assert counts(brought) == (0, 0, 0, 0, 0)
    assert lake.line_folders() == []


def test_the_same_lines_again_change_nothing_and_leave_no_file(source):
    rows = [LINE, LINE | {"claim_line": "2"}, LINE | {"paid_amount": "11"}]
    source.bring_in(as_text(rows))

    again = source.bring_in(as_text(rows) + "\n")

    assert counts(again) == (3, 0, 0, 3, 0)
    assert len(lake.line_folders()) == 1


def test_of_a_longer_file_only_what_is_new_or_changed_is_written(source):
    source.bring_in(as_text([LINE, LINE | {"claim_id": "C2"}]))
    changed = LINE | {"claim_id": "C2", "paid_amount": "12"}

    brought = source.bring_in(as_text([LINE, changed, LINE | {"claim_id": "C3"}]))

    assert counts(brought) == (3, 1, 1, 1, 0)
    assert source.lines("sequence, claim_id")[2:] == [(2, "C2"), (2, "C3")]


def test_a_line_taken_back_to_what_it_was_wins_again(source):
    for amount in ("10", "12", "10"):
        brought = source.bring_in(as_text([LINE | {"paid_amount": amount}]))

    assert counts(brought) == (1, 0, 1, 0, 0)
    assert source.lines("sequence, paid_cents")[-1] == (3, 1000)


def test_the_very_same_file_keeps_its_first_sequence(source):
    source.bring_in(as_text([LINE]))
    source.bring_in(as_text([LINE | {"paid_amount": "12"}]))

    forced = source.bring_in(as_text([LINE]), is_taken=True)

    assert counts(forced) == (1, 0, 0, 1, 0)
    assert len(source.imports) == 2


def test_an_older_adjudication_that_comes_late_is_taken_once(source):
    older = as_text([LINE | {"adjudicated_on": "2024-02-01"}])
    source.bring_in(as_text([LINE | {"adjudicated_on": "2024-03-01"}]))
    source.bring_in(older)

    assert counts(source.bring_in(older)) == (1, 0, 0, 1, 0)


def test_a_file_of_many_pieces_is_the_same_as_one(source, monkeypatch, tmp_path):
    rows = [LINE | {"claim_id": f"C{n}", "payer_name": '"a\nb"'} for n in range(50)]
    path = tmp_path / "pieces.csv"
    path.write_text(as_text([*rows, LINE | {"paid_amount": "x"}]))

    pieces = list(feed.pieces(path, files.inspect(path), size=200))

    assert len(pieces) > 5
    assert all(piece.data.count(b'"') % 2 == 0 for piece in pieces)
    assert (
        b"".join(piece.data for piece in pieces)
        == (path.read_bytes().split(b"\n", 1)[1])
    )
    assert pieces[1].first_line == 2 + pieces[0].data.count(b"\n")


def test_what_lines_can_tell_is_counted(source):
    referrer = npi_of(5)
    rows = [
        LINE | {"referring_npi": referrer},
        LINE | {"claim_id": "C2", "referring_npi": npi_of(1)},
        LINE | {"claim_id": "C3", "billing_npi": "1234567890"},
        LINE | {"claim_id": "C4", "billing_npi": f"{npi_of(1)}.0"},
        LINE | {"claim_id": "C5", "billing_npi": "12345", "claim_status": "Denied"},
    ]

    quality = source.bring_in(as_text(rows)).quality

    assert quality["lines"] == 5
    assert quality["with_referrer"] == 2
    assert quality["self_referrals"] == 1
    assert quality["can_count"] == 1
    assert quality["npis_repaired"] == 1
    assert quality["npis_unusable"] == 1
    assert quality["npi_classes"]["billing_npi"] == {
        "invalid": 1,
        "missing": 1,
        "valid": 3,
    }


def test_a_quote_within_a_row_rejects_that_row_only(source):
    rows = [GOOD, f'C2,1,"P"1,2024-01-05,{npi_of(1)},1', GOOD.replace("C1", "C3")]

    brought = source.bring_in("\n".join([HEADER, *rows, ""]))

    assert counts(brought)[::4] == (3, 1)
    assert source.rejected == [(3, "A quote stands where none may be.", {})]


def test_lines_are_right_behind_line_ends_in_quotes_with_any_delimiter(source):
    rows = [f"{GOOD},x".replace("P1", '"P,\n1"'), f"{GOOD},x".replace("10.00", "x")]
    text = "\n".join([f"{HEADER},note", *rows, ""])

    source.bring_in(text.replace(",", "|"))

    assert [line for line, *_ in source.rejected] == [4]


def test_a_stray_quote_does_not_make_one_piece_of_the_file(tmp_path):
    path = tmp_path / "stray.csv"
    path.write_text("claim_id\n" + 'a 5" screw\n' + "b\n" * 10_000)

    pieces = list(feed.pieces(path, files.inspect(path), size=100))

    assert max(piece.lines for piece in pieces) <= files.LONGEST_RECORD + 100
    assert sum(piece.lines for piece in pieces) == 10_001
