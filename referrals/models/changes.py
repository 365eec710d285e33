from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q

from liaison_crm.lib.subqueries import any_of, found_by
from referrals.models.directory import Organization, Physician, Practice
from referrals.models.imports import ImportRun
from referrals.models.merges import KINDS, Merge


class Change(models.Model):
    """One row that was made, changed or removed, with its values before and after.

    `before` is None for a row that was made, `after` for one that was removed;
    else both hold the fields that changed. This is what an undo goes by, and
    the history of a practice or a physician.
    """

    model = models.CharField(max_length=60)  # "referrals.practice"
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()
    run = models.ForeignKey(
        ImportRun, models.CASCADE, null=True, blank=True, related_name="changes"
    )
    merge = models.ForeignKey(
        Merge, models.CASCADE, null=True, blank=True, related_name="changes"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Written by taking back the run, the merge or what a person did.
    is_undo = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["model", "row"]),
            # Few rows go: the history of what they belonged to looks through them.
            models.Index(
                fields=["model"],
                condition=Q(after__isnull=True),
                name="change_of_a_row_that_went",
            ),
        ]

    def __str__(self):
        return f"{self.model} {self.row}"


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Through the practice, physician or organization that would change."""
        if user.sees_all_practices:
            return self
        parts = (
            Proposal.objects.filter(**{f"{name}__in": model.objects.visible_to(user)})
            for name, model in KINDS.items()
        )
        return self.filter(any_of(*(part.values("pk") for part in parts)))

    def among_visible_to(self, user):
        """The same rule, asked row by row: for the few that a page tells of."""
        if user.sees_all_practices:
            return self
        found = Q()
        for name, model in KINDS.items():
            rows = model.objects.among_visible_to(user)
            found |= found_by(rows.filter(pk=OuterRef(name)))
        return self.filter(found)

    def pending(self):
        return self.filter(status=Proposal.Status.PENDING)

    def about(self, subject):
        return self.filter(**{subject._meta.model_name: subject})


class Proposal(models.Model):
    """A value that a person or a file offers for a field somebody else keeps.

    `value` and `replaces` are texts as the field's `to_python` takes them.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Under review"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    practice = models.ForeignKey(
        Practice, models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    physician = models.ForeignKey(
        Physician, models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    field = models.CharField(max_length=40)
    value = models.TextField(blank=True)
    replaces = models.TextField(blank=True)
    source = models.CharField(max_length=10)  # "registry", "import" or "person"
    run = models.ForeignKey(
        ImportRun, models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
    )
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
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
    reason = models.CharField(max_length=300, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    practice__isnull=False,
                    physician__isnull=True,
                    organization__isnull=True,
                )
                | Q(
                    practice__isnull=True,
                    physician__isnull=False,
                    organization__isnull=True,
                )
                | Q(
                    practice__isnull=True,
                    physician__isnull=True,
                    organization__isnull=False,
                ),
                name="proposal_has_one_subject",
            ),
        ]

    def __str__(self):
        return f"{self.field} of {self.subject}"

    @property
    def subject(self):
        return self.practice or self.physician or self.organization
