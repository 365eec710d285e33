"""Service lines: names with flag and margin, or taxonomy codes with names.

Two layouts, told apart by their header.
"""

from referrals.imports import values
from referrals.imports.registry import Refused
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import ServiceLine, Specialty

NAME, CODE = "service_line", "taxonomy_code"
FLAG, MARGIN = "hospital_based", "contribution_margin_usd"


class ServiceLineImporter(RowImporter):
    kind = "service-lines"
    title = "Service lines"
    description = (
        "Either the service lines with their hospital-based flag and contribution "
        "margin, or the service line of each taxonomy code."
    )
    required = (NAME,)
    optional = (CODE, FLAG, MARGIN)

    def check_header(self, header):
        super().check_header(header)
        if not {CODE, FLAG, MARGIN} & set(header):
            raise Refused(
                f"Missing columns: {CODE} (which line a code belongs to), "
                f"or {FLAG} and {MARGIN} (the lines themselves)."
            )

    def key(self, row):
        return row[CODE].strip().upper() or f"name {row[NAME].strip().casefold()}"

    def take(self, chunk):
        lines = {line.name.casefold(): line for line in ServiceLine.objects.all()}
        codes = {row[CODE].strip().upper() for row in chunk.rows}
        specialties = {
            specialty.code: specialty
            for specialty in Specialty.objects.filter(code__in=codes)
        }
        for row in chunk.rows:
            try:
                if CODE in row.values:
                    _take_code(chunk, row, lines, specialties)
                else:
                    _take_line(chunk, row, lines)
            except Rejected as reason:
                chunk.reject(row, str(reason))

    def remarks(self, tally, names):
        if made := names.get("made"):
            yield f"Service lines made, without a margin: {', '.join(made)}."


def _take_line(chunk, row, lines):
    name = values.needed(row[NAME], NAME, 80)
    found = {}
    if FLAG in row.values:
        found["is_hospital_based"] = values.yes_or_no(row[FLAG], FLAG)
    # An empty margin says nothing: one that somebody entered stays.
    if (margin := values.cents(row[MARGIN], MARGIN)) is not None:
        found["margin_cents"] = margin
    line = lines.get(name.casefold())
    if line is None:
        lines[name.casefold()] = ServiceLine.objects.create(name=name, **found)
        chunk.created()
    elif all(getattr(line, field) == value for field, value in found.items()):
        chunk.unchanged()
    else:
        for field, value in found.items():
            setattr(line, field, value)
        line.save(update_fields=list(found))
        chunk.updated()


def _take_code(chunk, row, lines, specialties):
    code = values.needed(row[CODE], CODE, 10).upper()
    name = values.needed(row[NAME], NAME, 80)
    line = lines.get(name.casefold())
    if line is None:
        line = lines[name.casefold()] = ServiceLine.objects.create(name=name)
        chunk.name("made", name)
    specialty = specialties.get(code)
    if specialty is None:
        specialties[code] = Specialty.objects.create(code=code, service_line=line)
        chunk.created()
    elif specialty.service_line_id == line.pk:
        chunk.unchanged()
    else:
        specialty.service_line = line
        specialty.save(update_fields=["service_line"])
        chunk.updated()


IMPORTER = ServiceLineImporter()
