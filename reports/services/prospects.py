"""Prospects: physicians nobody of the team works yet, ranked by what they send.

Active, working today at a practice in sight, not employed or affiliated on the
roster today, on nobody's panel; no visit with them held or planned in the last
365 days or ahead, and no open task: neither of a visit with them, nor one of no
visit at a practice where they work. Visits and tasks out of sight do not count.

Estimated flow is another number, never added to the known one: patients whom the
physician and then one of the network's saw, by the newest shared-patients file.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from accounts.exporting import while_allowed
from accounts.permissions import Permission, can
from outreach.models import Task, Visit, VisitAttendee
from referrals.claims import compute, lake
from referrals.models import (
    Affiliation,
    FlowFile,
    Physician,
    Practice,
    RosterEntry,
    SharedPatients,
)
from reports.metrics import flow
from reports.metrics.leakage import FEW
from reports.models import ReportRun
from reports.services.explorer import period_of

WORKED_DAYS = 365
SORTS = ("name", "known", "out", "estimated")
FEW_AS = 0.5  # where small cells stand in the order: below 1, all alike


def prospects_of(user, *, on: dt.date):
    """Whom `user` could start to work on the day `on`."""
    places = places_of(user, on=on)
    in_network = RosterEntry.objects.on(on).filter(
        network_status__in=RosterEntry.IN_NETWORK, npi=OuterRef("npi")
    )
    is_here = Q(pk__in=places.values("physician"))
    if user.sees_all_practices:
        # Nearly everybody: quicker asked row by row.
        places = places_among(user, on=on).filter(physician=OuterRef("pk"))
        is_here = Exists(places)
    return (
        Physician.objects.filter(is_here, is_active=True, owner=None)
        .exclude(Exists(in_network))
        .exclude(Exists(_met(user, on).filter(physician=OuterRef("pk"))))
        .exclude(pk__in=_owed(user).values("physician"))
        .exclude(Exists(_owed_at_practice(user, on).filter(physician=OuterRef("pk"))))
    )


def places_of(user, *, on: dt.date):
    """Where people work today, as far as in sight."""
    practices = Practice.objects.visible_to(user).filter(is_active=True)
    return Affiliation.objects.current(on=on).filter(practice__in=practices)


def places_among(user, *, on: dt.date):
    """The same places, asked row by row."""
    found = Affiliation.objects.current(on=on).among_visible_to(user)
    return found.filter(practice__is_active=True)


def _met(user, on):
    since = on - dt.timedelta(days=WORKED_DAYS)
    visits = Visit.objects.visible_to(user).changeable().filter(visited_on__gte=since)
    is_met = Exists(visits.filter(pk=OuterRef("visit")))
    return VisitAttendee.objects.filter(is_met).exclude(physician=None)


def _owed(user):
    visits = Task.objects.visible_to(user).open().exclude(visit=None).values("visit")
    return VisitAttendee.objects.filter(visit__in=visits).exclude(physician=None)


def _owed_at_practice(user, on):
    """Where a practice is in sight, so are its tasks."""
    tasks = Task.objects.open().filter(visit=None).exclude(practice=None)
    return places_among(user, on=on).filter(practice__in=tasks.values("practice"))


@dataclass(frozen=True)
class Known:
    """The known flow of a physician as one person sees it."""

    events: int
    out: int
    is_few: bool

    def rank(self, name: str) -> float:
        number = self.events if name == "known" else self.out
        return FEW_AS if self.is_few else number


NOTHING = Known(0, 0, is_few=False)
TOO_FEW = Known(0, 0, is_few=True)


class KnownFlow:
    """The newest leakage run, and what it knows of each NPI; `run` may be None."""

    def __init__(self, user, *, service_lines=()):
        runs = ReportRun.objects.visible_to(user)
        self.run = runs.newest_done(ReportRun.Kind.LEAKAGE)
        self.shows_few = can(user, Permission.SMALL_CELL_READ)
        self.flows, self.together = flow.Flows({}, None), {}
        self.lines = frozenset(service_lines)
        if self.run:
            asked = self.run.parameters
            path = str(lake.path(self.run.folder) / compute.EVENTS)
            within = period_of(asked.get("from"), asked.get("to"))
            self.flows = flow.known(path, within=within, service_lines=self.lines)
            if self.lines and not self.shows_few:
                self.together = flow.told_together(path, within=within)

    def of(self, npi: str) -> Known | None:
        """None where there is no run to know it from."""
        if self.run is None:
            return None
        found = self.flows.by_npi.get(npi)
        if found is None:
            return NOTHING
        if not self.shows_few and self._is_few(npi, found):
            return TOO_FEW
        return Known(found.events, found.out_of_network, is_few=False)

    def _is_few(self, npi, found) -> bool:
        """Is it a small cell, or could one be found by subtracting it?"""
        together = self.together.get(npi, frozenset())
        return found.patients < FEW or not (
            together <= self.lines or together.isdisjoint(self.lines)
        )


@dataclass(frozen=True)
class Estimated:
    """The estimated flow of a physician to the network as one person sees it."""

    patients: int
    is_few: bool


class EstimatedFlow:
    """What the newest shared-patients file tells; `file` may be None."""

    def __init__(self, user, *, on: dt.date):
        self.on, self.shows_few = on, can(user, Permission.SMALL_CELL_READ)
        self.file = (
            FlowFile.objects.filter(is_current=True)
            .select_related("run")
            .order_by("-pk")
            .first()
        )

    def of_all(self) -> dict[str, Estimated]:
        """NPI -> flow, of those who have any."""
        if self.file is None:
            return {}
        flows = self._flows().values_list("from_npi", "flow")
        return {npi: self.told(patients) for npi, patients in flows}

    def of_row(self) -> Subquery:
        """Patients of a physician, for `told`; None without any."""
        mine = self._flows().filter(from_npi=OuterRef("npi"))
        return Subquery(mine.values("flow"))

    def told(self, patients: int | None) -> Estimated | None:
        if patients is None:
            return None
        return Estimated(patients, patients < FEW and not self.shows_few)

    def _flows(self):
        return SharedPatients.objects.current().flow_to_network(on=self.on)


class Ranking:
    """Prospects in order: their keys, and what is shown of those on a page.

    `keys` is a query where the order is by name alone, else a list.
    """

    def __init__(self, rows, *, user, on: dt.date, known: KnownFlow, sort: str):
        self.user, self.on, self.known = user, on, known
        self.estimated = EstimatedFlow(user, on=on)
        self.sort = sort if sort.removeprefix("-") in SORTS else "-known"
        name, falls = self.sort.removeprefix("-"), self.sort.startswith("-")
        by_name = rows.order_by("last_name", "first_name", "pk")
        if name == "name" and falls:
            by_name = by_name.reverse()
        self.keys = by_name.values_list("pk", flat=True)
        if ranks := self._ranks(name):
            ranks = {npi: -rank if falls else rank for npi, rank in ranks.items()}
            found = list(by_name.values_list("pk", "npi"))
            found.sort(key=lambda row: ranks.get(row[1], 0))
            self.keys = [pk for pk, _ in found]

    def _ranks(self, name) -> dict[str, float]:
        """NPI -> where it stands; nobody by name."""
        if name == "estimated":
            flows = self.estimated.of_all()
            return {
                npi: FEW_AS if one.is_few else one.patients
                for npi, one in flows.items()
            }
        if name == "name":
            return {}
        return {npi: self.known.of(npi).rank(name) for npi in self.known.flows.by_npi}

    def shown(self, keys, *, among=None) -> list[Physician]:
        """The physicians of these keys, in their order, with all that a row shows."""
        places = (
            places_among(self.user, on=self.on)
            .select_related("practice__owner")
            .defer("practice__provenance")
        )
        among = Physician.objects.all() if among is None else among
        rows = (
            among.filter(pk__in=keys)
            .select_related("specialty__service_line")
            .with_network_status(on=self.on)
            .annotate(flow=self.estimated.of_row())
            .prefetch_related(Prefetch("affiliations", places))
            .defer("provenance")
        )
        found = {row.pk: row for row in rows}
        for row in found.values():
            row.known = self.known.of(row.npi)
            row.estimated = self.estimated.told(row.flow)
        return [found[key] for key in keys if key in found]

    def in_pieces(self, keys):
        """All of these, as far as the person still sees them when it is their turn."""
        in_sight = Physician.objects.among_visible_to(self.user)
        for piece in while_allowed(keys, user=self.user):
            yield from self.shown(piece, among=in_sight)
