import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Prefetch, Q
from django.db.models.functions import Lower

from accounts.permissions import Permission, can
from referrals.models import Physician, Practice, ServiceLine

DEFAULT_TOPICS = [
    "New physician",
    "New service",
    "Referral process",
    "Appointment access",
    "Reports back",
    "Insurance",
    "Patient feedback",
    "Education event",
    "Competitor",
    "Staff change",
]


class TopicQuerySet(models.QuerySet):
    def offered_to(self, user, *, besides=(), limit=12):
        """Names of topics: one's most used first, filled up with the defaults."""
        uses = Count("visits", filter=Q(visits__liaison=user))
        mine = self.annotate(uses=uses).filter(uses__gt=0).order_by("-uses", "name")
        names = [topic.name for topic in (*besides, *mine[:limit])]
        known = {name.lower() for name in names}
        names += [name for name in DEFAULT_TOPICS if name.lower() not in known]
        return list(dict.fromkeys(names))[: max(limit, len(besides))]


class Topic(models.Model):
    """Something that was talked about."""

    name = models.CharField(max_length=60)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="topic_is_named_once"),
        ]

    def __str__(self):
        return self.name


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Visits to practices in sight, and one's own."""
        if user.sees_all_practices:
            return self
        return self.filter(
            Q(practice__in=Practice.objects.visible_to(user)) | Q(liaison=user)
        )

    def editable_by(self, user):
        """One's own; those of the team for who may change them."""
        if can(user, Permission.VISIT_EDIT_TEAM):
            return self.visible_to(user)
        return self.filter(liaison=user)

    def held(self):
        return self.filter(status=Visit.Status.HELD)

    def planned(self):
        return self.filter(status=Visit.Status.PLANNED)

    def conversations(self):
        """Held contacts in which somebody was spoken with (domain: call cycles)."""
        return self.held().filter(kind__in=Visit.CONVERSATIONS)

    def changeable(self):
        """Planned or held; what was cancelled or missed stays as it is."""
        return self.filter(status__in=[Visit.Status.PLANNED, Visit.Status.HELD])

    def in_order_of_the_day(self):
        """By day, then hour; stops without an hour come last."""
        return self.order_by("visited_on", F("visited_at").asc(nulls_last=True), "pk")

    def with_people(self):
        """What a row of visits prints, without a query per row."""
        met = VisitAttendee.objects.select_related("physician")
        return self.select_related(
            "practice", "liaison", "service_line"
        ).prefetch_related(Prefetch("attendees", met))

    def with_owed(self, user):
        """With `practice.owed`: open tasks at the practice that `user` may see."""
        owed = Task.objects.visible_to(user).open().select_related("owner")
        return self.prefetch_related(
            Prefetch("practice__tasks", owed.order_by("due_on", "pk"), to_attr="owed")
        )

    def mentioning(self, text):
        return self.filter(
            Q(notes__icontains=text)
            | Q(purpose__icontains=text)
            | Q(practice__name__icontains=text)
        )


class Visit(models.Model):
    """A planned or held contact with a practice and the people there."""

    class Kind(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        VIRTUAL = "virtual", "Virtual"
        PHONE = "phone", "Phone"
        DROP_OFF = "drop_off", "Drop-off"
        EVENT = "event", "Event"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"
        NO_SHOW = "no_show", "No-show"

    class Outcome(models.TextChoices):
        POSITIVE = "positive", "Positive"
        NEUTRAL = "neutral", "Neutral"
        NEGATIVE = "negative", "Negative"

    CONVERSATIONS = (Kind.IN_PERSON, Kind.VIRTUAL, Kind.PHONE)

    # The key a browser makes: the same save sent twice is one visit.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=80, blank=True)
    liaison = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits"
    )
    practice = models.ForeignKey(Practice, models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IN_PERSON)
    status = models.CharField(max_length=10, choices=Status, default=Status.HELD)
    visited_on = models.DateField(db_index=True)
    visited_at = models.TimeField(null=True, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    service_line = models.ForeignKey(
        ServiceLine, models.SET_NULL, null=True, blank=True, related_name="visits"
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="visits")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    notes = models.TextField(blank=True, max_length=10_000)
    physicians = models.ManyToManyField(
        Physician, through="VisitAttendee", related_name="visits"
    )
    # Why a planned visit did not take place.
    end_reason = models.CharField("reason", max_length=200, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
                name="visit_number_is_its_sources",
            ),
        ]
        indexes = [models.Index(fields=["liaison", "visited_on"])]

    def __str__(self):
        return f"{self.get_kind_display()} at {self.practice} on {self.visited_on}"

    @property
    def is_planned(self):
        return self.status == self.Status.PLANNED

    @property
    def is_held(self):
        return self.status == self.Status.HELD

    @property
    def met(self):
        """The people met, in words."""
        return ", ".join(str(attendee) for attendee in self.attendees.all())


