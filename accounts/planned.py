"""Changes of territories that are planned, as a person may see them."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import Territory, TerritoryZip
from accounts.services.zips import shortened

NOBODY, ELSEWHERE = "no territory", "elsewhere"


@dataclass(frozen=True)
class Change:
    """ZIP codes that go from one territory to another on a day.

    What is out of sight is "elsewhere", and has no key.
    """

    on: dt.date
    zip_codes: tuple[str, ...]
    before: int | None
    after: int | None
    before_name: str
    after_name: str
    is_manageable: bool

    @property
    def codes(self):
        return shortened(self.zip_codes)

    def is_asked_for(self, asked):
        return (self.on, self.before, self.after) == (
            asked["on"],
            asked["before"],
            asked["after"],
        )


def changes_for(user, *, after, of=None):
    """Changes after that day with an end in sight; those `of` a territory, if told."""
    names = dict(Territory.objects.visible_to(user).values_list("pk", "name"))
    manageable = set(Territory.objects.manageable_by(user).values_list("pk", flat=True))
    wanted = {of.pk} if of else names.keys()
    found = []
    for change in TerritoryZip.objects.planned(after=after):
        ends = {change.before, change.after}
        if ends & wanted:
            found.append(
                Change(
                    on=change.on,
                    zip_codes=change.zip_codes,
                    before=change.before if change.before in names else None,
                    after=change.after if change.after in names else None,
                    before_name=_name(change.before, names),
                    after_name=_name(change.after, names),
                    is_manageable=ends - {None} <= manageable,
                )
            )
    return found


def _name(key, names):
    return names.get(key, ELSEWHERE) if key else NOBODY
