from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from referrals.models.directory import Physician


class PaymentRecipient(models.Model):
    """Somebody whom industry paid, as the government's file knows them.

    Before 2021 the file has no NPI: who it was is for a person to say.
    """

    # The number of the file's own profile; without one the name and the state.
    profile = models.CharField(max_length=250, unique=True)
    npi = models.CharField("NPI", max_length=10, blank=True, db_index=True)
    last_name = models.CharField(max_length=100, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=40, blank=True)
    specialty = models.CharField(max_length=300, blank=True)
    physician = models.ForeignKey(
        Physician,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="payment_recipients",
    )

    class Meta:
        ordering = ["last_name", "first_name", "pk"]

    def __str__(self):
        return f"{self.first_name} {self.last_name}".strip()


class PaymentSuggestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.sees_all_practices:
            return self
        theirs = Physician.objects.among_visible_to(user)
        return self.filter(Exists(theirs.filter(pk=OuterRef("physician"))))

    def pending(self):
        return self.filter(
            status=PaymentSuggestion.Status.PENDING, recipient__physician=None
        )

    def with_payments(self):
        """`payment_count` and `payment_cents` of the recipient."""
        theirs = Payment.objects.filter(recipient=OuterRef("recipient")).order_by()
        sums = theirs.values("recipient").annotate(
            number=Count("pk"), cents=Sum("amount_cents")
        )
        return self.annotate(
            payment_count=Coalesce(Subquery(sums.values("number")), 0),
            payment_cents=Subquery(sums.values("cents")),
        )


class PaymentSuggestion(models.Model):
    """A physician of the same name in the same state: the same person?"""

    class Status(models.TextChoices):
        PENDING = "pending", "To be looked at"
        CONFIRMED = "confirmed", "The same person"
        REFUSED = "refused", "Somebody else"

    recipient = models.ForeignKey(
        PaymentRecipient, models.CASCADE, related_name="suggestions"
    )
    physician = models.ForeignKey(
        Physician, models.CASCADE, related_name="payment_suggestions"
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PENDING, db_index=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentSuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["recipient", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "physician"],
                name="one_suggestion_per_recipient_and_physician",
            ),
        ]

    def __str__(self):
        return f"{self.recipient}: {self.physician}?"


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient__physician__in=Physician.objects.visible_to(user))

    def to_physician(self, physician):
        return self.filter(recipient__physician=physician)

    def by_company_and_year(self):
        """Rows of company, year, number and cents."""
        return (
            self.order_by()
            .values("company", "year")
            .annotate(number=Count("pk"), cents=Sum("amount_cents"))
        )


class Payment(models.Model):
    """What a manufacturer paid or gave, as the government publishes it."""

    record_id = models.CharField(max_length=40, unique=True)
    recipient = models.ForeignKey(
        PaymentRecipient, models.CASCADE, related_name="payments"
    )
    company = models.CharField(max_length=200)
    amount_cents = models.BigIntegerField()
    paid_on = models.DateField()
    year = models.PositiveSmallIntegerField("programme year")
    nature = models.CharField(max_length=250, blank=True)
    form = models.CharField(max_length=120, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-paid_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0), name="payment_is_not_negative"
            ),
        ]

    def __str__(self):
        return f"{self.company}, {self.paid_on}"
