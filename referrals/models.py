import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Territory, TerritoryZip
from liaison_crm.lib.runs import Run, RunQuerySet

ten_digits = RegexValidator(r"^[0-9]{10}$", "An NPI has ten digits.")


class ServiceLineQuerySet(models.QuerySet):
    def with_specialty_count(self):
        return self.annotate(specialty_count=Count("specialties"))


class ServiceLine(models.Model):
    """Taxonomy codes and procedure codes that the network counts together."""

    name = models.CharField(max_length=80, unique=True)
    is_hospital_based = models.BooleanField(
        "hospital-based",
        default=False,
        help_text="Left out of referral events: patients do not choose it.",
    )
    margin_cents = models.BigIntegerField(
        "contribution margin per referral", null=True, blank=True
    )

    objects = ServiceLineQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


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

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "specialties"

    def __str__(self):
        return self.name or self.code


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Organizations with a practice in sight; all for who sees everything."""
        if user.sees_all_practices:
            return self
        return self.filter(
            pk__in=Practice.objects.visible_to(user).values("organization")
        )


class Organization(models.Model):
    """A group, hospital or health system (entity type 2 NPI)."""

    npi = models.CharField(
        "NPI",
        max_length=10,
        unique=True,
        null=True,
        blank=True,  # noqa: DJ001
        validators=[ten_digits],
    )
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    specialty = models.ForeignKey(
        Specialty, models.SET_NULL, null=True, blank=True, related_name="organizations"
    )
    is_active = models.BooleanField(default=True)
    deactivated_on = models.DateField(null=True, blank=True)
    replacement_npi = models.CharField(max_length=10, blank=True)
    # Of the registry's row that was taken last: an older file changes nothing.
    registry_updated_on = models.DateField(null=True, blank=True, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name


class PracticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The scoping rule, written once.

        A practice belongs to the territory of its ZIP code; a person sees the
        territories assigned to them today, with everything below in the tree.
        Administrators, executives and compliance officers see all practices.
        """
        if user.sees_all_practices:
            return self
        return self.in_territories(Territory.objects.visible_to(user))

    def in_territories(self, territories):
        zips = TerritoryZip.objects.filter(territory__in=territories.values("pk"))
        return self.filter(zip_code__in=zips.values("zip_code"))

    def with_physician_count(self, *, on):
        """`physician_count`: how many are affiliated on the day `on`."""
        counts = (
            Affiliation.objects.current(on=on)
            .filter(practice=OuterRef("pk"))
            .order_by()
            .values("practice")
            .annotate(number=Count("physician", distinct=True))
        )
        return self.annotate(
            physician_count=Coalesce(Subquery(counts.values("number")), 0)
        )


