"""Pages of a list, without counting a long one to its end."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PAGE_SIZE = 50
COUNTED = 10_000  # rows are counted up to here; beyond it is "more than"
LONGEST = 2**31  # rows; no list is longer


class ReadPage(Page):
    """A page with its rows, which knows whether another follows."""

    follows = False

    def has_next(self):
        return self.follows

    def end_index(self):
        return self.start_index() + max(len(self.object_list) - 1, 0)


class CountedPaginator(Paginator):
    """Counts to `COUNTED` and no further, unless the last page is asked for."""

    is_capped = False
    _count = None

    def __init__(self, object_list, per_page, *, rows: QuerySet | None = None):
        super().__init__(object_list, per_page)
        self.rows = rows

    @property
    def count(self):
        if self._count is None:
            rows = self.object_list
            if isinstance(rows, QuerySet):
                # Of the keys alone: what a row shows is not worked out to count it.
                found = rows.order_by().values("pk")[: COUNTED + 1].count()
                self.is_capped, self._count = found > COUNTED, min(found, COUNTED)
            else:
                self._count = super().count
        return self._count

    @property
    def num_pages(self):
        """As many as there are, or could be as long as nobody has counted them."""
        rows = LONGEST if self.count and self.is_capped else self.count
        return max(1, -(-rows // self.per_page))

    def get_page(self, number):
        page = super().get_page(number)
        if self.is_capped and not page.object_list:
            self._count, self.is_capped = self.object_list.order_by().count(), False
            page = super().get_page(number)
        return page

    def page(self, number):
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        found = self._read(start, start + self.per_page + 1) if self.count else []
        page = ReadPage(found[: self.per_page], number, self)
        page.follows = len(found) > self.per_page
        return page

    def _read(self, start, stop):
        part = self.object_list[start:stop]
        if self.rows is None:
            return list(part)
        keys = list(part.values_list("pk", flat=True))
        found = self.rows.in_bulk(keys)
        return [found[key] for key in keys if key in found]


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
    return CountedPaginator(queryset, size, rows=rows).get_page(number)
