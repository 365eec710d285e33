"""Whom a person may put to work in their territories."""

from django.db.models import Q

from accounts.models import TerritoryAssignment, User

FIELD = (User.Role.LIAISON, User.Role.COORDINATOR, User.Role.MANAGER)


def team_of(user, *, on):
    """Everybody for an administrator; else who works in sight of `user`, on the day
    `on` or later, and who works nowhere yet."""
    if user.role == User.Role.ADMINISTRATOR:
        return User.objects.all()
    assigned = TerritoryAssignment.objects.exclude(ends_on__lte=on)
    here = assigned.visible_to(user).values("user")
    return User.objects.filter(
        Q(pk__in=here) | ~Q(pk__in=assigned.values("user")), role__in=FIELD
    )
