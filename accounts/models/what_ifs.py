from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models.people import User
from accounts.models.territories import Territory


class WhatIfQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of territories in sight; of the whole tree for who sees all."""
        if user.sees_all_practices:
            return self
        return self.filter(root__in=Territory.objects.visible_to(user))

    def with_move_count(self):
        moves = (
            WhatIfMove.objects.filter(what_if=OuterRef("pk"))
            .order_by()
            .values("what_if")
            .annotate(number=Count("pk"))
        )
        return self.annotate(move_count=Coalesce(Subquery(moves.values("number")), 0))


class WhatIf(models.Model):
    """Another cut of the territories below `root`, tried before anyone is moved.

    It holds what differs from the cut of today, so it moves along with it.
    Without a root it is about the whole tree.
    """

    name = models.CharField(max_length=80)
    root = models.ForeignKey(
        Territory, models.CASCADE, null=True, blank=True, related_name="what_ifs"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="what_ifs")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_on = models.DateField(
        "first day", null=True, blank=True, help_text="From this day the new cut holds."
    )
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Grows with every move: who applies an older one is told.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WhatIfQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_on=None, applied_by=None)
                | Q(
                    applied_at__isnull=False,
                    applied_on__isnull=False,
                    applied_by__isnull=False,
                ),
                name="what_if_is_applied_wholly_or_not",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_open(self):
        return self.applied_at is None


class WhatIfMove(models.Model):
    """A ZIP code that would go from one territory to another; None is nobody's."""

    what_if = models.ForeignKey(WhatIf, models.CASCADE, related_name="moves")
    zip_code = models.CharField("ZIP code", max_length=5)
    before = models.ForeignKey(
        Territory, models.CASCADE, null=True, blank=True, related_name="+"
    )
    after = models.ForeignKey(
        Territory, models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["zip_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["what_if", "zip_code"], name="zip_code_moves_once"
            ),
            models.CheckConstraint(
                condition=~Q(before=F("after")) | Q(before=None) | Q(after=None),
                name="move_goes_somewhere_else",
            ),
        ]

    def __str__(self):
        return f"{self.zip_code}: {self.before} → {self.after}"
