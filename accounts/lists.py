"""The lists of the product: their columns, and the views that people keep of them.

Apps make a `List` each, use it in their pages, and register it in
`AppConfig.ready()`:

    lists.register(PRACTICES, PHYSICIANS)

A page gives `PRACTICES.bar(request)` to `components/_list_bar.html`.
"""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.models import SavedView
from accounts.permissions import Permission, can
from liaison_crm.lib.columns import Choice, Columns
from liaison_crm.lib.sorting import sorted_by

PARAMETER_LENGTH = 200


@dataclass(frozen=True)
class Offer:
    """A view as the bar shows it."""

    view: SavedView
    url: str
    is_current: bool
    is_own: bool


@dataclass(frozen=True)
class List:
    """A list: where it is, who may open it, what it can be asked.

    `parameters` are the filters by their names in the query string.
    """

    name: str
    label: str
    url_name: str
    export_url_name: str
    permission: Permission
    columns: Columns
    parameters: tuple[str, ...]
    default_sort: str

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    def asked(self, query: QueryDict) -> str:
        """What of the query string this list understands, always in one order."""
        pairs = [
            (name, value)
            for name in self.parameters
            for value in query.getlist(name)
            if value and "\x00" not in value and len(value) <= PARAMETER_LENGTH
        ]
        sort = query.get("sort", "")
        if sort.removeprefix("-") in self.columns.sorts and sort != self.default_sort:
            pairs.append(("sort", sort))
        return urlencode(pairs)

    def sorted(self, rows, query: QueryDict):
        """The rows in the order asked for, and that order."""
        return sorted_by(
            rows, query.get("sort"), self.columns.sorts, default=self.default_sort
        )

    def chosen(self, query: QueryDict) -> Choice:
        return self.columns.chosen(query.getlist("columns"))

    def table(self, query: QueryDict, rows):
        """(heading, lines) of the list as a file."""
        return self.columns.table(query.getlist("columns"), rows)

    def url_of(self, view: SavedView) -> str:
        """Where the view opens, as far as the list still understands it."""
        asked = self.asked(QueryDict(view.query))
        query = self.address(asked, self.columns.chosen([view.columns]))
        return f"{self.url}{'?' if query else ''}{query}"

    def address(self, asked: str, choice: Choice) -> str:
        """The query string that shows this."""
        columns = choice.asked and f"columns={choice.asked}"
        return "&".join(filter(None, (asked, columns)))

    def bar(self, request) -> "Bar":
        return Bar(self, request.user, request.GET)


@dataclass(frozen=True)
class Bar:
    """What stands above a list: its views, its columns, its files."""

    shown: List
    user: object
    query: QueryDict

    @cached_property
    def columns(self) -> Choice:
        return self.shown.chosen(self.query)

    @cached_property
    def asked(self) -> str:
        return self.shown.asked(self.query)

    @cached_property
    def offers(self) -> list[Offer]:
        views = SavedView.objects.visible_to(self.user)
        here = (self.asked, self.columns.asked)
        return [
            Offer(
                view=view,
                url=self.shown.url_of(view),
                is_current=(view.query, view.columns) == here,
                is_own=view.owner_id == self.user.pk,
            )
            for view in views.filter(list_name=self.shown.name)
        ]

    @property
    def own(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.is_own]

    @property
    def shared(self) -> list[Offer]:
        return [offer for offer in self.offers if not offer.is_own]

    @property
    def current(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.is_current), None)

    @property
    def save_url(self) -> str:
        here = self.shown.address(self.asked, self.columns)
        return f"{reverse('accounts:saved-view-create')}?list={self.shown.name}&{here}"

    @property
    def list_url(self) -> str:
        return self.shown.url

    @property
    def export_url(self) -> str:
        return reverse(self.shown.export_url_name)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """(name, value) of all but the columns and the page."""
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in ("columns", "page")
            for value in values
        ]


_lists: dict[str, List] = {}


def register(*lists: List) -> None:
    _lists.update({one.name: one for one in lists})


def open_to(user, name: str) -> List | None:
    """The list of this name, if there is one that the person may open."""
    found = _lists.get(name)
    return found if found and can(user, found.permission) else None
