"""Sorting of lists: only by what the list names."""

from collections.abc import Mapping

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, QuerySet


def sorted_by(
    queryset: QuerySet, asked: str | None, fields: Mapping[str, str], *, default: str
) -> tuple[QuerySet, str]:
    """The queryset in the order `asked` ("name", "-name"), and that order.

    `fields` maps what may be asked to the field it sorts by; anything else
    sorts by `default`. Rows without a value come last, and the primary key
    makes the order total.
    """
    current = asked if (asked or "").removeprefix("-") in fields else default
    name = fields[current.removeprefix("-")]
    # A plain order can walk an index; one with empty values last cannot.
    last = True if may_be_empty(queryset.model, name) else None
    if current.startswith("-"):
        return queryset.order_by(F(name).desc(nulls_last=last), "-pk"), current
    return queryset.order_by(F(name).asc(nulls_last=last), "pk"), current


def may_be_empty(model: type[Model], name: str) -> bool:
    """Can the field hold no value? A relation or an annotation can."""
    try:
        return model._meta.get_field(name).null
    except FieldDoesNotExist:
        return True
