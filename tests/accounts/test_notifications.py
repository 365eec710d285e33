"""What is told to whom when territories change, and where they read it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services import people, territories, zips
from tests.factories.accounts import (
    NotificationFactory,
    TerritoryAssignmentFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def moved(administrator):
    def move(targets, by=administrator):
        zips.reassign(targets=targets, on=TODAY, by=by, at=timezone.now())

    return move


def texts_of(user):
    return [one.text for one in Notification.objects.visible_to(user)]


def test_those_who_gain_and_those_who_lose_are_told_once_each(
    moved, liaison, south_liaison, south
):
    moved({"37203": south.pk, "37999": south.pk, "37998": south.pk})

    day = f"{TODAY:%b} {TODAY.day}, {TODAY.year}"
    assert texts_of(liaison) == [f"From {day}: North loses 1 ZIP code."]
    assert texts_of(south_liaison) == [f"From {day}: South gains 3 ZIP codes."]


def test_a_person_in_many_territories_is_told_once(moved, region):
    person, targets = UserFactory(), {}
    for number in range(6):
        node = TerritoryFactory(name=f"N{number}", parent=region)
        TerritoryAssignmentFactory(user=person, territory=node)
        targets[f"3800{number}"] = node.pk

    moved(targets)

    (text,) = texts_of(person)
    assert text.endswith("N2 gains 1 ZIP code; 3 more territories.")


def test_who_is_not_touched_is_told_nothing(moved, liaison, south_liaison, south):
    moved({"37999": south.pk})

    assert texts_of(liaison) == []


def test_who_made_the_change_is_not_told(moved, manager, north, south):
    TerritoryAssignmentFactory(user=manager, territory=south)

    moved({"37203": south.pk}, by=manager)

    assert texts_of(manager) == []


def test_who_left_or_was_deactivated_is_not_told(moved, liaison, south_liaison, south):
    liaison.assignments.update(ends_on=TODAY)
    south_liaison.is_active = False
    south_liaison.save()

    moved({"37203": south.pk})

    assert not Notification.objects.exists()


def test_a_withdrawn_plan_is_told(administrator, liaison, south):
    day, now = TODAY + dt.timedelta(9), timezone.now()
    change = {"zips": {"37203"}, "on": day, "by": administrator, "at": now}
    zips.reassign_zips(territory=south, **change)

    zips.withdraw(**change)

    assert "what was planned is dropped" in texts_of(liaison)[0]


def test_a_territory_given_with_an_invitation_waits_for_the_person(
    administrator, north
):
    person = User(name="Ina Invited", email="ina@example.org", role=User.Role.LIAISON)

    people.invite(
        person=person,
        by=administrator,
        at=timezone.now(),
        territory=north,
        starts_on=TODAY,
    )

    (text,) = texts_of(person)
    assert text.startswith("You work North from")


def test_an_assignment_is_told_to_the_person(administrator, liaison, south):
    assignment = TerritoryAssignmentFactory.build(user=liaison, territory=south)

    territories.assign_territory(
        assignment=assignment, by=administrator, at=timezone.now()
    )

    assert texts_of(liaison) == ["You work South from Jan 1, 2020."]


def test_five_thousand_moves_are_few_queries_of_notifications(
    moved, north, django_assert_max_num_queries
):
    for _ in range(20):
        TerritoryAssignmentFactory(territory=north)

    with django_assert_max_num_queries(40):
        moved({f"{number}": north.pk for number in range(40_000, 45_000)})

    assert Notification.objects.count() == 20


# Reading them -------------------------------------------------------------------


def test_the_bell_counts_what_is_unread(signed_in, liaison, south_liaison):
    NotificationFactory.create_batch(2, user=liaison)
    NotificationFactory(user=liaison, read_at=timezone.now())
    NotificationFactory(user=south_liaison)

    page = signed_in(liaison).get("/account/").content.decode()

    assert "Notifications, 2 unread" in page


def test_opening_one_marks_it_read_and_leads_there(signed_in, liaison, notification):
    response = signed_in(liaison).post(f"/notifications/{notification.pk}/read/")

    assert response.url == "/practices/"
    assert not Notification.objects.unread().exists()


def test_all_are_marked_read_at_once(signed_in, liaison, notification, south_liaison):
    NotificationFactory(user=south_liaison)

    signed_in(liaison).post("/notifications/read/")

    assert [one.user for one in Notification.objects.unread()] == [south_liaison]


def test_the_list_pages_and_shows_ones_own_alone(signed_in, liaison, south_liaison):
    NotificationFactory.create_batch(60, user=liaison)
    NotificationFactory(user=south_liaison, text="Southern secret notice")

    page = signed_in(liaison).get("/notifications/")

    assert page.context["page"].paginator.num_pages > 1
    assert "Southern" not in page.content.decode()


@pytest.mark.parametrize("role", ["liaison", "manager", "administrator"])
def test_the_frame_of_a_page_costs_one_query(
    signed_in, request, role, django_assert_num_queries
):
    user = request.getfixturevalue(role)
    NotificationFactory.create_batch(5, user=user)
    client = signed_in(user)

    # Session and person; the badges and the bell.
    with django_assert_num_queries(3):
        client.get("/account/")
