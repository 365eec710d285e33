"""Spreadsheets as people send them: 2,000 rows that fit nothing at first sight."""

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


DOCTORS_HEADER = [
    *("Doctor last name", "First name", "Provider NPI", "Degree", "Specialty"),
    *("Clinic", "Office address", "Suite", "Town", "St", "Zip code"),
    *("Office phone", "Rank", "Patients per year", "Comments"),
]
SPECIALTIES = ["PCP", "pcp ", "Ortho", "Heart", "207RG0100X", "Cardiology"]
RANKS = ["High", "Medium", "3", None]
DEGREES = ["M.D.", "DO", "MD", "D.O., PH.D"]
TOO_LONG = 5  # last names
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
LONG_CLINIC = (
    "The Cumberland Regional Heart, Lung and Vascular Institute of Middle Tennessee "
    "at Germantown, Suite and Annex"
)


def doctors_npi(number):
    return npi_of(50_000_000 + number)


def doctors_workbook() -> bytes:
    """A list of referring doctors: a title, their words, NPIs as tools leave them."""
    rows = {1: ["Referring doctors, our own list"], 2: [dt.date(2026, 3, 1)]}
    rows[4] = DOCTORS_HEADER
    line = 5
    for number in range(ROWS):
        line += 1 if number % (ROWS // BLANKS) else 2
        rows[line] = _doctor(number)
    return xlsx(Doctors=rows, Notes=[["Ask Nora before you change this"]])


def _doctor(number):
    npi = doctors_npi(number)
    written = [npi, f"{npi}.0", float(npi), f" {npi} "][number % 4]
    if number % (ROWS // WRONG_NPIS) == 7:
        written = npi[:-1] + str((int(npi[-1]) + 1) % 10)
    last = f"SMITH{number}" if number % 100 else LONG_NAME
    if number % (ROWS // TOO_LONG) == 13:
        last = "x" * 101
    street = number % 200
    return [
        *(last, "ANNA", written, DEGREES[number % 4]),
        SPECIALTIES[number % len(SPECIALTIES)],
        LONG_CLINIC if street == 0 else f"Clinic {street}",
        *(f"{street + 1} Elm Street", f"Ste {street}", "NASHVILLE", "Tenn.", 37203),
        *("(615) 555-0100", RANKS[number % 4], 100 + number, "Ask for Nora"),
    ]
