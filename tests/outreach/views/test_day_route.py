import datetime as dt
import re

import pytest
from django.urls import reverse

from liaison_crm.lib.geography import centroid, miles
from outreach.models import Visit
from outreach.views.routes import directions
from tests.attacks import body
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import PracticeFactory

URL = reverse("outreach:day-route")
PLACES = {"Brentwood": 36.03, "Franklin": 35.92, "Spring Hill": 35.75}


@pytest.fixture
def stops(liaison, north, tuesday):
    """Three stops without an hour, down a road from Nashville."""

    def stop(name, **told):
        practice = PracticeFactory(
            name=name,
            zip_code="37203",
            latitude=PLACES.get(name),
            longitude=-86.85 if name in PLACES else None,
        )
        told = {"liaison": liaison, "visited_on": tuesday, "outcome": ""} | told
        return VisitFactory(practice=practice, status=Visit.Status.PLANNED, **told)

    return {name: stop(name) for name in ("Spring Hill", "Brentwood", "Franklin")}


def order_of(page):
    return re.findall(r'class="stop-name" href="[^"]+">([^<]+)<', page)


def test_the_stops_stand_in_the_order_of_the_least_way(signed_in, liaison, stops):
    page = body(signed_in(liaison).get(URL, {"start": "37203"}))

    assert order_of(page) == ["Brentwood", "Franklin", "Spring Hill"]
    # By hand: 0.11 degrees of latitude from Brentwood to Franklin, 69.09 miles each.
    assert "7.6 mi" in page
    assert "waypoints=" in page


def test_an_appointment_keeps_its_hour_and_its_place(signed_in, liaison, stops):
    Visit.objects.filter(pk=stops["Spring Hill"].pk).update(visited_at=dt.time(8))
    Visit.objects.filter(pk=stops["Brentwood"].pk).update(visited_at=dt.time(15))

    page = body(signed_in(liaison).get(URL, {"start": "37203"}))

    assert order_of(page).index("Spring Hill") < order_of(page).index("Brentwood")
    assert "8:00 AM" in page


def test_only_ones_own_stops_of_the_day_are_on_it(
    signed_in, liaison, coordinator, stops, tuesday
):
    Visit.objects.filter(pk=stops["Franklin"].pk).update(liaison=coordinator)
    tomorrow = tuesday + dt.timedelta(days=1)
    Visit.objects.filter(pk=stops["Brentwood"].pk).update(visited_on=tomorrow)

    client = signed_in(liaison)

    assert order_of(body(client.get(URL))) == ["Spring Hill"]
    assert order_of(body(client.get(URL, {"on": str(tomorrow)}))) == ["Brentwood"]


def test_practices_known_by_their_zip_code_alone_are_told_so(
    signed_in, liaison, north, tuesday
):
    for name, zip_code in (("One", "37203"), ("Two", "37203"), ("Far", "37064")):
        VisitFactory(
            practice=PracticeFactory(name=name, zip_code=zip_code),
            liaison=liaison,
            visited_on=tuesday,
            visited_at={"One": dt.time(8), "Two": dt.time(9)}.get(name, dt.time(10)),
            outcome="",
            status=Visit.Status.PLANNED,
        )

    page = body(signed_in(liaison).get(URL))
    (first, second, third) = re.findall(r'class="route-miles">([^<]+)<', page)

    assert (first, second) == ("start", "same ZIP code")
    apart = miles(centroid("37203"), centroid("37064"))
    assert third == f"about {apart:.1f} mi"
    assert "0.0 mi" not in page


def test_a_day_without_stops_says_so(signed_in, liaison, tuesday):
    assert "No stop is planned for this day" in body(signed_in(liaison).get(URL))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"start": "00000"}, "No place is known for 00000."),
        ({"on": "9999-12-31"}, "Choose a day of these years."),
    ],
)
def test_what_makes_no_sense_is_said(signed_in, liaison, stops, asked, told):
    page = body(signed_in(liaison).get(URL, asked))

    assert told in page
    assert len(order_of(page)) == 3


def test_a_way_of_more_stops_than_a_map_takes_has_no_link():
    practices = [PracticeFactory.build(address_line_1=f"{n} Main") for n in range(11)]

    assert directions(practices) == ""
    assert directions(practices[:10]).count("Main") == 10


def test_the_number_of_queries_does_not_grow_with_the_stops(
    signed_in, liaison, stops, django_assert_max_num_queries
):
    client = signed_in(liaison)
    with django_assert_max_num_queries(7):
        client.get(URL)
