import csv
import datetime as dt
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.imports import files, registry, values
from referrals.imports.registry import Refused
from referrals.imports.values import Rejected
from referrals.models import ImportRun
from tests.factories.referrals import npi_of

NPI = npi_of(1)
COLUMNS = ("npi", "network_status", "effective_from")
VALUES = (NPI, "employed", "2022-01-01")
ENDED = {ImportRun.Status.DONE, ImportRun.Status.REFUSED}


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_delimiters_line_ends_and_marks_are_found(
    bring_in, counts, delimiter, end, encoding
):
    lines = [delimiter.join(COLUMNS), delimiter.join(VALUES)]

    run = bring_in("roster", (end.join(lines) + end).encode(encoding))

    assert counts(run) == (1, 1, 0, 0, 0)


def test_headers_are_trimmed_and_case_folded_and_their_order_is_free(bring_in, counts):
    header = " Effective_From ,NPI,NETWORK_STATUS,Shoe Size"

    run = bring_in("roster", [header, f"2022-01-01,{NPI},employed,44"])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert run.ignored_columns == ["Shoe Size"]


def test_a_column_that_stands_twice_refuses_the_file(bring_in):
    run = bring_in("roster", [",".join([*COLUMNS, "NPI"]), ",".join([*VALUES, NPI])])

    assert run.status == ImportRun.Status.REFUSED
    assert "npi" in run.error


def test_windows_1252_is_read_and_announced(bring_in):
    run = bring_in(
        "service-lines",
        "service_line,hospital_based\nCafé – Ärzte,no\n".encode("cp1252"),
    )

    assert run.rows_created == 1
    assert "Windows-1252" in run.warnings[0]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\x1f\x8brest", "compressed"),
        ("npi\n".encode("utf-16"), "UTF-16"),
        (b"npi" * 500_000, "million"),
        (b'"npi', "quote"),
        (b"\x00\x01\x02\xff", "Missing"),
    ],
)
def test_what_is_no_table_is_refused_in_words(bring_in, content, word):
    run = bring_in("roster", content)

    assert run.status == ImportRun.Status.REFUSED
    assert word in run.error


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_names_of_columns_may_have_line_breaks(bring_in, counts, end, delimiter):
    header = delimiter.join(
        [f'"NPI{end}"', f'"Network_{end} Status"', "effective_from"]
    )
    header = header.replace(f"Network_{end} Status", f" network_status{end}")

    run = bring_in("roster", f"{header}{end}{delimiter.join(VALUES)}{end}")

    assert counts(run) == (1, 1, 0, 0, 0)


def test_a_quote_of_the_header_that_is_never_closed_refuses_the_file(bring_in):
    run = bring_in("roster", ['"npi,network_status,effective_from', *["1,2,3"] * 30])

    assert run.status == ImportRun.Status.REFUSED
    assert run.error == "The header is broken: a quote is not closed."


def test_a_header_without_rows_is_taken_and_says_so(bring_in, counts):
    run = bring_in("roster", [",".join(COLUMNS)])

    assert counts(run) == (0, 0, 0, 0, 0)
    assert run.warnings == ["The file has a header, and no rows below it."]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
def test_an_error_of_a_spreadsheet_is_no_value(bring_in, counts, error):
    rows = ["name,address_line_1,city,state,zip,colour"]
    rows += [f"{error},1 Elm,Nashville,TN,37203,red"]
    rows += [f"North,2 Elm,Nashville,TN,37203,{error}"]

    run = bring_in("practices", rows)

    assert counts(run) == (2, 1, 0, 0, 1)
    assert run.rejected_rows.get().reason == (
        f"name is {error}, an error of the spreadsheet that it comes from."
    )


def test_blank_lines_are_no_rows(bring_in, counts):
    run = bring_in("roster", ["", ",".join(COLUMNS), "", ",".join(VALUES), ",,", ""])

    assert counts(run) == (1, 1, 0, 0, 0)


def test_a_row_that_breaks_its_quotes_is_rejected_alone(bring_in, counts):
    run = bring_in(
        "roster", [",".join(COLUMNS), f'{NPI},"emp"loyed,2022-01-01', ",".join(VALUES)]
    )

    assert counts(run) == (2, 1, 0, 0, 1)


def test_rows_hidden_by_a_quote_refuse_the_file_instead_of_being_lost(bring_in):
    rows = [",".join(VALUES)] * 5

    run = bring_in(
        "roster",
        [",".join(COLUMNS), f'{NPI},"employed,2022-01-01', *rows, f'{NPI},"x"y,z'],
    )

    assert run.status == ImportRun.Status.REFUSED
    assert "lines 2 to 8" in run.error


def test_a_ragged_row_of_several_lines_names_them_all(bring_in):
    run = bring_in("roster", [",".join(COLUMNS), f'{NPI},"a\nb\nc"', ",".join(VALUES)])

    assert run.rejected_rows.get().reason.startswith("lines 2 to 4: 2 values")


def test_rejected_rows_name_their_line_behind_values_of_several_lines(bring_in):
    run = bring_in(
        "roster",
        [",".join(COLUMNS), f'{NPI},"em\nployed",2022-01-01', "1,employed,2022-01-01"],
    )

    assert [row.line for row in run.rejected_rows.all()] == [2, 4]


