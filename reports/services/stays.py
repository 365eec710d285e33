"""In which territory referrers practise: today, or on each day there was.

A referrer practises where they are affiliated on the day, the primary practice first;
a practice lies in the territory of its named exception on the day, else in that of
its ZIP code. Territories that are not named to the viewer are "Elsewhere".
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from accounts.models import TerritoryZip
from liaison_crm.lib.shapes import county_of
from referrals.models import Affiliation, TerritoryException
from reports.metrics.leakage import Stay

ELSEWHERE = "Elsewhere"


class Seat(NamedTuple):
    """The practice where a referrer mainly works."""

    practice: int
    zip_code: str


def seats(practices, *, on: dt.date) -> dict[str, Seat]:
    """NPI of a referrer -> their seat on the day `on`, among these practices."""
    affiliations = (
        Affiliation.objects.current(on=on)
        .filter(practice__in=practices)
        .order_by("is_primary", "-pk")
        .values_list("physician__npi", "practice", "practice__zip_code")
    )
    return {npi: Seat(*seat) for npi, *seat in affiliations}  # the last one counts


def counties(seated: Mapping[str, Seat]) -> dict[str, str]:
    """NPI of a referrer -> FIPS code of the county of their seat; those whose county
    is not known are missing."""
    return {
        npi: county.fips
        for npi, seat in seated.items()
        if (county := county_of(seat.zip_code))
    }


def now(
    practices, seated: Mapping[str, Seat], *, names: Mapping[int, str], on: dt.date
) -> list[Stay]:
    """One for each referrer: the territory of the day `on`, whenever they referred."""
    places = dict(practices.with_territory(on=on).values_list("pk", "territory_id"))
    return [
        Stay(npi, names.get(places[seat.practice], ELSEWHERE))
        for npi, seat in seated.items()
        if places.get(seat.practice)
    ]


def then(practices, *, names: Mapping[int, str]) -> list[Stay]:
    """Of each referrer one for each span of days with one territory."""
    codes = dict(practices.values_list("pk", "zip_code"))
    zips = _spans(TerritoryZip.objects.values_list(*_dated("zip_code")))
    excepted = _spans(
        TerritoryException.objects.filter(practice__in=practices)
        .order_by("starts_on", "pk")
        .values_list(*_dated("practice"))
    )
    people = defaultdict(list)
    for npi, *one in (
        Affiliation.objects.filter(practice__in=practices)
        .order_by("is_primary", "-pk")
        .values_list("physician__npi", "effective_from", "effective_to", "practice")
    ):
        people[npi].append(one)
    steps = {
        # Of those that hold on a day the last counts: an exception before a ZIP code.
        pk: [*zips.get(code, []), *excepted.get(pk, [])]
        for pk, code in codes.items()
    }
    return [
        Stay(npi, names.get(where, ELSEWHERE), start, end)
        for npi, places in people.items()
        for start, end, where in _told(places, steps)
    ]


def _dated(key):
    return (key, "starts_on", "ends_on", "territory")


def _spans(rows):
    found = defaultdict(list)
    for key, *span in rows:
        found[key].append(span)
    return found


def _told(places, steps):
    """(first day, day after the last, territory): None is open."""
    days = {day for first, last, _ in places for day in (first, last)}
    days |= {
        day
        for *_, practice in places
        for first, last, _ in steps[practice]
        for day in (first, last)
    }
    edges = [None, *sorted(days - {None}), None]
    found = []
    for start, end in zip(edges, edges[1:], strict=False):
        practice = _holding(places, start)
        where = practice and _holding(steps[practice], start)
        if not where:
            continue
        if found and found[-1][1] == start and found[-1][2] == where:
            found[-1] = (found[-1][0], end, where)
        else:
            found.append((start, end, where))
    return found


def _holding(spans, day):
    """What the last span that holds on the day says; None is before every edge."""
    for first, last, value in reversed(spans):
        begun = first is None or (day is not None and first <= day)
        over = last is not None and day is not None and last <= day
        if begun and not over:
            return value
    return None
