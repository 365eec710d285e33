import datetime as dt

import pytest
from django.urls import reverse

from outreach.models import Visit
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import PracticeFactory, ServiceLineFactory

URL = reverse("outreach:visit-list")


@pytest.fixture
def listed(signed_in, liaison):
    client = signed_in(liaison)
    return lambda **query: list(client.get(URL, query).context["page"])


def test_it_shows_who_was_met_where_and_how(signed_in, liaison, north_visit):
    VisitAttendeeFactory(visit=north_visit, physician=None, staff_name="Dana")

    text = signed_in(liaison).get(URL).text

    for words in ("North Clinic", "Dana", "In person", "Positive", "Mar 2, 2026"):
        assert words in text


def test_another_territorys_visits_are_not_listed(listed, north_visit, south_visit):
    assert listed() == [north_visit]


def test_mine_leaves_colleagues_out(listed, north_visit, north_practice):
    VisitFactory(practice=north_practice)

    assert len(listed()) == 2
    assert listed(mine="on") == [north_visit]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"kind": "phone"}, {"kind": "phone"}),
        ({"status": "planned"}, {"status": "planned"}),
        ({"outcome": "negative"}, {"outcome": "negative"}),
        ({"q": "six WEEKS"}, {"notes": "waits of six weeks"}),
        ({"q": "access"}, {"purpose": "Access"}),
        ({"since": "2026-03-03"}, {"visited_on": dt.date(2026, 3, 3)}),
        ({"until": "2026-03-01"}, {"visited_on": dt.date(2026, 3, 1)}),
    ],
)
def test_a_filter_leaves_only_what_it_names(
    listed, north_visit, north_practice, query, fields
):
    wanted = VisitFactory(practice=north_practice, **fields)

    assert listed(**query) == [wanted]


def test_visits_are_filtered_by_people_places_and_service_line(
    listed, liaison, north_visit, north_practice, north_physician
):
    line = ServiceLineFactory()
    wanted = VisitFactory(
        liaison=liaison,
        practice=PracticeFactory(zip_code="37203"),
        service_line=line,
    )
    VisitAttendeeFactory(visit=wanted, physician=north_physician)

    assert listed(physician=north_physician.pk) == [wanted]
    assert listed(practice=north_practice.pk) == [north_visit]
    assert listed(service_line=line.pk) == [wanted]
    assert set(listed(liaison=liaison.pk)) == {wanted, north_visit}


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        ("practice", "south_practice"),
        ("physician", "south_physician"),
        ("liaison", "south_liaison"),
    ],
)
def test_foreign_and_made_up_filters_answer_alike(
    request, signed_in, liaison, north_visit, south_visit, name, fixture
):
    client = signed_in(liaison)
    foreign = client.get(URL, {name: request.getfixturevalue(fixture).pk})
    made_up = client.get(URL, {name: 987654})

    assert list(foreign.context["page"]) == list(made_up.context["page"]) == []
    assert foreign.context["form"].errors == made_up.context["form"].errors
    assert "South" not in foreign.text


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"sort": "date"}, ["b", "a"]),
        ({"sort": "-date"}, ["a", "b"]),
        ({"sort": "practice"}, ["a", "b"]),
        ({"sort": "-practice"}, ["b", "a"]),
        ({"sort": "liaison__password"}, ["a", "b"]),
    ],
)
def test_sorting_knows_only_its_columns(listed, liaison, query, order):
    for name, day in (("a", 9), ("b", 3)):
        VisitFactory(
            liaison=liaison,
            practice=PracticeFactory(name=name),
            visited_on=dt.date(2026, 3, day),
        )

    assert [visit.practice.name for visit in listed(**query)] == order


@pytest.mark.parametrize("name", ["q", "kind", "since", "liaison", "practice", "page"])
@pytest.mark.parametrize(
    "value", ["\x00", "x" * 10_000, "-1", "9" * 40, "NaN", "9999-12-31", "\u0661"]
)
def test_nonsense_in_the_query_is_no_error(
    signed_in, liaison, north_visit, name, value
):
    assert signed_in(liaison).get(URL, {name: value}).status_code == 200


def test_a_filter_that_makes_no_sense_shows_nothing(listed, north_visit):
    assert listed(since="nonsense") == []


def test_a_long_list_is_paged(listed, liaison, north_practice):
    VisitFactory.create_batch(51, liaison=liaison, practice=north_practice)

    assert len(listed()) == 50
    assert len(listed(page=2)) == 1


def test_a_new_liaison_is_told_what_to_do(signed_in, liaison):
    assert "Log a visit" in signed_in(liaison).get(URL).text


def test_the_list_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    for visit in VisitFactory.create_batch(20, practice=north_practice):
        VisitAttendeeFactory(visit=visit)
    client = signed_in(liaison)
    assert Visit.objects.count() == 20

    with django_assert_max_num_queries(12):
        client.get(URL)


@pytest.mark.parametrize(
    ("kind", "is_conversation"),
    [
        (Visit.Kind.IN_PERSON, True),
        (Visit.Kind.VIRTUAL, True),
        (Visit.Kind.PHONE, True),
        (Visit.Kind.DROP_OFF, False),
        (Visit.Kind.EVENT, False),
    ],
)
def test_conversations_are_a_kind_to_filter_by(
    listed, north_visit, kind, is_conversation
):
    Visit.objects.update(kind=kind)

    assert bool(listed(kind="conversation")) is is_conversation
