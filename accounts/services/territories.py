"""Territories: the tree, its ZIP codes, and who works where."""

from collections import defaultdict

from django.db import transaction

from accounts.models import AuditEvent, Territory, TerritoryZip
from accounts.services.audit import record

Action = AuditEvent.Action
BATCH = 5000


class ZipsTaken(Exception):
    """ZIP codes of other territories: `by_territory` maps a name to its codes."""

    def __init__(self, by_territory):
        self.by_territory = by_territory
        super().__init__(
            "; ".join(
                f"{name}: {shortened(codes)}"
                for name, codes in sorted(by_territory.items())
            )
        )


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
    """Save name and parent, and audit the old and the new of each."""
    before = Territory.objects.select_related("parent").get(pk=territory.pk)
    changes = {
        "name": [before.name, territory.name],
        "parent": [_name(before.parent), _name(territory.parent)],
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
def set_zips(*, territory, zip_codes, move, by):
    """Give the territory exactly these ZIP codes; answers how many came and went.

    Codes of other territories move here if `move`; else raises ZipsTaken.
    """
    rows = TerritoryZip.objects.select_related("territory").in_bulk(
        field_name="zip_code"
    )
    taken = [
        rows[code]
        for code in zip_codes
        if code in rows and rows[code].territory_id != territory.pk
    ]
    if taken and not move:
        raise ZipsTaken(_codes_by_territory(taken))
    gone = [
        row
        for row in rows.values()
        if row.territory_id == territory.pk and row.zip_code not in zip_codes
    ]
    new = [code for code in zip_codes if code not in rows]
    _delete([*gone, *taken])
    added = sorted([*new, *(row.zip_code for row in taken)])
    TerritoryZip.objects.bulk_create(
        [TerritoryZip(zip_code=code, territory=territory) for code in added],
        batch_size=BATCH,
    )
    _record_zips(territory, added, gone, taken, by)
    return len(added), len(gone)


@transaction.atomic
def assign_territory(*, assignment, by):
    assignment.save()
    record(
        action=Action.TERRITORY_ASSIGNED,
        by=by,
        subject=assignment.user,
        detail=_dates(assignment),
    )


@transaction.atomic
def change_assignment(*, assignment, by):
    before = type(assignment).objects.get(pk=assignment.pk)
    assignment.save()
    record(
        action=Action.ASSIGNMENT_CHANGED,
        by=by,
        subject=assignment.user,
        detail={"before": _dates(before), "after": _dates(assignment)},
    )


@transaction.atomic
def end_assignment(*, assignment, by, on):
    """End it on the day `on`; one that would not have begun by then is dropped."""
    before = _dates(assignment)
    if assignment.starts_on >= on:
        assignment.delete()
        after = None
    else:
        assignment.ends_on = min(on, assignment.ends_on or on)
        assignment.save(update_fields=["ends_on"])
        after = _dates(assignment)
    record(
        action=Action.ASSIGNMENT_CHANGED,
        by=by,
        subject=assignment.user,
        detail={"before": before, "after": after},
    )


def shortened(codes):
    """ZIP codes as people write them: `37201-37205, 37210`."""
    runs = []
    for code in sorted(codes):
        if runs and int(code) == int(runs[-1][1]) + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(a if a == b else f"{a}-{b}" for a, b in runs)


def _delete(rows):
    pks = [row.pk for row in rows]
    for start in range(0, len(pks), BATCH):
        TerritoryZip.objects.filter(pk__in=pks[start : start + BATCH]).delete()


def _record_zips(territory, added, gone, taken, by):
    lost = _codes_by_territory(taken)
    if added or gone:
        detail = {
            "zips_added": shortened(added),
            "zips_removed": shortened(row.zip_code for row in gone),
            "moved_from": {name: shortened(codes) for name, codes in lost.items()},
        }
        record(action=Action.TERRITORY_CHANGED, by=by, subject=territory, detail=detail)
    for name, codes in lost.items():
        detail = {"zips_removed": shortened(codes), "moved_to": territory.name}
        record(action=Action.TERRITORY_CHANGED, by=by, subject=name, detail=detail)


def _codes_by_territory(rows):
    found = defaultdict(list)
    for row in rows:
        found[row.territory.name].append(row.zip_code)
    return dict(found)


def _dates(assignment):
    return {
        "territory": assignment.territory.name,
        "from": assignment.starts_on.isoformat(),
        "until": assignment.ends_on.isoformat() if assignment.ends_on else None,
    }


def _name(territory):
    return territory.name if territory else None
