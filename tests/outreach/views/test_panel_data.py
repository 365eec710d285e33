"""What a device keeps for a day without signal: one's own panel, and nobody's more."""

import datetime as dt
import gzip

import pytest
from django.urls import reverse

from outreach import panel
from outreach.models import Visit
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
)

URL = reverse("outreach:panel-data")


@pytest.fixture(autouse=True)
def _clock(tuesday):
    """Every test here stands on that day."""


@pytest.fixture
def panel_of(signed_in):
    return lambda user: signed_in(user).get(URL).json()


def test_it_holds_names_npis_practices_and_phones(
    panel_of, liaison, north_practice, north_physician
):
    north_practice.phone = "6155550100"
    north_practice.city = "Nashville"
    north_practice.save()

    data = panel_of(liaison)

    assert data["user"] == liaison.pk
    assert data["day"] == "2026-03-10"
    assert data["physicians"] == [
        {
            "key": north_physician.pk,
            "name": "Nora Northrup, MD",
            "npi": north_physician.npi,
            "phone": "",
            "practices": [north_practice.pk],
            "primary": [north_practice.pk],
        }
    ]
    (practice,) = data["practices"]
    assert practice["name"] == "North Clinic"
    assert practice["phone"] == "6155550100"
    assert practice["city"] == "Nashville"


def test_stops_are_ones_own_of_the_days_around(
    panel_of, liaison, coordinator, planned_visit, north_practice, north_physician
):
    told = {"practice": north_practice, "status": Visit.Status.PLANNED}
    VisitFactory(liaison=coordinator, visited_on=dt.date(2026, 3, 10), **told)
    VisitFactory(liaison=liaison, visited_on=dt.date(2026, 3, 18), **told)
    VisitFactory(liaison=liaison, visited_on=dt.date(2026, 3, 17), **told)

    stops = panel_of(liaison)["stops"]

    assert [stop["on"] for stop in stops] == ["2026-03-10", "2026-03-17"]
    assert stops[0] == {
        "key": planned_visit.pk,
        "on": "2026-03-10",
        "at": "09:00",
        "kind": "in_person",
        "practice": stops[0]["practice"],
        "people": [{"key": north_physician.pk, "name": "Nora Northrup, MD"}],
    }
    assert stops[0]["practice"]["name"] == "North Clinic"


def test_what_was_logged_lately_is_there_to_be_compared(
    panel_of, liaison, north_practice, north_physician
):
    for day in (7, 10):
        visit = VisitFactory(
            liaison=liaison, practice=north_practice, visited_on=dt.date(2026, 3, day)
        )
        VisitAttendeeFactory(visit=visit, physician=north_physician)

    assert panel_of(liaison)["logged"] == [
        {
            "on": "2026-03-10",
            "practice": north_practice.pk,
            "people": [north_physician.pk],
        }
    ]


def test_nothing_foreign_and_nothing_of_patients_is_in_it(
    signed_in, liaison, north_physician, south_physician, south_visit
):
    ReferralFactory(referring_physician=north_physician, external_id="MRN-77")
    PhysicianFactory(last_name="Nowhere")

    text = signed_in(liaison).get(URL).text

    for told in ("South", "MRN-77", "Nowhere", "patient"):
        assert told not in text


def test_who_left_is_not_in_it(panel_of, liaison, north_physician):
    north_physician.is_active = False
    north_physician.save()

    assert panel_of(liaison)["physicians"] == []


def test_a_place_out_of_sight_is_not_told_of_a_shared_physician(
    signed_in, liaison, north_physician, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    assert "South Clinic" not in signed_in(liaison).get(URL).text


def test_a_panel_too_long_keeps_ones_own_and_the_first_tiers(
    panel_of, liaison, north_practice, monkeypatch
):
    monkeypatch.setattr(panel, "MOST_PHYSICIANS", 2)
    monkeypatch.setattr(panel.people, "GUESSES", 0)
    for name, told in {
        "Plain": {},
        "Tiered": {"tier": "B"},
        "Best": {"tier": "A"},
        "Owned": {"owner": liaison},
    }.items():
        physician = PhysicianFactory(last_name=name, **told)
        AffiliationFactory(physician=physician, practice=north_practice)

    names = [it["name"] for it in panel_of(liaison)["physicians"]]

    assert names == ["Ada Owned, MD", "Ada Best, MD"]


def test_unchanged_it_is_not_sent_again_and_nobody_else_keeps_it(
    signed_in, liaison, north_physician
):
    client = signed_in(liaison)
    first = client.get(URL, headers={"accept-encoding": "gzip"})
    same = client.get(URL, headers={"if-none-match": first["ETag"]})
    north_physician.phone = "6155550123"
    north_physician.save()
    changed = client.get(URL, headers={"if-none-match": first["ETag"]})

    assert b"Northrup" in gzip.decompress(first.content)
    assert {"private", "no-store"} <= set(first["Cache-Control"].split(", "))
    assert (same.status_code, same.content) == (304, b"")
    assert "no-store" in same["Cache-Control"]
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_one_persons_tag_is_not_anothers(signed_in, liaison, coordinator):
    first = signed_in(liaison).get(URL)
    other = signed_in(coordinator).get(URL, headers={"if-none-match": first["ETag"]})

    assert other.status_code == 200


def test_the_signed_out_are_told_without_being_led_away(client, db):
    response = client.get(URL, headers={"accept": "application/json"})

    assert response.status_code == 401


def test_a_panel_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, planned_visit, django_assert_max_num_queries
):
    for _ in range(12):
        practice = PracticeFactory(zip_code="37203")
        AffiliationFactory(physician=PhysicianFactory(tier="A"), practice=practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(20):
        client.get(URL)
