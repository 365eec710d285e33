from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


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
