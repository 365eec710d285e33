"""Cards that other parts of the product add to the page of a practice, a physician
or an organization.

Apps further up register a source in `AppConfig.ready()`:

    panels.register(stage_of)

A source is `(subject, user) -> list[Panel]`: `user` may see `subject`, and the
source returns only what they may read. One that is registered as `later` comes
with the timeline, behind the page, so that it costs the page nothing.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field


class Place(enum.Enum):
    """Where on the page a card stands."""

    MAIN = "main"  # beside the notes and the people
    SIDE = "side"  # beside tier and owner


@dataclass(frozen=True)
class Panel:
    """A card: its heading, the template of what stands in it, and its values."""

    title: str
    template: str
    context: dict = field(default_factory=dict)
    place: Place = Place.MAIN

    @property
    def name(self):
        """What tells its heading from others on the page."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.title)


_sources: list[Callable[..., list[Panel]]] = []
_later: list[Callable[..., list[Panel]]] = []


def register(source: Callable[..., list[Panel]], *, later: bool = False) -> None:
    sources = _later if later else _sources
    if source not in sources:
        sources.append(source)


def of(subject, user) -> dict[str, list[Panel]]:
    """{"main": cards, "side": cards}"""
    found = {place.value: [] for place in Place}
    for source in _sources:
        for panel in source(subject, user):
            found[panel.place.value].append(panel)
    return found


def later(subject, user) -> list[Panel]:
    """The cards that come behind the page."""
    return [panel for source in _later for panel in source(subject, user)]
