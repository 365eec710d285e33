"""What the map of territories shows: brushes, whose each ZIP code is, what is amiss."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, Subquery

from accounts.models import TerritoryAssignment, TerritoryZip, ZipShapes
from accounts.services.zips import shortened
from liaison_crm.lib import shapes

NOBODY, ELSEWHERE = 0, -1  # keys of no territory, in what the map reads


@dataclass(frozen=True)
class Brush:
    """A territory to paint with, its place in the tree, and who works it when."""

    key: int
    name: str
    colour: str
    depth: int = 0
    people: tuple[str, ...] = ()
    can_paint: bool = True

    @property
    def settings(self):
        return {"key": self.key, "name": self.name, "colour": self.colour}


def brushes(visible, manageable, *, on: dt.date) -> list[Brush]:
    """The territories in sight, from the top down; three queries."""
    keys = set(manageable.values_list("pk", flat=True))
    people = defaultdict(list)
    rows = TerritoryAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=on), user__is_active=True, territory__in=visible
    )
    for row in rows.select_related("user").order_by("starts_on", "user__name"):
        people[row.territory_id].append(_dated(row, on))
    return [
        Brush(
            node.pk,
            node.name,
            node.colour,
            depth,
            tuple(people[node.pk]),
            node.pk in keys,
        )
        for depth, node in visible.as_tree()
    ]


def _dated(row, on):
    words = [row.user.name]
    if row.starts_on > on:
        words.append(f"from {_day(row.starts_on)}")
    if row.ends_on:
        words.append(f"until {_day(row.ends_on)}")
    return " ".join(words)


def _day(day):
    return f"{day:%b} {day.day}, {day.year}"


def settings_of(brushes: list[Brush], states, address: str) -> dict:
    """What painter.js reads; `address` tells whose the ZIP codes of a state are."""
    return {
        "brushes": [brush.settings for brush in brushes],
        "holders": {state.code: f"{address}?state={state.code}" for state in states},
    }


def cut(*, on: dt.date) -> dict[str, int]:
    """ZIP code -> key of the territory that has it on the day `on`."""
    held = TerritoryZip.objects.current(on=on)
    return dict(held.values_list("zip_code", "territory"))


def zips_of(state: str, held: Mapping[str, int], visible: set[int]) -> dict:
    """ZIP code -> [whose: its key, NOBODY or ELSEWHERE; FIPS code of its county].

    Those that only an imported file draws are in no county. One query.
    """
    if state not in shapes.states():
        return {}
    found = {}
    drawn = ZipShapes.objects.zips_of(state)
    for code in sorted({*shapes.zips_in_state(state), *drawn}):
        key = held.get(code, NOBODY)
        known = key if key in visible or key == NOBODY else ELSEWHERE
        county = shapes.county_of(code)
        found[code] = [known, county.fips if county else ""]
    return found


@dataclass(frozen=True)
class Holes:
    """ZIP codes of a state that belong to no territory."""

    state: str
    codes: tuple[str, ...]

    @property
    def listed(self):
        return shortened(self.codes)


def holes(states, held: Mapping[str, int]) -> list[Holes]:
    """Of the states in use that have any; `states` as maps draw them."""
    found = [
        Holes(
            state.name,
            tuple(
                code for code in shapes.zips_in_state(state.code) if code not in held
            ),
        )
        for state in states
    ]
    return [one for one in found if one.codes]


def without_shape(held: Mapping[str, int], names: Mapping[int, str]) -> dict[str, str]:
    """Territory in sight -> its ZIP codes that lie nowhere, as people write them."""
    found = defaultdict(list)
    for code, key in held.items():
        if key in names and shapes.county_of(code) is None:
            found[names[key]].append(code)
    return {name: shortened(found[name]) for name in sorted(found)}


def overlaps(visible) -> list[TerritoryZip]:
    """Rows in sight whose ZIP code another row has on the same day, with `other`.

    Nothing in the product makes such rows; a hand in the database can.
    """
    same = (
        TerritoryZip.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=OuterRef("starts_on")),
            zip_code=OuterRef("zip_code"),
            starts_on__lte=OuterRef("starts_on"),
        )
        .exclude(pk=OuterRef("pk"))
        .order_by("starts_on", "pk")
    )
    rows = TerritoryZip.objects.filter(territory__in=visible).select_related(
        "territory"
    )
    shared = rows.annotate(other=Subquery(same.values("pk")[:1])).exclude(other=None)
    return list(shared.order_by("zip_code", F("starts_on"), "pk"))
