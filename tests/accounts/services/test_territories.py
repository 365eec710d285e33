import datetime as dt

import pytest

from accounts.models import AuditEvent, Territory, TerritoryAssignment
from accounts.services import territories

pytestmark = pytest.mark.django_db
Action = AuditEvent.Action
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_territory_with_others_below_is_not_deleted(region, north, administrator):
    with pytest.raises(territories.TerritoryInUse):
        territories.delete_territory(territory=region, by=administrator)

    assert Territory.objects.filter(pk=region.pk).exists()


def test_a_deleted_territory_leaves_its_zips_and_people_in_the_audit(
    north, liaison, administrator
):
    territories.delete_territory(territory=north, by=administrator)

    event = AuditEvent.objects.get(action=Action.TERRITORY_DELETED)
    assert event.detail == {"zips": "37203", "people": "Lea Liaison"}
    assert not TerritoryAssignment.objects.exists()


def test_a_moved_territory_is_audited_with_both_parents(north, administrator):
    north.parent = None

    territories.change_territory(territory=north, by=administrator)

    event = AuditEvent.objects.get(action=Action.TERRITORY_CHANGED)
    assert event.detail == {"parent": ["Middle Tennessee", None]}


def test_an_assignment_ends_on_the_day_told(liaison, administrator):
    assignment = liaison.assignments.get()

    territories.end_assignment(
        assignment=assignment, by=administrator, on=dt.date(2026, 3, 2), at=NOW
    )

    assignment.refresh_from_db()
    assert assignment.ends_on == dt.date(2026, 3, 2)


def test_an_assignment_that_has_not_begun_is_dropped(liaison, administrator):
    assignment = liaison.assignments.get()

    territories.end_assignment(
        assignment=assignment, by=administrator, on=assignment.starts_on, at=NOW
    )

    assert not liaison.assignments.exists()
    event = AuditEvent.objects.get(action=Action.ASSIGNMENT_CHANGED)
    assert event.detail["after"] is None


def test_a_changed_assignment_is_audited_before_and_after(liaison, administrator):
    assignment = liaison.assignments.get()
    assignment.ends_on = dt.date(2026, 7, 1)

    territories.change_assignment(assignment=assignment, by=administrator, at=NOW)

    detail = AuditEvent.objects.get(action=Action.ASSIGNMENT_CHANGED).detail
    assert detail["before"]["until"] is None
    assert detail["after"]["until"] == "2026-07-01"
