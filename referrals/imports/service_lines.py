"""Service lines: names with flag and margin, or taxonomy codes with names.

Two layouts, told apart by their header.
"""

from referrals.imports import directory, values
from referrals.imports.registry import Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import Margin, ServiceLine, Specialty

NAME, CODE = "service_line", "taxonomy_code"
FLAG, MARGIN = "hospital_based", "contribution_margin_usd"
SINCE = "effective_from"  # of the margin


class ServiceLineImporter(RowImporter):
    kind = "service-lines"
    title = "Service lines"
    description = (
        "Either the service lines with their hospital-based flag and contribution "
        "margin (of all days, or from a day on), or the service line of each "
        "taxonomy code."
    )
    required = (NAME,)
    optional = (CODE, FLAG, MARGIN, SINCE)
    marks = (CODE, FLAG, MARGIN)
    vocabularies = {NAME: Vocabulary(directory.line_names, is_open=True)}

    def check_header(self, header):
        super().check_header(header)
        if not {CODE, FLAG, MARGIN} & set(header):
            raise Refused(
                f"Missing columns: {CODE} (which line a code belongs to), "
                f"or {FLAG} and {MARGIN} (the lines themselves)."
            )

    def key(self, row):
        name = f"name {row[NAME].strip().casefold()} {row[SINCE].strip()}"
        return row[CODE].strip().upper() or name

    def take(self, chunk):
        lines = {line.name.casefold(): line for line in ServiceLine.objects.all()}
        margins = {
            (margin.service_line_id, margin.effective_from): margin
            for margin in Margin.objects.all()
        }
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
                    _take_line(chunk, row, lines, margins)
            except Rejected as reason:
                chunk.reject(row, str(reason))

    def remarks(self, tally, names):
        if made := names.get("made"):
            yield f"Service lines made, without a margin: {', '.join(made)}."


def _take_line(chunk, row, lines, margins):
    name = values.needed(row[NAME], NAME, 80)
    found = {}
    if FLAG in row.values:
        found["is_hospital_based"] = values.yes_or_no(row[FLAG], FLAG)
    cents, since = values.cents(row[MARGIN], MARGIN), values.day(row[SINCE], SINCE)
    line = lines.get(name.casefold())
    if line is None:
        line = lines[name.casefold()] = ServiceLine(name=name, **found)
        chunk.journal.create([line])
        _set_margin(chunk, line, since, cents, margins)
        chunk.created()
        return
    is_same = all(getattr(line, field) == value for field, value in found.items())
    if not is_same:
        for field, value in found.items():
            setattr(line, field, value)
        chunk.journal.update([line], found)
    if _set_margin(chunk, line, since, cents, margins) or not is_same:
        chunk.updated()
    else:
        chunk.unchanged()


def _set_margin(chunk, line, since, cents, margins):
    """Write the margin from the day on (None: of all days); was it another?

    An empty margin says nothing: one that somebody entered stays.
    """
    there = margins.get((line.pk, since))
    if cents is None or (there and there.cents == cents):
        return False
    if there:
        there.cents = cents
        chunk.journal.update([there], ["cents"])
    else:
        margin = Margin(service_line=line, effective_from=since, cents=cents)
        margins[line.pk, since] = margin
        chunk.journal.create([margin])
    return True


def _take_code(chunk, row, lines, specialties):
    code = values.needed(row[CODE], CODE, 10).upper()
    name = values.needed(row[NAME], NAME, 80)
    line = lines.get(name.casefold())
    if line is None:
        line = lines[name.casefold()] = ServiceLine(name=name)
        chunk.journal.create([line])
        chunk.name("made", name)
    specialty = specialties.get(code)
    if specialty is None:
        specialties[code] = Specialty(code=code, service_line=line)
        chunk.journal.create([specialties[code]])
        chunk.created()
    elif specialty.service_line_id == line.pk:
        chunk.unchanged()
    else:
        specialty.service_line = line
        chunk.journal.update([specialty], ["service_line"])
        chunk.updated()


IMPORTER = ServiceLineImporter()
