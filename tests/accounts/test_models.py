import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import (
    AppendOnly,
    AuditEvent,
    Territory,
    TerritoryAssignment,
    TerritoryZip,
    User,
)
from accounts.services import record
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def assigned(north):
    """`assigned(starts_on=..)`: a new liaison of the north, on these days."""

    def assign(**days):
        return TerritoryAssignmentFactory(territory=north, **days).user

    return assign


# Whose territories -----------------------------------------------------------


def test_a_person_sees_their_node_and_everything_below(manager, region, north, south):
    assert set(Territory.objects.visible_to(manager)) == {region, north, south}


def test_a_person_sees_nothing_beside_or_above(liaison, north, south):
    assert set(Territory.objects.visible_to(liaison)) == {north}


def test_grandchildren_are_below_too(manager, north):
    corner = TerritoryFactory(parent=north)

    assert corner in Territory.objects.visible_to(manager)


def test_an_assignment_holds_from_its_first_day(assigned, north, today):
    assert north in Territory.objects.visible_to(assigned(starts_on=today))


def test_an_assignment_does_not_hold_before_its_first_day(assigned, today):
    person = assigned(starts_on=today + DAY)

    assert not Territory.objects.visible_to(person).exists()


def test_an_assignment_no_longer_holds_on_its_last_day(assigned, today):
    person = assigned(starts_on=today - DAY, ends_on=today)

    assert not Territory.objects.visible_to(person).exists()


def test_an_assignment_holds_the_day_before_it_ends(assigned, north, today):
    person = assigned(starts_on=today - DAY, ends_on=today + DAY)

    assert north in Territory.objects.visible_to(person)


def test_without_an_assignment_a_liaison_sees_no_territory(north):
    assert not Territory.objects.visible_to(UserFactory()).exists()


@pytest.mark.parametrize("role", ["administrator", "executive", "compliance_officer"])
def test_some_roles_see_every_territory(role, request, north, south, region):
    person = request.getfixturevalue(role)

    assert set(Territory.objects.visible_to(person)) == {region, north, south}


def test_assignments_are_seen_with_their_territory(liaison, south_liaison):
    seen = TerritoryAssignment.objects.visible_to(liaison)

    assert [one.user for one in seen] == [liaison]


# The tree ----------------------------------------------------------------------


def test_the_tree_lists_each_node_before_those_below_it(region, north, south):
    corner = TerritoryFactory(name="Corner", parent=north)

    tree = Territory.objects.all().as_tree()

    assert tree == [(0, region), (1, north), (2, corner), (1, south)]


def test_a_node_whose_parent_is_out_of_sight_stands_at_the_top(liaison, north):
    assert Territory.objects.visible_to(liaison).as_tree() == [(0, north)]


def test_counts_are_of_zips_and_of_people_who_work_there_now(
    liaison, north, south, today
):
    TerritoryZipFactory(territory=north)
    TerritoryAssignmentFactory(territory=south, starts_on=today + DAY)
    TerritoryAssignmentFactory(territory=south, user__is_active=False)

    counted = Territory.objects.with_counts(on=today)

    assert counted.get(pk=north.pk).zip_count == 2
    assert counted.get(pk=north.pk).person_count == 1
    assert counted.get(pk=south.pk).person_count == 0


# Constraints -------------------------------------------------------------------


def refuses(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_a_zip_code_belongs_to_one_territory(north, south):
    refuses(lambda: TerritoryZip.objects.create(territory=south, zip_code="37203"))


@pytest.mark.parametrize("code", ["3720", "3720a", "-7203", ""])
def test_a_zip_code_has_five_digits(code, north):
    refuses(lambda: TerritoryZip.objects.create(territory=north, zip_code=code))


def test_an_assignment_ends_after_it_starts(north, today):
    refuses(
        lambda: TerritoryAssignmentFactory(
            territory=north, starts_on=today, ends_on=today
        )
    )


def test_an_assignment_starts_once_a_day(liaison, north):
    refuses(lambda: TerritoryAssignmentFactory(user=liaison, territory=north))


def test_a_territory_is_not_its_own_parent(north):
    refuses(lambda: Territory.objects.filter(pk=north.pk).update(parent=north.pk))


def test_an_address_is_one_persons_in_any_case(liaison):
    refuses(lambda: UserFactory(email="Liaison@Example.org"))


# People ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, User.State.ACTIVE),
        ({"is_active": False}, User.State.WITHOUT_ACCOUNT),
        ({"is_active": False, "invited_at": True}, User.State.INVITED),
        ({"is_active": False, "joined_at": True}, User.State.DEACTIVATED),
    ],
)
def test_a_person_is_in_one_state_and_found_by_it(fields, state):
    now = timezone.now()
    person = UserFactory(
        **{name: now if value is True else value for name, value in fields.items()}
    )

    assert person.state == state
    for other in User.State:
        found = User.objects.in_state(other).filter(pk=person.pk).exists()
        assert found == (other == state)


# The audit -----------------------------------------------------------------------


@pytest.fixture
def event(liaison):
    return record(action=AuditEvent.Action.SIGN_IN, by=liaison, subject=liaison)


def test_an_audit_row_is_never_changed(event):
    event.subject = "Somebody else"

    with pytest.raises(AppendOnly):
        event.save()


def test_an_audit_row_is_never_deleted(event):
    with pytest.raises(AppendOnly):
        event.delete()


def test_audit_rows_are_never_changed_in_bulk(event):
    with pytest.raises(AppendOnly):
        AuditEvent.objects.update(subject="")


def test_audit_rows_are_never_deleted_in_bulk(event):
    with pytest.raises(AppendOnly):
        AuditEvent.objects.all().delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET subject = ''",
        "DELETE FROM accounts_auditevent",
    ],
)
def test_the_database_itself_keeps_audit_rows(statement, liaison):
    record(action=AuditEvent.Action.SIGN_IN, by=liaison)

    with connection.cursor() as cursor:
        refuses(lambda: cursor.execute(statement))
    assert AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_database_keeps_audit_rows_after_a_flush(time):
    record(action=AuditEvent.Action.SIGN_IN, by=None)

    refuses(lambda: AuditEvent.objects.all()._raw_delete("default"))


def test_a_copied_audit_row_cannot_take_the_place_of_another(event):
    copy = AuditEvent(pk=event.pk, action=AuditEvent.Action.SIGN_OUT)

    refuses(copy.save)


def test_the_detail_of_an_event_reads_as_lines():
    event = AuditEvent(
        detail={"role": ["liaison", "manager"], "zips_added": "37201", "moved_from": {}}
    )

    assert event.lines == ["role: liaison → manager", "zips added: 37201"]
