from django.core.validators import RegexValidator
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    When,
)

ten_digits = RegexValidator(r"^[0-9]{10}$", "An NPI has ten digits.")


class RosterEntryQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(
            Q(effective_to=None) | Q(effective_to__gt=day), effective_from__lte=day
        )

    def lasting_to(self, day):
        """Those that hold on the day or later, whenever they begin."""
        return self.filter(Q(effective_to=None) | Q(effective_to__gt=day))

    def with_day_between(self, start, end):
        """Those that hold on some day from `start` (in) to `end` (out; None: open)."""
        found = self.filter(Q(effective_to=None) | Q(effective_to__gt=start))
        return found.filter(effective_from__lt=end) if end else found

    def changed_between(self, first, second):
        """One entry of each NPI whose status differs between the two days.

        `before` and `after` are its status on the days, None without an entry.
        """
        there = RosterEntry.objects.on(first).filter(npi=OuterRef("npi"))
        was_there = Q(effective_from__lte=first)
        ended = was_there & Q(effective_to__gt=first, effective_to__lte=second)
        came = Q(effective_from__gt=first, effective_from__lte=second) & (
            Q(effective_to=None) | Q(effective_to__gt=second)
        )
        status = F("network_status")
        return (
            self.filter(ended | (came & ~Exists(there)))
            .annotate(
                before=Case(When(was_there, then=status)),
                after=Case(
                    When(was_there, then=network_status_of("npi", on=second)),
                    default=status,
                ),
            )
            .filter(~was_there | Q(after=None) | ~Q(after=status))
        )

    def count_changes(self):
        """Of `changed_between`: {joined, left, otherwise: how many}."""
        counts = {"joined": 0, "left": 0, "otherwise": 0}
        ours = RosterEntry.IN_NETWORK
        found = self.order_by().values_list("before", "after")
        for before, after, number in found.annotate(number=Count("pk")):
            if (before in ours) == (after in ours):
                counts["otherwise"] += number
            else:
                counts["joined" if after in ours else "left"] += number
        return counts

    def joined(self):
        """Of `changed_between`: in the network on the second day only."""
        ours = list(RosterEntry.IN_NETWORK)
        return self.filter(Q(before=None) | ~Q(before__in=ours), after__in=ours)

    def left(self):
        """Of `changed_between`: in the network on the first day only."""
        ours = list(RosterEntry.IN_NETWORK)
        return self.filter(Q(after=None) | ~Q(after__in=ours), before__in=ours)

    def otherwise(self):
        """Of `changed_between`: in the network on both days, or on neither."""
        ours = list(RosterEntry.IN_NETWORK)
        outside = (Q(before=None) | ~Q(before__in=ours)) & (
            Q(after=None) | ~Q(after__in=ours)
        )
        return self.filter(Q(before__in=ours, after__in=ours) | outside)

    def state(self):
        """What tells one state of the roster from another, if people changed it."""
        found = self.aggregate(
            count=Count("pk"), newest=Max("pk"), edited_at=Max("edited_at")
        )
        edited_at = found["edited_at"]
        return [found["count"], found["newest"], edited_at and edited_at.isoformat()]

    def count_by_status(self):
        """{status: how many}, every status named."""
        found = self.order_by().values_list("network_status")
        counts = dict(found.annotate(number=Count("pk")))
        return {status: counts.get(status, 0) for status in RosterEntry.Status}


def network_status_of(npi, *, on):
    """The expression: network status of the NPI in field `npi` on the day `on`."""
    entries = RosterEntry.objects.on(on).filter(npi=OuterRef(npi))
    return Subquery(entries.values("network_status")[:1])


class RosterEntry(models.Model):
    """The network status of an NPI from a day (in) to a day (out)."""

    class Status(models.TextChoices):
        EMPLOYED = "employed", "Employed"
        AFFILIATED = "affiliated", "Affiliated"
        INDEPENDENT = "independent", "Independent"
        COMPETITOR = "competitor", "Competitor"

    IN_NETWORK = (Status.EMPLOYED, Status.AFFILIATED)

    npi = models.CharField("NPI", max_length=10, validators=[ten_digits])
    network_status = models.CharField(max_length=12, choices=Status)
    organization_npi = models.CharField(max_length=10, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    # One more with each change: whoever saw an older one is told.
    version = models.PositiveIntegerField(default=1, editable=False)
    # When a person changed it last: reports look for the newest of these.
    edited_at = models.DateTimeField(
        null=True, blank=True, editable=False, db_index=True
    )

    objects = RosterEntryQuerySet.as_manager()

    class Meta:
        ordering = ["npi", "effective_from"]
        verbose_name_plural = "roster entries"
        constraints = [
            models.UniqueConstraint(
                fields=["npi", "effective_from"], name="roster_entry_starts_once"
            ),
            models.UniqueConstraint(
                fields=["npi"],
                condition=Q(effective_to=None),
                name="one_open_roster_entry_per_npi",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None)
                | Q(effective_to__gt=F("effective_from")),
                name="roster_entry_ends_after_it_starts",
            ),
        ]
        indexes = [
            # All that the status of an NPI on a day asks lies in the index.
            models.Index(
                fields=["npi", "effective_from", "effective_to", "network_status"],
                name="status_of_an_npi",
            ),
        ]

    def __str__(self):
        return f"{self.npi} {self.network_status} from {self.effective_from}"

    @property
    def span(self):
        """In words: `employed, Jan 1, 2026 to Mar 1, 2026`."""
        until = f"{self.effective_to:%b %-d, %Y}" if self.effective_to else "open"
        status = self.get_network_status_display().lower()
        return f"{status}, {self.effective_from:%b %-d, %Y} to {until}"
