from django.db import models
from django.db.models import Q

from referrals.models.directory import Organization, Physician


class OtherNameQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Through the organization or the physician that bears the name."""
        if user.sees_all_practices:
            return self
        return self.filter(
            Q(organization__in=Organization.objects.visible_to(user))
            | Q(physician__in=Physician.objects.visible_to(user))
        )


class OtherName(models.Model):
    """A name that an organization or a physician also has, or once had."""

    class Kind(models.TextChoices):
        # The registry's codes.
        FORMER = "1", "Former name"
        PROFESSIONAL = "2", "Professional name"
        TRADE = "3", "Doing business as"
        FORMER_LEGAL = "4", "Former legal business name"
        OTHER = "5", "Other name"

    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="other_names"
    )
    physician = models.ForeignKey(
        Physician, models.CASCADE, null=True, blank=True, related_name="other_names"
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=1, choices=Kind, default=Kind.OTHER)

    objects = OtherNameQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization=None, physician__isnull=False)
                | Q(organization__isnull=False, physician=None),
                name="other_name_has_one_bearer",
            ),
            models.UniqueConstraint(
                fields=["organization", "name", "kind"],
                condition=Q(physician=None),
                name="one_other_name_per_organization",
            ),
            models.UniqueConstraint(
                fields=["physician", "name", "kind"],
                condition=Q(organization=None),
                name="one_other_name_per_physician",
            ),
        ]

    def __str__(self):
        return self.name
