"""Spreadsheets made by hand, good ones and hostile ones."""

import datetime as dt
import io
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DAY_ZERO = dt.date(1899, 12, 30)
A_DAY = 1  # of the two cell formats: plain, day


def letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _cell(place, value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.date):
        return f'<c r="{place}" s="{A_DAY}"><v>{(value - DAY_ZERO).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    if isinstance(value, tuple):  # a formula and its last value
        return f'<c r="{place}"><f>{escape(value[0])}</f><v>{value[1]}</v></c>'
    text = escape(value)
    return (
        f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )


def _sheet(rows, merged):
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            _cell(f"{letters(column)}{number}", value)
            for column, value in enumerate(row, 1)
        )
        + "</row>"
        for number, row in rows
    )
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    merges = f"<mergeCells>{cells}</mergeCells>" if cells else ""
    return (
        f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{merges}</worksheet>'
    )


def xlsx(*sheets, merged=(), hidden=(), **named) -> bytes:
    """A workbook: lists of rows, or {row number: row} where rows are far apart.

    `hidden`: names of the sheets that are not shown.
    """
    named |= {f"Sheet{place}": rows for place, rows in enumerate(sheets, 1)}
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{place}" r:id="r{place}"'
            + (' state="hidden"/>' if name in hidden else "/>")
            for place, name in enumerate(named, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{place}" Type="{OFFICE}/worksheet" '
            f'Target="worksheets/sheet{place}.xml"/>'
            for place, _ in enumerate(named, 1)
        )
        + f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
        "</styleSheet>",
    }
    for place, rows in enumerate(named.values(), 1):
        numbered = rows.items() if isinstance(rows, dict) else enumerate(rows, 1)
        parts[f"xl/worksheets/sheet{place}.xml"] = _sheet(numbered, merged)
    return archive(parts)


def archive(parts: dict) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return file.getvalue()


def bomb(*, unpacked: int) -> bytes:
    """A small workbook that says it holds `unpacked` bytes, and does."""
    file = io.BytesIO(xlsx([["npi"]]))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/media/zeros", "w", force_zip64=True) as part,
    ):
        for _ in range(unpacked >> 20):
            part.write(bytes(1 << 20))
    return file.getvalue()


def lying_bomb(*, unpacked: int) -> bytes:
    """A workbook whose directory claims that its sheet is tiny; it is not."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    padding = " " * (unpacked - len(sheet))
    file = io.BytesIO(xlsx([["npi"]]))
    parts = {}
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet + padding
    told = archive(parts)
    size = unpacked.to_bytes(4, "little")
    return told.replace(size, (1000).to_bytes(4, "little"))
