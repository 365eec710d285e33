"""Service lines: names with flag and margin, or codes with names.

Two layouts, told apart by their header. Procedure codes may stand in either. What
may be is what may be in the browser: a code belongs to one line.
"""

import re

from liaison_crm.lib.locks import lock_until_commit
from referrals.imports import directory, values
from referrals.imports.registry import Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import (
    Margin,
    PayerClass,
    ProcedureRange,
    ServiceLine,
    Specialty,
)
from referrals.services import service_lines

NAME, CODE, RANGES = "service_line", "taxonomy_code", "procedure_codes"
FLAG, MARGIN = "hospital_based", "contribution_margin_usd"
SINCE, PAYERS = "effective_from", "payer_class"  # of the margin
MOVES = "moves"  # of the taxonomy code, away from the line that has it


class ServiceLineImporter(RowImporter):
    kind = "service-lines"
    title = "Service lines"
    description = (
        "Either the service lines with their hospital-based flag and contribution "
        "margin (of all days, or from a day on; in general, or of a payer class), or "
        "the service line of each taxonomy code. Procedure codes (27130-27447, "
        "several with |) may stand in either, and are added to those a line has. A "
        "taxonomy code that another line has moves only where a column named moves "
        "says yes."
    )
    required = (NAME,)
    optional = (CODE, RANGES, FLAG, MARGIN, SINCE, PAYERS, MOVES)
    marks = (CODE, RANGES, FLAG, MARGIN)
    vocabularies = {
        NAME: Vocabulary(directory.line_names, is_open=True),
        PAYERS: Vocabulary(directory.payer_classes),
    }

    def check_header(self, header):
        super().check_header(header)
        if not {*self.marks} & set(header):
            raise Refused(
                f"Missing columns: {CODE} or {RANGES} (which line codes belong to), "
                f"or {FLAG} and {MARGIN} (the lines themselves)."
            )

    def key(self, row):
        names = (RANGES,) if row[CODE].strip() else (NAME, SINCE, PAYERS, RANGES)
        parts = (row[name].strip().casefold() for name in (CODE, *names))
        return "|".join(parts)

    def take(self, chunk):
        lock_until_commit(service_lines.LOCK)
        lines = Lines(chunk)
        for row in chunk.rows:
            try:
                lines.take(row)
            except Rejected as reason:
                chunk.reject(row, str(reason))

    def remarks(self, tally, names):
        if made := names.get("made"):
            yield f"Service lines made, without a margin: {', '.join(made)}."


