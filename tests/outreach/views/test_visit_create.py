import datetime as dt
import uuid

import pytest
from django.urls import reverse

from outreach.models import Task, Visit
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)

URL = reverse("outreach:visit-create")
HUGE = "9" * 40


@pytest.fixture(autouse=True)
def _clock(tuesday):
    """Every test here stands on that day."""


def errors_of(response):
    assert response.status_code == 200
    return response.context["form"].errors


def offered_names(response):
    return [str(person.physician) for person in response.context["form"].people()]


# Saving --------------------------------------------------------------------------


def test_three_answers_save_a_visit_now_at_the_physicians_practice(
    signed_in, liaison, answers, north_physician, north_practice, tuesday
):
    response = signed_in(liaison).post(URL, answers)

    visit = Visit.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("outreach:visit-detail", args=[visit.pk])
    assert visit.status == Visit.Status.HELD
    assert visit.liaison == liaison
    assert visit.practice == north_practice
    assert visit.visited_on == tuesday
    assert visit.visited_at == dt.time(10)
    assert list(visit.physicians.all()) == [north_physician]


def test_the_rest_is_kept_as_well(signed_in, liaison, answers):
    signed_in(liaison).post(
        URL,
        answers
        | {
            "kind": "virtual",
            "outcome": "negative",
            "purpose": "Access",
            "notes": "Waits of six weeks <b>hurt</b>",
            "staff": "Dana (front desk), Lee Park, Dana (front desk)",
            "topics": ["Insurance"],
            "own_topics": "insurance, Parking",
        },
    )

    visit = Visit.objects.get()
    assert visit.kind == "virtual"
    assert visit.outcome == "negative"
    assert visit.notes == "Waits of six weeks <b>hurt</b>"
    assert visit.met == "Nora Northrup, MD, Dana (front desk), Lee Park"
    assert {topic.name for topic in visit.topics.all()} == {"Insurance", "Parking"}


@pytest.mark.parametrize(
    ("when", "day", "at"),
    [
        ("now", dt.date(2026, 3, 10), dt.time(10)),
        ("earlier", dt.date(2026, 3, 10), None),
        ("yesterday", dt.date(2026, 3, 9), None),
    ],
)
def test_chips_set_the_day(signed_in, liaison, answers, when, day, at):
    signed_in(liaison).post(URL, answers | {"when": when})

    visit = Visit.objects.get()
    assert (visit.visited_on, visit.visited_at) == (day, at)


def test_a_typed_day_wins_over_the_chips(signed_in, liaison, answers):
    signed_in(liaison).post(
        URL, answers | {"when": "now", "visited_on": "2026-03-02", "visited_at": ""}
    )

    visit = Visit.objects.get()
    assert (visit.visited_on, visit.visited_at) == (dt.date(2026, 3, 2), None)


def test_the_same_save_sent_twice_is_one_visit(signed_in, liaison, answers):
    client = signed_in(liaison)

    first = client.post(URL, answers | {"next_step": "Call back"})
    second = client.post(URL, answers | {"next_step": "Call back"})

    assert second.url == first.url
    assert Visit.objects.count() == Task.objects.count() == 1


def test_a_key_of_somebody_else_is_not_found(signed_in, liaison, answers, south_visit):
    response = signed_in(liaison).post(URL, answers | {"uid": str(south_visit.uid)})

    assert response.status_code == 404
    assert Visit.objects.get() == south_visit


def test_a_next_step_is_a_task_due_in_a_week_unless_said(signed_in, liaison, answers):
    signed_in(liaison).post(URL, answers | {"next_step": "Send the form"})

    task = Task.objects.get()
    assert task.title == "Send the form"
    assert task.due_on == dt.date(2026, 3, 17)
    assert task.owner == liaison


def test_one_tap_follow_ups_are_tasks(signed_in, liaison, answers):
    signed_in(liaison).post(URL, answers | {"follow_ups": ["call", "send"]})

    assert list(Task.objects.values_list("title", "due_on")) == [
        ("Send information to Nora Northrup, MD", dt.date(2026, 3, 13)),
        ("Call Nora Northrup, MD", dt.date(2026, 3, 24)),
    ]


def test_staff_alone_are_met_at_the_practice_of_the_page(
    signed_in, liaison, north_practice
):
    signed_in(liaison).post(
        f"{URL}?practice={north_practice.pk}",
        {"kind": "in_person", "outcome": "neutral", "staff": "Dana"},
    )

    visit = Visit.objects.get()
    assert visit.practice == north_practice
    assert visit.met == "Dana"


def test_a_drop_off_needs_no_person(signed_in, liaison, north_practice):
    signed_in(liaison).post(
        URL,
        {"practice": north_practice.pk, "kind": "drop_off", "outcome": "neutral"},
    )

    assert Visit.objects.get().kind == "drop_off"


def test_the_primary_practice_is_taken_when_there_are_several(
    signed_in, liaison, answers, north_physician, north_practice
):
    other = PracticeFactory(zip_code="37203")
    AffiliationFactory(physician=north_physician, practice=other, is_primary=False)

    signed_in(liaison).post(URL, answers)

    assert Visit.objects.get().practice == north_practice


