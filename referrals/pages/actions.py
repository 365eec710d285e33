"""What may be done from the page of a practice or a physician.

Apps further up register a source in `AppConfig.ready()`. A source is
`(subject, user) -> list[Action]` and returns only what `user` may do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from accounts.permissions import Permission, can


@dataclass(frozen=True)
class Action:
    """A button: its label, where it leads, and whether it is the main one."""

    label: str
    url: str
    is_primary: bool = False


def merges_of(subject, user) -> list[Action]:
    """Where a row can be merged with another."""
    if not can(user, Permission.DUPLICATE_MERGE):
        return []
    query = urlencode({"kind": subject._meta.model_name, "row": subject.pk})
    url = reverse("referrals:duplicate-create")
    return [Action("Merge with another", f"{url}?{query}")]


_sources: list[Callable[..., list[Action]]] = []


def register(source: Callable[..., list[Action]]) -> None:
    if source not in _sources:
        _sources.append(source)


def of(subject, user) -> list[Action]:
    sources = [*_sources, merges_of]  # what is needed least stands last
    return [action for source in sources for action in source(subject, user)]
