"""An organization among its parents and parts, and the sum of what is below it.

Only what a person sees takes part, in the tree and in every number: two parts
are not known to belong together through a parent out of sight.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Subquery, Value

from accounts.permissions import Permission, can
from referrals.models import Affiliation, Organization, Practice, Referral, RosterEntry
from referrals.models.roster import network_status_of

MOST = 500  # nodes of one tree
YEAR = dt.timedelta(days=365)
NO_STATUS = "Not on the roster"


@dataclass(frozen=True)
class Node:
    organization: Organization
    depth: int
    is_here: bool


@dataclass(frozen=True)
class Tree:
    """The nodes from the top down; `below` are the keys of this one and its parts."""

    nodes: list[Node]
    below: frozenset[int]


def tree_of(organization: Organization, user) -> Tree:
    family = Organization.objects.filter(pk=organization.pk).family()
    seen = {row.pk: row for row in family.among_visible_to(user)[:MOST]}
    seen[organization.pk] = organization
    children = {}
    for row in seen.values():
        children.setdefault(row.parent_id, []).append(row)
    nodes = [
        Node(row, depth, row.pk == organization.pk)
        for depth, row in _downwards(_top_of(organization, seen), children)
    ]
    below = {row.pk for _, row in _downwards(organization, children)}
    return Tree(nodes, frozenset(below))


def _top_of(organization, seen):
    """The highest parent in sight; a loop ends where it began."""
    top, passed = organization, {organization.pk}
    while top.parent_id in seen and top.parent_id not in passed:
        top = seen[top.parent_id]
        passed.add(top.pk)
    return top


def _downwards(top, children):
    """(depth, organization) of `top` and everything below, each once."""
    stack, done = [(0, top)], set()
    while stack:
        depth, row = stack.pop()
        if row.pk in done:
            continue
        done.add(row.pk)
        yield depth, row
        parts = sorted(children.get(row.pk, ()), key=lambda one: (one.name, one.pk))
        stack.extend((depth + 1, one) for one in reversed(parts))


@dataclass(frozen=True)
class Sums:
    """What is below an organization. Referrals are None for who may not read them."""

    physicians: int
    by_status: list[tuple[str, int]]
    made: int | None = None
    received: int | None = None


def sums_of(tree: Tree, practices, user, *, on: dt.date) -> Sums:
    """Of the practices (in sight) of the organization and all below it.

    physicians: who works there on the day `on`, each once
    made: referrals of the last 365 days sent by these practices
    received: those sent to the organization or a part of it, by whom one sees
    """
    statuses = _physicians_by_status(practices, on=on)
    total = sum(number for _, number in statuses)
    if not can(user, Permission.REFERRAL_READ):
        return Sums(total, statuses)
    year = Referral.objects.filter(received_on__gt=on - YEAR, received_on__lte=on)
    there = Affiliation.objects.current(on=on).filter(practice__in=practices)
    counts = _counted(
        by_practices=year.filter(referring_practice__in=practices.values("pk")),
        # Where no practice was named: those by the physicians of today.
        by_physicians=year.filter(
            referring_practice=None, referring_physician__in=there.values("physician")
        ),
        received=year.among_visible_to(user).filter(
            referred_to_organization__in=tree.below
        ),
    )
    made = counts["by_practices"] + counts["by_physicians"]
    return Sums(total, statuses, made=made, received=counts["received"])


def _counted(**rows):
    """How many each of these finds: one query, each part by an index of its own."""
    counts = {
        name: Subquery(
            found.order_by()
            .annotate(all=Value(1))
            .values("all")
            .annotate(number=Count("pk"))
            .values("number")
        )
        for name, found in rows.items()
    }
    found = Organization.objects.order_by().annotate(**counts).values(*counts)[:1]
    return {name: number or 0 for name, number in found.get().items()}


def _physicians_by_status(practices, *, on):
    here = Affiliation.objects.current(on=on).filter(practice__in=practices)
    counts = dict(
        here.order_by()
        .annotate(status=network_status_of("physician__npi", on=on))
        .values_list("status")
        .annotate(number=Count("physician", distinct=True))
    )
    names = [*RosterEntry.Status.choices, (None, NO_STATUS)]
    return [(name, counts[status]) for status, name in names if status in counts]


def practices_below(tree: Tree, user):
    """The practices of the organization and of its parts, as far as in sight."""
    return Practice.objects.visible_to(user).filter(organization__in=tree.below)
