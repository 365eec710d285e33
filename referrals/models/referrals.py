from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from liaison_crm.lib.subqueries import any_of, found_by
from referrals.models.directory import Affiliation, Organization, Physician, Practice
from referrals.models.service_lines import ServiceLine


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Through the referring practice, or the referring physician."""
        if user.sees_all_practices:
            return self
        practices = Practice.objects.visible_to(user)
        physicians = Physician.objects.visible_to(user)
        return self.filter(
            Q(referring_practice__in=practices) | Q(referring_physician__in=physicians)
        )

    def among_visible_to(self, user):
        """The same rule, asked row by row: for the few rows that a page names."""
        if user.sees_all_practices:
            return self
        practices = Practice.objects.among_visible_to(user)
        physicians = Physician.objects.among_visible_to(user)
        return self.filter(
            found_by(practices.filter(pk=OuterRef("referring_practice")))
            | found_by(physicians.filter(pk=OuterRef("referring_physician")))
        )

    def of_practice(self, practice):
        """Sent by the practice, or by its physicians where none was named."""
        there = Affiliation.objects.filter(practice=practice)
        then = there.filter(
            Q(effective_from=None) | Q(effective_from__lte=OuterRef("received_on")),
            Q(effective_to=None) | Q(effective_to__gt=OuterRef("received_on")),
            physician=OuterRef("referring_physician"),
        )
        unnamed = Referral.objects.filter(
            Exists(then),
            referring_practice=None,
            referring_physician__in=there.values("physician"),
        )
        named = Referral.objects.filter(referring_practice=practice)
        return self.filter(any_of(named.values("pk"), unnamed.values("pk")))

    def made_by(self, subject):
        """By a physician, or of a practice."""
        if isinstance(subject, Practice):
            return self.of_practice(subject)
        return self.filter(referring_physician=subject)

    def open(self):
        return self.exclude(status__in=Referral.ENDS)

    def counted(self):
        """Referrals that were, or may still be, seen (domain: ROI outcome)."""
        return self.exclude(status__in=Referral.UNSEEN_ENDS)


class Referral(models.Model):
    """A request to see one patient, with a status and clocks.

    Key: source + external_id. No patient field is stored.
    """

    class Kind(models.TextChoices):
        CONSULT = "consult", "Consult"
        PROCEDURE = "procedure", "Procedure"
        IMAGING = "imaging", "Imaging"
        ADMISSION = "admission", "Admission"
        TRANSFER = "transfer", "Transfer"
        DISCHARGE = "discharge_follow_up", "Discharge follow-up"

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        INCOMPLETE = "incomplete", "Incomplete"
        AWAITING = "awaiting_authorization", "Awaiting authorization"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        UNREACHABLE = "unreachable", "Unreachable"
        WAITLISTED = "waitlisted", "Waitlisted"
        SCHEDULED = "scheduled", "Scheduled"
        NO_SHOW = "no_show", "No-show"
        SEEN = "seen", "Seen"
        REPORT_SENT = "report_sent", "Report sent"
        REPORT_RECEIVED = "report_received", "Report received"
        CLOSED = "closed", "Closed"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"
        LOST = "lost", "Lost"

    class Urgency(models.TextChoices):
        ROUTINE = "routine", "Routine"
        URGENT = "urgent", "Urgent"
        EMERGENT = "emergent", "Emergent"

    UNSEEN_ENDS = (Status.DECLINED, Status.CANCELLED, Status.LOST)
    ENDS = (Status.CLOSED, *UNSEEN_ENDS)

    source = models.CharField(max_length=60, default="default")
    external_id = models.CharField("number", max_length=80)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.CONSULT)
    received_on = models.DateField(db_index=True)
    referring_physician = models.ForeignKey(
        Physician, models.PROTECT, null=True, blank=True, related_name="referrals_made"
    )
    referring_practice = models.ForeignKey(
        Practice, models.PROTECT, null=True, blank=True, related_name="referrals_made"
    )
    referred_to_physician = models.ForeignKey(
        Physician,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals_received",
    )
    referred_to_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals_received",
    )
    service_line = models.ForeignKey(
        ServiceLine, models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    payer_name = models.CharField("payer", max_length=120, blank=True)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.ROUTINE)
    channel = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=24, choices=Status, default=Status.RECEIVED, db_index=True
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    appointment_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    report_sent_at = models.DateTimeField(null=True, blank=True)
    report_received_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="referral_number_is_its_sources"
            ),
            models.CheckConstraint(
                condition=Q(referring_physician__isnull=False)
                | Q(referring_practice__isnull=False),
                name="referral_has_a_referrer",
            ),
        ]
        indexes = [
            models.Index(fields=["referring_physician", "received_on"]),
            models.Index(fields=["status", "received_on"]),
        ]

    def __str__(self):
        return self.external_id


class StatusChange(models.Model):
    """The status log of a referral: who moved it where, when and why."""

    referral = models.ForeignKey(
        Referral, models.CASCADE, related_name="status_changes"
    )
    status = models.CharField(max_length=24, choices=Referral.Status)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.referral}: {self.get_status_display()}"
