"""Named exceptions: practices that belong to a territory against their ZIP code.

They are dated, and days that are over stay as they were.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts import announcements
from accounts.models import AuditEvent, Territory, TerritoryZip
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import TerritoryException
from referrals.services.journal import AT_ONCE, Journal

LOCK = "territory exceptions"
NAMED = 3  # practices


class Refused(Exception):
    """Nothing was changed: the message says why."""


class NotYours(Refused):
    """Practices that come from or go to territories the person may not change."""

    def __init__(self, practices):
        names = ", ".join(one.name for one in practices[:NAMED])
        more = len(practices) - NAMED
        super().__init__(
            f"Not yours to move: {names}{f' and {more:,} more' * (more > 0)}. "
            "The territory they would leave or come to is somebody else's."
        )


@dataclass
class Plan:
    """What becomes of the exceptions of some practices."""

    new: list = field(default_factory=list)
    shortened: list = field(default_factory=list)
    gone: list = field(default_factory=list)
    # (practice, key of the territory on the first day before, key after)
    moved: list = field(default_factory=list)
    foreign: list = field(default_factory=list)  # practices not theirs to move


def standing(practices, *, on):
    """Exceptions of these practices that hold on the day or later, the first last."""
    last = TerritoryException.objects.exclude(ends_on__lte=on)
    found = []
    for keys in _parts([row.pk for row in practices]):
        found += last.filter(practice__in=keys).select_related("territory")
    return sorted(found, key=lambda one: (one.starts_on, one.pk), reverse=True)


def plan(*, practices, territory, starts_on, by, ends_on=None, reason="") -> Plan:
    """What `except_practices` would do; nothing is written."""
    made, allowed = Plan(), _allowed(by)
    held, zips = defaultdict(list), _zips_of(practices, on=starts_on)
    for one in reversed(standing(practices, on=starts_on)):
        held[one.practice_id].append(one)
    for row in practices:
        rest = [
            part
            for one in held[row.pk]
            for part in _given_way(one, starts_on, ends_on, made)
        ]
        if territory:
            new = TerritoryException(
                practice=row,
                territory=territory,
                starts_on=starts_on,
                ends_on=ends_on,
                reason=reason,
                by=by,
            )
            made.new.append(new)
            rest.append(new)
        was = [*zips[row.zip_code], *_spans(held[row.pk])]
        becomes = [*zips[row.zip_code], *_spans(rest)]
        made.moved.append((row, _on(was, starts_on), _on(becomes, starts_on)))
        if not _touched(was, becomes, starts_on) <= allowed:
            made.foreign.append(row)
    return made


def _zips_of(practices, *, on):
    """ZIP code -> (first day, day after the last, key of the territory)."""
    found, later = defaultdict(list), TerritoryZip.objects.exclude(ends_on__lte=on)
    for codes in _parts({row.zip_code for row in practices}):
        for code, *span in later.filter(zip_code__in=codes).values_list(
            "zip_code", "starts_on", "ends_on", "territory"
        ):
            found[code].append(span)
    return found


@transaction.atomic
def except_practices(*, practices, at, by, **change) -> Plan:
    """From the day `starts_on` until `ends_on` they belong to `territory` against
    their ZIP codes; without a territory to that of the ZIP code.

    What stood on these days gives way and goes on after them. People who gain or lose
    are told. Raises NotYours, and Refused for days that are over.
    """
    lock_until_commit(LOCK)
    if change["starts_on"] < timezone.localdate(at):
        raise Refused("Days that are over stay as they were.")
    made = plan(practices=practices, by=by, **change)
    if made.foreign:
        raise NotYours(made.foreign)
    journal = Journal(at=at, by=by)
    for one in made.shortened:
        one.ends_on = change["starts_on"]
    journal.update(made.shortened, ["ends_on"])
    journal.delete(made.gone)
    journal.create(made.new)
    keys = {key for _, *both in made.moved for key in both} - {None}
    announcements.practices_moved(
        [(row.name, *both) for row, *both in made.moved],
        names=dict(Territory.objects.filter(pk__in=keys).values_list("pk", "name")),
        on=change["starts_on"],
        until=change.get("ends_on") if change["territory"] else None,
        is_exception=bool(change["territory"]),
        by=by,
        at=at,
    )
    return made


@transaction.atomic
def except_practice(*, practice, seen, by, **change):
    """The same for one practice, audited. Raises ChangedMeanwhile as well, unless its
    exceptions are those that were `seen` (of `state_of`)."""
    lock_until_commit(LOCK)
    if seen != state_of(practice):
        raise ChangedMeanwhile
    before = _told(practice)
    except_practices(practices=[practice], by=by, **change)
    record(
        action=AuditEvent.Action.EXCEPTION_CHANGED,
        by=by,
        subject=practice,
        detail={
            "before": before,
            "after": _told(practice),
            "reason": change.get("reason", ""),
        },
    )


def make_way(journal, removed, kept):
    """Cut the exceptions of `removed` to the days on which `kept` has none.

    Call it under the `LOCK`.
    """
    taken = _spans(kept.territory_exceptions.all())
    shortened, gone, new = [], [], []
    for one in removed.territory_exceptions.order_by("starts_on", "pk"):
        free = _without((one.starts_on, one.ends_on), taken)
        if not free:
            gone.append(one)
            continue
        new += [_copy(one, *days) for days in free[1:]]
        one.starts_on, one.ends_on = free[0]
        shortened.append(one)
    journal.update(shortened, ["starts_on", "ends_on"])
    journal.delete(gone)
    journal.create(new)


def _without(days, taken):
    """The parts of (first day, day after the last) outside of the spans `taken`."""
    (start, end), free = days, []
    for first, last, _ in taken:
        if end and first >= end:
            break
        if last and last <= start:
            continue
        if first > start:
            free.append((start, first))
        if last is None:
            return free
        start = last
    if end is None or start < end:
        free.append((start, end))
    return free


def state_of(practice) -> str:
    """Stands for all exceptions of the practice as they are."""
    rows = practice.territory_exceptions.order_by("pk")
    held = list(rows.values_list("pk", "territory", "starts_on", "ends_on"))
    return hashlib.sha256(str(held).encode()).hexdigest()[:16]


def _given_way(one, starts_on, ends_on, made):
    """What is left of an exception beside the days that are taken."""
    left = []
    if one.starts_on < starts_on:
        made.shortened.append(one)
        left.append(_copy(one, one.starts_on, starts_on))
    elif ends_on is None or one.starts_on < ends_on:
        made.gone.append(one)
    else:
        return [one]
    if ends_on and (one.ends_on is None or one.ends_on > ends_on):
        after = _copy(one, ends_on, one.ends_on)
        made.new.append(after)
        left.append(after)
    return left


def _copy(one, starts_on, ends_on):
    return TerritoryException(
        practice_id=one.practice_id,
        territory=one.territory,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=one.reason,
        by_id=one.by_id,
    )


def _spans(exceptions):
    ordered = sorted(exceptions, key=lambda one: one.starts_on)
    return [(one.starts_on, one.ends_on, one.territory_id) for one in ordered]


def _on(spans, day):
    """Of the spans that hold on a day the last counts: exceptions follow ZIP codes."""
    found = None
    for first, last, territory in spans:
        if first <= day and (last is None or last > day):
            found = territory
    return found


def _touched(was, becomes, since):
    """Keys of the territories that gain or lose days from the day `since` on."""
    days = {day for *both, _ in (*was, *becomes) for day in both if day and day > since}
    found = set()
    for day in {since, *days}:
        before, after = _on(was, day), _on(becomes, day)
        if before != after:
            found |= {before, after}
    return found - {None}


def _allowed(by):
    return set(Territory.objects.manageable_by(by).values_list("pk", flat=True))


def _told(practice):
    rows = practice.territory_exceptions.select_related("territory")
    return [
        {
            "territory": one.territory.name,
            "from": one.starts_on.isoformat(),
            "until": one.ends_on.isoformat() if one.ends_on else None,
        }
        for one in rows.order_by("starts_on", "pk")
    ]


def _parts(keys):
    keys = list(keys)
    return [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
