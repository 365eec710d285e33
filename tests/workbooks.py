"""Excel files read as what they are: XML in a ZIP."""

import io
import zipfile
from xml.etree import ElementTree

NAMES = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def _rows(content: bytes, sheet: int):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    return [row.findall("x:c", NAMES) for row in tree.iterfind(".//x:row", NAMES)]


def rows_of(content: bytes, *, sheet: int = 1) -> list[list[str]]:
    """The cells as they stand in the file, line by line."""
    return [["".join(cell.itertext()) for cell in row] for row in _rows(content, sheet)]


def kinds_of(content: bytes) -> list[list[str]]:
    """What each cell is: text, number or formula."""

    def kind(cell):
        if cell.find("x:f", NAMES) is not None:
            return "formula"
        return "text" if cell.get("t") == "inlineStr" else "number"

    return [[kind(cell) for cell in row] for row in _rows(content, 1)]
