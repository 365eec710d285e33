import datetime as dt

from django.urls import reverse

from outreach import timeline
from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)


def test_a_practice_shows_its_visits_newest_first(liaison, north_visit, north_practice):
    older = VisitFactory(practice=north_practice, visited_on=dt.date(2026, 1, 5))

    entries = timeline.visits_of(north_practice, liaison, 10)

    assert [entry.at for entry in entries] == [
        north_visit.visited_on,
        older.visited_on,
    ]
    assert entries[0].title == "In person, Positive: North Clinic (Lea Liaison)"
    assert entries[0].url == reverse("outreach:visit-detail", args=[north_visit.pk])


def test_a_physician_shows_the_visits_they_were_met_at(
    liaison, north_visit, north_practice, north_physician
):
    VisitFactory(practice=north_practice)
    VisitAttendeeFactory(visit=north_visit, physician=north_physician)

    (entry,) = timeline.visits_of(north_physician, liaison, 10)

    assert entry.text == "Nora Northrup, MD"


def test_visits_out_of_sight_are_left_out(
    liaison, north_physician, south_visit, south_practice
):
    VisitAttendeeFactory(visit=south_visit, physician=north_physician)

    assert timeline.visits_of(north_physician, liaison, 10) == []
    assert timeline.visits_of(south_practice, liaison, 10) == []


def test_no_more_entries_come_than_were_asked_for(liaison, north_practice):
    VisitFactory.create_batch(3, practice=north_practice)

    assert len(timeline.visits_of(north_practice, liaison, 2)) == 2


def test_open_tasks_stand_at_their_due_day_and_kept_ones_at_theirs(
    liaison, task, north_practice
):
    TaskFactory(
        owner=liaison,
        practice=north_practice,
        title="Kept",
        due_on=dt.date(2026, 3, 1),
        done_at=dt.datetime(2026, 3, 4, 18, tzinfo=dt.UTC),
    )

    entries = timeline.tasks_of(north_practice, liaison, 10)

    assert [(entry.title, entry.at, entry.text) for entry in entries] == [
        (task.title, dt.date(2026, 3, 9), "Promised by Lea Liaison"),
        ("Kept", dt.date(2026, 3, 4), "Done by Lea Liaison"),
    ]


def test_a_physician_shows_what_was_promised_to_them(
    liaison, north_visit, north_physician, task
):
    VisitAttendeeFactory(visit=north_visit, physician=north_physician)
    TaskFactory(visit=north_visit, owner=liaison, title="Promised there")

    (entry,) = timeline.tasks_of(north_physician, liaison, 10)

    assert entry.title == "Promised there"


def test_a_visit_can_be_logged_from_practice_and_physician(
    liaison, north_practice, north_physician
):
    of_practice = timeline.actions_of(north_practice, liaison)
    of_physician = timeline.actions_of(north_physician, liaison)

    log = reverse("outreach:visit-create")
    assert of_practice[0].url == f"{log}?practice={north_practice.pk}"
    assert of_physician[0].url == f"{log}?physician={north_physician.pk}"


def test_readers_are_offered_no_action(executive, north_practice):
    assert timeline.actions_of(north_practice, executive) == []


def test_the_page_of_a_practice_carries_them(
    signed_in, liaison, north_visit, north_practice
):
    client = signed_in(liaison)
    detail, activity = (
        reverse(f"referrals:practice-{name}", args=[north_practice.pk])
        for name in ("detail", "activity")
    )

    page = client.get(detail).text

    assert "Log visit" in page
    assert f'hx-get="{activity}"' in page
    assert "In person, Positive" in client.get(activity).text
