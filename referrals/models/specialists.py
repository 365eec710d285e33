"""Our own specialists: what the network tells referring offices about them."""

import datetime as dt
import unicodedata

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from referrals.models.directory import Physician, Practice
from referrals.models.imports import ImportRun
from referrals.models.roster import RosterEntry

REVIEW_DAYS = 90  # a profile nobody looked at for longer is marked
FRESH_DAYS = 7  # an opening checked longer ago is no answer any more
OLDEST_AGE = 120


def key_of(name: str) -> str:
    """How names are compared: `  Blue  Cross` and `blue cross` are one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class TermQuerySet(models.QuerySet):
    def with_profile_count(self):
        return self.annotate(profile_count=Count("profiles"))

    def vocabulary(self):
        """(key, name of the term, kind, name or synonym) of all, to match words."""
        names = self.order_by().values_list("pk", "name", "kind", "name")
        return names.union(
            self.order_by()
            .exclude(synonyms=None)
            .values_list("pk", "name", "kind", "synonyms__name"),
            all=True,
        )


class Term(models.Model):
    """A condition, procedure, insurer or language by its one agreed name."""

    class Kind(models.TextChoices):
        CONDITION = "condition", "Condition"
        PROCEDURE = "procedure", "Procedure"
        INSURER = "insurer", "Insurer"
        LANGUAGE = "language", "Language"

    NAME_LENGTH = 80

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=NAME_LENGTH)
    key = models.CharField(max_length=2 * NAME_LENGTH, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="term_is_named_once"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = key_of(self.name)
        super().save(*args, **kwargs)


class Synonym(models.Model):
    """What people also call a term: "joint" finds knee pain and hip pain."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="synonyms")
    name = models.CharField(max_length=Term.NAME_LENGTH)
    key = models.CharField(max_length=2 * Term.NAME_LENGTH, editable=False)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "key"], name="synonym_is_told_once_of_a_term"
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = key_of(self.name)
        super().save(*args, **kwargs)


class SpecialistProfileQuerySet(models.QuerySet):
    def ours(self, *, on):
        """Of active physicians who are employed or affiliated on the day `on`."""
        return self.filter(is_ours(on))

    def visible_to(self, user):
        """Our own specialists are published: not bound to territories.

        Whoever may read the directory finds every profile of a physician who is
        in our network today, with its sites (name, address, telephone) and its
        openings, wherever the sites lie. Nothing else of a practice in another
        territory comes with it: no page, no referral, no note. A profile of
        somebody who is not in the network is seen by who sees the physician.
        """
        return self.filter(
            is_ours(timezone.localdate())
            | Q(physician__in=Physician.objects.visible_to(user))
        )


def is_ours(day: dt.date) -> Q:
    """The condition on a profile; from profiles to the roster, which is long."""
    entries = RosterEntry.objects.on(day).filter(
        npi=OuterRef("physician__npi"), network_status__in=RosterEntry.IN_NETWORK
    )
    return Q(Exists(entries), physician__is_active=True)


class SpecialistProfile(models.Model):
    """What one of our specialists sees and does, and how to send a patient."""

    TERM_FIELDS = {
        "conditions": Term.Kind.CONDITION,
        "procedures": Term.Kind.PROCEDURE,
        "insurers": Term.Kind.INSURER,
        "languages": Term.Kind.LANGUAGE,
    }

    physician = models.OneToOneField(
        Physician, models.CASCADE, related_name="specialist_profile"
    )
    terms = models.ManyToManyField(Term, related_name="profiles", blank=True)
    min_age = models.PositiveSmallIntegerField(
        "youngest patient",
        null=True,
        blank=True,
        validators=[MaxValueValidator(OLDEST_AGE)],
    )
    max_age = models.PositiveSmallIntegerField(
        "oldest patient",
        null=True,
        blank=True,
        validators=[MaxValueValidator(OLDEST_AGE)],
    )
    accepts_new = models.BooleanField("accepts new patients", null=True, blank=True)
    telehealth = models.BooleanField(null=True, blank=True)
    intake_rules = models.TextField(blank=True, max_length=4000)
    forms_url = models.URLField("referral forms", blank=True, max_length=300)
    direct_line = models.CharField(max_length=20, blank=True)
    scheduling_phone = models.CharField(max_length=20, blank=True)
    fax = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    reviewed_on = models.DateField(null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    # Fields that a person typed: a file does not overwrite them.
    typed = models.JSONField(default=list, blank=True, editable=False)

    objects = SpecialistProfileQuerySet.as_manager()

    class Meta:
        ordering = ["physician__last_name", "physician__first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(min_age=None)
                | Q(max_age=None)
                | Q(max_age__gte=F("min_age")),
                name="oldest_patient_is_no_younger_than_youngest",
            ),
        ]

    def __str__(self):
        return str(self.physician)

    @property
    def ages(self):
        """`All ages`, `Ages 18 and older`, `Ages 12 to 21`; "" if not told."""
        if self.min_age is None and self.max_age is None:
            return ""
        if self.max_age is None:
            return f"Ages {self.min_age} and older" if self.min_age else "All ages"
        if not self.min_age:
            return f"Ages up to {self.max_age}"
        return f"Ages {self.min_age} to {self.max_age}"

    def is_stale(self, *, on: dt.date) -> bool:
        """Was it reviewed too long ago, or never?"""
        return self.reviewed_on is None or (on - self.reviewed_on).days > REVIEW_DAYS


class AvailabilityQuerySet(models.QuerySet):
    def answering(self, *, on):
        """Openings that still answer "how soon": not past, checked lately."""
        start = dt.datetime.combine(
            on - dt.timedelta(days=FRESH_DAYS),
            dt.time.min,
            tzinfo=timezone.get_current_timezone(),
        )
        return self.filter(next_available_on__gte=on, checked_at__gte=start)


class Availability(models.Model):
    """The next opening of a specialist at a site, and when that was checked."""

    class Kind(models.TextChoices):
        NEW = "new", "New patient"
        FOLLOW_UP = "follow_up", "Follow-up"

    class Source(models.TextChoices):
        TYPED = "typed", "Typed"
        IMPORTED = "imported", "Imported"

    profile = models.ForeignKey(
        SpecialistProfile, models.CASCADE, related_name="openings"
    )
    practice = models.ForeignKey(
        Practice, models.CASCADE, related_name="specialist_openings"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NEW)
    next_available_on = models.DateField()
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    run = models.ForeignKey(
        ImportRun, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        ordering = ["next_available_on", "pk"]
        verbose_name_plural = "availabilities"
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "practice", "kind"],
                name="one_opening_per_specialist_site_and_kind",
            ),
        ]

    def __str__(self):
        return f"{self.profile} {self.get_kind_display()} {self.next_available_on}"

    def checked_days_ago(self, *, on: dt.date) -> int:
        return (on - timezone.localdate(self.checked_at)).days

    def answers(self, *, on: dt.date) -> bool:
        """The rule of `answering`, of this row."""
        is_fresh = self.checked_days_ago(on=on) <= FRESH_DAYS
        return is_fresh and self.next_available_on >= on