def test_the_practice_is_asked_for_when_it_does_not_follow(
    signed_in, liaison, answers, north_physician
):
    other = PracticeFactory(name="Second Office", zip_code="37203")
    AffiliationFactory(physician=north_physician, practice=other)
    client = signed_in(liaison)

    asked = client.post(URL, answers)
    saved = client.post(URL, answers | {"practice": other.pk})

    assert set(errors_of(asked)) == {"practice"}
    assert "Second Office" in asked.text
    assert saved.status_code == 302
    assert Visit.objects.get().practice == other


# Refusing --------------------------------------------------------------------------


def test_missing_answers_are_named_beside_the_fields_and_values_kept(
    signed_in, liaison
):
    response = signed_in(liaison).post(
        URL, {"notes": "Typed with one thumb", "staff": ""}
    )

    assert set(errors_of(response)) == {"physicians", "kind", "outcome"}
    assert "Typed with one thumb" in response.text
    assert 'id="id_outcome_error" role="alert"' in response.text
    assert 'aria-describedby="id_physicians_error"' in response.text
    assert not Visit.objects.exists()


def test_the_first_field_in_error_takes_the_focus(signed_in, liaison, answers):
    del answers["outcome"]

    response = signed_in(liaison).post(URL, answers | {"visited_on": "nonsense"})

    form = response.context["form"]
    assert form.first_error == "outcome"
    assert form.has_error_under_more
    assert 'class="visit-more" open' in response.text


def test_chosen_people_stay_chosen_after_an_error(
    signed_in, liaison, answers, north_physician
):
    del answers["kind"]

    response = signed_in(liaison).post(URL, answers)

    (person,) = response.context["form"].people()
    assert person.physician == north_physician
    assert person.is_chosen


def test_a_held_visit_cannot_lie_in_the_future(signed_in, liaison, answers):
    response = signed_in(liaison).post(URL, answers | {"visited_on": "2026-03-11"})

    assert "cannot lie in the future" in errors_of(response)["visited_on"][0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("visited_on", "9999-12-31"),
        ("visited_on", "1066-10-14"),
        ("visited_on", "2026-02-30"),
        ("visited_on", "nonsense"),
        ("visited_at", "25:00"),
        ("next_step_on", "9999-12-31"),
        ("next_step_on", "2026-03-09"),
        ("kind", "seance"),
        ("outcome", "glorious"),
        ("when", "tomorrow"),
        ("follow_ups", "marry"),
        ("service_line", "1e5"),
        ("physicians", HUGE),
        ("physicians", "-1"),
        ("physicians", "\u0661\u0662"),
        ("practice", HUGE),
        ("practice", "abc"),
        ("notes", "x" * 10_001),
        ("notes", "a\x00b"),
        ("staff", "x" * 10_000),
        ("staff", "a\x00b"),
        ("staff", "x" * 121),
        ("staff", ",".join(map(str, range(21)))),
        ("own_topics", "x" * 61),
        ("topics", "x" * 61),
        ("topics", "a\x00b"),
        ("purpose", "x" * 201),
        ("next_step", "x" * 201),
        ("next_step", "a\x00b"),
    ],
)
def test_bad_input_is_told_and_nothing_saved(signed_in, liaison, answers, field, value):
    response = signed_in(liaison).post(URL, answers | {field: value})

    assert errors_of(response)
    assert not Visit.objects.exists()


@pytest.mark.parametrize("uid", ["garbage", "x" * 10_000, "a\x00b", "0"])
def test_a_garbled_key_is_replaced_and_the_typed_kept(signed_in, liaison, answers, uid):
    client = signed_in(liaison)

    response = client.post(URL, answers | {"uid": uid, "notes": "kept"})

    fresh = response.context["form"]["uid"].value()
    assert "kept" in response.text
    assert uuid.UUID(fresh)
    assert client.post(URL, answers | {"uid": fresh}).status_code == 302


def test_a_physician_of_another_territory_is_no_choice(
    signed_in, liaison, answers, south_physician
):
    client = signed_in(liaison)

    foreign = client.post(URL, answers | {"physicians": [south_physician.pk]})
    made_up = client.post(URL, answers | {"physicians": [987654]})

    assert set(errors_of(foreign)) == set(errors_of(made_up)) == {"physicians"}
    assert "Southey" not in foreign.text
    assert not Visit.objects.exists()


def test_a_practice_of_another_territory_is_no_choice(
    signed_in, liaison, answers, south_practice
):
    client = signed_in(liaison)

    foreign = client.post(URL, answers | {"practice": south_practice.pk})
    made_up = client.post(URL, answers | {"practice": 987654})

    assert errors_of(foreign) == errors_of(made_up)
    assert "South Clinic" not in foreign.text
    assert not Visit.objects.exists()


