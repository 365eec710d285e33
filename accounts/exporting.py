"""Rows of a running export: whoever takes them must see them still."""

from accounts.models import User

AT_ONCE = 1000


def in_sight_still(rows, *, user, size=AT_ONCE):
    """The rows in their order, each chunk asked for anew with its scope.

    The scope lies in the condition of `rows`; it ends when the person was deactivated
    or has another role by now.
    """
    same = User.objects.active().filter(pk=user.pk, role=user.role)
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        if not same.exists():
            return
        yield from rows.filter(pk__in=keys[start : start + size])
