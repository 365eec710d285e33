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
    """Counts to `counted` and no further, unless a page beyond is asked for.

    A list that ends on its first page is not counted at all. What lies in the far
    half of a counted list is read from its end: a database sorts as many rows as it
    has to pass over. With `rows`, or counted no further than `counted`, the keys of
    a list with a condition are read at once: finding them costs, and counting would
    find them again.
    """

    is_capped = False
    _count = None
    _first = None  # rows of the first page and one more
    _keys = None  # of all rows up to `COUNTED`, in their order

    def __init__(
        self, object_list, per_page, *, rows: QuerySet | None = None, counted=None
    ):
        super().__init__(object_list, per_page)
        self.rows, self.counted = rows, counted or COUNTED
        self.is_of_keys = bool(counted) and isinstance(object_list, QuerySet)
        if rows is not None and object_list.query.where:
            self._read_keys()

    def _read_keys(self):
        found = list(self.object_list.values_list("pk", flat=True)[: self.counted + 1])
        self._keys = found[: self.counted]
        self._count, self.is_capped = len(self._keys), len(found) > self.counted

    @property
    def count(self):
        if self._count is None:
            rows = self.object_list
            if isinstance(rows, QuerySet):
                # Of the keys alone: what a row shows is not worked out to count it.
                found = rows.order_by().values("pk")[: self.counted + 1].count()
                self.is_capped = found > self.counted
                self._count = min(found, self.counted)
            else:
                self._count = super().count
        return self._count

    @property
    def num_pages(self):
        """As many as there are, or could be as long as nobody has counted them."""
        rows = LONGEST if self.count and self.is_capped else self.count
        return max(1, -(-rows // self.per_page))

    def get_page(self, number):
        is_first = number in (None, "", "1", 1)
        if self._keys is None and not is_first and self._is_beyond(number):
            self._count_all()
        elif self._keys is None and self.is_of_keys:
            self._read_keys()
        elif self._keys is None and is_first:
            self._first = self._read(0, self.per_page + 1)
            if len(self._first) <= self.per_page:
                self._count = len(self._first)
        return super().get_page(number)

    def _is_beyond(self, number):
        """Is it a page of rows that are not counted, or the last of them all?"""
        try:
            return not 0 <= (int(number) - 1) * self.per_page < self.counted
        except ValueError:
            return False

    def _count_all(self):
        if isinstance(self.object_list, QuerySet):
            self._count, self.is_capped = self.object_list.order_by().count(), False

    def page(self, number):
        number = self.validate_number(number)
        if self.is_capped and (number - 1) * self.per_page >= self.counted:
            self._count_all()
            number = min(number, self.num_pages)
        start = (number - 1) * self.per_page
        if start == 0 and self._first is not None:
            found = self._first
        else:
            found = self._read(start, start + self.per_page + 1) if self.count else []
        page = ReadPage(found[: self.per_page], number, self)
        page.follows = len(found) > self.per_page
        return page

    def _read(self, start, stop):
        part = self.object_list
        if self._keys is not None and stop <= self.counted:
            return self._rows_with(self._keys[start:stop])
        is_far = isinstance(part, QuerySet) and not self.is_capped
        if is_far and self._count is not None and start > self._count // 2:
            part = part.reverse()[max(self._count - stop, 0) : self._count - start]
            return self._rows_of(part)[::-1]
        return self._rows_of(part[start:stop])

    def _rows_of(self, part):
        if self.rows is None:
            return list(part)
        return self._rows_with(list(part.values_list("pk", flat=True)))

    def _rows_with(self, keys):
        if self.rows is None:
            return keys
        found = self.rows.in_bulk(keys)
        return [found[key] for key in keys if key in found]


def page_of(
    queryset,
    number: str | None,
    *,
    size: int = PAGE_SIZE,
    rows: QuerySet | None = None,
    counted: int | None = None,
) -> Page:
    """The page asked for; the first for nonsense, the last for too far.

    `rows`: where to read the rows of the page by their keys. A long list then
    sorts its keys alone, not whole rows with all that is joined to them. `counted`:
    how far a long list of keys alone is counted.
    """
    paginator = CountedPaginator(queryset, size, rows=rows, counted=counted)
    return paginator.get_page(number)
