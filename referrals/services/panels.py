"""Physicians on the panel of somebody, with their practices if wanted."""

from dataclasses import dataclass

from referrals.models import Affiliation, Physician, Practice
from referrals.services import directory
from referrals.services.bulk import Preview, Step, readable


@dataclass(frozen=True)
class PanelChange:
    """Physicians get this owner; so do their practices that have none, if asked.

    Of the practices those that both `by` and the owner see on the day `on`.
    """

    owner: object
    with_practices: bool
    by: object
    on: object
    label = "Panel"
    reason = ""

    @property
    def what(self) -> str:
        return f"panel={self.owner.pk} {self.with_practices}"

    def problem(self, keys) -> str:
        """Why these physicians cannot be the owner's; nothing if they can."""
        seen = Physician.objects.visible_to(self.owner).filter(pk__in=keys).count()
        if seen == len(keys):
            return ""
        outside = len(keys) - seen
        return f"{outside:,} of them work outside the territories of {self.owner}."

    def preview(self, rows) -> Preview:
        new = readable(self.owner)
        steps = [Step(row, readable(row.owner), new) for row in rows]
        practices = [Step(one, readable(None), new) for one in self._practices(rows)]
        return Preview(steps, self.what, practices)

    def write(self, rows, *, by, at):
        practices = list(self._practices(rows).select_for_update(of=("self",)))
        for changed in (rows, practices):
            if changed:
                values = {"owner": self.owner}
                directory.change_many(rows=changed, values=values, by=by, at=at)

    def _practices(self, rows):
        if not self.with_practices:
            return Practice.objects.none()
        here = Affiliation.objects.current(on=self.on).filter(
            physician__in=[row.pk for row in rows]
        )
        return (
            Practice.objects.visible_to(self.by)
            .filter(pk__in=Practice.objects.visible_to(self.owner).values("pk"))
            .filter(is_active=True, owner=None, pk__in=here.values("practice"))
            .order_by("pk")
        )
