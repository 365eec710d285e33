"""One change for many rows of the directory: shown first, then done whole or not.

What the preview showed is sealed: which rows, what each holds and what it gets.
The change is done only if all of that still stands.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from referrals.models import Practice
from referrals.services import directory, exceptions
from referrals.services.journal import key_of

MOST = 20_000  # rows at once
EXAMPLES = 20


class NotAsShown(Exception):
    """The rows are not those of the preview, or no longer hold what it showed."""


@dataclass(frozen=True)
class Step:
    """What a row holds, and what it gets; as people read it."""

    row: object
    old: str
    new: str

    @property
    def is_change(self):
        return self.old != self.new


@dataclass(frozen=True)
class Preview:
    steps: list[Step]
    what: str
    besides: list[Step] = field(default_factory=list)  # rows of another kind

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.is_change]

    @property
    def examples(self) -> list[Step]:
        return self.changes[:EXAMPLES]

    @property
    def besides_shown(self) -> list[Step]:
        return self.besides[:EXAMPLES]

    @property
    def same(self) -> int:
        return len(self.steps) - len(self.changes)

    @property
    def seal(self) -> str:
        """Stands for every row with what it holds and gets."""
        steps = [*self.steps, *self.besides]
        lines = (f"{step.row.pk}\0{step.old}\0{step.new}\n" for step in steps)
        return hashlib.sha256("".join([self.what, *lines]).encode()).hexdigest()


@dataclass(frozen=True)
class FieldChange:
    """The same value in a field of each row: a tier, an owner."""

    field: str
    label: str
    value: object
    reason: str = ""

    @property
    def what(self) -> str:
        return f"{self.field}={key_of(self.value)} {self.reason}"

    def problem(self, keys) -> str:
        return ""

    def preview(self, rows) -> Preview:
        new = readable(self.value)
        steps = [Step(row, readable(getattr(row, self.field)), new) for row in rows]
        return Preview(steps, self.what)

    def write(self, rows, *, by, at):
        values = {self.field: self.value}
        if self.field == "tier":
            values["tier_reason"] = self.reason
        directory.change_many(rows=rows, values=values, by=by, at=at)


@dataclass(frozen=True)
class TerritoryChange:
    """The territory that practices belong to against their ZIP codes.

    From the day `on`; None for `territory`: that of the ZIP code again.
    """

    territory: object
    on: object
    by: object
    reason: str = ""
    label = "Territory"

    @property
    def what(self) -> str:
        return f"territory={key_of(self.territory)} {self.on} {self.reason}"

    def problem(self, keys) -> str:
        """Whose they are not; nothing if all are the person's to move."""
        asked = self.preview(rows_shown(Practice, keys)).changes
        made = exceptions.plan(
            practices=[step.row for step in asked], by=self.by, **self._asked
        )
        return str(exceptions.NotYours(made.foreign)) if made.foreign else ""

    def preview(self, rows) -> Preview:
        new = readable(self.territory, nothing=BY_ZIP)
        standing = exceptions.standing(rows, on=self.on)
        held = {one.practice_id: one.territory for one in standing}
        steps = [
            Step(row, readable(held.get(row.pk), nothing=BY_ZIP), new) for row in rows
        ]
        return Preview(steps, self.what)

    def write(self, rows, *, by, at):
        try:
            exceptions.except_practices(practices=rows, by=by, at=at, **self._asked)
        except exceptions.Refused as error:
            raise NotAsShown from error

    @property
    def _asked(self):
        return {
            "territory": self.territory,
            "starts_on": self.on,
            "reason": self.reason,
        }


BY_ZIP = "By its ZIP code"


def readable(value, nothing="None") -> str:
    return str(value) if value not in (None, "") else nothing


def rows_shown(model, keys: Sequence[int]) -> list:
    """The rows of these keys in the order of their keys; fewer where some are gone."""
    return _rows(model.objects.all(), keys)


def _rows(rows, keys):
    return list(rows.select_related("owner").filter(pk__in=keys).order_by("pk"))


@transaction.atomic
def change_all(*, model, keys, change, seal, by, at, query="") -> int:
    """Do to these rows what the preview showed; how many changed.

    `keys` are rows in sight of `by`. Raises `NotAsShown`, and changes nothing,
    if one is gone, came to it, or holds something else by now.
    """
    rows = _rows(model.objects.select_for_update(of=("self",)), keys)
    preview = change.preview(rows)
    if len(rows) != len(keys) or preview.seal != seal:
        raise NotAsShown
    changed = [step.row for step in preview.changes]
    change.write(changed, by=by, at=at)
    record(
        action=AuditEvent.Action.MANY_CHANGED,
        by=by,
        subject=model._meta.verbose_name_plural.capitalize(),
        detail={
            "field": change.label,
            "to": preview.steps[0].new if preview.steps else "",
            "rows": len(changed),
            "besides": len(preview.besides),
            "reason": change.reason,
            "filters": query,
        },
    )
    return len(changed)
