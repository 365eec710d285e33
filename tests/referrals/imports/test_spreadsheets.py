"""Spreadsheets are read like any table, and do no harm."""

import csv
import datetime as dt
import time

import pytest

from referrals.imports import spreadsheets
from referrals.imports.registry import Refused
from referrals.models import RejectedRow, RosterEntry
from tests import spreadsheets as made
from tests.factories.referrals import npi_of

HEADER = ["NPI", "Network_Status", "effective_from"]


@pytest.fixture
def text_of(tmp_path):
    """`text_of(bytes)`: the rows of the sheet as they stand in its CSV."""

    def convert(content, **options):
        path, target = tmp_path / "book", tmp_path / "book.csv"
        path.write_bytes(content)
        spreadsheets.to_csv(path, target, **options)
        with target.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    return convert


@pytest.fixture
def refusal_of(text_of):
    def refused(content, **options):
        with pytest.raises(Refused) as reason:
            text_of(content, **options)
        return str(reason.value)

    return refused


def test_cells_become_the_text_that_people_see(text_of):
    day = dt.date(2024, 2, 29)
    told = text_of(
        made.xlsx([[1679576722.0, day, 0.25, True, ("1+1", 2), " Dr. A\nB\t& Co "]])
    )

    assert told == [["1679576722", "2024-02-29", "0.25", "true", "2", " Dr. A B & Co "]]


def test_a_line_of_text_is_a_row_of_the_sheet(text_of):
    rows = text_of(made.xlsx({3: ["a", "b"], 5: ["1\n2", "c"], 7: [None, " "]}))

    assert rows == [[], [], ["a", "b"], [], ["1 2", "c"], [], []]


def test_cells_merged_downwards_mean_every_row(text_of):
    book = made.xlsx(
        [["Practice", "NPI"], ["North", 1], [None, 2], [None, 3], ["South", 4]],
        merged=["A2:A3", "A5:B5"],
    )

    column = [row[0] for row in text_of(book)]

    assert column == ["Practice", "North", "North", "", "South"]


def test_a_sheet_is_chosen_by_its_name(text_of, refusal_of):
    book = made.xlsx(First=[["a"]], Second=[["b"]])

    assert text_of(book) == [["a"]]
    assert text_of(book, sheet="Second") == [["b"]]
    assert "Sheets: First, Second" in refusal_of(book, sheet="Third")


def test_the_first_sheet_that_holds_anything_is_read(bring_in, counts):
    blank = {f"Blank {number}": [] for number in range(99)}
    book = made.xlsx(**blank, Data=[HEADER, [npi_of(1), "employed", "2022-01-01"]])

    run = bring_in("roster", book, file_name="book.xlsx")

    assert counts(run) == (1, 1, 0, 0, 0)
    assert run.warnings[0].startswith("Read the sheet Data. Not read: Blank 0, ")
    assert run.warnings[0].endswith("Blank 9 and 89 more.")


def test_a_hidden_sheet_is_read_only_when_it_is_asked_for(bring_in, text_of):
    lists = [["npi"], ["a list for a drop-down"]]
    rows = [HEADER, [npi_of(1), "employed", "2022-01-01"]]
    book = made.xlsx(Lists=lists, Roster=rows, hidden=["Lists"])

    run = bring_in("roster", book, file_name="roster.xlsx")

    assert run.rows_created == 1
    assert run.warnings == ["Read the sheet Roster. Not read: Lists."]
    assert text_of(book, sheet="Lists") == lists
    assert text_of(made.xlsx(Lists=lists, hidden=["Lists"])) == lists


def test_what_unpacks_to_too_much_is_refused_before_it_is_opened(refusal_of):
    book = made.bomb(unpacked=1100 << 20)

    started = time.monotonic()
    reason = refusal_of(book)

    assert len(book) < 3 << 20
    assert "MB unpacked" in reason
    assert time.monotonic() - started < 10


def test_a_declared_size_that_lies_is_read_no_further(text_of, refusal_of):
    book = made.lying_bomb(unpacked=300 << 20)

    assert len(book) < 1 << 20
    assert "spreadsheet" in refusal_of(book)


def test_two_cells_far_apart_end_no_process_but_the_reader(refusal_of):
    book = made.xlsx({1: ["npi"], 1_048_576: [None] * 16_383 + ["x"]})

    assert "could not be read" in refusal_of(book)


def test_what_takes_too_long_is_refused(refusal_of):
    book = made.xlsx([["npi"]])

    assert "memory or time" in refusal_of(book, longest=0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and no more", "damaged"),
        (made.archive({"letter.txt": "Dear"}), "no spreadsheet"),
        (made.archive({"xl/workbook.xml": "<not>"}), "cannot be read"),
        (made.archive({"xl/workbook.xml": "<workbook/>"}), "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "cannot be read"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(refusal_of, content, words):
    assert words in refusal_of(content)


def test_an_import_takes_a_spreadsheet_with_titles_above_its_header(bring_in, counts):
    book = made.xlsx(
        {
            1: ["Roster of the network"],
            3: HEADER,
            4: [float(npi_of(1)), "Employed", dt.date(2022, 1, 1)],
            6: [npi_of(2), "employed", "1/2/2022"],
            7: ["123", "employed", "2022-01-01"],
        }
    )

    run = bring_in("roster", book, file_name="roster.xlsx")

    assert counts(run) == (3, 2, 0, 0, 1)
    assert RejectedRow.objects.get().line == 7
    assert {*RosterEntry.objects.values_list("npi", "effective_from")} == {
        (npi_of(1), dt.date(2022, 1, 1)),
        (npi_of(2), dt.date(2022, 1, 2)),
    }


def test_the_same_spreadsheet_is_a_duplicate_and_another_sheet_is_not(bring_in):
    rows = [HEADER, [npi_of(1), "employed", "2022-01-01"]]
    book = made.xlsx(A=rows, B=[HEADER, [npi_of(2), "employed", "2022-01-01"]])

    first = bring_in("roster", book)
    again = bring_in("roster", book)
    other = bring_in("roster", book, options={"sheet": "B"})

    assert "Not read: B" in first.warnings[0]
    assert (again.is_duplicate, other.is_duplicate) == (True, False)
    assert RosterEntry.objects.count() == 2


def test_claims_come_from_spreadsheets_too(bring_in, counts, settings, tmp_path):
    settings.CLAIMS_LAKE_URL = str(tmp_path / "lake")
    header = "claim_id patient_id service_date_from rendering_npi paid_amount"
    row = ["C1", "P1", dt.date(2024, 1, 5), float(npi_of(1)), 12.5]

    run = bring_in("claims", made.xlsx([header.split(), row]))

    assert run.error == ""
    assert counts(run) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize("book", [made.xlsx([]), made.xlsx({5: ["", " "]})])
def test_an_empty_sheet_is_refused(bring_in, book):
    run = bring_in("roster", book)

    assert (run.status, run.error) == ("refused", "The file is empty.")
