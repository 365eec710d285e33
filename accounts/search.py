"""Search over everything that has a name, from any page.

Apps register their sources in `AppConfig.ready()`:

    search.register(Source("Practices", "building-hospital", ...))

A source's `find(asked, user, limit)` gives its best `limit` hits, of rows that
`user` may see. `resembling`, with the same arguments, forgives typing errors:
it is asked where nothing at all was found, and the database can compare words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Permission, can
from liaison_crm.lib import trigrams
from liaison_crm.lib.subqueries import any_of

LONGEST = 100  # characters of a question
MOST_WORDS = 6
SHORT = 3  # letters; shorter words are looked for at the start only
HITS = 6
TITLES = {"dr", "dr.", "doctor"}
NUMBER = re.compile(r"[\d\s().+-]{2,}")


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: `words`, and `digits` if it is a number."""

    text: str
    words: tuple[str, ...] = ()
    digits: str = ""

    @classmethod
    def of(cls, text: str) -> "Asked":
        text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
        if NUMBER.fullmatch(text):
            return cls(text, digits=re.sub(r"\D", "", text))
        words = [word for word in re.split(r"[\s,;]+", text) if word]
        names = [word for word in words if word.lower() not in TITLES] or words
        return cls(text, words=tuple(names[:MOST_WORDS]))

    def among(
        self,
        rows: QuerySet,
        *fields: str,
        besides: Callable[[str], QuerySet] | None = None,
    ) -> Q:
        """Each word in one of the fields: anywhere, or at the start if it is short.

        `besides` finds the keys of those of `rows` where a word stands elsewhere.
        """
        found = Q()
        for word in self.words:
            here = reduce(or_, (Q(**{lookup(field, word): word}) for field in fields))
            if besides:
                here = any_of(rows.filter(here).values("pk"), besides(word))
            found &= here
        return found

    def ranked(self, rows: QuerySet, *fields: str) -> QuerySet:
        """The best first: a whole field, then its start, field by field."""
        cases = [
            When(Q(**{f"{field}__{way}": word}), then=Value(place))
            for place, (way, field) in enumerate(
                (way, field) for way in ("iexact", "istartswith") for field in fields
            )
            for word in ({self.text, *self.words} if self.words else ())
        ]
        worst = Value(2 * len(fields))
        rank = Case(*cases, default=worst, output_field=IntegerField())
        return rows.order_by(rank, *fields, "pk")


def lookup(field, word):
    return f"{field}__{'icontains' if len(word) >= SHORT else 'istartswith'}"


@dataclass(frozen=True)
class Hit:
    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Group:
    """The hits of a source; `more_url` shows all, if there are more."""

    label: str
    icon: str
    hits: list[Hit]
    more_url: str = ""


@dataclass(frozen=True)
class Source:
    """Where to look. `more` names the list that takes the question as `q`."""

    label: str
    icon: str
    permission: Permission
    find: Callable[[Asked, User, int], list[Hit]]
    resembling: Callable[[Asked, User, int], list[Hit]] | None = None
    more: str = ""

    def group(self, hits, asked) -> Group | None:
        if not hits:
            return None
        url = ""
        if self.more and len(hits) > HITS:
            url = f"{reverse(self.more)}?{urlencode({'q': asked.text})}"
        return Group(self.label, self.icon, hits[:HITS], url)


@dataclass(frozen=True)
class Found:
    """What was found for `asked`; `is_guess`: something like it, not it."""

    asked: Asked
    groups: list[Group]
    is_guess: bool = False


def found(text: str, user) -> Found:
    """What `user` may see of what the text says, each source with its best."""
    asked = Asked.of(text)
    if not asked.words and not asked.digits:
        return Found(asked, [])
    groups = _groups(asked, user, "find")
    if groups or asked.digits or len(asked.text) < SHORT or not trigrams.are_there():
        return Found(asked, groups)
    return Found(asked, _groups(asked, user, "resembling"), is_guess=True)


def _groups(asked, user, way):
    groups = [
        source.group(getattr(source, way)(asked, user, HITS + 1), asked)
        for source in _sources
        if can(user, source.permission) and getattr(source, way)
    ]
    return [group for group in groups if group]


def resembling(rows: QuerySet, asked: Asked, *fields: str) -> QuerySet:
    """Rows where every word resembles one of the fields, the likest first."""
    score = trigrams.likeness(asked.words, fields)
    return (
        rows.filter(trigrams.alike(asked.words, fields))
        .annotate(likeness=score)
        .filter(likeness__gte=trigrams.ALIKE)
        .order_by(F("likeness").desc(), *fields, "pk")
    )


def people(asked: Asked, user, limit: int) -> list[Hit]:
    """People of the team by name: only names, and their role."""
    if not asked.words:
        return []
    users = User.objects.all()
    rows = asked.ranked(users.filter(asked.among(users, "name")), "name")
    return _people(rows[:limit])


def people_resembling(asked: Asked, user, limit: int) -> list[Hit]:
    return _people(resembling(User.objects.all(), asked, "name")[:limit])


def _people(rows):
    return [
        Hit(
            title=person.name,
            text=person.get_role_display(),
            url=reverse("accounts:person-detail", args=[person.pk]),
        )
        for person in rows
    ]


_sources: list[Source] = []


def register(*sources: Source) -> None:
    """Add sources, in the order in which their groups shall stand."""
    _sources.extend(source for source in sources if source not in _sources)


PEOPLE = Source(
    "People",
    "users",
    Permission.PEOPLE_MANAGE,
    people,
    people_resembling,
    "accounts:person-list",
)
