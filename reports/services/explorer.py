"""What one person sees of a leakage run: scope, names, small cells, amounts."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import itemgetter

from django.db import models
from django.db.models import Count
from django.db.models.functions import TruncMonth

from accounts.models import Territory
from accounts.permissions import Permission, can
from liaison_crm.lib import shapes
from liaison_crm.lib.periods import Period
from referrals.claims import compute, lake
from referrals.models import Organization, Physician, Practice
from reports.metrics import leakage
from reports.metrics.small_cells import OTHERS, TooFew, without_few
from reports.services import stays

FIRST_MONTH, LAST_MONTH = "1900-01", "2999-12"
PIECE = 5000  # events read at a time for an export
NOWHERE = {
    "destination": "No organization on the claim",
    "payer": "No payer on the claim",
    "territory": "Outside all territories",
    "county": "County unknown",
}
# Why an event has its status: the roster's row of the first of the rendering,
# billing and facility NPI that has one on the day.
REASONS = {
    "employed": "Employed, says the roster of that day",
    "affiliated": "Affiliated, says the roster of that day",
    "independent": "Independent, says the roster of that day",
    "competitor": "Competitor, says the roster of that day",
    "unlisted": "Not on the roster, which is declared complete",
    "none": "Not on the roster of that day",
}


class Territories(models.TextChoices):
    """By which cut of territories events are told apart."""

    NOW = "now", "Territories of today"
    THEN = "then", "Territories of the day of each referral"


@dataclass(frozen=True)
class View:
    """A run as one person sees it. `explored` is None if that is too little."""

    events: leakage.Events
    explored: leakage.Explored | None
    sees_all_amounts: bool

    @property
    def shows_amounts(self) -> bool:
        """Of the whole: not if it is one physician's."""
        return self.sees_all_amounts or bool(
            self.explored and not self.explored.overall.is_one_referrer
        )

    def shows_amounts_of(self, rows: Iterable[leakage.Row]) -> bool:
        """Of a table: not if a row is one physician's, even by subtraction."""
        return self.sees_all_amounts or not any(
            row.cell.is_one_referrer for row in rows
        )


def period_of(first: str | None, last: str | None) -> Period | None:
    """From month to month (YYYY-MM, both included); None without either."""
    if not (first or last):
        return None
    return Period.of_months(first or FIRST_MONTH, last or LAST_MONTH)


def events_of(run, *, first=None, last=None, **choices):
    """The run's events within its own period and the months asked for."""
    starts = [m for m in (first, run.parameters.get("from")) if m]
    ends = [m for m in (last, run.parameters.get("to")) if m]
    first, last = max(starts, default=None), min(ends, default=None)
    if first and last and last < first:  # the run has nothing of these months
        first = last = None
        choices["scope"] = frozenset()
    return leakage.Events(
        path=str(lake.path(run.folder) / compute.EVENTS),
        period=period_of(first, last),
        **choices,
    )


def events_seen(
    *, run, user, on, seated=None, territories=Territories.NOW, **choices
) -> leakage.Events:
    """The run's events of the referrers that `user` sees on the day `on`.

    `seated`: what `seats_of` answers, for who has asked it already.
    """
    seated = seats_of(user, on=on) if seated is None else seated
    scope, practices = None, Practice.objects.visible_to(user)
    if not user.sees_all_practices:
        visible = Physician.objects.visible_to(user)
        scope = frozenset(visible.values_list("npi", flat=True))
    return events_of(
        run,
        **{"scope": scope} | choices,
        stays=stays_of(
            territories,
            practices,
            seated,
            named=Territory.objects.visible_to(user),
            on=on,
        ),
        counties=stays.counties(seated),
        marks_few=not can(user, Permission.SMALL_CELL_READ),
    )


def seats_of(user, *, on: dt.date) -> dict[str, stays.Seat]:
    """Where the referrers in sight mainly work on the day `on`."""
    return stays.seats(Practice.objects.visible_to(user), on=on)


def stays_of(
    territories, practices, seated, *, named, on: dt.date
) -> list[leakage.Stay]:
    """Where the referrers of these practices practise, by names of `named` alone."""
    names = dict(named.values_list("pk", "name"))
    if territories == Territories.THEN:
        return stays.then(practices, names=names)
    return stays.now(practices, seated, names=names, on=on)


