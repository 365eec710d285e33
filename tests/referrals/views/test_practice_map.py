"""Practices on a map: the page, the places of its markers, the card at each."""

import datetime as dt
import gzip
import json
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import Practice
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import PracticeFactory

URL = reverse("referrals:practice-map")
PLACES = reverse("referrals:practice-places")


@pytest.fixture
def shown(signed_in, liaison):
    """`shown("?tier=A")`: what the liaison's page was made of."""
    return lambda query="": signed_in(liaison).get(URL + query).context


@pytest.fixture
def places(signed_in, liaison):
    """`places("?tier=A")`: the columns of the liaison's markers."""
    return lambda query="": signed_in(liaison).get(PLACES + query).json()


def test_only_practices_in_sight_are_on_the_map(
    shown, places, north_practice, south_practice
):
    assert [card.practice for card in shown()["cards"]] == [north_practice]
    assert places()["name"] == ["North Clinic"]


def test_the_filters_of_the_list_narrow_both(shown, places, north_practice):
    PracticeFactory(name="Other", zip_code=north_practice.zip_code, tier="B")
    Practice.objects.filter(pk=north_practice.pk).update(tier="A")

    assert [card.practice for card in shown("?tier=A")["cards"]] == [north_practice]
    assert places("?tier=A")["pk"] == [north_practice.pk]


def test_the_way_to_the_list_and_back_keeps_the_filters(
    signed_in, liaison, north_practice
):
    on_map = signed_in(liaison).get(URL + "?tier=&q=north&colour=tier&page=9")
    as_list = signed_in(liaison).get(reverse("referrals:practice-list") + "?q=north")

    assert on_map.context["list_url"] == "/practices/?q=north"
    assert on_map.context["places_url"] == PLACES + "?q=north"
    assert as_list.context["map_url"] == URL + "?q=north"


def test_a_marker_stands_where_the_practice_is(places, north_practice):
    Practice.objects.update(latitude=36.12345, longitude=-86.54321)

    found = places()

    assert (found["north"], found["east"]) == ([3612345], [-8654321])
    assert found["about"] == [0]


def test_without_coordinates_it_stands_about_in_the_middle_of_its_zip_code(
    places, north_practice
):
    found = places()

    assert found["north"][0] / 1e5 == pytest.approx(36.15, abs=0.05)
    assert found["about"] == [1]


def test_what_has_no_place_is_named_beside_the_map_and_counted(
    shown, places, signed_in, liaison, north_practice, south_practice
):
    Practice.objects.update(zip_code="37011")  # post-office boxes
    liaison.assignments.get().territory.zips.create(zip_code="37011")

    placing = shown()["placing"]

    assert (placing.placed_count, placing.unplaced_count) == (0, 2)
    assert [practice.name for practice in placing.unplaced()] == [
        "North Clinic",
        "South Clinic",
    ]
    assert places()["pk"] == []


def test_coordinates_of_its_own_place_a_post_office_box(shown, liaison, north_practice):
    Practice.objects.update(zip_code="37011", latitude=36.0, longitude=-86.0)
    liaison.assignments.get().territory.zips.create(zip_code="37011")

    assert shown()["placing"].unplaced_count == 0
    assert shown()["placing"].placed_count == 1


def test_only_states_in_use_are_drawn(shown, north_practice):
    assert [state.code for state in shown()["placing"].states] == ["TN"]


def test_days_count_from_the_last_visit_that_was_held(places, liaison, north_practice):
    today = timezone.localdate()
    for days, status in ((40, "held"), (12, "held"), (3, "cancelled")):
        VisitFactory(
            liaison=liaison,
            practice=north_practice,
            visited_on=today - dt.timedelta(days=days),
            status=status,
        )

    assert places()["days"] == [12]


def test_a_practice_never_visited_has_no_days(places, north_practice):
    assert places()["days"] == [None]


@pytest.mark.parametrize("colour", ["stage", "tier", "visit"])
def test_the_colour_asked_for_is_chosen(shown, north_practice, colour):
    assert shown(f"?colour={colour}")["colour"] == colour


@pytest.mark.parametrize("colour", ["", "x", "\0"])
def test_nonsense_is_coloured_by_stage(shown, north_practice, colour):
    assert shown(f"?colour={colour}")["colour"] == "stage"


def test_every_row_has_the_actions_of_its_marker(text_of, liaison, north_practice):
    html = text_of(liaison, URL)

    assert reverse("referrals:practice-detail", args=[north_practice.pk]) in html
    assert f"/visits/log/?practice={north_practice.pk}" in html
    assert "Directions" in html


def test_a_card_names_what_the_practice_is(signed_in, liaison, north_practice):
    VisitFactory(
        liaison=liaison, practice=north_practice, visited_on=dt.date(2026, 3, 2)
    )
    url = reverse("referrals:practice-card", args=[north_practice.pk])

    html = signed_in(liaison).get(url, headers={"HX-Request": "true"}).content.decode()

    assert "North Clinic" in html
    assert "Last visit Mar 2, 2026" in html
    assert "<html" not in html


def test_followed_as_a_link_a_card_is_the_practices_page(
    signed_in, liaison, north_practice
):
    response = signed_in(liaison).get(
        reverse("referrals:practice-card", args=[north_practice.pk])
    )

    assert response.url == reverse(
        "referrals:practice-detail", args=[north_practice.pk]
    )


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_foreign_card_does_not_exist(signed_in, liaison, south_practice, headers):
    url = reverse("referrals:practice-card", args=[south_practice.pk])

    assert signed_in(liaison).get(url, headers=headers).status_code == 404


def test_without_practices_the_page_says_why(text_of, liaison):
    assert "No practice in your sight yet" in text_of(liaison, URL)
    assert "No practice matches" in text_of(liaison, URL + "?q=nothing")


@pytest.mark.parametrize("number", [2, 30])
def test_the_page_costs_the_same_queries_for_many(
    signed_in, liaison, north_practice, django_assert_max_num_queries, number
):
    zip_code = north_practice.zip_code
    for practice in PracticeFactory.create_batch(number, zip_code=zip_code):
        VisitFactory(liaison=liaison, practice=practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(14):
        client.get(URL)
    with django_assert_max_num_queries(8):
        client.get(PLACES)


def test_ten_thousand_practices_are_light_and_quick(signed_in, liaison, north_practice):
    zip_code = north_practice.zip_code
    words = ["Valley", "Family", "Heart", "Clinic", "Harpeth", "Medical"]
    Practice.objects.bulk_create(
        Practice(
            name=f"{words[n % 6]} {words[n // 6 % 6]} {n}",
            zip_code=zip_code,
            latitude=35 + n % 977 / 900,
            longitude=-86 - n % 983 / 900,
            tier="ABCD"[n % 4],
            address_key=str(n),
        )
        for n in range(10_000)
    )
    client, start = signed_in(liaison), time.process_time()

    response = client.get(PLACES, headers={"Accept-Encoding": "gzip"})

    assert len(json.loads(gzip.decompress(response.content))["pk"]) == 10_001
    assert len(response.content) < 200_000
    assert time.process_time() - start < 3
