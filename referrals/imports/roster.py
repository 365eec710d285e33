"""The network roster: who is ours, from a day (in) to a day (out).

Key: npi + effective_from. Rows of an NPI that overlap, in the file or with
what is there, are rejected with both named. All rows of an NPI are judged
together, so the order of a file does not matter: a row that closes an entry
and the row that follows it fit whichever comes first.
"""

import datetime as dt
from dataclasses import dataclass

from referrals import npi
from referrals.imports import values
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.values import Rejected
from referrals.models import RosterEntry

FIELDS = ("network_status", "organization_npi", "effective_to")


@dataclass(frozen=True, eq=False)
class Span:
    """An entry as a row says it, or as it is there already (without a row)."""

    entry: RosterEntry
    row: Row | None = None

    @property
    def start(self):
        return self.entry.effective_from

    def overlaps(self, other):
        return self.start < (other.entry.effective_to or dt.date.max) and (
            other.start < (self.entry.effective_to or dt.date.max)
        )

    def __str__(self):
        until = self.entry.effective_to or "open"
        where = f"line {self.row.line}" if self.row else "the roster"
        return f"{self.entry.network_status} {self.start} to {until} ({where})"


class RosterImporter(RowImporter):
    kind = "roster"
    title = "Network roster"
    description = (
        "The network status of each NPI with the day it began and, if it has "
        "ended, the first day on which it no longer held."
    )
    required = ("npi", "network_status", "effective_from")
    optional = ("organization_npi", "effective_to")
    is_grouped = True

    def key(self, row):
        return None  # equal rows are judged with their group

    def group(self, row):
        return npi.repair(row["npi"])

    def take(self, chunk):
        there = {}
        numbers = {self.group(row) for row in chunk.rows}
        for entry in RosterEntry.objects.filter(npi__in=numbers):
            there.setdefault(entry.npi, []).append(entry)
        told = {}
        for row in chunk.rows:
            try:
                span = Span(_entry_of(row), row)
            except Rejected as reason:
                chunk.reject(row, str(reason))
            else:
                told.setdefault(span.entry.npi, []).append(span)
        made, changed = [], []
        for number, spans in told.items():
            _judge(chunk, spans, there.get(number, []), made, changed)
        # Entries are closed before others open: one open entry per NPI.
        RosterEntry.objects.bulk_update(changed, FIELDS)
        RosterEntry.objects.bulk_create(made)


def _entry_of(row):
    entry = RosterEntry(
        npi=values.needed_npi(row["npi"], "npi"),
        network_status=values.choice(
            values.needed(row["network_status"], "network_status", 40),
            "network_status",
            RosterEntry.Status.values,
        ),
        organization_npi=values.person_npi(row["organization_npi"], "organization_npi"),
        effective_from=values.needed_day(row["effective_from"], "effective_from"),
        effective_to=values.last_day(row["effective_to"], "effective_to"),
    )
    if entry.effective_to and entry.effective_to <= entry.effective_from:
        raise Rejected("effective_to is not after effective_from.")
    return entry


def _judge(chunk, spans, there, made, changed):
    """Sort the rows of one NPI into made, changed, unchanged and rejected."""
    spans, repeated = _without_repeats(spans)
    spans = _without_overlaps(chunk, spans, there)
    known = {entry.effective_from: entry for entry in there}
    for span in spans:
        entry = known.get(span.start)
        if entry is None:
            made.append(span.entry)
            chunk.created()
        elif _told(entry) == _told(span.entry):
            chunk.unchanged()
        else:
            for field in FIELDS:
                setattr(entry, field, getattr(span.entry, field))
            changed.append(entry)
            chunk.updated()
    for span, first in repeated:
        if first in spans:
            chunk.unchanged()
        else:
            chunk.reject(span.row, f"Repeats line {first.row.line}, not taken either.")


def _told(entry):
    return tuple(getattr(entry, field) for field in FIELDS)


def _without_repeats(spans):
    """(spans, [(repeat, the span it repeats)]): equal rows count once."""
    firsts, kept, repeated = {}, [], []
    for span in spans:
        said = (span.start, *_told(span.entry))
        if said in firsts:
            repeated.append((span, firsts[said]))
        else:
            firsts[said] = span
            kept.append(span)
    return kept, repeated


def _without_overlaps(chunk, spans, there):
    """The spans that fit together and with the entries that stay.

    An entry is replaced by the row with its key; if that row is rejected the
    entry stays, and others may then overlap with it: hence the loop.
    """
    while True:
        starts = {span.start for span in spans}
        staying = [Span(entry) for entry in there if entry.effective_from not in starts]
        clashes = _clashes(spans, staying)
        if not clashes:
            return spans
        for span, other in clashes.items():
            chunk.reject(span.row, f"{span} overlaps {other}.")
        spans = [span for span in spans if span not in clashes]


def _clashes(spans, staying):
    """Span -> one that it overlaps."""
    clashes = {}
    by_start = sorted([*spans, *staying], key=lambda span: span.start)
    latest = None  # of those so far, the one that ends last
    for span in by_start:
        if latest and span.overlaps(latest):
            if span.row:
                clashes.setdefault(span, latest)
            if latest.row:
                clashes.setdefault(latest, span)
        if latest is None or (span.entry.effective_to or dt.date.max) > (
            latest.entry.effective_to or dt.date.max
        ):
            latest = span
    return clashes


IMPORTER = RosterImporter()
