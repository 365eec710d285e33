from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q

from liaison_crm.lib.subqueries import found_by
from referrals.models.directory import Organization, Physician, Practice

KINDS = {model._meta.model_name: model for model in (Practice, Physician, Organization)}


class MergeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Through the row that was kept."""
        if user.sees_all_practices:
            return self
        return self.filter(
            Q(practice__in=Practice.objects.visible_to(user))
            | Q(physician__in=Physician.objects.visible_to(user))
            | Q(organization__in=Organization.objects.visible_to(user))
        )


class Merge(models.Model):
    """Two rows of the directory that became one. `changes` takes it back."""

    practice = models.ForeignKey(
        Practice, models.CASCADE, null=True, blank=True, related_name="merges"
    )
    physician = models.ForeignKey(
        Physician, models.CASCADE, null=True, blank=True, related_name="merges"
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="merges"
    )
    removed_row = models.BigIntegerField()
    removed_name = models.CharField(max_length=250)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="merges"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.removed_name} into {self.kept}"

    @property
    def kept(self):
        return self.practice or self.physician or self.organization

    @property
    def kind(self):
        return self.kept._meta.model_name


class FormerAddress(models.Model):
    """An address under which files may still know a practice that was merged."""

    practice = models.ForeignKey(
        Practice, models.CASCADE, related_name="former_addresses"
    )
    address_key = models.CharField(max_length=400, db_index=True)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "former addresses"

    def __str__(self):
        return self.address_key


class FormerNpi(models.Model):
    """An NPI under which files may still know a physician who was merged."""

    physician = models.ForeignKey(Physician, models.CASCADE, related_name="former_npis")
    npi = models.CharField("NPI", max_length=10, unique=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "former NPI"

    def __str__(self):
        return self.npi


class DuplicateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both rows have to be in sight: a hint must not tell of one that is not."""
        found = Q()
        for kind, model in KINDS.items():
            rows = model.objects.among_visible_to(user)
            first, second = (
                found_by(rows.filter(pk=OuterRef(one))) for one in ("first", "second")
            )
            found |= Q(kind=kind) & first & second
        return self.filter(found)

    def open(self):
        return self.filter(dismissed_at=None)

    def between(self, one, other):
        first, second = sorted([one.pk, other.pk])
        return self.filter(first=first, second=second)


class Duplicate(models.Model):
    """Two rows that are likely the same, and why. Found by the nightly search."""

    class Kind(models.TextChoices):
        PRACTICE = "practice", "Practices"
        PHYSICIAN = "physician", "Physicians"
        ORGANIZATION = "organization", "Organizations"

    kind = models.CharField(max_length=12, choices=Kind)
    first = models.BigIntegerField()
    second = models.BigIntegerField()
    likelihood = models.PositiveSmallIntegerField()  # in percent
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["-likelihood", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first", "second"], name="duplicate_is_found_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_is_in_order"
            ),
        ]
        indexes = [models.Index(fields=["kind", "second"])]

    def __str__(self):
        return f"{self.kind} {self.first} and {self.second}"
