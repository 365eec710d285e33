import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from liaison_crm.lib.runs import Run, RunQuerySet


class ImportRunQuerySet(RunQuerySet):
    def visible_to(self, user):
        """Administrators see every import; others those they started."""
        if user.role == user.Role.ADMINISTRATOR:
            return self
        return self.filter(started_by=user)

    def called(self, text):
        """Those whose file, source or mapping is called so."""
        found = Q(file_name__icontains=text) | Q(source__icontains=text)
        return self.filter(found | Q(mapping__name__icontains=text))


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
    # How their columns and words were read: name, columns, values, header_row.
    mapping = models.JSONField(default=dict, blank=True)
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
    # Set when somebody asked for everything to be put back as it was.
    is_undo_asked = models.BooleanField(default=False)
    rows_restored = models.PositiveBigIntegerField(default=0)
    rows_kept = models.PositiveBigIntegerField(default=0)
    # The journal is taken back down to this change; none yet.
    undone_to = models.BigIntegerField(null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.kind}: {self.file_name}"

    def difference_count(self, sort):
        """How many rows of the sort a dry run would change, kept or not."""
        return self.tally.get("counts", {}).get(f"difference {sort}", 0)


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


class Difference(models.Model):
    """What a dry run would change: one row of the directory, before and after.

    A bounded number of each sort is kept; the run's tally has the exact counts.
    """

    class Sort(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        ENDED = "ended", "Ended"
        MISSING = "missing", "Not in the file"

    KEPT = 1000  # of each sort

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="differences")
    sort = models.CharField(max_length=10, choices=Sort)
    # None for what stands in the directory and not in the file.
    line = models.PositiveBigIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=60)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.subject}: {self.before} -> {self.after}"


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
