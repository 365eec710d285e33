"""Service lines: names with flag and margin, or taxonomy codes with names.

Two layouts, told apart by their header.
"""

from referrals.imports import directory, values
from referrals.imports.registry import Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import Margin, PayerClass, ServiceLine, Specialty

NAME, CODE = "service_line", "taxonomy_code"
FLAG, MARGIN = "hospital_based", "contribution_margin_usd"
SINCE, PAYERS = "effective_from", "payer_class"  # of the margin


class ServiceLineImporter(RowImporter):
    kind = "service-lines"
    title = "Service lines"
    description = (
        "Either the service lines with their hospital-based flag and contribution "
        "margin (of all days, or from a day on; in general, or of a payer class), or "
        "the service line of each taxonomy code."
    )
    required = (NAME,)
    optional = (CODE, FLAG, MARGIN, SINCE, PAYERS)
    marks = (CODE, FLAG, MARGIN)
    vocabularies = {
        NAME: Vocabulary(directory.line_names, is_open=True),
        PAYERS: Vocabulary(directory.payer_classes),
    }

    def check_header(self, header):
        super().check_header(header)
        if not {CODE, FLAG, MARGIN} & set(header):
            raise Refused(
                f"Missing columns: {CODE} (which line a code belongs to), "
                f"or {FLAG} and {MARGIN} (the lines themselves)."
            )

    def key(self, row):
        parts = (row[name].strip().casefold() for name in (NAME, SINCE, PAYERS))
        return row[CODE].strip().upper() or " ".join(["name", *parts])

    def take(self, chunk):
        lines = {line.name.casefold(): line for line in ServiceLine.objects.all()}
        margins = {
            (margin.service_line_id, margin.payer_class_id, margin.effective_from): (
                margin
            )
            for margin in Margin.objects.all()
        }
        classes = {one.name.casefold(): one for one in PayerClass.objects.all()}
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
                    _take_line(chunk, row, lines, margins, classes)
            except Rejected as reason:
                chunk.reject(row, str(reason))

    def remarks(self, tally, names):
        if made := names.get("made"):
            yield f"Service lines made, without a margin: {', '.join(made)}."


def _take_line(chunk, row, lines, margins, classes):
    name = values.needed(row[NAME], NAME, 80)
    found = {}
    if FLAG in row.values:
        found["is_hospital_based"] = values.yes_or_no(row[FLAG], FLAG)
    cents, since = values.cents(row[MARGIN], MARGIN), values.day(row[SINCE], SINCE)
    margin = Margin(
        payer_class=_payer_class(row, classes), effective_from=since, cents=cents
    )
    line = lines.get(name.casefold())
    if line is None:
        line = lines[name.casefold()] = ServiceLine(name=name, **found)
        chunk.journal.create([line])
        _set_margin(chunk, line, margin, margins)
        chunk.created()
        return
    is_same = all(getattr(line, field) == value for field, value in found.items())
    if not is_same:
        for field, value in found.items():
            setattr(line, field, value)
        chunk.journal.update([line], found)
    if _set_margin(chunk, line, margin, margins) or not is_same:
        chunk.updated()
    else:
        chunk.unchanged()


def _payer_class(row, classes):
    if not (name := row[PAYERS].strip()):
        return None
    if name.casefold() not in classes:
        known = ", ".join(sorted(one.name for one in classes.values())) or "none"
        raise Rejected(f"{PAYERS}: there is no payer class {name[:40]} ({known}).")
    return classes[name.casefold()]


def _set_margin(chunk, line, margin, margins):
    """Write the margin from its day on (None: of all days); was it another?

    An empty margin says nothing: one that somebody entered stays.
    """
    key = (line.pk, margin.payer_class_id, margin.effective_from)
    there = margins.get(key)
    if margin.cents is None or (there and there.cents == margin.cents):
        return False
    if there:
        there.cents = margin.cents
        chunk.journal.update([there], ["cents"])
    else:
        margin.service_line = line
        margins[key] = margin
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
