"""The entries of one NPI as a line of time: spans, gaps, and where today is."""

import datetime as dt
from dataclasses import dataclass

from referrals.models import RosterEntry

WIDTH = 1000  # units of the picture; the page stretches it
LEAST = 4  # a single day is seen, too
AHEAD = dt.timedelta(days=90)  # shown behind today, for what is open or planned


@dataclass(frozen=True)
class Span:
    """An entry, or the days between two of them; `end` None is open."""

    start: dt.date
    end: dt.date | None
    entry: RosterEntry | None
    left: int
    width: int
    is_current: bool

    @property
    def days(self) -> int | None:
        return (self.end - self.start).days if self.end else None


@dataclass(frozen=True)
class History:
    """`spans` from the oldest on; `today` is a place on the line, or None."""

    spans: list[Span]
    first: dt.date
    last: dt.date
    today: int

    @property
    def newest_first(self) -> list[Span]:
        return self.spans[::-1]


def history_of(entries, *, on) -> History | None:
    """The line of the entries (in order of their beginning); None without any."""
    if not entries:
        return None
    first = min(entries[0].effective_from, on)
    ends = [entry.effective_to or entry.effective_from for entry in entries]
    last = max(on + AHEAD, *ends, entries[-1].effective_from + AHEAD)
    days = (last - first).days

    def place(day):
        return (day - first).days * WIDTH // days

    def span(start, end, entry=None):
        left = place(start)
        width = max(place(end or last) - left, LEAST)
        is_current = start <= on and (end is None or on < end)
        return Span(start, end, entry, left, width, is_current)

    spans = []
    for entry in entries:
        if spans and spans[-1].end and spans[-1].end < entry.effective_from:
            spans.append(span(spans[-1].end, entry.effective_from))
        spans.append(span(entry.effective_from, entry.effective_to, entry))
    if spans[-1].end and spans[-1].end <= on:
        spans.append(span(spans[-1].end, None))
    return History(spans, first, last, place(on))
