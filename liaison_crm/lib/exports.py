"""Files that go out: inert wherever they are opened."""

import csv
import datetime as dt
import decimal
import re
import tempfile
import unicodedata
from collections.abc import Iterable

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from xlsxwriter import Workbook

CELL_LIMIT = 32_767  # what a spreadsheet takes
SHEET_ROWS = 1_048_575  # and below a heading
CUT_MARK = " [cut]"
# Seen as nothing: separators, format marks (zero-width, direction), controls.
UNSEEN = {"Zs", "Zl", "Zp", "Cf", "Cc"}
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def inert(value) -> str:
    """The value as text that no spreadsheet takes for a formula.

    Numbers stay numbers. Control characters go, over-long cells are cut and
    marked.
    """
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = CONTROL.sub("", str(value))
    if not NUMBER.fullmatch(text) and starts_formula(text):
        text = "'" + text
    return fitting(text)


def fitting(text: str) -> str:
    """The text, cut and marked if a cell cannot hold it: they count in UTF-16."""
    if len(text) <= CELL_LIMIT // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    kept = units[: 2 * (CELL_LIMIT - len(CUT_MARK))]
    return kept.decode("utf-16-le", "ignore") + CUT_MARK


def starts_formula(text: str) -> bool:
    """Is what is seen first the start of a formula? Tabs and line ends are too."""
    for letter in text:
        if letter in STARTS_FORMULA:
            return True
        if unicodedata.category(letter) not in UNSEEN:
            return False
    return False


class _Line:
    def write(self, line):
        return line


def csv_lines(header: Iterable[str], rows: Iterable[Iterable]) -> Iterable[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([inert(cell) for cell in header])
    for row in rows:
        yield writer.writerow([inert(cell) for cell in row])


def table_response(request: HttpRequest, name: str, header, rows):
    """A download as the request wants it: `format=xlsx` for Excel, CSV otherwise."""
    if request.GET.get("format") == "xlsx":
        return xlsx_response(f"{name}.xlsx", header, rows)
    return csv_response(f"{name}.csv", header, rows)


def csv_response(filename: str, header, rows) -> StreamingHttpResponse:
    """A download that streams: `rows` is read while it is sent."""
    return StreamingHttpResponse(
        csv_lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def xlsx_response(filename: str, header, rows) -> FileResponse:
    """A workbook, written row by row to a file that lives until it is sent."""
    # The response closes it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    write_workbook(file, header, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename)


def write_workbook(file, header: Iterable[str], rows: Iterable[Iterable]) -> None:
    """Text stays text (NPIs, ZIP codes), and no cell is a formula or a link.

    What is longer than a sheet goes on in another one.
    """
    book = Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    header, sheet, line = [inert(cell) for cell in header], None, SHEET_ROWS
    for row in rows:
        if line == SHEET_ROWS:
            sheet, line = begin_sheet(book, header, bold), 0
        line += 1
        for place, value in enumerate(row):
            put(sheet, line, place, value, day=day, moment=moment)
    if sheet is None:
        begin_sheet(book, header, bold)
    book.close()


def begin_sheet(book, header, bold):
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(header):
        sheet.set_column(place, place, max(10, min(len(heading) + 4, 30)))
        sheet.write_string(0, place, heading, bold)
    return sheet


def put(sheet, line, place, value, *, day, moment):
    """One cell of a sheet, of the kind that its value is."""
    if isinstance(value, dt.datetime) and value.year >= 1900:
        if timezone.is_aware(value):
            value = timezone.make_naive(value)
        sheet.write_datetime(line, place, value, moment)
    elif isinstance(value, dt.date) and value.year >= 1900:
        sheet.write_datetime(line, place, value, day)
    elif is_finite_number(value):
        sheet.write_number(line, place, value)
    elif text := inert(value):
        sheet.write_string(line, place, text)


def is_finite_number(value) -> bool:
    """A number that a cell keeps exactly: 15 digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | decimal.Decimal):
        return False
    return abs(value) < 10**15  # not NaN, not endless
