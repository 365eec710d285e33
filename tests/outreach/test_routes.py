import itertools
import random

import pytest

from liaison_crm.lib.geography import miles
from outreach.routes import EXACT, Stop, Table, route

NASHVILLE, FRANKLIN = (36.16, -86.78), (35.92, -86.87)
BRENTWOOD, SPRING_HILL = (36.03, -86.78), (35.75, -86.93)


def names(legs):
    return [leg.stop.of for leg in legs]


def test_stops_along_a_road_come_one_after_the_other():
    stops = [
        Stop("Spring Hill", SPRING_HILL),
        Stop("Brentwood", BRENTWOOD),
        Stop("Franklin", FRANKLIN),
    ]

    legs = route(stops, start=NASHVILLE)

    # By hand: 8.98 miles to Brentwood (0.13 degrees north to south), then on.
    assert names(legs) == ["Brentwood", "Franklin", "Spring Hill"]
    assert legs[0].miles == pytest.approx(8.98, abs=0.01)
    assert legs[1].miles == pytest.approx(miles(BRENTWOOD, FRANKLIN))


def test_appointments_stay_in_the_order_of_their_hours():
    stops = [
        Stop("Franklin at 2", FRANKLIN, at=14),
        Stop("Spring Hill at 9", SPRING_HILL, at=9),
        Stop("Brentwood, any time", BRENTWOOD),
    ]

    legs = route(stops, start=NASHVILLE)

    assert names(legs) == ["Brentwood, any time", "Spring Hill at 9", "Franklin at 2"]


def test_without_a_start_the_first_stop_has_no_way_to_it():
    legs = route([Stop("Franklin", FRANKLIN), Stop("Brentwood", BRENTWOOD)])

    assert legs[0].miles is None
    assert legs[1].miles == pytest.approx(miles(BRENTWOOD, FRANKLIN))


def test_a_stop_whose_place_is_not_known_comes_last():
    legs = route([Stop("PO box", None), Stop("Franklin", FRANKLIN)], start=NASHVILLE)

    assert names(legs) == ["Franklin", "PO box"]
    assert legs[1].miles is None


def test_miles_are_about_where_an_end_is_the_middle_of_a_zip_code():
    stops = [
        Stop("A", FRANKLIN, at=1, is_approximate=True),
        Stop("B", FRANKLIN, at=2, is_approximate=True),
        Stop("C", BRENTWOOD, at=3),
        Stop("D", SPRING_HILL, at=4),
    ]

    legs = route(stops, start=NASHVILLE)

    assert [leg.is_approximate for leg in legs] == [True, True, True, False]
    assert [leg.is_in_one_zip_code for leg in legs] == [False, True, False, False]


def test_places_known_exactly_at_one_point_are_not_in_one_zip_code_only():
    (_, second) = route([Stop("A", FRANKLIN), Stop("B", FRANKLIN)])

    assert second.miles == 0
    assert not second.is_in_one_zip_code


def test_a_day_without_stops_has_no_route():
    assert route([]) == []


def by_trying_all(places, appointments, start):
    table = Table(places, appointments, start)
    orders = itertools.permutations(range(len(places)))
    return min(table.way(order) for order in orders if table.is_in_order(order))


def somewhere(dice):
    return (35 + dice.random() * 2, -88 + dice.random() * 2)


@pytest.mark.parametrize("size", range(1, 8))
def test_the_way_is_the_least_of_all_orders(size):
    dice = random.Random(size)
    for _ in range(4):
        places = [somewhere(dice) for _ in range(size)]
        appointments = dice.randint(0, size)
        start = dice.choice([None, somewhere(dice)])
        table = Table(places, appointments, start)

        order = table.exact()

        assert table.is_in_order(order)
        assert sorted(order) == list(range(size))
        assert table.way(order) == pytest.approx(
            by_trying_all(places, appointments, start)
        )


@pytest.mark.long
@pytest.mark.parametrize("size", [8, 9])
def test_the_way_is_the_least_of_all_orders_of_a_long_day(size):
    dice = random.Random(size)
    places, start = [somewhere(dice) for _ in range(size)], somewhere(dice)
    table = Table(places, size // 3, start)

    assert table.way(table.exact()) == pytest.approx(
        by_trying_all(places, size // 3, start)
    )


def test_a_day_of_many_stops_is_nearly_the_least_way():
    """Beyond the exact sizes: within a twentieth of the best, on average."""
    dice = random.Random(7)
    over = []
    for _ in range(12):
        places = [somewhere(dice) for _ in range(EXACT)]
        table = Table(places, dice.randint(0, 4), somewhere(dice))
        over.append(table.way(table.good()) / table.way(table.exact()))

    assert sum(over) / len(over) < 1.05
    assert min(over) >= 1 - 1e-9


def test_a_day_of_twenty_stops_holds_each_once_with_its_appointments_in_order():
    dice = random.Random(20)
    stops = [Stop(n, somewhere(dice), at=n if n < 5 else None) for n in range(20)]

    order = names(route(stops, start=NASHVILLE))

    assert sorted(order) == list(range(20))
    assert [stop for stop in order if stop < 5] == list(range(5))
