import datetime as dt

import pytest

from referrals.models import Affiliation, Practice
from referrals.pages import locator, week

MONDAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Thu 8:00-5:00", {1, 2, 3, 4}),
        ("Mon – Fri 8 AM – 5 PM", {1, 2, 3, 4, 5}),
        ("Monday through Wednesday", {1, 2, 3}),
        ("M/W/F", set()),
        ("Tue, Thu & Sat.", {2, 4, 6}),
        ("Sat-Mon by appointment", {6, 7, 1}),
        ("Daily 7-7", {1, 2, 3, 4, 5, 6, 7}),
        ("Weekdays 9-5", {1, 2, 3, 4, 5}),
        ("8:00 AM to 5:00 PM", set()),
        ("Month end closed; see the front desk", set()),
    ],
)
def test_the_days_a_line_of_hours_names(text, days):
    assert week.days_in(text) == days


def test_the_line_of_today_is_marked():
    lines = week.lines_of("Mon-Thu 8-5; Fri 8-12\n\nSat closed", on=MONDAY)

    assert [(line.text, line.is_today) for line in lines] == [
        ("Mon-Thu 8-5", True),
        ("Fri 8-12", False),
        ("Sat closed", False),
    ]


def test_weekends_are_columns_only_if_somebody_comes_then():
    places = [Affiliation(days="135"), Affiliation(days="")]

    first, unknown = week.presences(places, on=MONDAY)
    (weekend,) = week.presences([Affiliation(days="6")], on=MONDAY)

    assert [day.letters for day in first.days] == ["Mo", "Tu", "We", "Th", "Fr"]
    assert first.is_today
    assert first.in_words == "Monday, Wednesday, Friday"
    assert unknown.days == []
    assert len(weekend.days) == 6


def test_a_map_shows_neighbours_within_its_edges():
    found = locator.map_of(Practice(zip_code="37203"))

    assert found.is_approximate
    assert found.dots
    assert "37203" not in {dot.zip_code for dot in found.dots if dot.x == 120}
    assert all(0 < dot.x < found.size and 0 < dot.y < found.size for dot in found.dots)


def test_coordinates_are_exact_and_north_is_up():
    found = locator.map_of(Practice(latitude=36.0, longitude=-86.8))

    assert not found.is_approximate
    assert (found.latitude, found.longitude) == (36.0, -86.8)


@pytest.mark.parametrize("zip_code", ["", "00000", "x"])
def test_without_a_known_place_there_is_no_map(zip_code):
    assert locator.map_of(Practice(zip_code=zip_code)) is None
