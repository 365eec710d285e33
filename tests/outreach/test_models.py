import datetime as dt

import pytest
from django.db import IntegrityError

from outreach.models import DEFAULT_TOPICS, Task, Topic, Visit, VisitAttendee
from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)
from tests.factories.referrals import PhysicianFactory

DAY = dt.date(2026, 3, 9)


def test_visits_of_another_territory_are_out_of_sight(
    liaison, north_visit, south_visit
):
    assert list(Visit.objects.visible_to(liaison)) == [north_visit]


def test_own_visits_stay_in_sight_when_the_practice_is_not(
    south_liaison, south_visit, north_practice
):
    elsewhere = VisitFactory(liaison=south_liaison, practice=north_practice)

    assert set(Visit.objects.visible_to(south_liaison)) == {south_visit, elsewhere}


def test_manager_sees_the_visits_of_the_whole_region(manager, north_visit, south_visit):
    assert set(Visit.objects.visible_to(manager)) == {north_visit, south_visit}


def test_liaison_may_change_only_own_visits(liaison, north_visit, north_practice):
    VisitFactory(practice=north_practice)

    assert list(Visit.objects.editable_by(liaison)) == [north_visit]


def test_manager_may_change_visits_of_the_team(manager, north_visit, south_visit):
    VisitFactory(practice__zip_code="90210")

    assert set(Visit.objects.editable_by(manager)) == {north_visit, south_visit}


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("in_person", True),
        ("virtual", True),
        ("phone", True),
        ("drop_off", False),
        ("event", False),
    ],
)
def test_conversations_are_the_kinds_in_which_people_speak(db, kind, counts):
    VisitFactory(kind=kind)

    assert Visit.objects.conversations().exists() is counts


def test_stops_without_an_hour_come_last_on_their_day(db):
    any_time = VisitFactory(visited_on=DAY)
    late = VisitFactory(visited_on=DAY, visited_at=dt.time(15))
    early = VisitFactory(visited_on=DAY, visited_at=dt.time(9))

    assert list(Visit.objects.in_order_of_the_day()) == [early, late, any_time]


def test_a_uid_belongs_to_one_visit(north_visit):
    with pytest.raises(IntegrityError):
        VisitFactory(uid=north_visit.uid)


def test_a_physician_is_met_once_a_visit(north_visit):
    attendee = VisitAttendeeFactory(visit=north_visit)

    with pytest.raises(IntegrityError):
        VisitAttendeeFactory(visit=north_visit, physician=attendee.physician)


def test_an_attendee_is_somebody(north_visit):
    with pytest.raises(IntegrityError):
        VisitAttendee.objects.create(visit=north_visit)


def test_met_names_physicians_and_staff(north_visit):
    physician = PhysicianFactory(first_name="Ada", last_name="Bell", credential="DO")
    VisitAttendeeFactory(visit=north_visit, physician=physician)
    VisitAttendeeFactory(visit=north_visit, physician=None, staff_name="Dana")

    assert north_visit.met == "Ada Bell, DO, Dana"


def test_tasks_of_another_territory_are_out_of_sight(liaison, task, south_practice):
    TaskFactory(practice=south_practice)

    assert list(Task.objects.visible_to(liaison)) == [task]


def test_a_task_without_practice_is_its_owners_alone(liaison, manager):
    own = TaskFactory(owner=liaison)

    assert own in Task.objects.visible_to(liaison)
    assert own not in Task.objects.visible_to(manager)


def test_a_task_due_today_is_due_but_not_overdue(db):
    TaskFactory(due_on=DAY)

    assert Task.objects.due(on=DAY).exists()
    assert not Task.objects.overdue(on=DAY).exists()
    assert Task.objects.overdue(on=DAY + dt.timedelta(days=1)).exists()


def test_a_task_that_is_done_is_never_due(db):
    TaskFactory(due_on=DAY, done_at=dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC))

    assert not Task.objects.due(on=DAY).exists()
    assert Task.objects.done().exists()


def test_topics_are_offered_before_any_was_used(liaison):
    assert Topic.objects.offered_to(liaison) == DEFAULT_TOPICS


def test_my_most_used_topics_are_offered_first(liaison):
    rare, frequent = Topic.objects.create(name="MRI"), Topic.objects.create(name="Fax")
    for topics in ([rare, frequent], [frequent]):
        VisitFactory(liaison=liaison).topics.set(topics)
    VisitFactory().topics.set([Topic.objects.create(name="Of a colleague")])

    offered = Topic.objects.offered_to(liaison)

    assert offered[:2] == ["Fax", "MRI"]
    assert "Of a colleague" not in offered


def test_a_topic_is_named_once_however_it_is_capitalised(db):
    Topic.objects.create(name="Access")

    with pytest.raises(IntegrityError):
        Topic.objects.create(name="ACCESS")
