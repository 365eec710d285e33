"""Shared patients: who sees a physician's patients next, by Hop Teaming or CMS.

National files have a hundred million rows: the file is streamed, and only pairs
with at least one end in the directory are kept. The file is taken whole: the last
step makes it the current one of its source in place of the one before. Estimated
flow, never added to claims.
"""

import csv
import re
from functools import partial
from itertools import chain
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef

from liaison_crm.lib.runs import RunCancelled
from referrals import npi
from referrals.imports import files
from referrals.imports.registry import Importer, Refused
from referrals.imports.values import Rejected, shown
from referrals.models import FlowFile, Organization, Physician, SharedPatients
from referrals.services.journal import Journal

HOP = ("from_npi", "to_npi", "patient_count", "transaction_count", "average_day_wait")
AT_ONCE = 5000
LINES_TO_A_BEAT = 1 << 16
MOST_REJECTED = 10_000
BLANK = ' "\r\n'
COUNT = re.compile(r"[0-9]{1,9}")
WAIT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,20})?")


class SharedPatientsImporter(Importer):
    kind = "shared-patients"
    title = "Shared patients"
    description = (
        "Hop Teaming's file, or CMS's of five columns without a header: patients "
        "seen by one NPI and then by another. Kept are pairs with an end in the "
        "directory. A newer file of the same source takes the place of the last."
    )
    required = HOP[:4]
    optional = HOP[4:]
    marks = HOP[:2]

    def work(self, work):
        files.check_text(work.path)
        FlowFile.objects.filter(run=work.run).delete()
        with transaction.atomic():
            made = FlowFile.objects.create(run=work.run, source=work.run.source)
        try:
            Reading(work, made).run()
        except (Refused, RunCancelled):
            made.delete()
            raise
        before = FlowFile.objects.filter(source=work.run.source, is_current=True)
        old = before.order_by("-pk").first()
        is_same = _count(work, made, old)
        if work.run.is_dry_run or is_same:
            made.delete()
            return None
        return lambda run: _publish(run, made, old)

    def undone(self, run):
        """The file goes, so that it does not come back with another undo."""
        FlowFile.objects.filter(run=run).delete()


