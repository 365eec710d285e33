"""When practices were last visited, as the app further up knows it.

It registers one source in `AppConfig.ready()`: `(practices, user) -> {key: day}`, of
the visits that `user` may read.
"""

import datetime as dt
from collections.abc import Callable

Source = Callable[..., dict[int, dt.date]]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def last_visits(practices, user) -> dict[int, dt.date]:
    """The day of the last visit by the practice's key; without those never visited."""
    found = {}
    for source in _sources:
        found |= source(practices, user)
    return found