def test_hidden_fields_set_nothing(
    signed_in, liaison, manager, answers, north_practice
):
    mine = VisitFactory(liaison=liaison, practice=north_practice)

    signed_in(liaison).post(
        URL,
        answers
        | {
            "liaison": manager.pk,
            "status": "cancelled",
            "is_superuser": "1",
            "role": "administrator",
            "id": mine.pk,
            "pk": mine.pk,
            "version": 7,
            "source": "import",
        },
    )

    visit = Visit.objects.exclude(pk=mine.pk).get()
    assert (visit.liaison, visit.status, visit.version) == (liaison, "held", 1)
    assert visit.source == ""
    liaison.refresh_from_db()
    assert liaison.role == "liaison"


# Opening ---------------------------------------------------------------------------


def test_todays_stops_are_guessed_first_then_who_was_met_then_who_is_due(
    signed_in, liaison, planned_visit, north_practice
):
    met = PhysicianFactory(last_name="Met")
    due = PhysicianFactory(last_name="Due", tier="A")
    for physician in (met, due):
        AffiliationFactory(physician=physician, practice=north_practice)
    visit = VisitFactory(
        liaison=liaison, practice=north_practice, visited_on=dt.date(2026, 3, 9)
    )
    VisitAttendeeFactory(visit=visit, physician=met)

    response = signed_in(liaison).get(URL)

    assert offered_names(response) == [
        "Nora Northrup, MD",
        "Ada Met, MD",
        "Ada Due, MD",
    ]
    assert "9:00 AM" in response.text
    assert "met Mar 9" in response.text


def test_five_are_guessed_at_most(signed_in, liaison, north_practice):
    for _ in range(8):
        physician = PhysicianFactory(tier="A")
        AffiliationFactory(physician=physician, practice=north_practice)

    assert len(offered_names(signed_in(liaison).get(URL))) == 5


def test_who_moved_out_of_sight_is_not_guessed(
    signed_in, liaison, north_practice, south_physician
):
    visit = VisitFactory(
        liaison=liaison, practice=north_practice, visited_on=dt.date(2026, 3, 9)
    )
    VisitAttendeeFactory(visit=visit, physician=south_physician)

    assert offered_names(signed_in(liaison).get(URL)) == []


def test_opened_from_a_practice_it_offers_the_people_there(
    signed_in, liaison, north_practice, north_physician
):
    response = signed_in(liaison).get(URL, {"practice": north_practice.pk})

    (place,) = response.context["form"].places()
    assert place.practice == north_practice
    assert place.is_chosen
    assert offered_names(response) == ["Nora Northrup, MD"]


def test_opened_from_a_physician_they_are_chosen(
    signed_in, liaison, north_practice, north_physician
):
    response = signed_in(liaison).get(URL, {"physician": north_physician.pk})

    (person,) = response.context["form"].people()
    assert person.is_chosen
    assert response.context["form"].places()[0].practice == north_practice


def test_a_stop_is_held_by_the_form_opened_from_it(
    signed_in, liaison, planned_visit, answers
):
    client = signed_in(liaison)
    url = f"{URL}?visit={planned_visit.pk}"

    page = client.get(url)
    saved = client.post(url, answers | {"purpose": planned_visit.purpose})
    again = client.post(url, answers)

    assert page.context["form"].people()[0].is_chosen
    assert "Introduce the new clinic" in page.text
    assert saved.url == again.url
    visit = Visit.objects.get()
    assert visit.pk == planned_visit.pk
    assert visit.is_held
    assert visit.visited_at == dt.time(10)


def test_a_stop_logged_late_keeps_its_day(signed_in, liaison, planned_visit):
    Visit.objects.update(visited_on=dt.date(2026, 3, 6))

    response = signed_in(liaison).get(URL, {"visit": planned_visit.pk})

    assert 'value="2026-03-06"' in response.text


@pytest.mark.parametrize("name", ["practice", "physician", "visit"])
@pytest.mark.parametrize("key", ["987654", "abc", "-1", HUGE, "1 or 1=1", "\u0661"])
def test_what_is_not_there_is_not_found(signed_in, liaison, name, key):
    assert signed_in(liaison).get(URL, {name: key}).status_code == 404


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        ("practice", "south_practice"),
        ("physician", "south_physician"),
        ("visit", "south_visit"),
    ],
)
def test_what_is_another_territorys_is_not_found(
    request, signed_in, liaison, name, fixture
):
    foreign = request.getfixturevalue(fixture)

    assert signed_in(liaison).get(URL, {name: foreign.pk}).status_code == 404


def test_without_script_the_search_comes_back_with_the_form(
    signed_in, liaison, north_physician
):
    response = signed_in(liaison).post(
        URL, {"find": "1", "search": "north", "notes": "kept"}
    )

    assert response.status_code == 200
    assert not response.context["form"].errors
    assert offered_names(response) == ["Nora Northrup, MD"]
    assert "kept" in response.text


def test_the_form_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    for _ in range(12):
        physician = PhysicianFactory(tier="A")
        AffiliationFactory(physician=physician, practice=north_practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(22):
        client.get(URL)
