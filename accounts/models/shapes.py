from django.db import models
from django.db.models import Q


class ZipShapesQuerySet(models.QuerySet):
    def current(self):
        return self.filter(is_current=True)

    def versions_of(self, states) -> dict[str, str]:
        """State -> the version of its imported shapes, of those that have some."""
        rows = self.current().filter(state__in=states)
        return dict(rows.values_list("state", "digest"))

    def zips_of(self, state) -> dict[str, str]:
        """ZIP code -> what its imported outline hashes to."""
        rows = self.current().filter(state=state)
        return rows.values_list("zips", flat=True).first() or {}


class ZipShapes(models.Model):
    """The ZIP codes of a state as an imported file draws them; public geography.

    The current one of a state stands in place of the approximate cells. What another
    file has replaced is kept as long as that can be undone.
    """

    state = models.CharField(max_length=2)
    source = models.CharField(max_length=60)
    # Compressed TopoJSON, as lib.shapes.outlines makes it, and what that hashes to.
    layer = models.BinaryField()
    digest = models.CharField(max_length=10)
    # ZIP code -> what its outline in the file hashes to.
    zips = models.JSONField()
    is_current = models.BooleanField(default=False)

    objects = ZipShapesQuerySet.as_manager()

    class Meta:
        ordering = ["state", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(is_current=True),
                name="one_current_set_of_shapes_per_state",
            ),
        ]

    def __str__(self):
        return f"{self.state}: {self.source}"
