"""What may be done from the page of a practice or a physician.

Apps further up register a source in `AppConfig.ready()`. A source is
`(subject, user) -> list[Action]` and returns only what `user` may do.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """A button: its label, where it leads, and whether it is the main one."""

    label: str
    url: str
    is_primary: bool = False


_sources: list[Callable[..., list[Action]]] = []


def register(source: Callable[..., list[Action]]) -> None:
    if source not in _sources:
        _sources.append(source)


def of(subject, user) -> list[Action]:
    return [action for source in _sources for action in source(subject, user)]
