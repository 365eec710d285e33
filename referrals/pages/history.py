"""The history of a record in words: who or what changed what, and when."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from accounts.models import Territory
from referrals import fields
from referrals.models import Affiliation, Change, Physician, Practice
from referrals.pages import events
from referrals.services.journal import BOOKKEEPING, PROVENANCE, values_of

HIDDEN = {
    *BOOKKEEPING,
    *("address_key", "registry_updated_on", "edited_at"),
    *("source", "is_secondary"),
}
LABELS = {
    "effective_from": "From",
    "effective_to": "Until",
    "starts_on": "From",
    "ends_on": "Until",
    "is_primary": "Main site",
}
OPEN = ("effective_to", "ends_on")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAMES = {
    "referrals.affiliation": "Affiliation",
    "referrals.rosterentry": "Roster entry",
    "referrals.territoryexception": "Territory",
}


@dataclass(frozen=True)
class Line:
    """What became of a value; `before` is None where there was no row."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Entry:
    """One event: its lines, or the fields that were only confirmed."""

    at: dt.datetime
    who: str
    what: str
    lines: tuple[Line, ...] = ()
    note: str = ""


def entries_of(subject, found, user) -> list[Entry]:
    """The events of a page in words; all names are looked up at once."""
    read = events.read(subject, found)
    changes = [*read.changes.values()]
    told = [*changes, *(one for many in read.taken_over.values() for one in many)]
    teller = _Teller(subject, read, user, _first_values(changes), told)
    return [teller.entry(when, kind, key) for when, kind, key in found]


def entries_of_roster(changes, user) -> list[Entry]:
    """Changes of roster entries, of whomever, in words."""
    changes = [*changes]
    read = events.Read({one.pk: one for one in changes}, {}, {})
    teller = _Teller(None, read, user, _first_values(changes), changes)
    return [teller.entry(one.at, events.CHANGE, one.pk) for one in changes]


def _first_values(changes) -> dict[int, dict]:
    """By change that made a row: what the row was made with."""
    rows = {}
    for one in changes:
        if one.before is None and one.model in NAMES:
            rows.setdefault(one.model, set()).add(one.row)
    found = {}
    for label, keys in rows.items():
        here = apps.get_model(label)._base_manager.in_bulk(keys)
        state = {key: values_of(row) for key, row in here.items()}
        later = Change.objects.filter(model=label, row__in=keys).order_by("-pk")
        for one in later:
            if one.before is None:
                found[one.pk] = dict(state.get(one.row, {}))
            elif one.after is None:
                state[one.row] = dict(one.before)
            else:
                state.setdefault(one.row, {}).update(one.before)
    return found