def explore(*, events, user) -> View:
    """Every cut of the events with names, as far as `user` may see it."""
    explored = leakage.explore(events)
    if events.marks_few:
        try:
            explored = without_few(explored)
        except TooFew:
            explored = None
    return View(
        events=events,
        explored=explored and named(explored),
        sees_all_amounts=can(user, Permission.AMOUNT_READ),
    )


def named(explored: leakage.Explored) -> leakage.Explored:
    """The same with a label on each row, and organizations named in flows."""
    names = organization_names(
        {row.key for row in explored.by_destination}
        | {flow.destination for flow in explored.flows}
    )
    cuts = {
        f"by_{cut}": label_rows(cut, getattr(explored, f"by_{cut}"), names)
        for cut in leakage.CUTS
    }
    flows = [
        replace(flow, label=_label("destination", flow.destination, names))
        for flow in explored.flows
    ]
    return replace(explored, **cuts, flows=flows)


def label_rows(cut: str, rows: list, names: dict | None = None) -> list:
    """Rows of a cut with the words for their keys."""
    keys = {row.key for row in rows}
    if cut == "referrer":
        names = physician_names(keys)
    elif cut == "destination" and names is None:
        names = organization_names(keys)
    elif cut == "county":
        names = {fips: county_name(fips) for fips in keys}
    return [
        row if row.is_merged else replace(row, label=_label(cut, row.key, names or {}))
        for row in rows
    ]


def _label(cut, key, names):
    if key == OTHERS:
        return OTHERS
    if not key:
        return NOWHERE.get(cut, "")
    return names.get(key, key)


def county_name(fips: str) -> str:
    """As people say it: "Davidson, TN"; the code itself if it is none."""
    county = shapes.counties().get(fips)
    return f"{county.name}, {county.state}" if county else fips


def counties_of(seated) -> list[tuple[str, str]]:
    """(FIPS code, name) of the counties that referrers work in, by name."""
    found = set(stays.counties(seated).values())
    return sorted(((fips, county_name(fips)) for fips in found), key=itemgetter(1))


def physician_names(npis: Iterable[str]) -> dict[str, str]:
    return {p.npi: str(p) for p in Physician.objects.filter(npi__in=set(npis))}


def organization_names(npis: Iterable[str]) -> dict[str, str]:
    """NPI -> name: an organization's, else that of a physician who bills alone."""
    wanted = {npi for npi in npis if npi.isdecimal()}
    found = Organization.objects.filter(npi__in=wanted)
    names = dict(found.values_list("npi", "name"))
    return physician_names(wanted - set(names)) | names


def held_visits_by_month(visits, *, referrer: str | None) -> dict[str, int]:
    """YYYY-MM -> visits held, with one physician if `referrer` is an NPI."""
    held = visits.held()
    if referrer:
        held = held.filter(physicians__npi=referrer)
    months = held.annotate(month=TruncMonth("visited_on")).values("month")
    counted = months.annotate(visits=Count("pk", distinct=True)).order_by("month")
    return {f"{row['month']:%Y-%m}": row["visits"] for row in counted}


class EventList:
    """Single events as a list that pages: counted at once, read by the slice."""

    ordered = True

    def __init__(self, events: leakage.Events, *, sort: str):
        self.events, self.sort = events, sort
        self.cell = leakage.overall(events)

    def __len__(self):
        return self.cell.events

    def __getitem__(self, part: slice) -> list[dict]:
        found = leakage.rows(
            self.events,
            sort=self.sort,
            offset=part.start,
            limit=part.stop - part.start,
        )
        referrers = physician_names(row["referring_npi"] for row in found)
        places = organization_names(row["destination_npi"] for row in found)
        return [
            row
            | {
                "referrer": _label("referrer", row["referring_npi"], referrers),
                "destination": _label("destination", row["destination_npi"], places),
                "reason": REASONS[row["status_basis"]],
            }
            for row in found
        ]

    def in_pieces(self):
        for start in range(0, len(self), PIECE):
            yield from self[start : start + PIECE]
