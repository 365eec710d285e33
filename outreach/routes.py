"""The order of a day's stops: the least way with the appointments in their order.

way: the sum of the distances from stop to stop as the crow flies, miles; from
    where the day starts, if that is told, and not back again
appointment: a stop with an hour of its own; appointments keep their order among
    themselves, the other stops go where they cost least
exact up to EXACT stops (dynamic programming over sets of stops); beyond, the
    cheapest insertion bettered by moving and turning pieces until nothing helps
a stop whose place is not known comes last, in the order it had
about: the miles from or to a place known only as the middle of its ZIP code's area;
    between two places in one such area no miles are told
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from liaison_crm.lib.geography import Point, miles

EXACT = 10
FAR = float("inf")


@dataclass(frozen=True)
class Stop:
    """A place to go to: `of` is the caller's, `at` its hour, sortable, or None.

    A place is approximate if it is the middle of a ZIP code's area.
    """

    of: Any
    place: Point | None
    at: Any = None
    is_approximate: bool = False


@dataclass(frozen=True)
class Leg:
    """A stop, and the miles to it; None from nowhere or to a place not known.

    `before` is the stop, or the start, that the way comes from.
    """

    stop: Stop
    miles: float | None
    before: Stop | None = None

    @property
    def is_approximate(self) -> bool:
        return any(end.is_approximate for end in (self.before, self.stop) if end)

    @property
    def is_in_one_zip_code(self) -> bool:
        """Are both ends only known to be somewhere in the same ZIP code's area?"""
        return bool(
            self.before
            and self.before.is_approximate
            and self.stop.is_approximate
            and self.before.place == self.stop.place
        )


def route(stops: Sequence[Stop], *, start: Point | None = None) -> list[Leg]:
    """The stops in the order of the least way, each with the miles to it.

    `start` is the middle of the ZIP code's area that the day starts in.
    """
    known = sorted(
        (stop for stop in stops if stop.place),
        key=lambda stop: (stop.at is None, stop.at if stop.at is not None else 0),
    )
    appointments = sum(stop.at is not None for stop in known)
    table = Table([stop.place for stop in known], appointments, start)
    order = table.exact() if len(known) <= EXACT else table.good()
    lost = [Leg(stop, None) for stop in stops if not stop.place]
    from_start = Stop("start", start, is_approximate=True) if start else None
    before = [from_start, *(known[here] for here in order)]
    return [
        Leg(known[here], None if step == FAR else step, come_from)
        for here, step, come_from in zip(
            order, table.steps(order), before[: len(order)], strict=True
        )
    ] + lost


class Table:
    """Distances between places, the first `appointments` of which stay in order."""

    def __init__(self, places, appointments, start):
        self.size, self.appointments = len(places), appointments
        self.miles = [[miles(here, there) for there in places] for here in places]
        self.first = [miles(start, place) if start else 0.0 for place in places]
        self.has_start = start is not None

    def steps(self, order):
        """The miles to each stop of the order; FAR where the first has no start."""
        if not order:
            return []
        first = self.first[order[0]] if self.has_start else FAR
        return [first, *(self.miles[one][two] for one, two in pairwise(order))]

    def way(self, order):
        return self.first[order[0]] + sum(
            self.miles[one][two] for one, two in pairwise(order)
        )

    def is_in_order(self, order):
        seen = [stop for stop in order if stop < self.appointments]
        return seen == sorted(seen)

    def exact(self) -> list[int]:
        """The least way: for each set of stops and its last one, the best before."""
        if not self.size:
            return []
        best = {}  # (set as bits, last) -> (miles, the stop before)
        for stop in range(self.size):
            if self._may_follow(0, stop):
                best[1 << stop, stop] = (self.first[stop], None)
        for visited in range(1, 1 << self.size):
            for last in range(self.size):
                if (visited, last) not in best:
                    continue
                so_far = best[visited, last][0]
                for stop in range(self.size):
                    if visited >> stop & 1 or not self._may_follow(visited, stop):
                        continue
                    key = (visited | 1 << stop, stop)
                    total = so_far + self.miles[last][stop]
                    if key not in best or total < best[key][0]:
                        best[key] = (total, last)
        return self._read_back(best)

    def _may_follow(self, visited, stop):
        """Have all earlier appointments been kept?"""
        if stop >= self.appointments:
            return True
        earlier = (1 << stop) - 1
        return visited & earlier == earlier

    def _read_back(self, best):
        visited = (1 << self.size) - 1
        last = min(
            (stop for stop in range(self.size) if (visited, stop) in best),
            key=lambda stop: best[visited, stop][0],
        )
        order = []
        while last is not None:
            order.append(last)
            before = best[visited, last][1]
            visited, last = visited & ~(1 << last), before
        return order[::-1]

    def good(self) -> list[int]:
        """A way that no moved or turned piece makes shorter."""
        order = list(range(self.appointments))
        for stop in range(self.appointments, self.size):
            order = min(
                (order[:at] + [stop] + order[at:] for at in range(len(order) + 1)),
                key=self.way,
            )
        while shorter := self._shorter(order):
            order = shorter
        return order

    def _shorter(self, order):
        """The first better neighbour of the order, if there is one."""
        length = self.way(order) - 1e-9
        for other in self._neighbours(order):
            if self.way(other) < length and self.is_in_order(other):
                return other
        return None

    def _neighbours(self, order):
        for start in range(self.size):
            for end in range(start + 1, self.size + 1):
                piece, rest = order[start:end], order[:start] + order[end:]
                if end - start > 1:
                    yield order[:start] + piece[::-1] + order[end:]
                if end - start <= 3:
                    for at in range(len(rest) + 1):
                        yield rest[:at] + piece + rest[at:]
