import datetime as dt

import pytest

from accounts.models import AuditEvent, Territory, TerritoryAssignment, TerritoryZip
from accounts.services import territories

pytestmark = pytest.mark.django_db
Action = AuditEvent.Action


def codes_of(territory):
    return set(territory.zips.values_list("zip_code", flat=True))


def test_a_territory_has_exactly_the_zips_it_was_given(north, administrator):
    counts = territories.set_zips(
        territory=north, zip_codes={"37204", "37205"}, move=False, by=administrator
    )

    assert codes_of(north) == {"37204", "37205"}
    assert counts == (2, 1)


def test_zips_that_came_and_went_are_audited(north, administrator):
    territories.set_zips(
        territory=north, zip_codes={"37204", "37205"}, move=False, by=administrator
    )

    detail = AuditEvent.objects.get(action=Action.TERRITORY_CHANGED).detail
    assert detail["zips_added"] == "37204-37205"
    assert detail["zips_removed"] == "37203"


def test_the_same_zips_again_are_no_event(north, administrator):
    territories.set_zips(
        territory=north, zip_codes={"37203"}, move=False, by=administrator
    )

    assert not AuditEvent.objects.exists()


def test_zips_of_another_territory_are_named_and_stay(north, south, administrator):
    with pytest.raises(territories.ZipsTaken, match="South: 37401"):
        territories.set_zips(
            territory=north,
            zip_codes={"37203", "37401", "37999"},
            move=False,
            by=administrator,
        )

    assert codes_of(north) == {"37203"}
    assert codes_of(south) == {"37401"}


def test_zips_of_another_territory_move_when_told(north, south, administrator):
    territories.set_zips(
        territory=north, zip_codes={"37203", "37401"}, move=True, by=administrator
    )

    assert codes_of(north) == {"37203", "37401"}
    assert codes_of(south) == set()
    lost = AuditEvent.objects.get(subject="South")
    assert lost.detail == {"zips_removed": "37401", "moved_to": "North"}


def test_ten_thousand_zips_take_few_queries(
    north, administrator, django_assert_max_num_queries
):
    codes = {f"{number:05d}" for number in range(30000, 40000)}

    with django_assert_max_num_queries(30):
        territories.set_zips(
            territory=north, zip_codes=codes, move=False, by=administrator
        )

    assert TerritoryZip.objects.count() == 10_000


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ([], ""),
        (["37201"], "37201"),
        (["37203", "37201", "37202", "37210"], "37201-37203, 37210"),
        (["00501", "00502"], "00501-00502"),
    ],
)
def test_neighbouring_zips_are_written_as_ranges(codes, text):
    assert territories.shortened(codes) == text


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
        assignment=assignment, by=administrator, on=dt.date(2026, 3, 2)
    )

    assignment.refresh_from_db()
    assert assignment.ends_on == dt.date(2026, 3, 2)


def test_an_assignment_that_has_not_begun_is_dropped(liaison, administrator):
    assignment = liaison.assignments.get()

    territories.end_assignment(
        assignment=assignment, by=administrator, on=assignment.starts_on
    )

    assert not liaison.assignments.exists()
    event = AuditEvent.objects.get(action=Action.ASSIGNMENT_CHANGED)
    assert event.detail["after"] is None


def test_a_changed_assignment_is_audited_before_and_after(liaison, administrator):
    assignment = liaison.assignments.get()
    assignment.ends_on = dt.date(2026, 7, 1)

    territories.change_assignment(assignment=assignment, by=administrator)

    detail = AuditEvent.objects.get(action=Action.ASSIGNMENT_CHANGED).detail
    assert detail["before"]["until"] is None
    assert detail["after"]["until"] == "2026-07-01"
