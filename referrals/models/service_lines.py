from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Lower

from referrals.models.payers import PayerClass


class ServiceLineQuerySet(models.QuerySet):
    def with_specialty_count(self):
        return self.annotate(specialty_count=Count("specialties"))

    def with_margin(self, *, on, payer_class=None):
        """`margin_cents`: the margin in force on the day, None where none is.

        Without a payer class it is the general one.
        """
        there = Margin.objects.filter(service_line=OuterRef("pk")).in_force(on)
        there = there.of_class(payer_class)
        return self.annotate(margin_cents=Subquery(there.values("cents")[:1]))


class ServiceLine(models.Model):
    """Taxonomy codes and procedure codes that the network counts together."""

    name = models.CharField(max_length=80, unique=True)
    is_hospital_based = models.BooleanField(
        "hospital-based",
        default=False,
        help_text="Left out of referral events: patients do not choose it.",
    )

    objects = ServiceLineQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="service_line_is_named_once")
        ]

    def __str__(self):
        return self.name


class MarginQuerySet(models.QuerySet):
    def in_force(self, day):
        """Those that began by the day, the one that counts first."""
        began = self.filter(Q(effective_from=None) | Q(effective_from__lte=day))
        return began.order_by(F("effective_from").desc(nulls_last=True))

    def of_class(self, payer_class):
        """Those of one payer class; the general ones for None."""
        return self.filter(payer_class=payer_class)

    def by_class(self, day):
        """{service line: [(name of a payer class, cents)]} in force on the day."""
        found = {}
        ours = self.in_force(day).exclude(payer_class=None)
        names = ours.values_list("service_line", "payer_class__name", "cents")
        for line, name, cents in names:
            found.setdefault(line, {}).setdefault(name, cents)
        return {line: sorted(its.items()) for line, its in found.items()}

    def newest_last(self):
        """In the order in which they begin; the one without a day first."""
        return self.order_by(F("effective_from").asc(nulls_first=True))


class Margin(models.Model):
    """What one referral seen contributes, from a day until the next one begins.

    That of a payer class stands before the general one, which has no class.
    """

    service_line = models.ForeignKey(
        ServiceLine, models.CASCADE, related_name="margins"
    )
    payer_class = models.ForeignKey(
        PayerClass, models.PROTECT, null=True, blank=True, related_name="margins"
    )
    # None: for all days before the first one that is named.
    effective_from = models.DateField(null=True, blank=True)
    cents = models.BigIntegerField("contribution margin per referral")

    objects = MarginQuerySet.as_manager()

    class Meta:
        ordering = ["service_line", "effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["service_line", "effective_from"],
                condition=Q(payer_class=None),
                name="one_margin_per_service_line_and_day",
            ),
            models.UniqueConstraint(
                fields=["service_line"],
                condition=Q(payer_class=None, effective_from=None),
                name="one_margin_per_service_line_without_day",
            ),
            models.UniqueConstraint(
                fields=["service_line", "payer_class", "effective_from"],
                name="one_margin_per_payer_class_and_day",
            ),
            models.UniqueConstraint(
                fields=["service_line", "payer_class"],
                condition=Q(effective_from=None),
                name="one_margin_per_payer_class_without_day",
            ),
        ]

    def __str__(self):
        of_class = f", {self.payer_class}" if self.payer_class else ""
        since = f" from {self.effective_from}" if self.effective_from else ""
        return f"Margin of {self.service_line}{of_class}{since}"


class ProcedureRange(models.Model):
    """Procedure codes, both ends included, that belong to a service line."""

    service_line = models.ForeignKey(
        ServiceLine, models.CASCADE, related_name="procedure_ranges"
    )
    first_code = models.CharField(max_length=7)
    last_code = models.CharField(max_length=7)

    class Meta:
        ordering = ["first_code", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_code__gte=F("first_code")),
                name="procedure_range_is_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.first_code}-{self.last_code}"


class SpecialtyQuerySet(models.QuerySet):
    def unmapped(self):
        """Codes that physicians or organizations have and no service line does."""
        return (
            self.filter(service_line=None)
            .annotate(
                physician_count=Count("physicians", distinct=True),
                organization_count=Count("organizations", distinct=True),
            )
            .exclude(physician_count=0, organization_count=0)
        )


class Specialty(models.Model):
    """A taxonomy code. Its name is the code until somebody loads the names."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200, blank=True)
    service_line = models.ForeignKey(
        ServiceLine,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="specialties",
    )

    objects = SpecialtyQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "specialties"

    def __str__(self):
        return self.name or self.code
