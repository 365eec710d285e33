import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum

from accounts.models import Territory, TerritoryAssignment
from accounts.permissions import Permission, can
from liaison_crm.lib.runs import Run, RunQuerySet


def _in_words(value):
    if value is None or value == "" or value == []:
        return "all" if value == [] else "not set"
    return ", ".join(value) if isinstance(value, list) else str(value)


class ReportRunQuerySet(RunQuerySet):
    def visible_to(self, user):
        """A run is the whole network's; what each reads in it is scoped later."""
        if can(user, Permission.RETURN_READ):
            return self
        return self.exclude(kind=ReportRun.Kind.ROI)

    def newest_done(self, kind):
        """The run that pages show: standard parameters, newest, finished."""
        done = self.filter(kind=kind, status=Run.Status.DONE, is_standard=True)
        return done.order_by("-pk").first()


class ReportRun(Run):
    """A report computed once and kept: parameters, cut-off, inputs, checksum.

    `summary` is what pages read. For leakage, `folder` (below the lake) holds
    the run's events with status resolved and a copy of its inputs.
    """

    class Kind(models.TextChoices):
        LEAKAGE = "leakage", "Leakage"
        ROI = "roi", "Return on investment"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind, db_index=True)
    parameters = models.JSONField(default=dict, blank=True)
    # Computed over everything with the settings as they stood: pages show these.
    is_standard = models.BooleanField(default=True)
    # What the run saw: the newest import and change it took into account.
    cut_off = models.JSONField(default=dict, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    folder = models.CharField(max_length=300, blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=60, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="report_runs",
    )
    # What called for the run: two beats or two clicks have one effect.
    occasion = models.CharField(max_length=120, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "occasion"],
                condition=~Q(occasion=""),
                name="one_report_run_per_occasion",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def origin(self):
        """Who or what asked for the run."""
        if self.requested_by:
            return str(self.requested_by)
        return "Newer data" if self.occasion else "The command line"

    @property
    def source_shares(self):
        """(source, its share of all events) of a leakage run."""
        sources = self.summary.get("sources", [])
        total = sum(source["events"] for source in sources)
        return [(source, source["events"] / total) for source in sources]

    @property
    def referrer_shares(self):
        """(payer, share of its claim lines that carry a referring NPI)."""
        return [
            (payer, payer["with_referrer"] / payer["lines"] if payer["lines"] else None)
            for payer in self.summary.get("payers", [])
        ]

    @property
    def duration(self):
        """Whole seconds from the start of the last attempt; None before its end."""
        if not (self.started_at and self.finished_at):
            return None
        return round((self.finished_at - self.started_at).total_seconds())

    @property
    def parameter_list(self):
        """(name, value) of each parameter, in words."""
        return [
            (name.replace("_", " ").capitalize(), _in_words(value))
            for name, value in self.parameters.items()
        ]


class ReportSettings(models.Model):
    """The settings that new report runs start from. One row."""

    class Basis(models.TextChoices):
        ALLOWED = "allowed", "Allowed amount"
        PAID = "paid", "Paid amount"
        CHARGE = "charge", "Charge"

    gap_days = models.PositiveSmallIntegerField(default=90)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.ALLOWED)
    roster_complete_since = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="there_is_one_row_of_report_settings"
            ),
            models.CheckConstraint(
                condition=Q(gap_days__gte=1), name="gap_is_at_least_a_day"
            ),
        ]

    def __str__(self):
        return "Report settings"


class ProgrammeCostQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The programme's own costs, and those of liaisons of one's territories."""
        if user.sees_all_practices:
            return self
        team = TerritoryAssignment.objects.filter(
            territory__in=Territory.objects.visible_to(user).values("pk")
        )
        return self.filter(
            Q(liaison=None) | Q(liaison=user) | Q(liaison__in=team.values("user"))
        )

    def total(self):
        """Cents; 0 when there is none."""
        return self.aggregate(cents=Sum("amount_cents"))["cents"] or 0

    def by_month(self):
        """{first day of the month: cents}."""
        months = self.order_by().values("month").annotate(cents=Sum("amount_cents"))
        return dict(months.values_list("month", "cents"))


class ProgrammeCost(models.Model):
    """What the outreach programme cost in a month, fully loaded."""

    # Of the form it was entered with: sent twice, it is one cost.
    key = models.UUIDField(unique=True, null=True, editable=False)

    class Category(models.TextChoices):
        SALARIES = "salaries", "Salaries and benefits"
        MILEAGE = "mileage", "Mileage"
        EXPENSES = "expenses", "Expenses"
        MATERIALS = "materials", "Materials"
        EVENTS = "events", "Events"
        DATA = "data", "Data"
        SOFTWARE = "software", "Software"

    month = models.DateField(help_text="Its first day.", db_index=True)
    category = models.CharField(max_length=10, choices=Category)
    liaison = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="programme_costs",
    )
    amount_cents = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)

    objects = ProgrammeCostQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "category", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="cost_month_is_its_first_day"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0), name="cost_is_not_negative"
            ),
        ]

    def __str__(self):
        return f"{self.get_category_display()}, {self.month:%B %Y}"
