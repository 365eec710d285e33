import xml.etree.ElementTree as ET

from reports.charts import bars
from reports.charts.bars import Bar


def drawn(*rows):
    return bars.draw("By service line", "Leakage", rows)


def rects(svg, size=0):
    return [
        (rect.get("x"), rect.get("width"))
        for rect in ET.fromstring(svg)[size].iter("rect")
    ]


def test_bars_are_as_long_as_their_values():
    svg = drawn(Bar("Cardiology", 40, "40"), Bar("Orthopedics", 10, "10"))

    # 720 - 180 for names - 76 for values
    assert rects(svg) == [("180", "464"), ("180", "116")]


def test_values_below_zero_go_left_of_it():
    svg = drawn(Bar("Gain", 30, "30"), Bar("Loss", -10, "-10"))

    assert rects(svg) == [("296", "348"), ("180", "116")]


def test_no_data_is_not_a_bar_of_zero():
    svg = drawn(Bar("None", None, "no data"), Bar("Zero", 0, "0"))

    assert [width for _, width in rects(svg)] == ["0", "1"]
    assert "no data" in svg


def test_hostile_names_stay_text():
    svg = drawn(Bar('"><script>alert(1)</script>', 1, "<1>", url='/"x'))

    assert "<script" not in svg
    assert rects(svg)


def test_without_bars_it_says_so():
    assert "No data for this choice." in drawn()


def test_every_bar_is_a_link_when_it_has_rows():
    svg = drawn(Bar("Cardiology", 1, "1 %", url="/a/"), Bar("Other", 1, "1 %"))

    links = list(ET.fromstring(svg)[0].iter("a"))

    assert [link.get("aria-label") for link in links] == ["Cardiology: 1 %"]


def test_huge_values_stay_inside_the_drawing():
    assert rects(drawn(Bar("Huge", 1e18, "many"), Bar("One", 1, "1"))) == [
        ("180", "464"),
        ("180", "1"),
    ]