class _Teller:
    """Says one event after the other; names are read once, in the beginning."""

    def __init__(self, subject, read, user, first, told):
        self.subject, self.read, self.user, self.first = subject, read, user, first
        self.parts = {
            one.pk: one.before or first.get(one.pk, {})
            for one in told
            if one.model in NAMES
        }
        self.rows = self._rows_of_parts(told)
        self.names = self._names(told)
        self.in_sight = self._merged_in_sight()

    def entry(self, when, kind, key) -> Entry:
        if kind == events.CHANGE:
            return self._change(self.read.changes[key])
        if kind == events.STAGE:
            step = self.read.stages[key]
            what = f"Stage: {step.get_stage_display()}"
            return Entry(when, "the rule of stages", what, note=step.reason)
        return self._merge(self.read.merges[key], when, is_undo=kind == events.UNDONE)

    def _change(self, change) -> Entry:
        reason = self.read.reasons.get(change.at, "")
        note = reason if "stage" in (change.after or ()) else ""
        return Entry(
            change.at, _who(change), self._what(change), self._lines(change), note
        )

    def _what(self, change) -> str:
        what, lines = self._of_part(change), self._lines(change)
        sort = "added" if change.before is None else "changed"
        sort = "removed" if change.after is None else sort
        marks = (change.after or {}).get(PROVENANCE, {})
        if sort == "changed" and not lines and marks:
            labels = ", ".join(
                fields.label_of(apps.get_model(change.model), name) for name in marks
            )
            is_seen = any((mark or {}).get("confirmed_by") for mark in marks.values())
            sort = f"{'confirmed' if is_seen else 'told again'}: {labels}"
        undone = ""
        if change.is_undo:
            undone = (
                f"Import of {change.run.file_name} undone: "
                if change.run
                else ("Change undone: ")
            )
        said = f"{undone}{what} {sort}".strip() if what else f"{undone}{sort}"
        return said[:1].upper() + said[1:]

    def _of_part(self, change) -> str:
        """What the change is of, if not of the record itself."""
        name = NAMES.get(change.model, "")
        if change.model != Affiliation._meta.label_lower or not self.subject:
            return name
        other = "physician" if isinstance(self.subject, Practice) else "practice"
        model = Physician if other == "physician" else Practice
        key = self.rows.get(change.row, {}).get(other)
        return self.names.get((model, key), name)

    def _lines(self, change) -> tuple[Line, ...]:
        model = apps.get_model(change.model)
        if change.before is None:
            values = self.first.get(change.pk, {})
            return tuple(
                Line(_label(model, name), None, self._words(model, name, value))
                for name, value in _in_order(model, values)
                if name not in HIDDEN
                and value not in (None, "", False)
                and not self._is_known(model, name)
            )
        return tuple(
            Line(
                _label(model, name),
                self._words(model, name, change.before.get(name)),
                self._words(model, name, value),
            )
            for name, value in _in_order(model, change.after or {})
            if name not in HIDDEN
        )

    def _is_known(self, model, name) -> bool:
        """The ends of a row that its heading tells already."""
        return name in ("practice", "physician", "npi", "by")

    def _words(self, model, name, value) -> str:
        text = as_text(value)
        if name in fields.SHARED.get(model, ()):
            return fields.offered_in_words(fields.named(model, name), text, self.names)
        if value in (None, ""):
            return "open" if name in OPEN else "empty"
        column = model._meta.get_field(name)
        if column.is_relation:
            return self.names.get((column.related_model, value), fields.OUT_OF_SIGHT)
        if isinstance(column, models.BooleanField):
            return "Yes" if value else "No"
        if isinstance(column, models.DateField):
            return f"{dt.date.fromisoformat(text[:10]):%b %-d, %Y}"
        if name == "days":
            return ", ".join(DAYS[int(day) - 1] for day in text)
        return str(dict(column.flatchoices).get(value, value))

    def _merge(self, merge, when, *, is_undo) -> Entry:
        is_kept = getattr(merge, f"{self.subject._meta.model_name}_id") == (
            self.subject.pk
        )
        other = self._other_of(merge, is_kept=is_kept)
        if is_undo:
            what = f"Merge undone: {other} is apart again"
        else:
            what = f"{other} became a part of this" if is_kept else f"Merged: {other}"
            if not is_kept:
                what = f"Became a part of {other}"
        changes = self.read.taken_over.get(merge.pk, ())
        lines = (
            line
            for one in changes
            if one.is_undo == is_undo and None not in (one.before, one.after)
            for line in self._lines(one)
        )
        who = merge.undone_by if is_undo else merge.by
        note = "" if is_undo else self._came_along(merge, is_kept=is_kept)
        return Entry(when, str(who), what[:1].upper() + what[1:], tuple(lines), note)

    def _other_of(self, merge, *, is_kept) -> str:
        """The other row; the one that is apart again is named to who sees it."""
        if is_kept and (not merge.undone_at or merge.removed_row in self.in_sight):
            return merge.removed_name
        key = getattr(merge, f"{self.subject._meta.model_name}_id")
        return self.in_sight.get(key) or fields.OUT_OF_SIGHT

    def _came_along(self, merge, *, is_kept) -> str:
        found = self.read.came_along.get(merge.pk)
        if not found or not is_kept:
            return ""
        if not (self.user.sees_all_practices or isinstance(self.subject, Practice)):
            return ""
        named = (_plural(self.subject, label) for label in found)
        return f"Came along: {', '.join(sorted(named))}."

    def _merged_in_sight(self) -> dict[int, str]:
        if not self.read.merges:
            return {}
        model, name = type(self.subject), self.subject._meta.model_name
        keys = {
            key
            for one in self.read.merges.values()
            for key in (one.removed_row, getattr(one, f"{name}_id"))
        }
        rows = model.objects.visible_to(self.user).in_bulk(keys)
        return {key: str(row) for key, row in rows.items()}

    def _rows_of_parts(self, told) -> dict[int, dict]:
        """What affiliations of the page join, also those that went."""
        label = Affiliation._meta.label_lower
        keys = {one.row for one in told if one.model == label}
        if not keys:
            return {}
        went = Change.objects.filter(model=label, row__in=keys, after__isnull=True)
        here = Affiliation.objects.filter(pk__in=keys)
        joined = here.values("pk", "practice", "physician")
        return dict(went.values_list("row", "before")) | {
            row["pk"]: row for row in joined
        }

    def _names(self, told) -> Mapping:
        keys, texts = {}, []
        for one in told:
            model = apps.get_model(one.model)
            for side in (one.before, one.after, self.first.get(one.pk)):
                for name, value in (side or {}).items():
                    if name in fields.SHARED.get(model, ()):
                        texts.append((fields.named(model, name), as_text(value)))
                    elif name == "territory":
                        keys.setdefault(Territory, set()).add(value)
        other = Physician if isinstance(self.subject, Practice) else Practice
        ends = {joined[other._meta.model_name] for joined in self.rows.values()}
        keys[other] = ends
        keys |= fields.relations_in(texts)
        territories = {*keys.pop(Territory, ())} - {None}
        seen = Territory.objects.visible_to(self.user).filter(pk__in=territories)
        return fields.names_of(keys, self.user) | {
            (Territory, one.pk): str(one) for one in (seen if territories else ())
        }


def _in_order(model, values):
    """As the model names its fields: databases keep them in orders of their own."""
    named = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return [(one.name, values[one.name]) for one in named if one.name in values]


def _label(model, name) -> str:
    return LABELS.get(name) or fields.label_of(model, name)


def _plural(subject, label) -> str:
    model = apps.get_model(label)
    for one in subject._meta.many_to_many:
        if one.remote_field.through is model:
            return str(one.verbose_name)
    return str(model._meta.verbose_name_plural)


def _who(change) -> str:
    if change.by:
        return str(change.by)
    return f"import of {change.run.file_name}" if change.run else "the system"


def as_text(value) -> str:
    """A value of the journal as text; `True` is "True", nothing is ""."""
    return "" if value is None else str(value)
