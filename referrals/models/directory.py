from functools import lru_cache

from django.conf import settings
from django.db import connections, models
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.utils import timezone

from accounts.models import Territory, TerritoryZip, nodes_in_sight
from liaison_crm.lib.dated import DatedQuerySet, ends_after_it_starts
from liaison_crm.lib.subqueries import Listed, OfRow, Sealed
from referrals.models.roster import network_status_of, ten_digits
from referrals.models.service_lines import Specialty


class Lunches(models.TextChoices):
    """Does the front desk let a liaison bring lunch?"""

    YES = "yes", "Welcome"
    NO = "no", "No lunches"


class Channel(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    FAX = "fax", "Fax"


class Sourced(models.Model):
    """A row that several people and files keep, field by field.

    `provenance`: field -> {"source": "registry" | "import" | "person", "on":
    ISO day, and where known "run" (import run), "by" (person), "confirmed_on",
    "confirmed_by"}. `version` grows with every write, so that whoever edits an
    older one is told.
    """

    provenance = models.JSONField(default=dict, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Family(Subquery):
    """The keys of organizations that a subquery finds, of all above these, and of
    all below any of them.

    The ORM cannot recurse; SQLite and PostgreSQL write it alike. UNION drops
    what was found already, so a loop ends.
    """

    template = (
        "(WITH RECURSIVE above(id) AS (%(subquery)s UNION "
        "SELECT node.parent_id FROM referrals_organization AS node "
        "JOIN above ON node.id = above.id WHERE node.parent_id IS NOT NULL), "
        "family(id) AS (SELECT id FROM above UNION "
        "SELECT child.id FROM referrals_organization AS child "
        "JOIN family ON child.parent_id = family.id) SELECT id FROM family)"
    )


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Organizations with a practice in sight; all for who sees everything."""
        if user.sees_all_practices:
            return self
        return self.filter(
            pk__in=Practice.objects.visible_to(user).values("organization")
        )

    def family(self):
        """These, all above them, and all below any of those."""
        keys = self.order_by().values("pk")
        return Organization.objects.filter(pk__in=Family(keys))

    def with_network_status(self, *, on):
        return self.annotate(network_status=network_status_of("npi", on=on))

    def with_sums(self, user):
        """`practice_count` and `parent_name`, of what `user` sees."""
        practices = (
            Practice.objects.visible_to(user)
            .filter(organization=OuterRef("pk"))
            .order_by()
            .values("organization")
            .annotate(number=Count("pk"))
        )
        parents = Organization.objects.visible_to(user).filter(pk=OuterRef("parent"))
        return self.annotate(
            practice_count=Coalesce(Subquery(practices.values("number")), 0),
            parent_name=Subquery(parents.values("name")[:1]),
        )

    def among_visible_to(self, user):
        """The same rule, asked row by row: for the few rows that a page names."""
        if user.sees_all_practices:
            return self
        practices = Practice.objects.among_visible_to(user)
        return self.filter(Exists(practices.filter(organization=OuterRef("pk"))))


class Organization(Sourced):
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


def within(nodes, *, on):
    """The condition that a practice belongs to one of `nodes` on the day `on`."""
    zips = TerritoryZip.objects.current(on=on).filter(territory__in=nodes)
    excepted = TerritoryException.objects.current(on=on)
    return Q(zip_code__in=Sealed(zips.values("zip_code"))) & ~Q(
        pk__in=Sealed(excepted.values("practice"))
    ) | Q(pk__in=Sealed(excepted.filter(territory__in=nodes).values("practice")))


def within_few(nodes, *, on):
    """The same condition, where it is known to hold for few practices."""
    zips = TerritoryZip.objects.current(on=on).filter(territory__in=nodes)
    excepted = TerritoryException.objects.current(on=on).order_by().values("practice")
    here = Practice.objects.order_by().filter(
        ~Q(pk__in=Sealed(excepted)), zip_code__in=Listed(zips.values("zip_code"))
    )
    named = excepted.filter(territory__in=nodes)
    return Q(pk__in=Listed(here.values("pk").union(named, all=True)))


def is_within(nodes, *, on):
    """The same condition, asked row by row."""
    excepted = TerritoryException.objects.current(on=on).values("territory")
    zips = TerritoryZip.objects.current(on=on).values("territory")
    home = Coalesce(
        OfRow("pk", excepted, key="practice"), OfRow("zip_code", zips, key="zip_code")
    )
    return Q(In(home, Sealed(Territory.objects.filter(pk__in=nodes).values("pk"))))


@lru_cache(maxsize=500)
def in_sight(user: int, on, condition):
    """The condition of `visible_to`, written out once a person and day.

    It names the two alone and holds no row, so a move of territories is seen at
    once. Writing it anew cost each scoped query 3 ms, the database a tenth of that.
    """
    return condition(nodes_in_sight(user, on=on), on=on)


class PracticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The scoping rule, written once.

        A practice belongs today to the territory of its ZIP code; a person sees the
        territories assigned to them today, with everything below in the tree.
        Administrators, executives and compliance officers see all practices.
        """
        if user.sees_all_practices:
            return self
        condition = within_few
        if user.role == user.Role.MANAGER:
            # A region holds much of the directory. SQLite would write out all its
            # ZIP codes for each query; PostgreSQL is quicker with them than by row.
            is_sqlite = connections[self.db].vendor == "sqlite"
            condition = is_within if is_sqlite else within
        return self.filter(in_sight(user.pk, timezone.localdate(), condition))

    def among_visible_to(self, user):
        """The same rule, asked row by row: for the few rows that a page names."""
        if user.sees_all_practices:
            return self
        return self.filter(in_sight(user.pk, timezone.localdate(), is_within))

    def in_territories(self, territories, *, on=None):
        """Those whose ZIP code, or whose named exception, lies in `territories` on
        the day `on`: today, if it is not told."""
        nodes = Sealed(territories.values("pk"))
        return self.filter(within(nodes, on=on or timezone.localdate()))

    def with_territory(self, *, on):
        """`territory_id`: of the exception on the day `on`, else of the ZIP code."""
        here = TerritoryException.objects.current(on=on).filter(practice=OuterRef("pk"))
        zips = TerritoryZip.objects.current(on=on).filter(zip_code=OuterRef("zip_code"))
        return self.annotate(
            territory_id=Coalesce(
                Subquery(here.values("territory")[:1]),
                Subquery(zips.values("territory")[:1]),
            )
        )

    def of_specialists(self, profiles, *, on):
        """Where the specialists of these profiles work on the day `on`."""
        places = Affiliation.objects.current(on=on).filter(
            physician__in=profiles.values("physician")
        )
        return self.filter(is_active=True, pk__in=places.values("practice"))

    def with_place(self, user, *, on):
        """`territory_name`, and the exception that holds on the day `on`, if any:
        `exception_from`, `exception_to`, `exception_reason`; of one to come, if `user`
        sees its territory, `exception_next_from` and `exception_next`."""
        here = TerritoryException.objects.current(on=on).filter(practice=OuterRef("pk"))
        visible = Territory.objects.visible_to(user)
        names = visible.filter(pk=OuterRef("territory_id"))
        ahead = (
            TerritoryException.objects.filter(practice=OuterRef("pk"))
            .filter(starts_on__gt=on, territory__in=visible)
            .order_by("starts_on", "pk")
        )
        return self.with_territory(on=on).annotate(
            territory_name=Subquery(names.values("name")[:1]),
            exception_from=Subquery(here.values("starts_on")[:1]),
            exception_to=Subquery(here.values("ends_on")[:1]),
            exception_reason=Subquery(here.values("reason")[:1]),
            exception_next_from=Subquery(ahead.values("starts_on")[:1]),
            exception_next=Subquery(ahead.values("territory__name")[:1]),
        )

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


class Practice(Sourced):
    """A place where physicians work: a street address with a front desk."""

    # Fields that a rule writes: no change of somebody's, when an import is undone.
    BY_RULE = ("stage",)

    class Tier(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"

    class Stage(models.TextChoices):
        PROSPECT = "prospect", "Prospect"
        CONTACTED = "contacted", "Contacted"
        MET = "met", "Met"
        TRIAL = "trial_referral", "Trial referral"
        REFERRING = "referring", "Referring"
        ESTABLISHED = "established", "Established"
        DORMANT = "dormant", "Dormant"

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
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    hours = models.TextField(max_length=500, blank=True)
    front_desk_names = models.CharField("front desk", max_length=300, blank=True)
    scheduler_names = models.CharField("schedulers", max_length=300, blank=True)
    best_time = models.CharField("best time to visit", max_length=100, blank=True)
    lunches = models.CharField(max_length=3, choices=Lunches, blank=True)
    preferred_channel = models.CharField(max_length=10, choices=Channel, blank=True)
    tier = models.CharField(max_length=1, choices=Tier, blank=True)
    tier_reason = models.CharField("reason for the tier", max_length=200, blank=True)
    stage = models.CharField(max_length=15, choices=Stage, default=Stage.PROSPECT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="practices_owned",
    )
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


class TerritoryExceptionQuerySet(DatedQuerySet):
    def visible_to(self, user):
        """Those of practices in sight, in territories in sight."""
        if user.sees_all_practices:
            return self
        return self.filter(
            practice__in=Practice.objects.visible_to(user),
            territory__in=Territory.objects.visible_to(user),
        )

    def with_zip_territory(self, user, *, on):
        """`zip_territory`: where the practice would be on the day `on` without it, as
        far as `user` sees that; else None."""
        zips = TerritoryZip.objects.current(on=on).filter(
            zip_code=OuterRef("practice__zip_code"),
            territory__in=Territory.objects.visible_to(user),
        )
        return self.annotate(zip_territory=Subquery(zips.values("territory__name")[:1]))


class TerritoryException(models.Model):
    """A practice that belongs to a territory against its ZIP code, with dates."""

    practice = models.ForeignKey(
        Practice, models.CASCADE, related_name="territory_exceptions"
    )
    territory = models.ForeignKey(
        Territory, models.CASCADE, related_name="practice_exceptions"
    )
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = TerritoryExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            ends_after_it_starts("exception_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["practice"],
                condition=Q(ends_on=None),
                name="one_open_exception_per_practice",
            ),
        ]

    def __str__(self):
        return f"{self.practice} in {self.territory}"


class StageChange(models.Model):
    """The stage a practice came to, when, by whom or by what."""

    # Those that a rule wrote hold no practice whose import is undone.
    HOLDS = models.Q(by__isnull=False)

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="stage_changes")
    stage = models.CharField(max_length=15, choices=Practice.Stage)
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
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.practice}: {self.get_stage_display()}"


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

    def among_visible_to(self, user):
        """The same rule, asked row by row: for the few rows that a page names.

        `visible_to` finds everybody at once, which costs the same for one row.
        """
        if user.sees_all_practices:
            return self
        places = Affiliation.objects.current(on=timezone.localdate())
        return self.filter(
            Exists(places.among_visible_to(user).filter(physician=OuterRef("pk")))
        )

    def with_network_status(self, *, on):
        return self.annotate(network_status=network_status_of("npi", on=on))


