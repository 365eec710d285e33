import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models.people import User
from liaison_crm.lib.dated import DatedQuerySet, ends_after_it_starts

# A ZIP code that never belonged anywhere is its first territory's for the past too.
BEGINNING = dt.date(1900, 1, 1)


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
        """Each with `zip_count` and `person_count` on the day `on`."""
        zips = TerritoryZip.objects.current(on=on).filter(territory=OuterRef("pk"))
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
        """Territories assigned to `user` today, or to somebody whom they cover
        today, with everything below them."""
        if user.sees_all_practices:
            return self
        return self.filter(pk__in=nodes_in_sight(user, on=timezone.localdate()))

    def manageable_by(self, user):
        """Whose ZIP codes and people `user` may move today.

        An administrator all; others what lies below the nodes they sit on.
        """
        if user.role == User.Role.ADMINISTRATOR:
            return self
        mine = Territory.objects.assigned_to(user, on=timezone.localdate())
        below = Territory.objects.filter(parent__in=mine.values("pk"))
        return self.filter(pk__in=Below(below.order_by().values("pk")))


def nodes_in_sight(user, *, on):
    """Keys of what a person without sight of everything sees on the day `on`: the
    nodes they work, those of whom they cover, and all below. None once deactivated.
    """
    assignments = TerritoryAssignment.objects.order_by()
    own = assignments.current(on=on).filter(user=user, user__is_active=True)
    covered = assignments.of_covered_by(user, on=on)
    return Below(own.values("territory").union(covered.values("territory")))


class Territory(models.Model):
    """A node of the tree: a region, or a territory with ZIP codes."""

    class Colour(models.TextChoices):
        TEAL = "teal", "Teal"
        ORANGE = "orange", "Orange"
        VIOLET = "violet", "Violet"
        GREEN = "green", "Green"
        RED = "red", "Red"
        BLUE = "blue", "Blue"
        OLIVE = "olive", "Olive"
        PINK = "pink", "Pink"
        BROWN = "brown", "Brown"
        GREY = "grey", "Grey"

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    # On maps and in lists: the class `territory-<colour>` of app.css.
    colour = models.CharField(max_length=6, choices=Colour, default=Colour.TEAL)

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


@dataclass(frozen=True)
class PlannedChange:
    """ZIP codes that go from one territory to another on a day to come.

    `before` and `after` are keys of territories, or None for no territory.
    """

    on: dt.date
    before: int | None
    after: int | None
    zip_codes: tuple[str, ...]


class TerritoryZipQuerySet(DatedQuerySet):
    def changing_after(self, day):
        """Rows that begin or end on a later day."""
        return self.filter(Q(starts_on__gt=day) | Q(ends_on__gt=day))

    def planned(self, *, after):
        """Changes on days later than `after`, the next one first."""
        begins, ends = {}, {}
        for code, territory, first, last in self.changing_after(after).values_list(
            "zip_code", "territory", "starts_on", "ends_on"
        ):
            if first > after:
                begins[first, code] = territory
            if last:
                ends[last, code] = territory
        groups = defaultdict(list)
        for day, code in sorted(begins.keys() | ends.keys()):
            before, gets = ends.get((day, code)), begins.get((day, code))
            groups[day, before, gets].append(code)
        return [PlannedChange(*key, tuple(codes)) for key, codes in groups.items()]


class TerritoryZip(models.Model):
    """A ZIP code belongs to one territory at most on each day.

    The database keeps one open row and one start a day; that no two rows share a
    day is kept by `services.zips`, the only place that writes several.
    """

    zip_code = models.CharField("ZIP code", max_length=5)
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="zips")
    starts_on = models.DateField("from", default=BEGINNING)
    ends_on = models.DateField("until", null=True, blank=True)

    objects = TerritoryZipQuerySet.as_manager()

    class Meta:
        ordering = ["zip_code", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(zip_code__regex=r"^[0-9]{5}$"),
                name="zip_code_has_five_digits",
            ),
            ends_after_it_starts("zip_code_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["zip_code"],
                condition=Q(ends_on=None),
                name="zip_code_is_open_in_one_territory",
            ),
            models.UniqueConstraint(
                fields=["zip_code", "starts_on"], name="zip_code_starts_once_a_day"
            ),
        ]
        indexes = [
            # All that scope asks of a territory's codes lies in the index.
            models.Index(
                fields=["territory", "zip_code", "starts_on", "ends_on"],
                name="zip_codes_of_a_territory",
            ),
        ]

    def __str__(self):
        return self.zip_code


class TerritoryAssignmentQuerySet(DatedQuerySet):
    def of_covered_by(self, user, *, on):
        """Those of whom `user` covers on the day `on`. A join, not a subquery: SQLite
        parses only so deep, and scope stands inside other conditions."""
        return self.current(on=on).filter(
            user__coverage__covering=user,
            user__coverage__starts_on__lte=on,
            user__coverage__ends_on__gt=on,
            user__coverage__covering__is_active=True,
        )

    def visible_to(self, user):
        return self.filter(territory__in=Territory.objects.visible_to(user))

    def manageable_by(self, user):
        return self.filter(territory__in=Territory.objects.manageable_by(user))


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
            ends_after_it_starts("assignment_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["user", "territory", "starts_on"],
                name="assignment_starts_once_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.user} in {self.territory}"


class CoverageQuerySet(DatedQuerySet):
    def manageable_by(self, user, *, on):
        """One's own panel, and those of one's team; all for an administrator."""
        team = managed_by(user, on=on).values("pk")
        return self.filter(Q(covered=user) | Q(covered__in=team))

    def visible_to(self, user):
        """Those one may manage, and those by which one covers, until they end."""
        today = timezone.localdate()
        mine = Q(covering=user, ends_on__gt=today)
        return self.filter(
            mine | Q(pk__in=self.manageable_by(user, on=today).values("pk"))
        )

    def held_by(self, user, *, on):
        """By which `user` covers somebody on the day `on`."""
        held = self.current(on=on).filter(covering=user)
        return held.select_related("covered").order_by("ends_on", "pk")


class Coverage(models.Model):
    """A colleague sees what a person's own assignments show, for some days."""

    covered = models.ForeignKey(
        User, models.PROTECT, verbose_name="whose panel", related_name="coverage"
    )
    covering = models.ForeignKey(
        User, models.PROTECT, verbose_name="covered by", related_name="covering"
    )
    starts_on = models.DateField("from")
    ends_on = models.DateField("back on")
    notes = models.TextField(max_length=2000, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = CoverageQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            ends_after_it_starts("coverage_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(covered=F("covering")), name="nobody_covers_themselves"
            ),
            models.UniqueConstraint(
                fields=["covered", "covering", "starts_on"],
                name="coverage_starts_once_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.covering} for {self.covered}"


def managed_by(user, *, on):
    """People all of whose territories on the day `on` lie below the nodes of `user`;
    everybody for an administrator."""
    if user.role == User.Role.ADMINISTRATOR:
        return User.objects.all()
    current = TerritoryAssignment.objects.current(on=on)
    nodes = Territory.objects.manageable_by(user).values("pk")
    return User.objects.filter(
        pk__in=current.filter(territory__in=nodes).values("user")
    ).exclude(pk__in=current.exclude(territory__in=nodes).values("user"))
