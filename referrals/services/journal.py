"""The journal: writes that can be taken back, row by row.

An import, a merge or a person's edit writes through a `Journal`. It keeps what
each row was before and after as `Change` rows, in the same transaction, and
`undo` goes through them backwards. A value that somebody has changed since is
theirs and stays; so does a new row that something else has come to refer to.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache
from itertools import groupby

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import F

from liaison_crm.lib.json_keys import WithKeys
from referrals.models import Change

BATCH = 500
AT_ONCE = 5000  # rows of one statement that names them by their keys
VERSION, PROVENANCE = "version", "provenance"
BOOKKEEPING = (VERSION, PROVENANCE)
# Rows without a page of their own, which the history of another row tells of.
TOLD_ELSEWHERE = (
    "referrals.affiliation",
    "referrals.rosterentry",
    "referrals.specialistprofile_terms",
    "referrals.territoryexception",
)


class Journal:
    """Writes rows, and keeps them for an undo. `origin`: run, merge or by."""

    def __init__(self, *, at, **origin):
        self.at, self.origin = at, origin

    def create(self, rows: Sequence[models.Model], **options) -> None:
        """`bulk_create`, kept. `options` are its own, without ignore_conflicts."""
        if rows:
            type(rows[0]).objects.bulk_create(rows, batch_size=BATCH, **options)
            self.keep((row, None, made(row)) for row in rows)

    def update(self, rows: Sequence[models.Model], fields: Iterable[str]) -> None:
        """`bulk_update`, kept; rows in which nothing changed are not written.

        The version of a row that has one grows, here and nowhere else.
        """
        if not rows:
            return
        model, fields = type(rows[0]), [*fields]
        known = model.objects.in_bulk([row.pk for row in rows])
        changes = [(row, *differences(known[row.pk], row, fields)) for row in rows]
        changes = [change for change in changes if change[1]]
        changed = [row for row, *_ in changes]
        if has_version(model):
            for row in changed:
                row.version = known[row.pk].version + 1
            fields.append(VERSION)
        model.objects.bulk_update(changed, fields, batch_size=BATCH)
        self.keep(changes)

    def update_alike(self, rows: Sequence[models.Model], values: dict, origin) -> None:
        """The same values, told by `origin`, for rows that are held locked.

        What a row has already is not told anew. A statement for thousands of rows
        costs a tenth of `bulk_update`, which spells each of them out.
        """
        for names, alike in _by_difference(rows, values).items():
            told = {name: values[name] for name in names}
            marks = dict.fromkeys(names, origin)
            for start in range(0, len(alike), AT_ONCE):
                keys = [row.pk for row in alike[start : start + AT_ONCE]]
                type(alike[0]).objects.filter(pk__in=keys).update(
                    **told,
                    provenance=WithKeys(PROVENANCE, marks),
                    version=F(VERSION) + 1,
                )
            after = {name: as_json(key_of(told[name])) for name in names}
            self.keep(
                (
                    row,
                    {name: stored(row, row._meta.get_field(name)) for name in names}
                    | {PROVENANCE: {key: row.provenance.get(key) for key in names}},
                    after | {PROVENANCE: marks},
                )
                for row in alike
            )

    def delete(self, rows: Sequence[models.Model]) -> None:
        """Delete rows that nothing refers to, kept whole."""
        if rows:
            self.keep((row, values_of(row), None) for row in rows)
            type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]).delete()

    def keep(self, changes) -> None:
        """Note (row, before, after) of rows that were written some other way."""
        Change.objects.bulk_create(
            [
                Change(
                    model=row._meta.label_lower,
                    row=row.pk,
                    before=before,
                    after=after,
                    at=self.at,
                    **self.origin,
                )
                for row, before, after in changes
            ],
            batch_size=BATCH,
        )


def _by_difference(rows, values) -> dict[tuple[str, ...], list]:
    """The rows by the fields in which they differ from `values`, if in any."""
    found = {}
    after = {name: key_of(value) for name, value in values.items()}
    for row in rows:
        names = (
            name
            for name in values
            if getattr(row, row._meta.get_field(name).attname) != after[name]
        )
        found.setdefault(tuple(names), []).append(row)
    found.pop((), None)
    return found


def is_undoable(change: Change | None) -> bool:
    """Did a person do it here? An import and a merge are taken back as a whole."""
    return (
        bool(change and change.by_id and not (change.run_id or change.merge_id))
        and not change.is_undo
    )


def key_of(value):
    return getattr(value, "pk", value)


def has_version(model) -> bool:
    return any(field.name == VERSION for field in model._meta.concrete_fields)


def made(row) -> dict:
    """What tells later whether a row still holds what it was made with."""
    values = values_of(row)
    passing = {*BOOKKEEPING, *getattr(row, "BY_RULE", ())}
    plain = {name: values[name] for name in values if name not in passing}
    text = json.dumps(plain, sort_keys=True)
    return {"digest": hashlib.sha256(text.encode()).hexdigest()[:20]}


def values_of(row) -> dict:
    """Every field but the key, as JSON holds it."""
    return {
        name: as_json(getattr(row, column)) for name, column in columns_of(type(row))
    }


@cache
def columns_of(model) -> list[tuple[str, str]]:
    """(name, attribute) of every field but the key."""
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    return [(field.name, field.attname) for field in fields]


def stored(row, field):
    """The value of a field as JSON holds it; a relation is its key."""
    return as_json(getattr(row, field.attname))


def as_json(value):
    if value is None or isinstance(value, str | int | float | bool | dict | list):
        return value
    if type(value) is dt.date:
        return value.isoformat()
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()  # Django's encoder rounds it
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def differences(old, new, names) -> tuple[dict, dict]:
    """(before, after) of the fields that differ; of provenance only those keys."""
    before, after = {}, {}
    for name in names:
        field = new._meta.get_field(name)
        was, now = stored(old, field), stored(new, field)
        if was == now:
            continue
        if name == PROVENANCE:
            keys = [key for key in {**was, **now} if was.get(key) != now.get(key)]
            was = {key: was.get(key) for key in keys}
            now = {key: now.get(key) for key in keys}
        before[name], after[name] = was, now
    return before, after


def undo(changes: Sequence[Change], journal: Journal) -> tuple[int, int]:
    """Take back `changes`, newest first; (rows restored, rows kept).

    What was put back is kept in `journal`. Call it in a transaction; a part of a
    longer undo is fine, as long as the parts come in order.
    """
    restored = kept = 0
    newest_first = sorted(changes, key=lambda change: change.pk, reverse=True)
    for _, group in groupby(newest_first, key=_sort_of):
        one_kind = list(group)
        done = _UNDO[_sort_of(one_kind[0])[1]](one_kind, journal)
        restored += done
        kept += len(one_kind) - done
    return restored, kept


def _sort_of(change):
    kind = "made" if change.before is None else "gone" if change.after is None else ""
    return change.model, kind or "changed"


def _unmake(changes, journal) -> int:
    """Remove rows that were made, unless they changed or are referred to."""
    model = apps.get_model(changes[0].model)
    locked = model.objects.select_for_update().order_by("pk")
    rows = locked.in_bulk([change.row for change in changes])
    same = [
        change.row
        for change in changes
        if change.row in rows and made(rows[change.row]) == change.after
    ]
    free = set(same) - referred_to(model, same)
    if model._meta.label_lower in TOLD_ELSEWHERE:
        journal.keep((rows[pk], values_of(rows[pk]), None) for pk in sorted(free))
    model.objects.filter(pk__in=free).delete()
    return len(free)


def referred_to(model, pks) -> set:
    """Which of the rows another row refers to, by any foreign key there is.

    Of a model that says which of its rows `HOLDS`, the others do not count; nor do
    the joins of the model's own many-to-many fields, which are a part of it.
    """
    own = {field.remote_field.through for field in model._meta.local_many_to_many}
    found = set()
    for relation in relations_to(model, with_many_to_many=True):
        if relation.related_model in own:
            continue
        column = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{column}__in": pks})
        rows = rows.filter(getattr(relation.related_model, "HOLDS", models.Q()))
        found.update(rows.values_list(column, flat=True))
    return found


def relations_to(model, *, with_many_to_many=False) -> list:
    """The foreign keys that point at `model`, from whatever app.

    The rows that only join a many-to-many count if asked for.
    """
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and (with_many_to_many or not relation.related_model._meta.auto_created)
    ]


def _remake(changes, journal) -> int:
    """Put rows back that were removed, with the keys they had."""
    back = []
    for change in changes:
        model = apps.get_model(change.model)
        row = model(pk=change.row, **_read(model, change.before))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # its place is taken by now
        back.append(row)
    journal.keep((row, None, made(row)) for row in back)
    return len(back)


def _restore(changes, journal) -> int:
    """Put values back that nobody has changed since."""
    back = []
    model = apps.get_model(changes[0].model)
    locked = model.objects.select_for_update().order_by("pk")
    rows = locked.in_bulk([one.row for one in changes])
    for change in changes:
        row = rows.get(change.row)
        was = copy(row)
        fields = _put_back(row, change) if row else []
        if not fields:
            continue
        if has_version(model):
            row.version += 1
            fields.append(VERSION)
        try:
            with transaction.atomic():
                row.save(update_fields=fields)
        except IntegrityError:
            continue
        names = [name for name in fields if name != VERSION]
        back.append((row, *differences(was, row, names)))
    journal.keep(back)
    return len(back)


def _put_back(row, change) -> list[str]:
    """Set the values of before; which fields. Changed ones are left alone."""
    fields = []
    origins = change.after.get(PROVENANCE, {})
    before = _read(type(row), change.before)
    for name, now in change.after.items():
        field = row._meta.get_field(name)
        if name == PROVENANCE or stored(row, field) != now:
            continue
        if name in origins and row.provenance.get(name) != origins[name]:
            continue  # somebody has confirmed it
        setattr(row, field.attname, before[field.attname])
        fields.append(name)
    back = [
        key
        for key, origin in origins.items()
        if key in fields
        or (key not in change.after and row.provenance.get(key) == origin)
    ]
    if back:
        was = change.before.get(PROVENANCE, {})
        kept = {**row.provenance, **{key: was.get(key) for key in back}}
        row.provenance = {key: value for key, value in kept.items() if value}
        fields.append(PROVENANCE)
    return fields


def _read(model, values) -> dict:
    """Values of JSON as those of the model, by attribute name."""
    found = {}
    for name, value in values.items():
        field = model._meta.get_field(name)
        target = field.target_field if field.is_relation else field
        found[field.attname] = value if value is None else target.to_python(value)
    return found


_UNDO = {"made": _unmake, "gone": _remake, "changed": _restore}
