"""The network roster: who is ours, from a day (in) to a day (out).

Key: npi + effective_from. Rows of an NPI that overlap, in the file or with
what is there, are rejected with both named. All rows of an NPI are judged
together, so the order of a file does not matter: a row that closes an entry
and the row that follows it fit whichever comes first.

With `complete_on` the file is the whole roster: what holds on that day or later
and is not in the file ends on it. A dry run keeps what would change.
"""

import datetime as dt
from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from liaison_crm.lib.locks import lock_until_commit
from referrals import npi
from referrals.imports import values
from referrals.imports.registry import Option, Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.values import Rejected
from referrals.models import Difference, RosterEntry
from referrals.services.roster import LOCK

COMPLETE_ON = "complete_on"
AT_ONCE = 1000  # entries looked at in one transaction behind the last row
Sort = Difference.Sort
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
    marks = ("network_status",)
    is_grouped = True
    vocabularies = {"network_status": Vocabulary(lambda: RosterEntry.Status.choices)}
    shows_difference = True
    options = (
        Option(
            COMPLETE_ON,
            "Roster: the file is complete; what is not in it ends on (YYYY-MM-DD)",
        ),
    )

    def key(self, row):
        return None  # equal rows are judged with their group

    def group(self, row):
        return npi.repair(row["npi"])

    def check_rows(self, run, spool):
        if not complete_on(run):
            return
        if any(not npi.has_right_check_digit(group) for group in spool.groups()):
            raise Refused(
                "The file cannot be taken as complete: some of its rows name no NPI."
            )
        if not spool.total:
            raise Refused("The file cannot be taken as complete: it has no row.")

    def take(self, chunk):
        lock_until_commit(LOCK)
        there = {}
        numbers = {self.group(row) for row in chunk.rows}
        for entry in RosterEntry.objects.filter(npi__in=numbers):
            there.setdefault(entry.npi, []).append(entry)
        told, doubtful = {}, set()
        for row in chunk.rows:
            try:
                span = Span(_entry_of(row), row)
            except Rejected as reason:
                chunk.reject(row, str(reason))
                doubtful.add(self.group(row))
            else:
                told.setdefault(span.entry.npi, []).append(span)
        made, changed = [], []
        for number, spans in told.items():
            mine = there.get(number, [])
            if number not in doubtful:
                changed += _end_missing(chunk, mine, spans)
            _judge(chunk, spans, mine, made, changed)
        # Entries are closed before others open: one open entry per NPI.
        chunk.journal.update(changed, FIELDS)
        chunk.journal.create(made)

    def take_rest(self, passage):
        """The entries of numbers that no row of the file names."""
        run = passage.work.run
        if not complete_on(run) and not run.is_dry_run:
            return
        while True:
            behind = passage.tally["looked at"]
            passage.also(partial(_end_rest, spool=passage.spool, behind=behind))
            if passage.tally["looked at"] == behind:
                return

    def remarks(self, tally, names):
        if ended := tally["ended"]:
            yield f"Entries not in the file, ended on the day chosen: {ended:,}."
        if later := tally["begin later"]:
            yield (
                f"Entries not in the file that begin on the day chosen or later and "
                f"stay: {later:,}."
            )


def complete_on(run):
    """The day on which the file is the whole roster, or None."""
    try:
        return values.day(run.options.get(COMPLETE_ON, ""), "The day")
    except Rejected as reason:
        raise Refused(str(reason)) from None


def _end_missing(chunk, there, spans):
    """End what is not among the spans of the same number; the entries changed.

    Not if the spans would overlap all the same: they are rejected, and nothing
    is known of this number for certain.
    """
    starts = {span.start for span in spans}
    staying = [entry for entry in there if entry.effective_from not in starts]
    missing = _lasting(staying, chunk.run)
    day = complete_on(chunk.run)
    before = [_shown(entry) for entry in missing]
    day = complete_on(chunk.run)
    ending = [entry for entry in missing if day and entry.effective_from < day]
    ends = [entry.effective_to for entry in ending]
    for entry in ending:
        entry.effective_to = day
    firsts = _without_repeats(spans)[0]
    if ending and _clashes(firsts, [Span(entry) for entry in staying]):
        for entry, end in zip(ending, ends, strict=True):
            entry.effective_to = end
        day = None
    return _told_missing(chunk, missing, before, day)


def _end_rest(chunk, *, spool, behind):
    """End the next entries whose number is not in the file."""
    lock_until_commit(LOCK)
    entries = RosterEntry.objects.lasting_to(_day_of(chunk.run)).filter(pk__gt=behind)
    entries = list(entries.order_by("pk")[:AT_ONCE])
    if not entries:
        return
    chunk.count("looked at", entries[-1].pk - behind)
    missing = [entry for entry in entries if not spool.has_group(entry.npi)]
    before = [_shown(entry) for entry in missing]
    day = complete_on(chunk.run)
    for entry in missing:
        if day and entry.effective_from < day:
            entry.effective_to = day
    ended = _told_missing(chunk, missing, before, day)
    chunk.journal.update(ended, ["effective_to"])


def _told_missing(chunk, missing, before, day):
    """Count and show what is not in the file; those of it that ended."""
    ended = []
    for entry, was in zip(missing, before, strict=True):
        stays = not day or entry.effective_from >= day
        after = "" if stays else _shown(entry)
        chunk.differ(Sort.MISSING, entry.npi, before=was, after=after)
        if not stays:
            ended.append(entry)
            chunk.count("ended")
        elif day:
            chunk.count("begin later")
    return ended


def _day_of(run):
    """The day from which on entries are missed in the file."""
    return complete_on(run) or timezone.localdate(run.created_at)


def _lasting(entries, run):
    day = _day_of(run)
    return [entry for entry in entries if (entry.effective_to or dt.date.max) > day]


def _shown(entry):
    """An entry in a difference."""
    organization = entry.organization_npi
    return f"{entry.span}, for {organization}" if organization else entry.span


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
            chunk.differ(
                Sort.NEW, span.entry.npi, after=_shown(span.entry), row=span.row
            )
        elif _told(entry) == _told(span.entry):
            chunk.unchanged()
        else:
            chunk.differ(
                _sort_of(entry, span.entry),
                entry.npi,
                before=_shown(entry),
                after=_shown(span.entry),
                row=span.row,
            )
            for field in FIELDS:
                setattr(entry, field, getattr(span.entry, field))
            changed.append(entry)
            chunk.updated()
    for span, first in repeated:
        if first in spans:
            chunk.unchanged()
        else:
            chunk.reject(span.row, f"Repeats line {first.row.line}, not taken either.")


def _sort_of(entry, said):
    """Is nothing changed but that the entry ends now?"""
    ends = entry.effective_to is None and said.effective_to
    return Sort.ENDED if ends and _told(entry)[:2] == _told(said)[:2] else Sort.CHANGED


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