class Reading:
    """One pass over the lines; what is wanted goes into the table in parts."""

    def __init__(self, work, made):
        self.work, self.made = work, made
        people = Physician.objects.values_list("npi", flat=True)
        groups = Organization.objects.exclude(npi=None).values_list("npi", flat=True)
        self.known = {*chain(people.iterator(), groups.iterator())}
        self.passed, self.part = 0, []

    def run(self):
        with Path(self.work.path).open(encoding="utf-8-sig", errors="replace") as file:
            line = partial(file.readline, files.LONGEST_LINE)
            first = line()
            is_hop, order = _layout_of(first)
            lines = chain([] if is_hop else [first], iter(line, ""))
            self._read(lines, order, start=1 + is_hop, size=self.work.inspection.size)
        self._store()
        if self.passed:
            self.work.warn(
                f"{self.passed:,} rows have no end in the directory: passed over."
            )
        self.work.warn("Estimated flow: shared patients, never added to claims.")

    def _read(self, lines, order, *, start, size):
        known, read = self.known, 0
        first, second = order[:2]
        width = max(order) + 1
        for number, line in enumerate(lines, start=start):
            read += len(line)
            if not number % LINES_TO_A_BEAT:
                self.work.beat(min(95, 95 * read // max(size, 1)), "Taking the rows")
            cells = line.split(",")
            if len(cells) < width:
                if line.strip():
                    self._reject(number, f"{len(cells)} values, too few.", line)
                continue
            ends = cells[first].strip(BLANK), cells[second].strip(BLANK)
            if ends[0] in known or ends[1] in known:
                try:
                    self._take([cells[at].strip(BLANK) for at in order])
                except Rejected as reason:
                    self._reject(number, str(reason), line)
            else:
                self.passed += 1

    def _take(self, cells):
        one, other, patients, transactions, *wait = cells
        if not (npi.has_right_check_digit(one) and npi.has_right_check_digit(other)):
            raise Rejected("One of the ends is no NPI.")
        if one == other:
            raise Rejected("Both ends are the same NPI.")
        for count in (patients, transactions):
            if not COUNT.fullmatch(count):
                raise Rejected(f"{shown(count)} is no count.")
        told = wait[0] if wait else ""
        if told and not WAIT.fullmatch(told):
            raise Rejected(f"{shown(told)} is no number of days.")
        self.work.counts.read += 1
        self.part.append(
            SharedPatients(
                file=self.made,
                from_npi=one,
                to_npi=other,
                patients=int(patients),
                transactions=int(transactions),
                average_wait=float(told) if told else None,
            )
        )
        if len(self.part) >= AT_ONCE:
            self._store()

    def _reject(self, number, reason, line):
        if self.work.counts.rejected >= MOST_REJECTED:
            raise Refused(
                f"More than {MOST_REJECTED:,} rows cannot be read: line {number}, "
                f"{reason}"
            )
        self.work.counts.read += 1
        self.work.reject(number, reason, {"row": line[:200]})

    def _store(self):
        # A pair that comes twice counts once, as it came first.
        with transaction.atomic():
            SharedPatients.objects.bulk_create(self.part, ignore_conflicts=True)
        self.part = []


def _layout_of(first):
    """(has it a header?, where our columns stand)."""
    (names,) = csv.reader([first.strip("\ufeff")])
    header = [files.normal(name) for name in names]
    if HOP[0] in header:
        missing = [name for name in HOP[:4] if name not in header]
        if missing:
            raise Refused(f"Missing columns: {', '.join(missing)}.")
        return True, [header.index(name) for name in HOP if name in header]
    if len(header) == 5 and all(npi.is_ten_digits(name) for name in header[:2]):
        # npi1, npi2, pairs, patients, same day
        return False, [0, 1, 3, 2]
    raise Refused(
        "This is neither a file with a header from_npi, to_npi, patient_count, "
        "transaction_count nor one of five columns that begin with two NPIs."
    )


def _count(work, made, old):
    """Count against the file before; is everything as it was?"""
    ours = SharedPatients.objects.filter(file=made)
    pair = SharedPatients.objects.filter(
        file=old, from_npi=OuterRef("from_npi"), to_npi=OuterRef("to_npi")
    )
    same = pair.filter(
        patients=OuterRef("patients"), transactions=OuterRef("transactions")
    )
    kept = ours.count()
    known = ours.filter(Exists(pair)).count() if old else 0
    unchanged = ours.filter(Exists(same)).count() if old else 0
    counts = work.counts
    repeated = counts.read - counts.rejected - kept
    counts.created, counts.updated = kept - known, known - unchanged
    counts.unchanged = unchanged + repeated
    if repeated:
        work.warn(f"{repeated:,} rows repeat a pair; the first one counts.")
    before = SharedPatients.objects.filter(file=old).count() if old else 0
    if old and before > known:
        gone = before - known
        work.warn(f"Pairs of the file before that are no longer told: {gone:,}.")
    return bool(old) and kept == unchanged == before


def _publish(run, made, old):
    """Make it the current file of its source, in place of the one before."""
    journal = Journal(at=run.created_at, run=run)
    if old:
        old.is_current = False
        journal.update([old], ["is_current"])
    made.is_current = True
    journal.update([made], ["is_current"])
    _forget(made)


def _forget(made):
    """Delete the files that no undo can bring back any more.

    A file comes back when the next newer one is undone.
    """
    files = FlowFile.objects.filter(source=made.source).order_by("-pk")
    newer = made
    for one in files.filter(pk__lt=made.pk).select_related("run"):
        if newer is made or newer.run.changes.exists():
            newer = one
        else:
            one.delete()


IMPORTER = SharedPatientsImporter()
