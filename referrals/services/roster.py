"""What people change on the roster, and what must hold of it.

The entries of an NPI never overlap; days without one are allowed. Each change
is audited with what it was and what it became, and makes reports due.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from referrals.models import Change, RosterEntry
from referrals.services import ChangedMeanwhile, journal
from referrals.services.journal import Journal, is_undoable

LOCK = "roster"  # held by whoever writes to it, imports too
FIELDS = ("network_status", "organization_npi", "effective_from", "effective_to")


class NotPossible(Exception):
    """The roster cannot become so; `field` says where to show the reason."""

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field
        self.message = message


@transaction.atomic
def add_roster_entry(*, npi, values, by):
    """Put an NPI on the roster for a span of days.

    The very same entry asked for again is the one that is there.
    """
    lock_until_commit(LOCK)
    entry = RosterEntry(npi=npi, edited_at=timezone.now(), **values)
    there = RosterEntry.objects.filter(
        npi=npi, effective_from=entry.effective_from
    ).first()
    if there and _told(there) == _told(entry):
        return there
    _check(entry)
    Journal(at=entry.edited_at, by=by).create([entry])
    _audit(by, entry, "added", [None, entry.span])
    return entry


@transaction.atomic
def change_roster_entry(*, entry, values, version, by):
    """Write `values` over the entry of the `version` that the person saw.

    Raises `ChangedMeanwhile` if it holds others by now, unless these very ones.
    """
    lock_until_commit(LOCK)
    entry = RosterEntry.objects.filter(pk=entry.pk).first()
    if entry is None:
        raise ChangedMeanwhile
    before = {name: getattr(entry, name) for name in values}
    if before == values:
        return entry
    if entry.version != version:
        raise ChangedMeanwhile
    was = entry.span
    for name, value in values.items():
        setattr(entry, name, value)
    _check(entry)
    _write(entry, values, by=by, at=timezone.now())
    details = {
        name: [_plain(before[name]), _plain(value)]
        for name, value in values.items()
        if before[name] != value
    }
    _audit(by, entry, "changed", [was, entry.span], **details)
    return entry


@transaction.atomic
def delete_roster_entry(*, entry, version, by):
    """Take the entry out, as if it had never been; its last state is audited."""
    lock_until_commit(LOCK)
    gone = RosterEntry.objects.filter(pk=entry.pk, version=version).first()
    if gone is None:
        raise ChangedMeanwhile
    Journal(at=timezone.now(), by=by).delete([gone])
    _audit(by, entry, "deleted", [entry.span, None])


@transaction.atomic
def change_network_status(*, npi, status, organization_npi, since, seen, by):
    """Close the entry that is open and open the next one on the day `since`.

    `seen` is what `seen_of` said of the open entry when the page was made.
    Asked for again, it has been done already.
    """
    lock_until_commit(LOCK)
    current = RosterEntry.objects.filter(npi=npi, effective_to=None).first()
    following = RosterEntry(
        npi=npi,
        network_status=status,
        organization_npi=organization_npi,
        effective_from=since,
        edited_at=timezone.now(),
    )
    if current and _told(current) == _told(following):
        return current
    if seen != seen_of(current):
        raise ChangedMeanwhile
    if current and since <= current.effective_from:
        raise NotPossible(
            "since",
            "The entry that is open begins on or after this day "
            f"({current.span}): change that one instead.",
        )
    was = current.span if current else None
    if current:
        current.effective_to = since
        _write(current, ["effective_to"], by=by, at=following.edited_at)
    _check(following)
    Journal(at=following.edited_at, by=by).create([following])
    _audit(by, following, "status changed", [was, following.span])
    return following


def seen_of(entry):
    """What a page saw of an entry, as a short text that comes back with its form."""
    return f"{entry.pk}:{entry.version}" if entry else "none"


def _write(entry, names, *, by, at):
    entry.edited_at = at
    Journal(at=at, by=by).update([entry], [*names, "edited_at"])


def newest_of(npi) -> Change | None:
    """The newest change of the NPI's entries."""
    return changes_of(npi).order_by("-pk").first()


def changes_of(npi):
    """What the journal holds of the NPI's entries, those that went too."""
    roster = Change.objects.filter(model=RosterEntry._meta.label_lower)
    went = roster.filter(after__isnull=True, before__npi=npi)
    here = RosterEntry.objects.filter(npi=npi)
    return roster.filter(
        Q(row__in=here.values("pk")) | Q(row__in=[*went.values_list("row", flat=True)])
    )


@transaction.atomic
def undo_newest(*, npi, seen, by, at):
    """Take back what a person did last to the entries of this NPI.

    `seen` is the key of the newest change on the page. Raises `ChangedMeanwhile`
    if another came since, `NotPossible` if the entries would overlap.
    """
    lock_until_commit(LOCK)
    newest = newest_of(npi)
    if not is_undoable(newest) or newest.pk != seen:
        raise ChangedMeanwhile
    act = [*changes_of(npi).filter(at=newest.at, by=newest.by, is_undo=False)]
    kept = journal.undo(act, Journal(at=at, by=by, is_undo=True))[1]
    if kept:
        raise ChangedMeanwhile
    back = RosterEntry.objects.filter(pk__in=[change.row for change in act])
    back.update(edited_at=at)
    for entry in back:
        _check(entry)
    entries = RosterEntry.objects.filter(npi=npi)
    spans = "; ".join(entry.span for entry in entries.order_by("effective_from"))
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"Roster change undone: NPI {npi}",
        detail={"entries": spans or None},
    )


def _check(entry):
    """Raise `NotPossible` unless the entry fits with the others of its NPI."""
    if entry.effective_to and entry.effective_to <= entry.effective_from:
        raise NotPossible("effective_to", "This is not after the day it begins.")
    others = RosterEntry.objects.filter(npi=entry.npi).exclude(pk=entry.pk)
    other = others.with_day_between(entry.effective_from, entry.effective_to).first()
    if other:
        hint = (
            ""
            if other.effective_to
            else " End that one first, or use “Change status from a day”."
        )
        raise NotPossible(
            None, f"It overlaps another entry of this NPI: {other.span}.{hint}"
        )


def _told(entry):
    return tuple(getattr(entry, name) for name in FIELDS)


def _plain(value):
    return None if value in (None, "") else str(value)


def _audit(by, entry, what, change, **details):
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"Roster entry {what}: NPI {entry.npi}",
        detail={"entry": change, **details},
    )
