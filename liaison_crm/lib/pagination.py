"""Pages of a list."""

from django.core.paginator import Page, Paginator

PAGE_SIZE = 50


def page_of(queryset, number: str | None, *, size: int = PAGE_SIZE) -> Page:
    """The page asked for; the first for nonsense, the last for too far."""
    return Paginator(queryset, size).get_page(number)
