"""The workload of territories, by hand."""

import datetime as dt

import pytest

from accounts.models import Territory
from liaison_crm.lib import geography
from outreach.models import Visit
from referrals.models import Affiliation, Practice, Referral, TerritoryException
from reports.metrics import workload
from reports.metrics.workload import Load, Stop
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
)

ON = dt.date(2026, 3, 2)

pytestmark = pytest.mark.django_db


def stops(on=ON):
    return workload.stops(
        Practice.objects.all(),
        exceptions=TerritoryException.objects.all(),
        visits=Visit.objects.all(),
        referrals=Referral.objects.all(),
        affiliations=Affiliation.objects.all(),
        on=on,
    )


def test_a_worked_example():
    """Territory 1 has A, A, B in 37201 and C in 37203; territory 2 has D in 38103.

    Stops asked in 28 days: 2 x 28/14 + 28/28 + 28/90 = 5.311; nothing for the D.
    """
    found = [
        Stop("37201", "A", planned=2, referrals=10),
        Stop("37201", "A"),
        Stop("37201", "B", referrals=5),
        Stop("37203", "C", planned=1),
        Stop("38103", "D", referrals=7),
    ]

    loads = workload.by_territory(found, {"37201": 1, "37203": 1, "38103": 2})

    first, second = loads[1], loads[2]
    assert (first.practices, first.planned, first.referrals) == (4, 3, 15)
    assert first.stops_asked == pytest.approx(5 + 28 / 90)
    assert first.by_tier == [("A", 2), ("B", 1), ("C", 1), ("D", 0), ("No tier", 0)]
    assert (second.practices, second.stops_asked, second.miles) == (1, 0, 0)
    there = geography.miles(geography.centroid("37201"), geography.centroid("37203"))
    assert first.miles == pytest.approx(2 * there)
    assert workload.share(first, loads.values()) == pytest.approx(2)


def test_a_practice_counts_where_its_exception_says():
    found = [Stop("37201", "A", pinned=2)]

    assert set(workload.by_territory(found, {"37201": 1})) == {2}


def test_a_zip_code_of_no_territory_is_nobodys():
    assert set(workload.by_territory([Stop("99999", "A")], {"37201": 1})) == {None}


def test_a_zip_code_without_a_middle_is_counted_and_left_out_of_the_round():
    load = workload.by_territory([Stop("00000", "A"), Stop("37201", "A")], {})[None]

    assert (load.unplaced, load.miles) == (1, 0)


def test_a_round_goes_to_the_nearest_next_and_back():
    places = [(36.0, -86.0), (36.0, -86.1), (36.0, -86.3)]
    far = geography.miles(places[0], places[2])

    assert workload.round_trip(places) == pytest.approx(2 * far, rel=1e-4)


def test_no_practice_is_no_load_and_no_share():
    assert workload.by_territory([], {}) == {}
    assert workload.share(Load({}), [Load({})]) is None


def test_visits_count_from_the_day_on_for_four_weeks_if_they_are_planned():
    practice = PracticeFactory(zip_code="37201")
    planned = Visit.Status.PLANNED
    for day in (-1, 0, 27, 28):
        on = ON + dt.timedelta(days=day)
        VisitFactory(practice=practice, visited_on=on, status=planned)
    VisitFactory(practice=practice, visited_on=ON, status=Visit.Status.CANCELLED)

    (stop,) = stops()

    assert stop.planned == 2


def test_referrals_count_for_twelve_months_up_to_the_day():
    practice = PracticeFactory(zip_code="37201")
    for days in (-1, 0, 364, 365):
        on = ON - dt.timedelta(days=days)
        ReferralFactory(referring_practice=practice, received_on=on)

    (stop,) = stops()

    assert stop.referrals == 2


def test_a_referral_without_a_practice_counts_once_where_its_physician_mainly_works():
    physician, (second, first) = PhysicianFactory(), PracticeFactory.create_batch(2)
    AffiliationFactory(physician=physician, practice=second, is_primary=False)
    AffiliationFactory(physician=physician, practice=first, is_primary=True)
    ReferralFactory(
        referring_practice=None, referring_physician=physician, received_on=ON
    )

    assert [stop.referrals for stop in stops()] == [0, 1]


def test_a_closed_practice_asks_for_nothing():
    PracticeFactory(is_active=False)

    assert stops() == []


def test_an_exception_pins_a_practice_on_its_days_only():
    practice = PracticeFactory(zip_code="37201", tier="A")
    elsewhere = Territory.objects.create(name="Elsewhere")
    TerritoryException.objects.create(
        practice=practice,
        territory=elsewhere,
        starts_on=ON,
        ends_on=ON + dt.timedelta(days=1),
    )

    assert [stop.pinned for stop in stops()] == [elsewhere.pk]
    assert [stop.pinned for stop in stops(ON + dt.timedelta(days=1))] == [None]


def test_the_stops_of_a_market_take_six_queries(django_assert_num_queries):
    PracticeFactory.create_batch(3)

    with django_assert_num_queries(6):
        stops()
