"""The history of a record, told from the journal: who changed what, and when."""

import datetime as dt
from dataclasses import dataclass

from referrals import fields
from referrals.models import Change
from referrals.services.journal import BOOKKEEPING, PROVENANCE

HIDDEN = {*BOOKKEEPING, "address_key", "digest", "registry_updated_on"}


@dataclass(frozen=True)
class Line:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One change: its lines, or the fields that were only confirmed."""

    at: dt.datetime
    who: str
    what: str
    lines: tuple[Line, ...]


def changes_of(subject):
    rows = Change.objects.filter(model=subject._meta.label_lower, row=subject.pk)
    return rows.select_related("by", "run").order_by("-pk")


def entries_of(model, changes, user) -> list[Entry]:
    """The changes in words; the names of relations are looked up at once."""
    told = [
        (fields.named(model, name), as_text(value))
        for change in changes
        for side in (change.before, change.after)
        for name, value in (side or {}).items()
        if name in fields.SHARED[model]
    ]
    names = fields.names_of(fields.relations_in(told), user)
    return [_entry(model, change, names) for change in changes]


def _entry(model, change, names) -> Entry:
    before, after = change.before or {}, change.after or {}
    is_changed = change.before is not None and change.after is not None
    lines = tuple(
        Line(
            fields.label_of(model, name),
            _words(model, name, before.get(name), names),
            _words(model, name, after[name], names),
        )
        for name in (after if is_changed else ())
        if name not in HIDDEN
    )
    return Entry(change.at, _who(change), _what(model, change, lines), lines)


def _who(change) -> str:
    if change.by:
        return str(change.by)
    return f"Import of {change.run.file_name}" if change.run else "The system"


def _what(model, change, lines) -> str:
    if change.before is None:
        return "Added"
    if change.after is None:
        return "Removed"
    if lines:
        return "Changed"
    marks = change.after.get(PROVENANCE, {})
    labels = ", ".join(fields.label_of(model, name) for name in marks)
    is_confirmed = any((mark or {}).get("confirmed_by") for mark in marks.values())
    return f"{'Confirmed' if is_confirmed else 'Told again'}: {labels}"


def _words(model, name, value, names) -> str:
    text = as_text(value)
    if name in fields.SHARED[model]:
        return fields.offered_in_words(fields.named(model, name), text, names)
    return text or "empty"


def as_text(value) -> str:
    """A value of the journal as text; `True` is "True", nothing is ""."""
    return "" if value is None else str(value)
