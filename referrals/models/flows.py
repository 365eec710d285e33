from django.db import models
from django.db.models import Q, Sum

from referrals.models.imports import ImportRun
from referrals.models.roster import RosterEntry


class FlowFile(models.Model):
    """A file of shared patients, taken whole; the current one of its source counts.

    A newer file takes the place of the one before, which is kept as long as that
    can be undone.
    """

    run = models.OneToOneField(ImportRun, models.CASCADE, related_name="flow_file")
    source = models.CharField(max_length=60, db_index=True)
    is_current = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.source} #{self.pk}"


class SharedPatientsQuerySet(models.QuerySet):
    def current(self):
        """Of the file taken last: those of two sources are not added up."""
        newest = FlowFile.objects.filter(is_current=True).order_by("-pk")
        return self.filter(file__in=newest.values("pk")[:1])

    def flow_to_network(self, *, on):
        """Rows of from_npi and flow: estimated patients who go on to the network."""
        ours = RosterEntry.objects.on(on).filter(
            network_status__in=RosterEntry.IN_NETWORK
        )
        return (
            self.filter(to_npi__in=ours.values("npi"))
            .order_by()
            .values("from_npi")
            .annotate(flow=Sum("patients"))
        )


class SharedPatients(models.Model):
    """Estimated flow: patients seen by one NPI and then by another.

    Never added to claims, which are counted and not estimated.
    """

    file = models.ForeignKey(FlowFile, models.CASCADE, related_name="flows")
    from_npi = models.CharField(max_length=10, db_index=True)
    to_npi = models.CharField(max_length=10, db_index=True)
    patients = models.PositiveIntegerField()
    transactions = models.PositiveIntegerField()
    average_wait = models.FloatField("average days between", null=True, blank=True)

    objects = SharedPatientsQuerySet.as_manager()

    class Meta:
        ordering = ["-patients", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "from_npi", "to_npi"], name="one_flow_per_file_and_pair"
            ),
            models.CheckConstraint(
                condition=~Q(from_npi=models.F("to_npi")), name="flow_goes_to_another"
            ),
        ]

    def __str__(self):
        return f"{self.from_npi} to {self.to_npi}"
