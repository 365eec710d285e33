import datetime as dt
import re
import xml.etree.ElementTree as ET

from reports.charts import line
from reports.charts.line import Interval, Marker, Point, Series


def month(number):
    return dt.date(2026, number, 1)


def drawn(*values, markers=(), **options):
    points = [Point(month(n + 1), value) for n, value in enumerate(values)]
    return line.draw(
        "Referrals", "By month", [Series("Made", points)], markers=markers, **options
    )


def wide(svg):
    return ET.fromstring(svg)[0]


def test_values_lie_where_a_ruler_puts_them():
    svg = drawn(0, 50, 100)

    path = re.search(r'class="line stroke-in" d="([^"]+)"', svg)[1]

    # 656 wide from x=52 over 59 days (31 + 28); 200 high from y=12.
    assert path == "M52 212L396.68 112L708 12"


def test_a_gap_breaks_the_line_and_has_no_dot():
    svg = drawn(1, 2, None, 3, 4)

    path = re.search(r'class="line stroke-in" d="([^"]+)"', svg)[1]

    assert path.count("M") == 2
    assert len(wide(svg).findall(".//circle[@class='dot fill-in']")) == 4


def test_a_single_value_is_a_dot_in_the_middle():
    dot = wide(drawn(7)).find(".//circle[@class='dot fill-in']")

    assert (dot.get("cx"), dot.get("cy")) == ("380", "37")


def test_no_value_at_all_says_so():
    assert "No data for this choice." in drawn(None, None)
    assert "No data for this choice." in line.draw("x", "y", [])


def test_only_zeros_lie_on_the_ground():
    svg = drawn(0, 0)

    assert re.search(r'class="line stroke-in" d="([^"]+)"', svg)[1] == "M52 212L708 212"


def test_visits_are_marked_below_and_those_outside_left_out():
    svg = drawn(
        1,
        2,
        markers=[
            Marker(dt.date(2026, 1, 16), "Visit <b>", "/visits/1/"),
            Marker(dt.date(2025, 1, 1), "Long ago"),
        ],
    )

    marks = wide(svg).findall(".//path[@class='marker']")
    assert len(marks) == 1
    assert "Long ago" not in svg
    assert "Visit &lt;b&gt;" in svg


def test_the_immature_part_is_greyed_to_the_right_edge():
    rect = wide(drawn(1, 2, immature_from=month(2))).find(".//rect[@class='immature']")

    assert (rect.get("x"), rect.get("width")) == ("708", "0")


def test_nothing_is_greyed_when_all_is_mature():
    assert "immature" not in drawn(1, 2, immature_from=month(9))


def test_the_band_goes_there_and_back():
    svg = drawn(50, 100, band=[Interval(month(1), 0, 50), Interval(month(2), 50, 100)])

    assert 'class="band" d="M52 112L708 12L708 112L52 212Z"' in svg


def test_two_series_have_a_legend_with_escaped_names():
    points = [Point(month(1), 1)]
    svg = line.draw(
        "x", "y", [Series("<i>A", points), Series("B", points, tone="second")]
    )

    assert "chart-legend" in svg
    assert "<i>" not in svg
    assert "&lt;i&gt;A" in svg


def test_negative_values_are_drawn_below_zero():
    dots = wide(drawn(-10, 10)).findall(".//circle[@class='dot fill-in']")

    assert [dot.get("cy") for dot in dots] == ["212", "12"]


def test_a_phone_gets_no_more_than_four_days_below_the_line():
    narrow = ET.fromstring(drawn(*range(12)))[1]

    days = [
        text.text
        for text in narrow.findall(".//text[@class='axis']")
        if "2026" in text.text
    ]

    assert days == ["Jan 2026", "May 2026", "Sep 2026", "Dec 2026"]
