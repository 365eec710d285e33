from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.people import User


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those that others share."""
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def named(self, name):
        return self.filter(name__iexact=name)


class SavedView(models.Model):
    """A list as somebody likes to see it: filters, order and columns by a name.

    It keeps the question, never its answer: each viewer gets rows of their own.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.CharField(max_length=500, blank=True)
    is_shared = models.BooleanField(
        "share it",
        default=False,
        help_text="Everyone sees its name and its filters, and their own rows in it.",
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner", "list_name", Lower("name"), name="view_is_named_once"
            ),
        ]

    def __str__(self):
        return self.name