def test_a_ragged_row_keeps_no_values_since_they_may_be_a_patients(bring_in):
    run = bring_in(
        "referrals",
        ["referral_id,received_on,referring_npi,patient_name", f"1,{NPI},Jane Roe"],
    )

    assert run.rejected_rows.get().values == {}


def read(path, content, sieve=None):
    path.write_bytes(content.encode())
    with files.Table(path, files.UTF_8) as table:
        return [*table.records(sieve)]


PIECES = ['"', '""', ",", '","', "a", " ", "\n", "\r\n", '"\n"', '"a","",b\n', "\0"]


@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_rows_are_told_apart_as_by_a_strict_csv_reader(tmp_path, pieces):
    content = "x,y,z\n" + "".join(pieces)
    try:
        told = [*csv.reader(io.StringIO(content, newline=""), strict=True)][1:]
    except csv.Error:
        told = None

    try:
        records = read(tmp_path / "rows.csv", content)
    except Refused:
        assert told is None
        return

    whole = [list(record.cells) for record in records]
    assert told is None or whole == [row for row in told if any(map(str.strip, row))]
    for record in records:
        is_sound = len(record.cells) == 3 and "\0" not in "".join(record.cells)
        assert bool(record.problem) != is_sound


@pytest.mark.parametrize("row", ['"{}","2","3"', "{},2,3", '"{}",2,3'])
def test_a_sieve_passes_over_rows_that_keep_their_place(tmp_path, row):
    lines = [row.format(cell) for cell in ("no", "yes", "no", "yes")]
    sieve = files.Sieve(lambda cells: cells[0] == "yes", width=1)

    records = read(tmp_path / "rows.csv", "\n".join(["x,y,z", *lines, "1,2"]), sieve)

    assert [(one.number, list(one.cells)[1:]) for one in records[:2]] == [
        (2, ["2", "3"]),
        (4, ["2", "3"]),
    ]
    assert (records[2].line, bool(records[2].problem)) == (6, True)


@pytest.mark.parametrize("row", ['"{}","2"', "{},2", '"{}",2', '"{}\n","2"'])
@pytest.mark.parametrize(
    ("cell", "word"), [("a\0", "NUL"), ("x" * 100_001, "too long")]
)
def test_a_cell_that_cannot_be_is_found_however_it_is_quoted(tmp_path, row, cell, word):
    (record,) = read(tmp_path / "rows.csv", f"x,y\n{row.format(cell)}\n")

    assert word in record.problem


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    content=st.binary(max_size=300),
    kind=st.sampled_from(["roster", "service-lines", "nppes", "referrals", "visits"]),
)
def test_no_bytes_ever_fail_an_import(bring_in, content, kind):
    assert bring_in(kind, content, is_forced=True).status in ENDED


TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        [
            "1e5",
            "NaN",
            "-5",
            "9999-12-31",
            "٣",
            "2024-03-10T02:30:00",
            "=1+1",
            "a\x00b",
            "2022-01-01",
        ]
        + [
            NPI,
            f"{NPI}|{NPI}",
            "x" * 10_000,
            "\u202e",
            '"',
            "employed",
            "a@example.org",
        ]
    ),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    kind=st.sampled_from(["roster", "service-lines", "nppes", "referrals", "visits"]),
    data=st.data(),
)
def test_no_cells_ever_fail_an_import(bring_in, counts, kind, data):
    importer = registry.get(kind)
    columns = [*importer.required, *importer.optional]
    rows = data.draw(
        st.lists(
            st.lists(TEXT, min_size=len(columns), max_size=len(columns)), max_size=3
        )
    )
    quoted = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
        for row in [columns, *rows]
    ]

    run = bring_in(kind, quoted, is_forced=True)

    read, *others = counts(run)
    assert run.status == ImportRun.Status.DONE, run.error
    assert read == sum(others)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-02",
        "03/02/2024",
        "3/2/2024",
        "20240302",
        "02-Mar-2024",
        "2024-03-02 10:15",
    ],
)
def test_a_day_is_read_in_five_ways(text):
    assert values.day(text, "day") == dt.date(2024, 3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "1e5",
        "NaN",
        "-5",
        "9999-12-31",
        "٢٠٢٤-٠٣-٠٢",
        "0001-01-01",
        "2024",
        "2024-03-02 25:00",
        "2024-03-02T10:00+99:99",
        "x" * 10_000,
        "=TODAY()",
    ],
)
def test_what_is_no_day_is_rejected(text):
    with pytest.raises(Rejected):
        values.moment(text, "day")


def test_an_hour_that_does_not_exist_is_the_next(settings):
    settings.TIME_ZONE = "America/Chicago"

    found = values.moment("2024-03-10 02:30", "at")

    assert found == dt.datetime(2024, 3, 10, 8, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1,234.50", 123_450), ("$12", 1200), (".5", 50), ("-3.25", -325), ("", None)],
)
def test_dollars_become_exact_cents(text, cents):
    assert values.cents(text, "amount") == cents
