"""The physicians behind a return, as one person may see them."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import Territory
from accounts.permissions import Permission, can
from referrals.models import Physician, Practice
from reports.metrics.leakage import FEW
from reports.services.roi_run import physicians_of

FEWER = f"fewer than {FEW}"
SORTS = ("visits", "last_visit_on", "referrals", "reached")
EXPORT_HEADER = (
    "NPI",
    "Physician",
    "Practice",
    "Visits",
    "Last visit",
    "Referrals in mature weeks",
    "Of these after visits",
)


@dataclass
class Row:
    """A physician of the panel; `name_rows` fills in who it is."""

    physician: int
    practice: int
    visits: int
    last_visit_on: dt.date | None
    referrals: int | None  # None: fewer than 11, and the viewer may not see that
    reached: int | None
    exposed_days: int
    person: Physician | None = None
    place: Practice | None = None

    def export_row(self):
        return (
            self.person.npi if self.person else "",
            self.person or "",
            self.place or "",
            self.visits,
            self.last_visit_on or "",
            FEWER if self.referrals is None else self.referrals,
            FEWER if self.reached is None else self.reached,
        )


def rows_for(user, run, *, territory, visited, sort) -> list[Row]:
    """The run's rows in sight of `user`. `visited`: True, False or None for all."""
    practices = Practice.objects.visible_to(user)
    if territory:
        node = Territory.objects.filter(pk=territory).with_everything_below()
        practices = practices.in_territories(node)
    places = set(practices.values_list("pk", flat=True))
    rows = [
        Row(**values)
        for values in physicians_of(run).to_pylist()
        if values["practice"] in places
        and (visited is None or (values["visits"] > 0) == visited)
    ]
    if not can(user, Permission.SMALL_CELL_READ):
        for row in rows:
            row.referrals, row.reached = _coarse(row.referrals), _coarse(row.reached)
    name = sort.lstrip("-")
    least = dt.date.min if name == "last_visit_on" else 0
    return sorted(
        rows,
        key=lambda row: (getattr(row, name) or least, -row.physician),
        reverse=sort.startswith("-"),
    )


def name_rows(rows):
    """Fill in person and practice of each row: two queries."""
    people = Physician.objects.in_bulk([row.physician for row in rows])
    places = Practice.objects.in_bulk([row.practice for row in rows])
    for row in rows:
        row.person = people.get(row.physician)
        row.place = places.get(row.practice)


def _coarse(number):
    return None if 0 < number < FEW else number
