"""Sorting of lists: only by what the list names."""

from collections.abc import Mapping

from django.db.models import F, QuerySet


def sorted_by(
    queryset: QuerySet, asked: str | None, fields: Mapping[str, str], *, default: str
) -> tuple[QuerySet, str]:
    """The queryset in the order `asked` ("name", "-name"), and that order.

    `fields` maps what may be asked to the field it sorts by; anything else
    sorts by `default`. Rows without a value come last, and the primary key
    makes the order total.
    """
    current = asked if (asked or "").removeprefix("-") in fields else default
    field = F(fields[current.removeprefix("-")])
    if current.startswith("-"):
        return queryset.order_by(field.desc(nulls_last=True), "-pk"), current
    return queryset.order_by(field.asc(nulls_last=True), "pk"), current