class Lines:
    """The service lines and their codes, as the rows of a chunk find and leave them.

    A row is read whole before anything of it is written.
    """

    def __init__(self, chunk):
        self.chunk, self.journal = chunk, chunk.journal
        self.lines = {line.name.casefold(): line for line in ServiceLine.objects.all()}
        self.margins = {
            (margin.service_line_id, margin.payer_class_id, margin.effective_from): (
                margin
            )
            for margin in Margin.objects.all()
        }
        self.classes = {one.name.casefold(): one for one in PayerClass.objects.all()}
        self.claimed = [*service_lines.claimed_ranges()]
        codes = {row[CODE].strip().upper() for row in chunk.rows}
        known = Specialty.objects.filter(code__in=codes).select_related("service_line")
        self.specialties = {specialty.code: specialty for specialty in known}

    def take(self, row):
        line, ranges = self._line_of(row), _ranges_of(row)
        claimed = {(one.first_code, one.last_code) for one in self._claimed_by(line)}
        ranges = [one for one in ranges if one not in claimed]
        _check(RANGES, service_lines.check_ranges, ranges, self.claimed)
        if CODE not in row.values and {FLAG, MARGIN} & row.values.keys():
            self._take_line(row, line, ranges)
        else:
            self._take_codes(row, line, ranges)

    def _line_of(self, row):
        """The line of that name, unsaved where there is none."""
        name = " ".join(values.needed(row[NAME], NAME, 80).split())
        if name.casefold() not in self.lines:
            _check(NAME, service_lines.check_name, ServiceLine(name=name), ())
        return self.lines.get(name.casefold()) or ServiceLine(name=name)

    def _claimed_by(self, line):
        return (one for one in self.claimed if line.pk and one.service_line == line)

    def _take_line(self, row, line, ranges):
        flag = {}
        if FLAG in row.values:
            flag["is_hospital_based"] = values.yes_or_no(row[FLAG], FLAG)
        margin = Margin(
            payer_class=self._payer_class(row),
            effective_from=values.day(row[SINCE], SINCE),
            cents=values.cents(row[MARGIN], MARGIN),
        )
        is_new = not line.pk
        is_other = any(getattr(line, name) != value for name, value in flag.items())
        for name, value in flag.items():
            setattr(line, name, value)
        if is_new:
            self._make(line)
        elif is_other:
            self.journal.update([line], flag)
        has_other_margin = self._set_margin(line, margin)
        self._add_ranges(line, ranges)
        if is_new:
            self.chunk.created()
        elif is_other or has_other_margin or ranges:
            self.chunk.updated()
        else:
            self.chunk.unchanged()

    def _take_codes(self, row, line, ranges):
        code, specialty = _code_of(row), None
        if code:
            specialty = self.specialties.get(code)
            self._check_move(row, specialty, line)
        if not line.pk:
            self._make(line)
            self.chunk.name("made", line.name)
        self._add_ranges(line, ranges)
        if code and specialty is None:
            self.specialties[code] = Specialty(code=code, service_line=line)
            self.journal.create([self.specialties[code]])
            self.chunk.created()
        elif code and specialty.service_line_id != line.pk:
            specialty.service_line = line
            self.journal.update([specialty], ["service_line"])
            self.chunk.updated()
        elif ranges:
            self.chunk.created()
        else:
            self.chunk.unchanged()

    def _check_move(self, row, specialty, line):
        """Reject a code of another line, unless the row says that it moves."""
        is_elsewhere = specialty and specialty.service_line_id not in (None, line.pk)
        if values.yes_or_no(row[MOVES], MOVES) or not is_elsewhere:
            return
        try:
            service_lines.check_free([specialty])
        except service_lines.NotPossible as reason:
            raise Rejected(
                f"{CODE} {reason.message} Say yes in a column named {MOVES} to move it."
            ) from None

    def _make(self, line):
        self.lines[line.name.casefold()] = line
        self.journal.create([line])

    def _add_ranges(self, line, ranges):
        made = [
            ProcedureRange(service_line=line, first_code=first, last_code=last)
            for first, last in ranges
        ]
        self.journal.create(made)
        self.claimed += made

    def _payer_class(self, row):
        if not (name := row[PAYERS].strip()):
            return None
        if name.casefold() not in self.classes:
            known = sorted(one.name for one in self.classes.values())
            raise Rejected(
                f"{PAYERS}: there is no payer class {name[:40]} "
                f"({', '.join(known) or 'none'})."
            )
        return self.classes[name.casefold()]

    def _set_margin(self, line, margin):
        """Write the margin from its day on (None: of all days); was it another?

        An empty margin says nothing: one that somebody entered stays.
        """
        key = (line.pk, margin.payer_class_id, margin.effective_from)
        there = self.margins.get(key)
        if margin.cents is None or (there and there.cents == margin.cents):
            return False
        if there:
            there.cents = margin.cents
            self.journal.update([there], ["cents"])
        else:
            margin.service_line = line
            self.margins[key] = margin
            self.journal.create([margin])
        return True


def _ranges_of(row):
    texts = [text for text in re.split(r"[|;,]", row[RANGES]) if text.strip()]
    return _check(RANGES, service_lines.ranges_of, texts)


def _code_of(row):
    """The taxonomy code; "" for a row that has procedure codes alone."""
    code = row[CODE].strip().upper()
    if not code and not row[RANGES].strip():
        raise Rejected(f"{CODE if CODE in row.values else RANGES} is missing.")
    if code and not service_lines.TAXONOMY_CODE.fullmatch(code):
        raise Rejected(
            f"{CODE} {values.shown(code)} is no taxonomy code: ten letters and digits "
            "that end in X."
        )
    return code


def _check(column, rule, *told):
    """What the rule of the service says; Rejected in its words."""
    try:
        return rule(*told)
    except service_lines.NotPossible as reason:
        raise Rejected(f"{column} {reason.message}") from None


IMPORTER = ServiceLineImporter()
