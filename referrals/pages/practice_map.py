"""Practices on a map: where each stands, and what its marker tells.

A practice without coordinates of its own stands about at the middle of its ZIP
code's area; one whose ZIP code has no area has no place and is named beside the map.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import cached_property

from accounts import maps
from liaison_crm.lib import geography
from referrals.models import Practice
from referrals.pages import actions, locator, visited
from referrals.pages.actions import Action

Stage, Tier = Practice.Stage, Practice.Tier
PRECISE = 100_000  # to the degree: a metre
UNPLACED = 50  # named beside the map; the list has them all
HAS_PLACE = Q(latitude__isnull=False, longitude__isnull=False)


@dataclass(frozen=True)
class Key:
    """A line of the legend: its colour, its mark on the map, its words."""

    tone: str
    mark: str
    label: str


LEGENDS = {
    "stage": [Key(stage.value, stage.label[0], stage.label) for stage in Stage],
    "tier": [
        *(Key(tier.value, tier.value, f"Tier {tier.label}") for tier in Tier),
        Key("none", "–", "No tier"),
    ],
    "visit": [
        Key("30", "30", "Visited within 30 days"),
        Key("90", "90", "31 to 90 days ago"),
        Key("180", "180", "91 to 180 days ago"),
        Key("more", "180+", "More than 180 days ago"),
        Key("never", "–", "No visit known"),
    ],
}
COLOURS = [("stage", "Stage"), ("tier", "Tier"), ("visit", "Last visit")]
RECENT = (30, 90, 180)


@dataclass(frozen=True)
class Placing:
    """Where the practices of a map lie, counted by ZIP code."""

    practices: object

    @cached_property
    def by_zip(self) -> list[tuple[str, int, int]]:
        """(ZIP code, practices, those with coordinates of their own)"""
        rows = self.practices.order_by().values("zip_code")
        counted = rows.annotate(all=Count("pk"), placed=Count("pk", filter=HAS_PLACE))
        return list(counted.values_list("zip_code", "all", "placed"))

    @cached_property
    def states(self) -> list[maps.MapState]:
        return maps.states_of(zip_code for zip_code, *_ in self.by_zip)

    @cached_property
    def unknown_zips(self) -> list[str]:
        return [code for code, *_ in self.by_zip if geography.centroid(code) is None]

    @cached_property
    def unplaced_count(self) -> int:
        unknown = set(self.unknown_zips)
        return sum(all_ - own for code, all_, own in self.by_zip if code in unknown)

    @property
    def placed_count(self) -> int:
        return sum(all_ for _, all_, _ in self.by_zip) - self.unplaced_count

    def unplaced(self) -> list[Practice]:
        """The first of those without a place, by name."""
        if not self.unplaced_count:
            return []
        found = self.practices.exclude(HAS_PLACE).filter(zip_code__in=self.unknown_zips)
        return list(found.order_by("name", "pk")[:UNPLACED])


def markers(practices, user, *, on: dt.date) -> dict:
    """All that have a place, as one column for each thing that a marker tells.

    `about` says which stand at the middle of their ZIP code; a day is how many days
    ago the last visit was, or None. Columns are half the size of rows.
    """
    visits = visited.last_visits(practices, user)
    rows = practices.order_by("pk").values_list(
        "pk", "name", "tier", "stage", "zip_code", "latitude", "longitude"
    )
    found = []
    for pk, name, tier, stage, zip_code, latitude, longitude in rows.iterator():
        is_own = latitude is not None and longitude is not None
        place = (latitude, longitude) if is_own else geography.centroid(zip_code)
        if place is None:
            continue
        days = (on - visits[pk]).days if pk in visits else None
        at = [round(degrees * PRECISE) for degrees in place]
        found.append((pk, name, *at, int(not is_own), tier, stage, days))
    names = ("pk", "name", "north", "east", "about", "tier", "stage", "days")
    columns = zip(*found, strict=True) if found else [()] * len(names)
    return dict(zip(names, map(list, columns), strict=True))


@dataclass(frozen=True)
class Card:
    """A practice as the map and the list beside it show it."""

    practice: Practice
    last_visit_on: dt.date | None
    actions: list[Action]
    directions: str


def cards(practices: list[Practice], user) -> list[Card]:
    """With one query for all their visits."""
    rows = Practice.objects.filter(pk__in=[practice.pk for practice in practices])
    visits = visited.last_visits(rows, user)
    return [
        Card(
            practice=practice,
            last_visit_on=visits.get(practice.pk),
            actions=[it for it in actions.of(practice, user) if it.is_primary],
            directions=locator.directions_to(practice),
        )
        for practice in practices
    ]
