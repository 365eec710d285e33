import pytest

from reports.charts import frame


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 87, [0, 25, 50, 75, 100]),
        (0, 4, [0, 1, 2, 3, 4]),
        (0, 0, [0, 1]),
        (0, 0.31, [0, 0.1, 0.2, 0.3, 0.4]),
        (-30, 50, [-40, -20, 0, 20, 40, 60]),
        (-8, -2, [-8, -6, -4, -2, 0]),
        (0, 3_000_000_000, [0, 1e9, 2e9, 3e9]),
    ],
)
def test_ticks_are_round_and_hold_zero_and_every_value(low, high, expected):
    assert frame.ticks(low, high) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(12.5, "12.5"), (3.0, "3"), (0, "0"), (1 / 3, "0.33")]
)
def test_coordinates_carry_no_needless_digits(number, expected):
    assert frame.at(number) == expected


def test_a_long_name_is_cut_in_the_middle_where_namesakes_differ():
    assert frame.short("Cumberland Heart", 10) == "Cumbe…eart"
    assert frame.short("Cumberland Bones", 10) == "Cumbe…ones"
    assert frame.short("Cumberland", 10) == "Cumberland"


def test_a_tone_that_has_no_colour_is_refused():
    with pytest.raises(ValueError, match="none of in, out"):
        frame.tone_of('in" onload="alert(1)')
