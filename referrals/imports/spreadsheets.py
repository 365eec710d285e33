"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods), turned into text before they are read.

The passes of an import know text alone. A spreadsheet becomes a temporary CSV
whose lines are the rows of the sheet; its SHA-256 stays that of the file given.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from referrals.imports import files, spreadsheet_reader
from referrals.imports.registry import Refused

MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
LONGEST = 600  # seconds
LONGEST_WHILE_SOMEBODY_WAITS = 25
LOOK_EVERY = 0.1
NAMED = 10  # of the sheets that were not read
FAILED = (
    "This spreadsheet could not be read: it is damaged, or needs more memory or "
    f"time than is given to one. {spreadsheet_reader.SAVE_AS_CSV}"
)


@dataclass(frozen=True)
class Sheet:
    """What was read: the sheet, and which others there are."""

    name: str
    names: list[str]
    rows: int


def is_spreadsheet(path) -> bool:
    with Path(path).open("rb") as file:
        return file.read(4) in MARKS


def to_csv(
    path, target, *, sheet="", beat: Callable = lambda: None, longest=LONGEST
) -> Sheet:
    """Write a sheet of the file as CSV, or raise Refused.

    Unless it is named, it is the first that holds a value.

    Another process does it, within limits: see spreadsheet_reader.
    """
    command = [sys.executable, "-I", spreadsheet_reader.__file__]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, str(path), sheet, str(target)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(process, beat, longest)
        finally:
            process.kill()
            process.wait()
        said.seek(0)
        told = _told(said.read()) if process.returncode == 0 else {"refused": FAILED}
    if "refused" in told:
        raise Refused(told["refused"])
    return Sheet(told["sheet"], told["sheets"], told["rows"])


def _told(said):
    try:
        return json.loads(said)
    except ValueError:
        return {"refused": FAILED}


def _wait_for(process, beat, longest):
    end = time.monotonic() + longest
    while process.poll() is None and time.monotonic() < end:
        beat()
        try:
            process.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def as_text(work) -> Iterator[None]:
    """Let `work` read text: a spreadsheet as a CSV that is gone afterwards."""
    if not is_spreadsheet(work.path):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="liaison-sheet-") as folder:
        target = Path(folder) / "sheet.csv"
        sheet = work.run.options.get("sheet", "")
        found = to_csv(work.path, target, sheet=sheet, beat=work.beat)
        if len(found.names) > 1 and not sheet:
            others = [name for name in found.names if name != found.name]
            more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
            named = ", ".join(others[:NAMED])
            work.warn(f"Read the sheet {found.name}. Not read: {named}{more}.")
        work.path = str(target)
        work.is_sheet = True
        work.inspection = replace(
            work.inspection, size=target.stat().st_size, encoding=files.UTF_8
        )
        yield
