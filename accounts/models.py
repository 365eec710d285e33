import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def invited(self):
        return self.filter(is_active=False, joined_at=None, invited_at__isnull=False)

    def without_account(self):
        return self.filter(is_active=False, joined_at=None, invited_at=None)

    def deactivated(self):
        return self.filter(is_active=False, joined_at__isnull=False)

    def in_state(self, state):
        states = User.State
        return {
            states.ACTIVE: self.active,
            states.INVITED: self.invited,
            states.WITHOUT_ACCOUNT: self.without_account,
            states.DEACTIVATED: self.deactivated,
        }[state]()

    def matching(self, text):
        return self.filter(Q(name__icontains=text) | Q(email__icontains=text))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. The e-mail address signs in; the role decides what is allowed."""

    class Role(models.TextChoices):
        LIAISON = "liaison", "Liaison"
        COORDINATOR = "coordinator", "Referral coordinator"
        MANAGER = "manager", "Manager"
        EXECUTIVE = "executive", "Executive"
        COMPLIANCE = "compliance_officer", "Compliance officer"
        ADMINISTRATOR = "administrator", "Administrator"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        INVITED = "invited", "Invited"
        WITHOUT_ACCOUNT = "none", "No account"
        DEACTIVATED = "deactivated", "Deactivated"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role)
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Where they act from, while they ask for a page: the audit keeps it.
    address = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="email_is_one_persons"),
        ]

    def __str__(self):
        return self.name

    @property
    def state(self):
        """Imported people have no account; whoever joined once is deactivated."""
        if self.is_active:
            return self.State.ACTIVE
        if self.joined_at:
            return self.State.DEACTIVATED
        return self.State.INVITED if self.invited_at else self.State.WITHOUT_ACCOUNT

    @property
    def is_invited(self):
        """Invited, and the invitation is still open."""
        return self.state == self.State.INVITED

    @property
    def sees_all_practices(self):
        return self.role in (
            self.Role.ADMINISTRATOR,
            self.Role.EXECUTIVE,
            self.Role.COMPLIANCE,
        )


def _count_of(rows, field):
    counted = (
        rows.order_by().values("territory").annotate(n=Count(field, distinct=True))
    )
    return Coalesce(Subquery(counted.values("n")), 0)


class Below(Subquery):
    """The keys that a subquery of territories finds, and all below them.

    The ORM cannot recurse; SQLite and PostgreSQL write it alike. UNION drops
    what was found already, so a loop in the tree ends.
    """

    template = (
        "(WITH RECURSIVE below(id) AS (%(subquery)s UNION "
        "SELECT child.id FROM accounts_territory AS child "
        "JOIN below ON child.parent_id = below.id) SELECT id FROM below)"
    )


class TerritoryQuerySet(models.QuerySet):
    def assigned_to(self, user, *, on):
        """The nodes `user` sits on, on the day `on`."""
        return self.filter(
            pk__in=TerritoryAssignment.objects.current(on=on)
            .filter(user=user)
            .values("territory")
        )

    def with_everything_below(self):
        """These nodes and all that hangs below them, as one condition."""
        return Territory.objects.filter(pk__in=Below(self.order_by().values("pk")))

    def with_counts(self, *, on):
        """Each with `zip_count`, and `person_count`: who works it on the day `on`."""
        zips = TerritoryZip.objects.filter(territory=OuterRef("pk"))
        people = TerritoryAssignment.objects.current(on=on).filter(
            territory=OuterRef("pk"), user__is_active=True
        )
        return self.annotate(
            zip_count=_count_of(zips, "pk"), person_count=_count_of(people, "user")
        )

    def as_tree(self):
        """(depth, territory) from the top down, each node before those below it.

        A node whose parent is not among these stands at the top.
        """
        nodes = list(self.order_by("name", "pk"))
        here = {node.pk for node in nodes}
        below = {}
        for node in nodes:
            top = node.parent_id if node.parent_id in here else None
            below.setdefault(top, []).append(node)
        found, stack = [], [(0, node) for node in reversed(below.get(None, []))]
        while stack:
            depth, node = stack.pop()
            found.append((depth, node))
            stack.extend(
                (depth + 1, child) for child in reversed(below.get(node.pk, []))
            )
        return found

    def visible_to(self, user):
        """Territories assigned to `user` today, with everything below them."""
        if user.sees_all_practices:
            return self
        today = timezone.localdate()
        mine = Territory.objects.assigned_to(user, on=today)
        return self.filter(pk__in=Below(mine.order_by().values("pk")))


class Territory(models.Model):
    """A node of the tree: a region, or a territory with ZIP codes."""

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "territories"
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("pk")), name="territory_is_not_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.name


class TerritoryZip(models.Model):
    """A ZIP code belongs to one territory at most."""

    zip_code = models.CharField("ZIP code", max_length=5, unique=True)
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="zips")

    class Meta:
        ordering = ["zip_code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(zip_code__regex=r"^[0-9]{5}$"),
                name="zip_code_has_five_digits",
            ),
        ]

    def __str__(self):
        return self.zip_code


class TerritoryAssignmentQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def overlapping(self, starts_on, ends_on):
        """Those with a day in common with [starts_on, ends_on)."""
        found = self.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on))
        return found.filter(starts_on__lt=ends_on) if ends_on else found

    def visible_to(self, user):
        return self.filter(territory__in=Territory.objects.visible_to(user))


class TerritoryAssignment(models.Model):
    """A person works a territory from `starts_on` (in) to `ends_on` (out)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="assignments")
    starts_on = models.DateField("from")
    ends_on = models.DateField(
        "until",
        null=True,
        blank=True,
        help_text="The first day on which it no longer holds. Empty: open-ended.",
    )

    objects = TerritoryAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="assignment_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "territory", "starts_on"],
                name="assignment_starts_once_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.user} in {self.territory}"


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those that others share."""
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def named(self, name):
        return self.filter(name__iexact=name)


class SavedView(models.Model):
    """A list as somebody likes to see it: filters, order and columns by a name.

    It keeps the question, never its answer: each viewer gets rows of their own.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.CharField(max_length=500, blank=True)
    is_shared = models.BooleanField(
        "share it",
        default=False,
        help_text="Everyone sees its name and its filters, and their own rows in it.",
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner", "list_name", Lower("name"), name="view_is_named_once"
            ),
        ]

    def __str__(self):
        return self.name


