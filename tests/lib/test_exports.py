import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison_crm.lib.exports import CELL_LIMIT, csv_lines, csv_response, inert

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