class VisitAttendee(models.Model):
    """Somebody met: a physician of the directory, or staff by name."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="attendees")
    physician = models.ForeignKey(
        Physician, models.PROTECT, null=True, blank=True, related_name="attendances"
    )
    staff_name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "physician"],
                condition=Q(physician__isnull=False),
                name="physician_is_met_once_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(physician__isnull=False) | ~Q(staff_name=""),
                name="attendee_is_somebody",
            ),
        ]

    def __str__(self):
        return str(self.physician or self.staff_name)


class CallPauseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of practices and physicians in sight."""
        if user.sees_all_practices:
            return self
        return self.filter(
            Q(practice__in=Practice.objects.visible_to(user))
            | Q(physician__in=Physician.objects.visible_to(user).values("pk"))
        )

    def running(self, *, on):
        """Under way on the day `on`, or to come."""
        return self.filter(ends_on__gt=on)


class CallCycleSettings(models.Model):
    """Every how many days whom of which tier is to be spoken with. One row."""

    a_days = models.PositiveSmallIntegerField("tier A", default=14, null=True)
    b_days = models.PositiveSmallIntegerField("tier B", default=28, null=True)
    c_days = models.PositiveSmallIntegerField("tier C", default=90, null=True)
    d_days = models.PositiveSmallIntegerField("tier D", default=None, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="there_is_one_row_of_call_cycle_settings"
            ),
            models.CheckConstraint(
                condition=~Q(a_days=0) & ~Q(b_days=0) & ~Q(c_days=0) & ~Q(d_days=0),
                name="interval_is_at_least_a_day",
            ),
        ]

    def __str__(self):
        return "Call cycles"

    @property
    def intervals(self) -> dict[str, int]:
        """Tier -> days; a tier that nobody waits for is not in it."""
        days = {tier: getattr(self, f"{tier.lower()}_days") for tier in Practice.Tier}
        return {str(tier): number for tier, number in days.items() if number}


class CallPause(models.Model):
    """Days on which nobody waits for a conversation: leave, a closed practice.

    Of a physician, or of all whose main practice it is.
    """

    key = models.UUIDField(unique=True, null=True, editable=False)
    physician = models.ForeignKey(
        Physician, models.PROTECT, null=True, blank=True, related_name="call_pauses"
    )
    practice = models.ForeignKey(
        Practice, models.PROTECT, null=True, blank=True, related_name="call_pauses"
    )
    starts_on = models.DateField("from")
    ends_on = models.DateField("until")  # the first day that counts again
    reason = models.CharField(max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CallPauseQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(physician__isnull=False, practice__isnull=True)
                | Q(physician__isnull=True, practice__isnull=False),
                name="pause_is_of_a_physician_or_a_practice",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="pause_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"Pause of {self.of}"

    @property
    def of(self):
        return self.physician or self.practice


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those at practices in sight for who sees visits there."""
        if user.sees_all_practices:
            return self
        return self.filter(
            Q(owner=user) | Q(practice__in=Practice.objects.visible_to(user))
        )

    def open(self):
        return self.filter(done_at=None)

    def mentioning(self, text):
        if not text:
            return self
        return self.filter(Q(title__icontains=text) | Q(practice__name__icontains=text))

    def done(self):
        return self.exclude(done_at=None)

    def overdue(self, *, on):
        return self.open().filter(due_on__lt=on)

    def due(self, *, on):
        """Open, and due on the day `on` or before it."""
        return self.open().filter(due_on__lte=on)


class Task(models.Model):
    """A promise with a date: the next step of a visit, until it is done."""

    # Of the form it was made with: sent twice, it is one task.
    key = models.UUIDField(unique=True, null=True, editable=False)
    title = models.CharField(max_length=200)
    due_on = models.DateField(db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks"
    )
    practice = models.ForeignKey(
        Practice, models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    visit = models.ForeignKey(
        Visit, models.CASCADE, null=True, blank=True, related_name="tasks"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self):
        return self.title

    @property
    def is_done(self):
        return self.done_at is not None