def _readable(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {_readable(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " → ".join(_readable(inner) for inner in value)
    return "nothing" if value is None else str(value)


class AppendOnly(TypeError):
    """An audit row was to be changed or deleted."""


class AuditEventQuerySet(models.QuerySet):
    def update(self, **fields):
        raise AppendOnly("Audit rows are never changed.")

    def delete(self):
        raise AppendOnly("Audit rows are never deleted.")

    def matching(self, text):
        return self.filter(
            Q(subject__icontains=text)
            | Q(actor__name__icontains=text)
            | Q(actor__email__icontains=text)
        )


class AuditEvent(models.Model):
    """Something that must be answerable later. Rows are added, never changed."""

    class Action(models.TextChoices):
        SIGN_IN = "sign_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGN_OUT = "sign_out", "Signed out"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        SECOND_FACTOR = "second_factor", "Second factor changed"
        PERSON_INVITED = "person_invited", "Person invited"
        PERSON_JOINED = "person_joined", "Person joined"
        PERSON_CHANGED = "person_changed", "Person changed"
        ROLE_CHANGED = "role_changed", "Role changed"
        PERSON_DEACTIVATED = "person_deactivated", "Person deactivated"
        PERSON_REACTIVATED = "person_reactivated", "Person reactivated"
        TERRITORY_CREATED = "territory_created", "Territory created"
        TERRITORY_CHANGED = "territory_changed", "Territory changed"
        TERRITORY_DELETED = "territory_deleted", "Territory deleted"
        TERRITORY_ASSIGNED = "territory_assigned", "Territory assigned"
        ASSIGNMENT_CHANGED = "assignment_changed", "Assignment changed"
        IMPORT_STARTED = "import_started", "Import started"
        IMPORT_ENDED = "import_ended", "Import ended"
        DIRECTORY_MERGED = "directory_merged", "Duplicates merged"
        MERGE_UNDONE = "merge_undone", "Merge undone"
        IMPORT_UNDONE = "import_undone", "Import undone"
        NOTE_CHANGED = "note_changed", "Note changed"
        AFFILIATION_CHANGED = "affiliation_changed", "Affiliation changed"
        DIRECTORY_ADDED = "directory_added", "Added to the directory"
        CHANGE_PROPOSED = "change_proposed", "Change proposed"
        PROPOSAL_WITHDRAWN = "proposal_withdrawn", "Proposal withdrawn"
        PROPOSAL_ACCEPTED = "proposal_accepted", "Proposal accepted"
        PROPOSAL_DECLINED = "proposal_declined", "Proposal declined"
        EXPORTED = "exported", "Exported"
        MANY_CHANGED = "many_changed", "Many rows changed"
        SETTING_CHANGED = "setting_changed", "Setting changed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    action = models.CharField(max_length=30, choices=Action, db_index=True)
    subject = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_action_display()}: {self.subject}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly("Audit rows are never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs):
        raise AppendOnly("Audit rows are never deleted.")

    @property
    def lines(self):
        """The detail as lines to read: `role: liaison → manager`."""
        return [
            f"{name.replace('_', ' ')}: {_readable(value)}"
            for name, value in self.detail.items()
            if value not in (None, "", [], {})
        ]
