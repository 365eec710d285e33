"""Rows of a running export: whoever takes them must see them still."""

from collections.abc import Iterator, Sequence

from accounts.models import User

AT_ONCE = 1000


def in_sight_still(rows, *, user, size=AT_ONCE):
    """The rows in their order, each chunk asked for anew with its scope.

    The scope lies in the condition of `rows`.
    """
    keys = list(rows.values_list("pk", flat=True))
    for chunk in while_allowed(keys, user=user, size=size):
        yield from rows.filter(pk__in=chunk)


def while_allowed(keys: Sequence[int], *, user, size=AT_ONCE) -> Iterator[Sequence]:
    """The keys in chunks, until the person is deactivated or has another role."""
    same = User.objects.active().filter(pk=user.pk, role=user.role)
    for start in range(0, len(keys), size):
        if not same.exists():
            return
        yield keys[start : start + size]
