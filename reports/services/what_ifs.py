"""A what-if beside today: what each territory would ask of whom."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from accounts.models import Territory, TerritoryAssignment
from accounts.services import what_ifs
from outreach import call_cycles
from outreach.models import Visit
from referrals.models import Affiliation, Practice, Referral, TerritoryException
from reports.metrics import workload
from reports.metrics.workload import Load


@dataclass(frozen=True)
class Side:
    """One territory under one cut; `share` is None where nobody is asked."""

    zip_count: int
    load: Load
    share: float | None


@dataclass(frozen=True)
class Line:
    """One territory, who works it, and its two sides; `territory` None is nobody's."""

    territory: Territory | None
    people: tuple[str, ...]
    now: Side
    then: Side

    @property
    def is_changed(self):
        return self.now != self.then


def compare(what_if, *, user, on: dt.date) -> list[Line]:
    """Lines of the territories that have ZIP codes on either side, by name.

    Only what `user` sees counts: eleven queries, however many territories.
    """
    stops = _stops(what_if, user, on)
    now, then = what_ifs.cut_of(what_if, on=on)
    every = call_cycles.intervals()
    sides = [_sides(cut, stops, every) for cut in (now, then)]
    people = _people(what_if, on)
    lines = [
        Line(territory, people.get(territory.pk, ()), *_both(sides, territory.pk))
        for territory in what_ifs.nodes_of(what_if).order_by("name", "pk")
        if any(territory.pk in side for side in sides)
    ]
    if any(None in side for side in sides):
        lines.append(Line(None, (), *_both(sides, None)))
    return lines


@dataclass(frozen=True)
class Row:
    """A practice of one line and side, with what it brings."""

    practice: Practice
    stop: workload.Stop


SORTS = {
    "name": lambda row: row.practice.name.casefold(),
    "city": lambda row: row.practice.city.casefold(),
    "tier": lambda row: row.stop.tier or "~",
    "planned": lambda row: row.stop.planned,
    "referrals": lambda row: row.stop.referrals,
}


def rows_in(what_if, territory, side: str, *, user, on: dt.date, sort: str):
    """The practices behind the figures of one line and side: "now" or "then"."""
    now, then = what_ifs.cut_of(what_if, on=on)
    cut, key = then if side == "then" else now, territory and territory.pk
    stops = [s for s in _stops(what_if, user, on) if s.territory(cut) == key]
    practices = Practice.objects.in_bulk([stop.practice for stop in stops])
    rows = [Row(practices[stop.practice], stop) for stop in stops]
    rows.sort(key=SORTS["name"])
    rows.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return rows


def spread(lines: list[Line], side: str) -> tuple[float, float] | None:
    """The smallest and the largest share of a side, of territories; None without."""
    shares = [getattr(line, side).share for line in lines if line.territory]
    shares = [share for share in shares if share is not None]
    return (min(shares), max(shares)) if shares else None


def _stops(what_if, user, on):
    practices = _practices(what_if, user, on)
    return workload.stops(
        practices,
        exceptions=TerritoryException.objects.filter(practice__in=practices),
        visits=Visit.objects.filter(practice__in=practices),
        referrals=Referral.objects.visible_to(user),
        affiliations=Affiliation.objects.all(),
        on=on,
    )


def _practices(what_if, user, on):
    visible = Practice.objects.visible_to(user)
    if what_if.root_id is None:
        return visible
    moved = what_if.moves.filter(before=None).values("zip_code")
    here = Practice.objects.in_territories(what_ifs.nodes_of(what_if), on=on)
    return visible.filter(pk__in=here.values("pk")) | visible.filter(zip_code__in=moved)


def _sides(cut, stops, every):
    loads = workload.by_territory(stops, cut, every)
    sizes = Counter(cut.values())
    keys = loads.keys() | sizes.keys()
    worked = [load for key, load in loads.items() if key is not None]
    return {
        key: Side(
            sizes[key],
            load := loads.get(key, workload.NOTHING),
            None if key is None else workload.share(load, worked),
        )
        for key in keys
    }


def _both(sides, key):
    return (side.get(key, Side(0, workload.NOTHING, None)) for side in sides)


def _people(what_if, on):
    """Key of a territory -> the names of who works it on the day."""
    found = {}
    rows = TerritoryAssignment.objects.current(on=on).filter(
        territory__in=what_ifs.nodes_of(what_if), user__is_active=True
    )
    for key, name in rows.order_by("user__name").values_list("territory", "user__name"):
        found[key] = (*found.get(key, ()), name)
    return found
