"""Names of taxonomy codes, from the code set of the NUCC.

Two layouts: since version 13 with a display name, before with a type in place of
the grouping. Codes that are in no file keep what they have. Medicare's crosswalk
from specialties to codes names only what has no name yet.
"""

import re

from referrals.imports import values
from referrals.imports.registry import Refused
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected, shown
from referrals.models import Specialty

CODE = "code"
DISPLAY, CLASSIFICATION = "display name", "classification"
SPECIALIZATION, DESCRIPTION = "specialization", "provider taxonomy description"
LONGEST = 200
TAXONOMY = re.compile(r"[0-9A-Z]{9}X")


class NuccImporter(RowImporter):
    kind = "nucc"
    title = "Taxonomy codes (NUCC)"
    description = (
        "The code set as the NUCC publishes it, in its newer or older layout: it "
        "gives each specialty its name. Medicare's crosswalk of specialties fits too."
    )
    required = (CODE,)
    optional = (DISPLAY, CLASSIFICATION, SPECIALIZATION, DESCRIPTION)
    marks = (DISPLAY, CLASSIFICATION, DESCRIPTION)
    synonyms = {
        "taxonomy_code": CODE,
        "provider_taxonomy_code": CODE,
        "display_name": DISPLAY,
        "provider_taxonomy_description": DESCRIPTION,
    }

    def check_header(self, header):
        super().check_header(header)
        if not {DISPLAY, CLASSIFICATION, DESCRIPTION} & set(header):
            raise Refused(f"Missing column: {DISPLAY} or {CLASSIFICATION}.")

    def key(self, row):
        return row[CODE].strip().upper()

    def take(self, chunk):
        told = {}
        for row in chunk.rows:
            try:
                told[_code_of(row)] = (row, _name_of(row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        there = Specialty.objects.in_bulk(told, field_name="code")
        made, changed = [], []
        for code, (row, name) in told.items():
            specialty = there.get(code)
            if specialty is None:
                made.append(Specialty(code=code, name=name))
                chunk.created()
            elif name in ("", specialty.name) or (
                specialty.name and row[DESCRIPTION].strip()
            ):
                chunk.unchanged()
            else:
                specialty.name = name
                changed.append(specialty)
                chunk.updated()
        chunk.journal.create(made)
        chunk.journal.update(changed, ["name"])


def _code_of(row):
    code = values.needed(row[CODE], CODE, 100).upper()
    if not TAXONOMY.fullmatch(code):
        raise Rejected(f"code {shown(code)} is no taxonomy code.")
    return code


def _name_of(row):
    """`Internal Medicine - Cardiovascular Disease`, where none is to be displayed."""
    if name := values.text(row[DISPLAY], DISPLAY, LONGEST):
        return name
    parts = [row[CLASSIFICATION], row[SPECIALIZATION]]
    if row[DESCRIPTION].strip():
        parts = row[DESCRIPTION].partition("/")[2].split("/") or [row[DESCRIPTION]]
    name = " - ".join(part.strip() for part in parts if part.strip())
    return values.text(name or row[DESCRIPTION], "the name", LONGEST)


IMPORTER = NuccImporter()
