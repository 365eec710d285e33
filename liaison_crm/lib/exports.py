"""Files that go out: inert wherever they are opened."""

import csv
import re
import unicodedata
from collections.abc import Iterable

from django.http import StreamingHttpResponse

CELL_LIMIT = 32_767  # what a spreadsheet takes
CUT_MARK = " [cut]"
# Seen as nothing: separators, format marks (zero-width, direction), controls.
UNSEEN = {"Zs", "Zl", "Zp", "Cf", "Cc"}
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
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
    if len(text) > CELL_LIMIT:
        text = text[: CELL_LIMIT - len(CUT_MARK)] + CUT_MARK
    if not NUMBER.fullmatch(text) and starts_formula(text):
        return "'" + text
    return text


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


def csv_response(filename: str, header, rows) -> StreamingHttpResponse:
    """A download that streams: `rows` is read while it is sent."""
    return StreamingHttpResponse(
        csv_lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
