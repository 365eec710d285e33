"""Workload: what a territory asks of the people who work it, on a day.

practices: the active ones. A practice belongs to the territory of its named
    exception on that day, else to that of its ZIP code
stops asked: conversations that the tiers ask for in four weeks: 28 / 14 for each
    A practice, 28 / 28 for B, 28 / 90 for C; D and no tier ask for none
visits planned: to these practices, from that day on, within four weeks
referrals: received in the twelve months up to that day, with whatever end, from these
    practices, in whatever territory those lay then, since the question is who works
    them from now on; one that names no practice counts where its physician works on
    that day, the primary practice first
one round: miles of one way through all ZIP codes that have practices and back, each
    time to the nearest next, as the crow flies between their middles. Roads are
    longer; it serves to compare one cut with another. ZIP codes whose middle is not
    known are left out, and counted

The share of a territory is its stops asked against the average of all territories
that have practices: 100 % is a fair load.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, QuerySet

from liaison_crm.lib import geography
from outreach.call_cycles import DEFAULT_INTERVALS
from referrals.models import Practice

DAYS = 28
YEAR = 365
TIERS = (*Practice.Tier.values, "")


@dataclass(frozen=True)
class Stop:
    """What one practice brings to whichever territory it lies in.

    `pinned`: the key of the territory of its exception, None without one.
    `practice`: its key.
    """

    zip_code: str
    tier: str
    pinned: int | None = None
    planned: int = 0
    referrals: int = 0
    practice: int | None = None

    def territory(self, cut: Mapping[str, int]) -> int | None:
        """The key of where it lies under a cut; None for no territory."""
        return self.pinned if self.pinned is not None else cut.get(self.zip_code)


@dataclass(frozen=True)
class Load:
    """The workload of one territory, or of none (practices nobody works)."""

    tiers: Mapping[str, int]
    planned: int = 0
    referrals: int = 0
    miles: float = 0
    unplaced: int = 0
    stops_asked: float = 0  # in four weeks

    @property
    def practices(self) -> int:
        return sum(self.tiers.values())

    @property
    def by_tier(self) -> list[tuple[str, int]]:
        return [(tier or "No tier", self.tiers.get(tier, 0)) for tier in TIERS]

    @property
    def tiers_listed(self) -> str:
        """A / B / C / D, as `3 / 0 / 12 / 1`."""
        return " / ".join(str(self.tiers.get(tier, 0)) for tier in Practice.Tier)


NOTHING = Load({})


def stops(
    practices: QuerySet,
    *,
    exceptions: QuerySet,
    visits: QuerySet,
    referrals: QuerySet,
    affiliations: QuerySet,
    on: dt.date,
) -> list[Stop]:
    """One for each active practice, of scoped rows: six queries.

    `affiliations` are those of everybody: whoever works mainly elsewhere counts there.
    """
    pinned = dict(exceptions.current(on=on).values_list("practice", "territory"))
    ahead = on + dt.timedelta(days=DAYS)
    planned = _by(
        "practice", visits.planned().filter(visited_on__gte=on, visited_on__lt=ahead)
    )
    received = _received(referrals, affiliations, on)
    rows = practices.filter(is_active=True).order_by("pk")
    return [
        Stop(
            zip_code,
            tier,
            pinned.get(pk),
            planned.get(pk, 0),
            received.get(pk, 0),
            practice=pk,
        )
        for pk, zip_code, tier in rows.values_list("pk", "zip_code", "tier")
    ]


def by_territory(
    found: Iterable[Stop],
    cut: Mapping[str, int],
    intervals: Mapping[str, int] = DEFAULT_INTERVALS,
) -> dict[int | None, Load]:
    """Key of a territory -> its load, under a cut (ZIP code -> key of a territory).

    None stands for practices of no territory. `intervals`: tier -> days.
    """
    groups = defaultdict(list)
    for stop in found:
        groups[stop.territory(cut)].append(stop)
    return {key: _load(members, intervals) for key, members in groups.items()}


def share(load: Load, loads: Iterable[Load]) -> float | None:
    """Stops asked against the average; None where nobody is asked for any."""
    asked = [one.stops_asked for one in loads]
    average = sum(asked) / len(asked) if asked else 0
    return load.stops_asked / average if average else None


def round_trip(points: list[geography.Point]) -> float:
    """Miles through all points and back, each time to the nearest not yet seen."""
    if len(points) < 2:
        return 0.0
    north, east = np.radians(np.array(sorted(points))).T
    is_left = np.ones(len(north), dtype=bool)
    here, total = 0, 0.0
    is_left[0] = False
    for _ in range(len(north) - 1):
        distance = np.where(is_left, _miles(north, east, here), np.inf)
        here = int(distance.argmin())
        total += float(distance[here])
        is_left[here] = False
    return total + float(_miles(north, east, here)[0])


def _miles(north, east, here):
    """From one place to all, in miles (haversine)."""
    half = (
        np.sin((north - north[here]) / 2) ** 2
        + np.cos(north) * np.cos(north[here]) * np.sin((east - east[here]) / 2) ** 2
    )
    return 2 * geography.EARTH_RADIUS * np.arcsin(np.minimum(1, np.sqrt(half)))


def _by(field, rows):
    counted = rows.exclude(**{field: None}).order_by().values_list(field)
    return dict(counted.annotate(number=Count("pk")))


def _received(referrals, affiliations, on):
    """Key of a practice -> referrals of the year up to the day `on`."""
    since = on - dt.timedelta(days=YEAR)
    year = referrals.filter(received_on__gt=since, received_on__lte=on)
    found = Counter(_by("referring_practice", year))
    people = _by("referring_physician", year.filter(referring_practice=None))
    places = affiliations.current(on=on).order_by("-is_primary", "pk")
    for physician, practice in places.values_list("physician", "practice"):
        found[practice] += people.pop(physician, 0)
    return found


def _load(members, intervals):
    tiers = Counter(stop.tier for stop in members)
    zips = {stop.zip_code for stop in members}
    middles = [geography.centroid(code) for code in zips]
    return Load(
        tiers=tiers,
        planned=sum(stop.planned for stop in members),
        referrals=sum(stop.referrals for stop in members),
        miles=round_trip([middle for middle in middles if middle]),
        unplaced=middles.count(None),
        stops_asked=sum(tiers[tier] * DAYS / days for tier, days in intervals.items()),
    )
