import datetime as dt

import pytest
from django.urls import reverse

from outreach.models import Visit
from tests.factories.accounts import UserFactory
from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)
from tests.factories.referrals import AffiliationFactory, PhysicianFactory

URL = reverse("outreach:today")


@pytest.fixture(autouse=True)
def _clock(tuesday):
    """Every test here stands on that day."""


@pytest.fixture
def day(signed_in, liaison):
    """The page of the liaison's day."""
    client = signed_in(liaison)
    return lambda: client.get(URL)


def test_a_stop_offers_log_directions_and_call(day, planned_visit, north_practice):
    north_practice.phone = "6155550123"
    north_practice.save()

    text = day().text

    assert "9:00 AM" in text
    assert "North Clinic" in text
    assert f"{reverse('outreach:visit-create')}?visit={planned_visit.pk}" in text
    assert 'href="tel:6155550123"' in text
    assert "destination=" in text


def test_stops_stand_in_their_order(day, liaison, planned_visit, north_practice):
    any_time = VisitFactory(
        liaison=liaison,
        practice=north_practice,
        status="planned",
        visited_on=planned_visit.visited_on,
    )
    early = VisitFactory(
        liaison=liaison,
        practice=north_practice,
        status="planned",
        visited_on=planned_visit.visited_on,
        visited_at=dt.time(8),
    )

    assert list(day().context["stops"]) == [early, planned_visit, any_time]


def test_stops_of_colleagues_and_other_days_are_not_mine(
    day, planned_visit, north_practice
):
    VisitFactory(
        practice=north_practice, status="planned", visited_on=planned_visit.visited_on
    )
    Visit.objects.filter(pk=planned_visit.pk).update(visited_on=dt.date(2026, 3, 11))

    response = day()

    assert list(response.context["stops"]) == []
    assert "No stop is planned for today" in response.text


def test_a_stop_of_yesterday_waits_to_be_logged_or_cancelled(day, planned_visit):
    Visit.objects.update(visited_on=dt.date(2026, 3, 9))

    response = day()

    assert list(response.context["missed"]) == [planned_visit]
    assert reverse("outreach:visit-cancel", args=[planned_visit.pk]) in response.text


def test_what_we_owe_stands_at_its_stop(day, planned_visit, coordinator):
    TaskFactory(
        owner=coordinator,
        practice=planned_visit.practice,
        title="Fax the form",
        due_on=dt.date(2026, 4, 1),
    )

    text = day().text

    assert "Owed:" in text
    assert "Fax the form, due Apr 1, 2026 (Cora Coordinator)" in text


def test_promises_due_by_today_are_listed(day, liaison):
    for title, due_on in (("late", 9), ("now", 10), ("later", 11)):
        TaskFactory(owner=liaison, title=title, due_on=dt.date(2026, 3, due_on))

    assert [task.title for task in day().context["tasks"]] == ["late", "now"]


def test_whose_turn_it_is_is_said_with_the_reason(day, north_physician, north_practice):
    north_physician.tier = "A"
    north_physician.save()
    visit = VisitFactory(practice=north_practice, visited_on=dt.date(2026, 2, 7))
    VisitAttendeeFactory(visit=visit, physician=north_physician)

    text = day().text

    assert "A tier, every 14 days; last conversation 31 days ago" in text
    assert f"{reverse('outreach:visit-plan')}?physician={north_physician.pk}" in text


def test_physicians_of_another_territory_are_nobodys_turn(day, south_physician):
    south_physician.tier = "A"
    south_physician.save()

    assert day().context["due"] == []


def test_a_person_without_a_territory_is_told_what_comes_next(signed_in, db):
    text = signed_in(UserFactory()).get(URL).text

    assert "You have no territory yet" in text
    assert "Stops today" not in text


def test_the_day_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_practice, tuesday, django_assert_max_num_queries
):
    for _ in range(10):
        physician = PhysicianFactory(tier="A")
        AffiliationFactory(physician=physician, practice=north_practice)
        visit = VisitFactory(
            liaison=liaison,
            practice=north_practice,
            status="planned",
            visited_on=tuesday,
        )
        VisitAttendeeFactory(visit=visit)
        TaskFactory(owner=liaison, practice=north_practice, due_on=tuesday)
    client = signed_in(liaison)

    with django_assert_max_num_queries(16):
        client.get(URL)
