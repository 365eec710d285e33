"""Pages of a list."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PAGE_SIZE = 50


def page_of(
    queryset,
    number: str | None,
    *,
    size: int = PAGE_SIZE,
    rows: QuerySet | None = None,
) -> Page:
    """The page asked for; the first for nonsense, the last for too far.

    `rows`: where to read the rows of the page by their keys. A long list then
    sorts its keys alone, not whole rows with all that is joined to them.
    """
    page = Paginator(queryset, size).get_page(number)
    if rows is not None:
        keys = list(page.object_list.values_list("pk", flat=True))
        found = rows.in_bulk(keys)
        page.object_list = [found[key] for key in keys if key in found]
    return page
