"""Rows that hold from `starts_on` (in) to `ends_on` (out); without an end, for good."""

from django.db import models
from django.db.models import F, Q


class DatedQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def overlapping(self, starts_on, ends_on):
        """Those with a day in common with [starts_on, ends_on)."""
        found = self.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on))
        return found.filter(starts_on__lt=ends_on) if ends_on else found


def ends_after_it_starts(name):
    return models.CheckConstraint(
        condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name=name
    )
