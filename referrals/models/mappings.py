import datetime as dt
import hashlib
import json
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class ImportMappingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and what administrators have prepared for everyone."""
        if user.role == user.Role.ADMINISTRATOR:
            return self
        return self.filter(Q(made_by=user) | Q(made_by__role=user.Role.ADMINISTRATOR))

    def changeable_by(self, user):
        if user.role == user.Role.ADMINISTRATOR:
            return self
        return self.filter(made_by=user)

    def of(self, kind, source):
        """For files of this kind and source, the one changed last first."""
        return self.filter(kind=kind, source=source).order_by("-updated_at", "-pk")


class ImportMapping(models.Model):
    """How the files of a source name their columns and their words."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    # Key of their column -> our column, "" for one that is left out.
    columns = models.JSONField(default=dict, blank=True)
    # Our column -> {their word -> our word}.
    values = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_mappings"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ImportMappingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "source", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["made_by", "kind", "source", "name"],
                name="mapping_named_once_per_source",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def columns_used(self):
        return sum(bool(ours) for ours in self.columns.values())

    @property
    def told(self):
        """As a run keeps it."""
        return {"name": self.name, "columns": self.columns, "values": self.values}

    def namesakes(self, *, name, source):
        """Others that could not stand beside this one under that name."""
        same = {"made_by": self.made_by_id, "kind": self.kind}
        found = ImportMapping.objects.filter(name=name, source=source, **same)
        return found.exclude(pk=self.pk)


class ImportDraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A file that is being prepared is its uploader's alone."""
        return self.filter(started_by=user)


class ImportDraft(models.Model):
    """A file that was uploaded and waits until its columns are mapped.

    Its run will bear the same uid, so a form sent twice makes one run.
    """

    KEPT_FOR = dt.timedelta(days=1)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_drafts"
    )
    kind = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=60, default="default")
    preset = models.CharField(max_length=30, blank=True)
    options = models.JSONField(default=dict, blank=True)
    is_forced = models.BooleanField(default=False)
    is_dry_run = models.BooleanField(default=False)
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField(default=0)
    path = models.CharField(max_length=500)
    # Of a spreadsheet: its sheets, and the one that is read. Empty for text.
    sheets = models.JSONField(default=list, blank=True)
    sheet = models.CharField(max_length=200, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    header_row = models.PositiveIntegerField(default=1)
    columns = models.JSONField(default=dict, blank=True)
    values = models.JSONField(default=dict, blank=True)
    # The saved mapping that it began with.
    mapping = models.ForeignKey(
        ImportMapping, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.kind}: {self.file_name}"

    @property
    def kept_until(self):
        return self.created_at + self.KEPT_FOR

    @property
    def text_path(self):
        """The file as text: itself, or what was made of a spreadsheet's sheet."""
        return f"{self.path}.csv" if self.sheets else self.path

    @property
    def read_as(self):
        """What the columns were read from: a page that says otherwise is stale."""
        return f"{self.header_row} {self.sheet}".strip()

    def stamp(self, *names):
        """What the draft is read as, and these fields, in short: to be compared."""
        told = [self.read_as, *(getattr(self, name) for name in names)]
        text = json.dumps(told, sort_keys=True).encode()
        return hashlib.sha256(text).hexdigest()[:16]
