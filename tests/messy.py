"""A spreadsheet as people send it: 2,000 rows that fit nothing at first sight."""

import datetime as dt

from tests.factories.referrals import npi_of
from tests.spreadsheets import xlsx

ROWS = 2000
HEADER = [
    *("Doctor last name", "Provider NPI", "Patient DOB", "In network?"),
    *("Start date", "Term date", "Comments", "Comments"),
]
WORDS = ["W2", "Affiliated", "PP", "w2 ", "EMPLOYED", "Competitor"]
WRONG_NPIS, WRONG_DATES, BLANKS = 20, 10, 30


def roster_workbook() -> bytes:
    """Titles, odd names, mixed dates, their own words, blank rows, wrong NPIs."""
    rows = {1: ["Network roster, as of March"], 2: [None, "Confidential"], 4: HEADER}
    line = 5
    for number in range(ROWS):
        line += 1 if number % (ROWS // BLANKS) else 2
        rows[line] = _row(number)
    cover = [["Please see the second sheet"], ["Human resources"]]
    return xlsx(Cover=cover, Roster=rows)


def _row(number):
    npi = npi_of(40_000_000 + number)
    if number % (ROWS // WRONG_NPIS) == 7:
        npi = npi[:-1] + str((int(npi[-1]) + 1) % 10)
    day = dt.date(2020, 1, 1) + dt.timedelta(days=number % 700)
    written = [
        day,
        day.isoformat(),
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%Y%m%d}",
    ]
    start = written[number % 4]
    if number % (ROWS // WRONG_DATES) == 11:
        start = "soon"
    return [
        f"Dr. Name {number}",
        float(npi) if number % 3 else f" {npi} ",
        dt.date(1950, 1, 1),
        WORDS[number % len(WORDS)],
        start,
        "12/31/2025" if number % 5 == 0 else None,
        "=HYPERLINK(1)" if number == 3 else "fine",
        None,
    ]