class Physician(Sourced):
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
    fax = models.CharField(max_length=20, blank=True)
    other_specialties = models.ManyToManyField(
        Specialty, blank=True, related_name="physicians_besides"
    )
    clinical_interests = models.TextField(max_length=1000, blank=True)
    languages = models.CharField(max_length=200, blank=True)
    medical_school = models.CharField(max_length=200, blank=True)
    graduated_in = models.PositiveSmallIntegerField("graduated", null=True, blank=True)
    best_time = models.CharField("best time to visit", max_length=100, blank=True)
    lunches = models.CharField(max_length=3, choices=Lunches, blank=True)
    preferred_channel = models.CharField(max_length=10, choices=Channel, blank=True)
    tier = models.CharField(max_length=1, choices=Practice.Tier, blank=True)
    tier_reason = models.CharField("reason for the tier", max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="physicians_owned",
    )
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
        indexes = [
            models.Index(
                fields=["last_name", "first_name", "id"], name="physicians_by_name"
            ),
        ]

    def __str__(self):
        name = f"{self.first_name} {self.last_name}".strip()
        if not name:
            return f"NPI {self.npi}"
        return f"{name}, {self.credential}" if self.credential else name


def holds(on):
    """The condition that an affiliation is current on the day `on`."""
    return Q(
        Q(effective_from=None) | Q(effective_from__lte=on),
        Q(effective_to=None) | Q(effective_to__gt=on),
    )


class AffiliationQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(holds(on))

    def among_visible_to(self, user):
        """Those with a practice in sight, asked row by row."""
        if user.sees_all_practices:
            return self
        practices = Practice.objects.among_visible_to(user)
        return self.filter(Exists(practices.filter(pk=OuterRef("practice"))))

    def seen_by(self, user, *, on):
        """`is_current` on the day `on`, and `is_linked`: both ends in sight."""
        return self.annotate(
            is_current=ExpressionWrapper(holds(on), output_field=BooleanField()),
            is_linked=Exists(
                Physician.objects.among_visible_to(user).filter(
                    pk=OuterRef("physician")
                )
            ),
        )

    def today_first(self, *, on):
        """Current ones first, among them who comes on that day of the week."""
        return self.annotate(
            is_here=Q(is_current=True, days__contains=str(on.isoweekday()))
        ).order_by(
            "-is_current",
            "-is_here",
            "physician__last_name",
            "physician__first_name",
            "pk",
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
    # A further location of the registry's: npidata names only the practice location.
    is_secondary = models.BooleanField(default=False, editable=False)
    role = models.CharField(max_length=60, blank=True)
    # ISO weekdays on which the physician is there: "135" is Mon, Wed, Fri.
    days = models.CharField(max_length=7, blank=True)
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
