"""The shared fields of the directory: which there are, and how they are printed.

A shared field has an origin, may be proposed and may be confirmed. Its value
stands in three places in two ways: in its row as the model has it, in a
`Proposal` and in the journal as text; both are printed here.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import User
from liaison_crm.lib.formats import phone
from referrals.models import ImportRun, Organization, Physician, Practice, Specialty

PHONES = ("phone", "fax")
OUT_OF_SIGHT = "one that is not in your sight"


class Kind(enum.Enum):
    TEXT, LINES, PHONE, EMAIL, LINK, CHOICE, FLAG, RELATION, MANY = range(9)


@dataclass(frozen=True)
class Shared:
    """One field. `is_asked`: worth asking at a visit whether it is still right."""

    model: type[models.Model]
    name: str
    label: str
    is_asked: bool = False
    empty: str = "None"

    @property
    def field(self):
        return self.model._meta.get_field(self.name)

    @property
    def kind(self) -> Kind:
        if self.name in PHONES:
            return Kind.PHONE
        if self.field.many_to_many:
            return Kind.MANY
        if self.field.is_relation:
            return Kind.RELATION
        if self.field.choices:
            return Kind.CHOICE
        return next(
            (kind for cls, kind in KINDS if isinstance(self.field, cls)), Kind.TEXT
        )


KINDS = (
    (models.BooleanField, Kind.FLAG),
    (models.EmailField, Kind.EMAIL),
    (models.URLField, Kind.LINK),
    (models.TextField, Kind.LINES),
)


def _list(model, *rows):
    return {name: Shared(model, name, *more) for name, *more in rows}


NOT_SET, UNKNOWN = "Not set", "Not known"
SHARED: dict[type[models.Model], dict[str, Shared]] = {
    Practice: _list(
        Practice,
        ("name", "Name"),
        ("organization", "Organization"),
        ("address_line_1", "Address", True),
        ("address_line_2", "Suite, floor", True),
        ("city", "City"),
        ("state", "State"),
        ("zip_code", "ZIP code"),
        ("phone", "Phone", True),
        ("fax", "Fax", True),
        ("email", "Email", True),
        ("website", "Website"),
        ("hours", "Hours", True, UNKNOWN),
        ("front_desk_names", "Front desk", True, UNKNOWN),
        ("scheduler_names", "Schedulers", True, UNKNOWN),
        ("best_time", "Best time to visit", True, UNKNOWN),
        ("lunches", "Lunches", True, UNKNOWN),
        ("preferred_channel", "Prefers", True, UNKNOWN),
        ("tier", "Tier", False, NOT_SET),
        ("tier_reason", "Reason for the tier", False, NOT_SET),
        ("owner", "Owner", False, "Nobody"),
        ("stage", "Stage", False, NOT_SET),
        ("is_active", "Active"),
    ),
    Physician: _list(
        Physician,
        ("first_name", "First name"),
        ("middle_name", "Middle name"),
        ("last_name", "Last name"),
        ("credential", "Credential", False, UNKNOWN),
        ("specialty", "Specialty", False, UNKNOWN),
        ("other_specialties", "Other specialties"),
        ("phone", "Phone", True),
        ("fax", "Fax", True),
        ("email", "Email", True),
        ("clinical_interests", "Clinical interests", False, UNKNOWN),
        ("languages", "Languages", False, UNKNOWN),
        ("medical_school", "Medical school", False, UNKNOWN),
        ("graduated_in", "Graduated", False, UNKNOWN),
        ("best_time", "Best time to visit", True, UNKNOWN),
        ("lunches", "Lunches", True, UNKNOWN),
        ("preferred_channel", "Prefers", True, UNKNOWN),
        ("tier", "Tier", False, NOT_SET),
        ("tier_reason", "Reason for the tier", False, NOT_SET),
        ("owner", "Owner", False, "Nobody"),
        ("is_active", "Active"),
    ),
    Organization: _list(
        Organization,
        ("name", "Name"),
        ("parent", "Belongs to", False, "None known"),
        ("specialty", "Specialty", False, UNKNOWN),
        ("is_active", "Active"),
    ),
}
# What is read as one: the parts and how their sum is called.
TOGETHER: dict[type[models.Model], dict[str, tuple[str, tuple[str, ...]]]] = {
    Practice: {
        "address": (
            "Address",
            ("address_line_1", "address_line_2", "city", "state", "zip_code"),
        )
    },
    Physician: {"full_name": ("Name", ("first_name", "middle_name", "last_name"))},
    Organization: {},
}


def named(model, name: str) -> Shared:
    """The field, also one that only files tell and no form shows."""
    if known := SHARED[model].get(name):
        return known
    return Shared(model, name, label_of(model, name))


def label_of(model, name: str) -> str:
    if known := SHARED.get(model, {}).get(name):
        return known.label
    try:
        label = str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        label = name.replace("_", " ")
    return label[:1].upper() + label[1:]


def asked_of(model) -> list[str]:
    """What is worth asking at a visit."""
    return [one.name for one in SHARED[model].values() if one.is_asked]


def relations_in(texts: Iterable[tuple[Shared, str]]) -> dict[type, set[int]]:
    """The keys that these texts name, by model, to be looked up at once."""
    found = {}
    for shared, text in texts:
        if text and shared.kind in (Kind.RELATION, Kind.MANY):
            keys = {int(key) for key in text.split(",") if key.isdecimal()}
            found.setdefault(shared.field.related_model, set()).update(keys)
    return found


# How a row is called in a text, where a database can say it.
CALLED = {
    User: F("name"),
    ImportRun: F("file_name"),
    Organization: F("name"),
    Practice: F("name"),
    Specialty: Coalesce(NullIf("name", Value("")), "code"),
}


def names_of(keys: Mapping[type, Iterable[int]], user) -> dict[tuple[type, int], str]:
    """(model, key) -> name, in one query; of organizations those in sight.

    Rows of other models are called what `str` says, for one more query each.
    """
    found, parts = {}, []
    for model, pks in keys.items():
        rows = model._default_manager
        if model is Organization:
            rows = rows.visible_to(user)
        if pks and model in CALLED:
            parts.append(_called(model, rows.filter(pk__in=pks)))
        elif pks:
            found |= {(model, pk): str(row) for pk, row in rows.in_bulk(pks).items()}
    models_of = {model._meta.label: model for model in CALLED}
    for label, pk, name in parts[0].union(*parts[1:], all=True) if parts else ():
        found[models_of[label], pk] = name
    return found


def _called(model, rows):
    named = rows.order_by().annotate(of=Value(model._meta.label), called=CALLED[model])
    return named.values_list("of", "pk", "called")


def in_words(shared: Shared, text: str, names: Mapping) -> str:
    """A value, told as text, as people read it.

    Nothing for an empty one, and for a relation out of sight.
    """
    if not text:
        return ""
    kind = shared.kind
    if kind is Kind.PHONE:
        return phone(text)
    if kind is Kind.FLAG:
        return "Yes" if text == "True" else "No"
    if kind is Kind.CHOICE:
        return str(dict(shared.field.flatchoices).get(text, text))
    if kind in (Kind.RELATION, Kind.MANY):
        model = shared.field.related_model
        known = (names.get((model, int(key))) for key in text.split(","))
        return ", ".join(name for name in known if name)
    return text


def offered_in_words(shared: Shared, text: str, names: Mapping) -> str:
    """The same for what is offered, where an empty value is one too."""
    return in_words(shared, text, names) or (OUT_OF_SIGHT if text else "empty")
