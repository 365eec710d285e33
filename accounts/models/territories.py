from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models.people import User


def _count_of(rows, field):
    counted = (
        rows.order_by().values("territory").annotate(n=Count(field, distinct=True))
    )
    return Coalesce(Subquery(counted.values("n")), 0)


class Below(Subquery):
    """The keys that a subquery of territories finds, and all below them.

    The ORM cannot recurse; SQLite and PostgreSQL write it alike. UNION drops
    what was found already, so a loop in the tree ends.
    """

    template = (
        "(WITH RECURSIVE below(id) AS (%(subquery)s UNION "
        "SELECT child.id FROM accounts_territory AS child "
        "JOIN below ON child.parent_id = below.id) SELECT id FROM below)"
    )


class TerritoryQuerySet(models.QuerySet):
    def assigned_to(self, user, *, on):
        """The nodes `user` sits on, on the day `on`."""
        return self.filter(
            pk__in=TerritoryAssignment.objects.current(on=on)
            .filter(user=user)
            .values("territory")
        )

    def with_everything_below(self):
        """These nodes and all that hangs below them, as one condition."""
        return Territory.objects.filter(pk__in=Below(self.order_by().values("pk")))

    def with_counts(self, *, on):
        """Each with `zip_count`, and `person_count`: who works it on the day `on`."""
        zips = TerritoryZip.objects.filter(territory=OuterRef("pk"))
        people = TerritoryAssignment.objects.current(on=on).filter(
            territory=OuterRef("pk"), user__is_active=True
        )
        return self.annotate(
            zip_count=_count_of(zips, "pk"), person_count=_count_of(people, "user")
        )

    def as_tree(self):
        """(depth, territory) from the top down, each node before those below it.

        A node whose parent is not among these stands at the top.
        """
        nodes = list(self.order_by("name", "pk"))
        here = {node.pk for node in nodes}
        below = {}
        for node in nodes:
            top = node.parent_id if node.parent_id in here else None
            below.setdefault(top, []).append(node)
        found, stack = [], [(0, node) for node in reversed(below.get(None, []))]
        while stack:
            depth, node = stack.pop()
            found.append((depth, node))
            stack.extend(
                (depth + 1, child) for child in reversed(below.get(node.pk, []))
            )
        return found

    def visible_to(self, user):
        """Territories assigned to `user` today, with everything below them."""
        if user.sees_all_practices:
            return self
        today = timezone.localdate()
        mine = Territory.objects.assigned_to(user, on=today)
        return self.filter(pk__in=Below(mine.order_by().values("pk")))


class Territory(models.Model):
    """A node of the tree: a region, or a territory with ZIP codes."""

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "territories"
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("pk")), name="territory_is_not_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.name


class TerritoryZip(models.Model):
    """A ZIP code belongs to one territory at most."""

    zip_code = models.CharField("ZIP code", max_length=5, unique=True)
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="zips")

    class Meta:
        ordering = ["zip_code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(zip_code__regex=r"^[0-9]{5}$"),
                name="zip_code_has_five_digits",
            ),
        ]

    def __str__(self):
        return self.zip_code


class TerritoryAssignmentQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def overlapping(self, starts_on, ends_on):
        """Those with a day in common with [starts_on, ends_on)."""
        found = self.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on))
        return found.filter(starts_on__lt=ends_on) if ends_on else found

    def visible_to(self, user):
        return self.filter(territory__in=Territory.objects.visible_to(user))


class TerritoryAssignment(models.Model):
    """A person works a territory from `starts_on` (in) to `ends_on` (out)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="assignments")
    starts_on = models.DateField("from")
    ends_on = models.DateField(
        "until",
        null=True,
        blank=True,
        help_text="The first day on which it no longer holds. Empty: open-ended.",
    )

    objects = TerritoryAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="assignment_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "territory", "starts_on"],
                name="assignment_starts_once_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.user} in {self.territory}"
