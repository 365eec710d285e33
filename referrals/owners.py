"""Whose panel: the practices and physicians of one liaison."""

from accounts.models import TerritoryAssignment, User

ME, NOBODY = "me", "nobody"


def owners_offered_to(user, *, on):
    """Liaisons and managers who work today in a territory that `user` sees."""
    there = TerritoryAssignment.objects.visible_to(user).current(on=on)
    team = User.objects.active().filter(
        role__in=(User.Role.LIAISON, User.Role.MANAGER), pk__in=there.values("user")
    )
    return team.order_by("name", "pk")


def choices_of(model, user) -> list[tuple[str, str]]:
    """Who owns a row in the person's sight. "Me" is whoever opens a shared view."""
    # Once for all people: asked person by person, SQLite looks through every ZIP code
    # of the scope for each of them.
    owned = model.objects.visible_to(user).filter(owner__isnull=False)
    people = User.objects.filter(pk__in=owned.order_by().values("owner"))
    people = people.order_by("name", "pk")
    return [
        (ME, "Me"),
        (NOBODY, "Nobody"),
        *((str(pk), name) for pk, name in people.values_list("pk", "name")),
    ]


def owned(rows, value: str, *, by):
    """The rows of the owner that `value` of `choices_of` names to the person."""
    if value == NOBODY:
        return rows.filter(owner=None)
    return rows.filter(owner=by.pk if value == ME else value)
