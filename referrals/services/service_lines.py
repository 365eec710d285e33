"""What people change on service lines: people's numbers move with it.

A taxonomy code belongs to one line at most, and no procedure code is claimed by
two. Each change is audited, and makes reports due.
"""

import hashlib
import re

from django.db import transaction
from django.db.models import CASCADE

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import ProcedureRange, ServiceLine, Specialty

LOCK = "service lines"
PROCEDURE_CODE = re.compile(r"[0-9A-Z]{4,7}")
RANGE = re.compile(r"([0-9A-Z]{4,7})(?:\s*[-–]\s*([0-9A-Z]{4,7}))?")
TAXONOMY_CODE = re.compile(r"[0-9A-Z]{9}X")


class NotPossible(Exception):
    """The service line cannot become so; `field` says where to show the reason."""

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field
        self.message = message


class InUse(Exception):
    """The service line cannot go; the message says what needs it."""


def range_of(text):
    """(first, last) of "27130-27447" or of a code alone; raises `NotPossible`."""
    found = RANGE.fullmatch(text.strip().upper())
    if not found:
        raise NotPossible("ranges", f"“{text[:40]}” is not a range of codes.")
    first, last = found[1], found[2] or found[1]
    if len(first) != len(last) or last < first:
        raise NotPossible("ranges", f"{first}-{last} ends before it starts.")
    return first, last


def ranges_of(texts):
    """[(first, last)] in order; raises `NotPossible` where two of them overlap."""
    ranges = sorted(map(range_of, texts))
    for before, after in zip(ranges, ranges[1:], strict=False):
        if after[0] <= before[1]:
            raise NotPossible(
                "ranges", f"{'-'.join(before)} and {'-'.join(after)} overlap."
            )
    return ranges


def claimed_ranges():
    return ProcedureRange.objects.select_related("service_line")


def seen_of(line):
    """What a page saw of a line, as a short text that comes back with its form."""
    ranges = [str(one) for one in line.procedure_ranges.order_by("first_code", "pk")]
    said = "\0".join([line.name, str(line.is_hospital_based), *ranges])
    return hashlib.sha256(said.encode()).hexdigest()[:20]


@transaction.atomic
def add_service_line(*, name, is_hospital_based, ranges, by):
    """Make a service line; the very same one sent twice is one."""
    lock_until_commit(LOCK)
    there = ServiceLine.objects.filter(name=name).first()
    said = (is_hospital_based, ranges)
    if there and (there.is_hospital_based, _pairs(there)) == said:
        return there
    line = ServiceLine(name=name, is_hospital_based=is_hospital_based)
    check_name(line, ServiceLine.objects.values_list("name", flat=True))
    check_ranges(ranges, claimed_ranges())
    line.save()
    _set_ranges(line, ranges)
    _audit(by, line, "added", name=name, **_state(line))
    return line


@transaction.atomic
def change_service_line(*, line, name, is_hospital_based, ranges, seen, by):
    """Save name, flag and exactly these (first, last) procedure ranges.

    `seen` is what `seen_of` said when the page was made: raises
    `ChangedMeanwhile` if somebody else wrote other values since.
    """
    lock_until_commit(LOCK)
    line = ServiceLine.objects.filter(pk=line.pk).first()
    if line is None:
        raise ChangedMeanwhile
    before = {"name": line.name, **_state(line)}
    if (line.name, line.is_hospital_based, _pairs(line)) == (
        name,
        is_hospital_based,
        ranges,
    ):
        return line
    if seen != seen_of(line):
        raise ChangedMeanwhile
    line.name, line.is_hospital_based = name, is_hospital_based
    others = ServiceLine.objects.exclude(pk=line.pk)
    check_name(line, others.values_list("name", flat=True))
    check_ranges(ranges, claimed_ranges().exclude(service_line=line))
    line.save(update_fields=["name", "is_hospital_based"])
    _set_ranges(line, ranges)
    after = {"name": line.name, **_state(line)}
    changed = {
        what: [before[what], after[what]]
        for what in after
        if before[what] != after[what]
    }
    _audit(by, line, "changed", **changed)
    return line


