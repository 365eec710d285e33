"""Who pays: classes of payers, and the names that files bring for them."""

from django.db import models
from django.db.models import Count
from django.db.models.functions import Lower


def payer_key(name: str) -> str:
    """What makes two spellings one payer: neither blanks nor capitals count."""
    return " ".join(name.split()).casefold()


class PayerClassQuerySet(models.QuerySet):
    def with_counts(self):
        """`payer_count` names and `margin_count` margins of each class."""
        return self.annotate(
            payer_count=Count("payers", distinct=True),
            margin_count=Count("margins", distinct=True),
        )


class PayerClass(models.Model):
    """Payers that pay alike: Medicare, Commercial, Self-pay."""

    name = models.CharField(max_length=40, unique=True)

    objects = PayerClassQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "payer classes"
        constraints = [
            models.UniqueConstraint(Lower("name"), name="payer_class_is_named_once")
        ]

    def __str__(self):
        return self.name


class PayerQuerySet(models.QuerySet):
    def classes(self):
        """{key of a name: its class}, for every name that was given one."""
        return dict(self.values_list("key", "payer_class"))


class Payer(models.Model):
    """A payer's name, as referrals and claims write it, and its class."""

    key = models.CharField(max_length=240, unique=True)  # of `payer_key`
    name = models.CharField(max_length=120)
    payer_class = models.ForeignKey(
        PayerClass, models.PROTECT, related_name="payers", verbose_name="class"
    )

    objects = PayerQuerySet.as_manager()

    class Meta:
        ordering = ["key"]

    def __str__(self):
        return self.name
