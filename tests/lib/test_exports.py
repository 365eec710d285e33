import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison_crm.lib import exports
from liaison_crm.lib.exports import (
    CELL_LIMIT,
    csv_lines,
    csv_response,
    inert,
    write_workbook,
)
from tests.workbooks import kinds_of, rows_of

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    "hostile",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1+1",
        "\u200b=1+1",
        "\ufeff=1",
        "＝1+1",
        "\u3000=1+1",
        "\u2003=1+1",
        "\u200e=1+1",
        "\u202e=1+1",
        "\u2066=1+1",
        "\u00ad=1+1",
        "\x85=1+1",
        "\u2028=1+1",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(hostile):
    assert inert(hostile).startswith("'")


@pytest.mark.parametrize("value", [-5, -1.5, "-12", "-3.25", 0, 7])
def test_numbers_stay_numbers(value):
    assert inert(value) == str(value)


def test_control_characters_are_dropped():
    assert inert("a\x00b\x07c") == "abc"


def test_a_formula_behind_a_control_character_is_inert_too():
    assert inert("\x00=1") == "'=1"


def test_an_over_long_cell_is_cut_and_marked():
    cell = inert("x" * 40_000)

    assert len(cell) == CELL_LIMIT
    assert cell.endswith("[cut]")


def test_a_cell_is_cut_by_what_spreadsheets_count():
    cell = inert("=" + "🩺" * 20_000)

    assert cell.startswith("'=")
    assert cell.endswith("[cut]")
    assert len(cell.encode("utf-16-le")) <= 2 * CELL_LIMIT


def test_nothing_is_an_empty_cell():
    assert inert(None) == ""


@given(st.text())
def test_no_text_starts_a_formula(text):
    cell = inert(text)

    blank = cell.lstrip(" \u00a0\u200b\u200c\u200d\u2060\ufeff")
    is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    assert not blank.startswith(FORMULA_STARTS) or is_number


def test_lines_are_csv_that_reads_back():
    text = "".join(csv_lines(["Name", "Count"], [['Smith, "Al"', 3], ["=x", None]]))

    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["Name", "Count"], ['Smith, "Al"', "3"], ["'=x", ""]]


def test_a_download_is_an_attachment_in_utf_8():
    response = csv_response("visits.csv", ["Name"], [["Zoë"]])

    assert response["Content-Disposition"] == 'attachment; filename="visits.csv"'
    assert "Zoë" in b"".join(response.streaming_content).decode()


def workbook(rows, header=("Name",)):
    file = io.BytesIO()
    write_workbook(file, header, rows)
    return file.getvalue()


def test_a_workbook_reads_back_with_digits_as_text():
    book = workbook([["Zoë", "1234567893", "01001", 7, 2.5, None]], "abcdef")

    assert rows_of(book) == [list("abcdef"), ["Zoë", "1234567893", "01001", "7", "2.5"]]
    assert kinds_of(book)[1] == ["text", "text", "text", "number", "number"]


@pytest.mark.parametrize(
    "hostile", ["=1+1", "{=1+1}", "@SUM(A1)", "https://example.org", "mailto:a@b.c"]
)
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(hostile):
    book = workbook([[hostile]], [hostile])

    assert {*kinds_of(book)[0], *kinds_of(book)[1]} == {"text"}
    assert rows_of(book)[1] == [inert(hostile)]


def test_days_and_moments_of_a_workbook_are_dates():
    moment = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
    book = workbook([[dt.date(2026, 3, 2), moment, dt.date(1815, 12, 10)]])

    assert rows_of(book)[1] == ["46083", "46083.5", "1815-12-10"]


def test_numbers_too_long_for_a_cell_are_text():
    assert kinds_of(workbook([[10**18, float("nan")]]))[1] == ["text", "text"]


def test_control_characters_and_long_cells_leave_a_workbook_whole():
    book = workbook([["a\x00b\ufffe", "x" * 40_000]])

    short, long = rows_of(book)[1]
    assert short == "ab"
    assert long.endswith("[cut]")


def test_a_workbook_without_rows_has_its_heading():
    assert rows_of(workbook([])) == [["Name"]]


def test_what_is_longer_than_a_sheet_goes_on_in_another(monkeypatch):
    monkeypatch.setattr(exports, "SHEET_ROWS", 2)

    book = workbook([["a"], ["b"], ["c"]])

    assert rows_of(book, sheet=1) == [["Name"], ["a"], ["b"]]
    assert rows_of(book, sheet=2) == [["Name"], ["c"]]


def test_the_request_chooses_the_kind_of_file(rf):
    header, rows = ["Name"], [["Zoë"]]

    excel = exports.table_response(rf.get("/?format=xlsx"), "x", header, rows)
    plain = exports.table_response(rf.get("/?format=%00"), "x", header, rows)

    assert excel["Content-Disposition"] == 'attachment; filename="x.xlsx"'
    assert "spreadsheetml" in excel["Content-Type"]
    assert rows_of(b"".join(excel.streaming_content)) == [["Name"], ["Zoë"]]
    excel.file_to_stream.close()
    assert plain["Content-Disposition"] == 'attachment; filename="x.csv"'