@transaction.atomic
def delete_service_line(*, line, by):
    """Take out a line that nothing needs; raises `InUse` with what does."""
    lock_until_commit(LOCK)
    if users := users_of(line):
        raise InUse(
            f"{line} stays: it is used by "
            + ", ".join(f"{number:,} {what}" for what, number in users)
            + "."
        )
    _audit(by, line, "deleted", **_state(line))
    line.delete()


def users_of(line):
    """[(what, how many)] of the rows that refer to the line and are not its own."""
    found = []
    for relation in ServiceLine._meta.related_objects:
        if relation.on_delete is CASCADE:
            continue  # a part of the line, gone with it
        model = relation.related_model
        number = model._base_manager.filter(**{relation.field.name: line}).count()
        if number:
            names = model._meta
            what = names.verbose_name if number == 1 else names.verbose_name_plural
            found.append((str(what), number))
    return sorted(found)


@transaction.atomic
def assign_specialties(*, codes, line, by, moves=True):
    """Let these taxonomy codes belong to `line` (None: to none).

    A code that is not known yet is made. How many changed. Without `moves`
    raises `NotPossible` for codes that another line has: a code belongs to one.
    """
    lock_until_commit(LOCK)
    known = Specialty.objects.filter(code__in=codes).select_related("service_line")
    there = {specialty.code: specialty for specialty in known}
    changed = [one for one in there.values() if one.service_line != line]
    if not moves:
        check_free(changed)
    moved = {one.code: [_name(one.service_line), _name(line)] for one in changed}
    new = [code for code in codes if code not in there] if line else []
    Specialty.objects.filter(pk__in=[one.pk for one in changed]).update(
        service_line=line
    )
    Specialty.objects.bulk_create(
        Specialty(code=code, service_line=line) for code in new
    )
    moved |= {code: [None, _name(line)] for code in new}
    if moved:
        _audit(by, line, "specialty codes", codes=moved)
    return len(moved)


def check_free(specialties):
    """Raise `NotPossible` for codes that a line has."""
    taken = [one for one in specialties if one.service_line]
    if taken:
        said = [f"{one.code} belongs to {one.service_line}" for one in taken[:10]]
        more = f" and {len(taken) - 10:,} more" if len(taken) > 10 else ""
        raise NotPossible("moves", f"{'; '.join(said)}{more}.")


@transaction.atomic
def add_ranges(*, line, ranges, by):
    """Let these (first, last) procedure codes belong to `line`, beside its others.

    Raises `NotPossible` for the first that a line claims already, its own too.
    """
    lock_until_commit(LOCK)
    for first, last in ranges:
        check_ranges([(first, last)], claimed_ranges())
        ProcedureRange.objects.create(
            service_line=line, first_code=first, last_code=last
        )
    said = ", ".join("-".join(pair) for pair in ranges)
    _audit(by, line, "procedure codes", added=said)


def _name(line):
    return line and line.name


def _pairs(line):
    ranges = line.procedure_ranges.order_by("first_code", "last_code")
    return list(ranges.values_list("first_code", "last_code"))


def _state(line):
    return {
        "hospital_based": line.is_hospital_based,
        "procedure_codes": ", ".join("-".join(pair) for pair in _pairs(line)),
    }


def check_name(line, others):
    """Raise `NotPossible` for a name that cannot be, beside the names of `others`."""
    taken = line.name.casefold()
    for other in others:
        if other.casefold() == taken:
            raise NotPossible("name", f"There is a service line of this name: {other}.")
    if taken == "unassigned":
        raise NotPossible(
            "name", "“Unassigned” is what events that no rule places are called."
        )


def check_ranges(ranges, claimed):
    """Raise `NotPossible` for a code that is claimed already: who would get it?

    Codes compare by code point, as they do when events are computed.
    """
    claimed = list(claimed)
    for first, last in ranges:
        for other in claimed:
            if first <= other.last_code and other.first_code <= last:
                raise NotPossible(
                    "ranges",
                    f"{first}-{last} overlaps {other} of {other.service_line}.",
                )


def _set_ranges(line, ranges):
    line.procedure_ranges.all().delete()
    ProcedureRange.objects.bulk_create(
        ProcedureRange(service_line=line, first_code=first, last_code=last)
        for first, last in ranges
    )


def _audit(by, line, what, **details):
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"Service line {what}: {line or 'none'}",
        detail=details,
    )
