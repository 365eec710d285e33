"""Two rows of the directory side by side: values, origins, what hangs on each."""

from dataclasses import dataclass

from liaison_crm.lib.formats import phone
from referrals import fields
from referrals.pages import origins
from referrals.services import journal, merges

PHONES = ("phone", "fax")
LABELS = {"address_line_1": "Address"}


@dataclass(frozen=True)
class Line:
    """A field of both. `takes_other`: is the other one's value the better guess?"""

    name: str
    label: str
    mine: str
    other: str
    mine_from: str
    other_from: str
    takes_other: bool

    @property
    def differs(self):
        return self.mine != self.other


@dataclass(frozen=True)
class Attached:
    """How many rows of one sort refer to each."""

    label: str
    mine: int
    other: int


def lines(kept, removed) -> list[Line]:
    """What can be chosen; blanks and equal values need no choice."""
    marks = [*kept.provenance.values(), *removed.provenance.values()]
    names = origins.names_in(marks)
    return [
        Line(
            name=name,
            label=label_of(kept, name),
            mine=shown(kept, name),
            other=shown(removed, name),
            mine_from=origin_of(kept, name, names),
            other_from=origin_of(removed, name, names),
            takes_other=bool(shown(removed, name)) and is_better(kept, removed, name),
        )
        for name in merges.FIELDS[type(kept)]
    ]


def label_of(row, name):
    return LABELS.get(name) or fields.label_of(type(row), name)


def shown(row, name) -> str:
    if name == "address_line_1":
        return row.address
    if name in PHONES:
        return phone(getattr(row, name))
    if name == "is_active":
        return "Yes" if row.is_active else "No"
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return "" if value is None else str(value)


def origin_of(row, name, names) -> str:
    mark = row.provenance.get(name)
    if not mark:
        return ""
    confirmed = "; confirmed" if mark.get("confirmed_by") else ""
    return f"{origins.came(mark, names)}{confirmed}"


def is_better(kept, removed, name) -> bool:
    """A value beats none, a confirmed one beats others, a person's beats a file's."""
    if not shown(kept, name):
        return True
    return _trust(removed, name) > _trust(kept, name)


def _trust(row, name):
    origin = row.provenance.get(name) or {}
    return (bool(origin.get("confirmed_by")), origin.get("source") == "person")


def attached(kept, removed) -> list[Attached]:
    """What refers to the two, by the name of its sort; most first."""
    found = []
    for relation in journal.relations_to(type(kept), with_many_to_many=True):
        rows = relation.related_model._base_manager
        if relation.related_model._meta.auto_created:
            continue
        column = relation.field.name
        counted = [rows.filter(**{column: row}).count() for row in (kept, removed)]
        if any(counted):
            name = relation.related_model._meta.verbose_name_plural
            if relation.field.name not in (kept._meta.model_name, "subject"):
                name = f"{name} ({relation.field.verbose_name})"
            found.append(Attached(name[:1].upper() + name[1:], *counted))
    return sorted(found, key=lambda one: (-one.mine - one.other, one.label))
