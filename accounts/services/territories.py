"""Territories: the tree, and who works where. Their ZIP codes: `services.zips`."""

from django.db import transaction

from accounts import announcements
from accounts.models import AuditEvent, Territory
from accounts.services.audit import record
from accounts.services.zips import shortened

Action = AuditEvent.Action


class TerritoryInUse(Exception):
    """The territory has others below it."""


@transaction.atomic
def create_territory(*, territory, by):
    territory.save()
    record(
        action=Action.TERRITORY_CREATED,
        by=by,
        subject=territory,
        detail={"parent": _name(territory.parent)},
    )


@transaction.atomic
def change_territory(*, territory, by):
    """Save name, parent and colour, and audit the old and the new of each."""
    before = Territory.objects.select_related("parent").get(pk=territory.pk)
    changes = {
        "name": [before.name, territory.name],
        "parent": [_name(before.parent), _name(territory.parent)],
        "colour": [before.get_colour_display(), territory.get_colour_display()],
    }
    territory.save()
    changes = {name: change for name, change in changes.items() if len(set(change)) > 1}
    if changes:
        record(
            action=Action.TERRITORY_CHANGED, by=by, subject=territory, detail=changes
        )


@transaction.atomic
def delete_territory(*, territory, by):
    """Delete it with its ZIP codes and assignments. Raises TerritoryInUse."""
    if territory.children.exists():
        raise TerritoryInUse(
            f"{territory} has territories below it. Move or delete those first."
        )
    assignments = territory.assignments.select_related("user")
    detail = {
        "zips": shortened(territory.zips.values_list("zip_code", flat=True)),
        "people": ", ".join(one.user.name for one in assignments),
    }
    record(action=Action.TERRITORY_DELETED, by=by, subject=territory, detail=detail)
    territory.delete()


@transaction.atomic
def assign_territory(*, assignment, by, at):
    """Save it, and tell the person."""
    assignment.save()
    record(
        action=Action.TERRITORY_ASSIGNED,
        by=by,
        subject=assignment.user,
        detail=_dates(assignment),
    )
    announcements.assignment_changed(assignment, by=by, at=at)


@transaction.atomic
def change_assignment(*, assignment, by, at):
    """Save its dates, and tell the person; the same dates again are no change."""
    before = _dates(type(assignment).objects.get(pk=assignment.pk))
    assignment.save()
    if before == _dates(assignment):
        return
    record(
        action=Action.ASSIGNMENT_CHANGED,
        by=by,
        subject=assignment.user,
        detail={"before": before, "after": _dates(assignment)},
    )
    announcements.assignment_changed(assignment, by=by, at=at)


@transaction.atomic
def end_assignment(*, assignment, by, on, at):
    """End it on the day `on`; one that would not have begun by then is dropped."""
    before = _dates(assignment)
    if assignment.starts_on >= on:
        assignment.delete()
        after = None
    else:
        assignment.ends_on = min(on, assignment.ends_on or on)
        assignment.save(update_fields=["ends_on"])
        after = _dates(assignment)
    if before == after:
        return
    record(
        action=Action.ASSIGNMENT_CHANGED,
        by=by,
        subject=assignment.user,
        detail={"before": before, "after": after},
    )
    announcements.assignment_ended(assignment, on=on, by=by, at=at)


def _dates(assignment):
    return {
        "territory": assignment.territory.name,
        "from": assignment.starts_on.isoformat(),
        "until": assignment.ends_on.isoformat() if assignment.ends_on else None,
    }


def _name(territory):
    return territory.name if territory else None
