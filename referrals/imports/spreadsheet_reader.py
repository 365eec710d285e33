"""A spreadsheet as CSV: `python spreadsheet_reader.py SPREADSHEET SHEET CSV`.

Runs in a process of its own, without Django, because the file may be hostile.
A spreadsheet is an archive, and nothing here may unpack an archive blindly:
the sizes it declares are checked before it is opened, and this process may use
only so much memory, time and disk if they lie. Two cells in opposite corners of
a sheet are enough to ask for half a terabyte, which ends a process at once.

Prints one JSON object: {"sheets": [names], "sheet": name, "rows": number} or
{"refused": why}. Macros are not looked at; formulas give their last values.
"""

import csv
import datetime as dt
import json
import re
import resource
import sys
import zipfile

import python_calamine as calamine

MOST_MEMORY = 3 << 30  # bytes: some ten million cells
MOST_CPU = 300  # seconds
MOST_WRITTEN = 4 << 30
MOST_UNPACKED = 1 << 30
MOST_PARTS = 10_000
MOST_SHEETS = 200
ZIP = b"PK\x03\x04"
BOOKS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
OTHERS = {
    "word/document.xml": "a text document (Word)",
    "ppt/presentation.xml": "a presentation (PowerPoint)",
    "index.apxl": "a presentation (Keynote)",
}
NAMED = 5  # of the files in an archive
EXACT = 10**15  # beyond it a float is no longer an exact whole number
BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
SAVE_AS_CSV = "Save it as CSV (UTF-8) and try again."


class Refused(Exception):
    pass


def limit():
    """What this process may use, whatever the file asks for."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def check_archive(path):
    """Refuse what declares too much, and what is no spreadsheet at all."""
    with open(path, "rb") as file:
        if file.read(4) != ZIP:
            return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Refused("This spreadsheet or archive is damaged.") from None
    names = [part.filename for part in parts]
    if not BOOKS & {*names}:
        raise Refused(f"This is {archive_of(names)}")
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise Refused(
            f"This spreadsheet has {len(parts):,} parts of {unpacked >> 20:,} MB "
            f"unpacked: more than the {MOST_PARTS:,} parts or {MOST_UNPACKED >> 20:,} "
            f"MB that are read. {SAVE_AS_CSV}"
        )


def archive_of(names):
    """What an archive without a spreadsheet is, and what to do."""
    for name, what in OTHERS.items():
        if name in names:
            return f"{what}, no spreadsheet. {SAVE_AS_CSV}"
    files = [" ".join(name.split())[:80] for name in names if not name.endswith("/")]
    listed = ", ".join(files[:NAMED]) or "nothing"
    more = f" and {len(files) - NAMED:,} more" if len(files) > NAMED else ""
    return (
        f"an archive (ZIP), no spreadsheet. It holds {listed}{more}: unpack it and "
        "bring in what is inside."
    )


def text_of(cell):
    """A cell as a file of text would hold it, on one line.

    One row is one line, so that line numbers are those of the sheet.
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        is_day = cell.time() == dt.time.min
        return cell.date().isoformat() if is_day else cell.isoformat(" ", "seconds")
    if isinstance(cell, str):
        return BREAKS.sub(" ", cell)
    return str(cell)


def filled(rows, merged):
    """The rows, with cells merged downwards filled: they mean every row."""
    begins = {}
    for (top, left), (bottom, right) in merged or ():
        if left == right and bottom > top:
            begins.setdefault(top, []).append((left, bottom))
    held = {}  # column: (last row, value)
    for number, row in enumerate(rows):
        for column, (last, value) in list(held.items()):
            if number > last:
                del held[column]
            elif column < len(row) and row[column] == "":
                row[column] = value
        for column, last in begins.get(number, ()):
            if column < len(row):
                held[column] = (last, row[column])
        yield row


def sheet_names(book):
    """The sheets with cells; behind them those that are hidden."""
    found = [
        sheet
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    found.sort(key=lambda sheet: sheet.visible != calamine.SheetVisibleEnum.Visible)
    sheets = [sheet.name for sheet in found]
    if not sheets:
        raise Refused("This spreadsheet has no sheet with cells.")
    if len(sheets) > MOST_SHEETS:
        raise Refused(f"This spreadsheet has more than {MOST_SHEETS} sheets.")
    return sheets


def convert(path, wanted, target):
    """Write the sheet as CSV; what to say about it."""
    check_archive(path)
    with calamine.CalamineWorkbook.from_path(path) as book:
        sheets = sheet_names(book)
        if wanted and wanted not in sheets:
            names = ", ".join(sheets)[:500]
            raise Refused(f'There is no sheet "{wanted[:60]}". Sheets: {names}.')
        for name in [wanted] if wanted else sheets:
            number, is_blank = write_sheet(book.get_sheet_by_name(name), target)
            if not is_blank:
                break
        else:
            name = wanted or sheets[0]
    return {"sheets": sheets, "sheet": name, "rows": number}


def write_sheet(sheet, target):
    """(number of rows, holds none of them a value?)"""
    number, is_blank = 0, True
    with open(target, "w", encoding="utf-8", errors="replace", newline="") as file:
        write = csv.writer(file).writerow
        for row in filled(sheet.iter_rows(), sheet.merged_cell_ranges):
            number += 1
            cells = [text_of(cell) for cell in row]
            # A row without a value is a blank line: it counts, and is no row.
            has_value = any(map(str.strip, cells))
            is_blank = is_blank and not has_value
            write(cells if has_value else [])
    return number, is_blank


def main(path, wanted, target):
    limit()
    try:
        told = convert(path, wanted, target)
    except Refused as reason:
        told = {"refused": str(reason)}
    except calamine.PasswordError:
        told = {"refused": "This spreadsheet is protected by a password."}
    except MemoryError:
        told = {"refused": f"This spreadsheet is too large. {SAVE_AS_CSV}"}
    except (calamine.CalamineError, ValueError, IndexError) as problem:
        said = " ".join(str(problem).split())[:120]
        told = {"refused": f"This spreadsheet cannot be read: {said}. {SAVE_AS_CSV}"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