class Practice(models.Model):
    """A place where physicians work: a street address with a front desk."""

    class Tier(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"

    name = models.CharField(max_length=200)
    organization = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="practices",
    )
    address_line_1 = models.CharField(max_length=200, blank=True)
    address_line_2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=40, blank=True)
    zip_code = models.CharField("ZIP code", max_length=5, blank=True, db_index=True)
    zip_extension = models.CharField(max_length=4, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    fax = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=1, choices=Tier, blank=True)
    is_active = models.BooleanField(default=True)
    # The normalised address: one practice per address and organization.
    address_key = models.CharField(max_length=400, blank=True, editable=False)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address_key", "organization"],
                condition=~Q(address_key="") & Q(organization__isnull=False),
                name="one_practice_per_address_and_organization",
            ),
            models.UniqueConstraint(
                fields=["address_key"],
                condition=~Q(address_key="") & Q(organization__isnull=True),
                name="one_practice_per_address_without_organization",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def address(self):
        place = f"{self.city}, {self.state} {self.zip_code}".strip(" ,")
        return ", ".join(
            part for part in (self.address_line_1, self.address_line_2, place) if part
        )


class PhysicianQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Visible through any affiliation that is current today."""
        if user.sees_all_practices:
            return self
        return self.filter(
            pk__in=Affiliation.objects.current(on=timezone.localdate())
            .filter(practice__in=Practice.objects.visible_to(user))
            .values("physician")
        )

    def with_network_status(self, *, on):
        return self.annotate(network_status=network_status_of("npi", on=on))


class Physician(models.Model):
    """Anyone who refers or receives: an individual NPI (entity type 1)."""

    npi = models.CharField("NPI", max_length=10, unique=True, validators=[ten_digits])
    last_name = models.CharField(max_length=100, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    middle_name = models.CharField(max_length=100, blank=True)
    credential = models.CharField(max_length=60, blank=True)
    specialty = models.ForeignKey(
        Specialty, models.SET_NULL, null=True, blank=True, related_name="physicians"
    )
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=1, choices=Practice.Tier, blank=True)
    is_active = models.BooleanField(default=True)
    enumerated_on = models.DateField(null=True, blank=True)
    deactivated_on = models.DateField(null=True, blank=True)
    replacement_npi = models.CharField(max_length=10, blank=True)
    # Of the registry's row that was taken last: an older file changes nothing.
    registry_updated_on = models.DateField(null=True, blank=True, editable=False)
    practices = models.ManyToManyField(
        Practice, through="Affiliation", related_name="physicians"
    )

    objects = PhysicianQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]

    def __str__(self):
        name = f"{self.first_name} {self.last_name}".strip()
        if not name:
            return f"NPI {self.npi}"
        return f"{name}, {self.credential}" if self.credential else name


class AffiliationQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(
            Q(effective_from=None) | Q(effective_from__lte=on),
            Q(effective_to=None) | Q(effective_to__gt=on),
        )

    def seen_by(self, user, *, on):
        """`is_current` on the day `on`, and `is_linked`: both ends in sight."""
        return self.annotate(
            is_current=Q(pk__in=Affiliation.objects.current(on=on).values("pk")),
            is_linked=Q(physician__in=Physician.objects.visible_to(user)),
        )

    def with_network_status(self, *, on):
        """`network_status` of the physician on the day `on`, or None."""
        return self.annotate(network_status=network_status_of("physician__npi", on=on))


class Affiliation(models.Model):
    """Physician x practice, dated. No start means it holds for the past too."""

    class Source(models.TextChoices):
        REGISTRY = "registry", "Registry"
        IMPORT = "import", "Import"
        PERSON = "person", "Person"

    physician = models.ForeignKey(
        Physician, models.CASCADE, related_name="affiliations"
    )
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="affiliations")
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    is_primary = models.BooleanField(default=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.PERSON)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_from=None)
                | Q(effective_to=None)
                | Q(effective_to__gt=F("effective_from")),
                name="affiliation_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["physician", "practice"],
                condition=Q(effective_to=None),
                name="one_open_affiliation_per_physician_and_practice",
            ),
        ]

    def __str__(self):
        return f"{self.physician} at {self.practice}"


class RosterEntryQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(
            Q(effective_to=None) | Q(effective_to__gt=day), effective_from__lte=day
        )


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

    def __str__(self):
        return f"{self.npi} {self.network_status} from {self.effective_from}"


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

    def of_practice(self, practice):
        """Sent by the practice, or by its physicians where none was named."""
        there = Affiliation.objects.filter(practice=practice)
        then = there.filter(
            Q(effective_from=None) | Q(effective_from__lte=OuterRef("received_on")),
            Q(effective_to=None) | Q(effective_to__gt=OuterRef("received_on")),
            physician=OuterRef("referring_physician"),
        )
        return self.filter(
            Q(referring_practice=practice)
            | Q(Exists(then), referring_physician__in=there.values("physician"))
            & Q(referring_practice=None)
        )

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


class ImportRunQuerySet(RunQuerySet):
    def visible_to(self, user):
        """Administrators see every import; others those they started."""
        if user.role == user.Role.ADMINISTRATOR:
            return self
        return self.filter(started_by=user)


class ImportRun(Run):
    """One file brought in: what it was, who did it, what came of each row."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, db_index=True)
    source = models.CharField(max_length=60, default="default")
    preset = models.CharField(max_length=30, blank=True)
    is_forced = models.BooleanField(default=False)
    is_dry_run = models.BooleanField(default=False)
    # Set when the run found the same file from the same source already taken.
    is_duplicate = models.BooleanField(default=False)
    options = models.JSONField(default=dict, blank=True)
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    # Where the file lies until the run ends; uploads are deleted then.
    path = models.CharField(max_length=500, blank=True)
    is_upload = models.BooleanField(default=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="import_runs",
    )
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_created = models.PositiveBigIntegerField(default=0)
    rows_updated = models.PositiveBigIntegerField(default=0)
    rows_unchanged = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    # The last row whose chunk was committed: a new attempt goes on behind it.
    checkpoint = models.PositiveBigIntegerField(default=0)
    # What the summary counts and names, as of the checkpoint.
    tally = models.JSONField(default=dict, blank=True)
    ignored_columns = models.JSONField(default=list, blank=True)
    warnings = models.JSONField(default=list, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.kind}: {self.file_name}"


class RejectedRow(models.Model):
    """A row that was not taken, and why. Holds no patient column."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejected_rows")
    line = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=300)
    values = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["line", "pk"]

    def __str__(self):
        return f"line {self.line}: {self.reason}"


class ClaimsImportQuerySet(models.QuerySet):
    def visible(self):
        """The imports whose lines count, in the order they were taken."""
        return self.filter(run__status=Run.Status.DONE).order_by("sequence")


class ClaimsImport(models.Model):
    """A published set of claim lines in the lake.

    The files below `folder` are immutable; this row makes them visible, in
    the transaction that ends the import run.
    """

    run = models.OneToOneField(ImportRun, models.CASCADE, related_name="claims_import")
    source = models.CharField(max_length=60, db_index=True)
    sequence = models.PositiveIntegerField(unique=True)
    folder = models.CharField(max_length=300)
    lines = models.PositiveBigIntegerField(default=0)
    first_service_on = models.DateField(null=True, blank=True)
    last_service_on = models.DateField(null=True, blank=True)
    # Counts that explain what can and cannot be a referral event.
    quality = models.JSONField(default=dict, blank=True)

    objects = ClaimsImportQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]

    def __str__(self):
        return f"{self.source} #{self.sequence}"
