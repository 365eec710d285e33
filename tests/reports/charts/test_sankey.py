import re
import xml.etree.ElementTree as ET

import pytest

from reports.charts import sankey
from reports.charts.sankey import Flow

HOSTILE = '<script>alert("x")</script>&\'"'


def drawn(*flows, **options):
    return sankey.draw("Where referrals go", "Sources and targets", flows, **options)


def tree(svg):
    """The drawing as XML: it must be well-formed."""
    return ET.fromstring(svg)


def test_two_flows_share_the_height_by_their_values():
    svg = drawn(Flow("North", "St. Mark", 30), Flow("North", "Rival", 10, "out"))

    wide = tree(svg)[0]
    bars = [
        (rect.get("x"), rect.get("y"), rect.get("height")) for rect in wide.iter("rect")
    ]

    assert bars == [
        ("170", "0", "320"),  # North: all of it
        ("540", "0", "240"),  # St. Mark: 30 of 40
        ("540", "248", "80"),  # Rival: 10 of 40
    ]


def test_a_ribbon_is_as_thick_as_its_share_at_both_ends():
    svg = drawn(Flow("North", "St. Mark", 30), Flow("North", "Rival", 10, "out"))

    first, second = re.findall(r'class="flow fill-\w+" d="([^"]+)"', svg)[:2]

    assert first == "M180 0C360 0 360 0 540 0V240C360 240 360 240 180 240Z"
    assert second == "M180 240C360 240 360 248 540 248V328C360 328 360 320 180 320Z"


def test_hostile_names_stay_text():
    svg = drawn(Flow(HOSTILE, HOSTILE, 1, url='/?q="><script>'))

    assert "<script" not in svg
    assert tree(svg) is not None


def test_a_flow_with_rows_behind_it_is_a_link_that_says_what_it_shows():
    svg = drawn(Flow("North", "Rival", 10, "out", url="/leakage/?to=1"))

    links = list(tree(svg)[0].iter("a"))

    assert links[0].get("href") == "/leakage/?to=1"
    assert links[0].get("aria-label") == "North → Rival: 10 (100.0%)"
    assert tree(svg)[0].get("role") == "group"


def test_without_links_it_is_one_image_with_a_title_and_a_description():
    wide = tree(drawn(Flow("North", "Rival", 10)))[0]

    assert wide.get("role") == "img"
    assert wide.find("title").text == "Where referrals go"
    assert wide.find("desc").text == "Sources and targets"


@pytest.mark.parametrize("flows", [[], [Flow("North", "Rival", 0)]])
def test_nothing_to_show_says_so(flows):
    assert "No data for this choice." in drawn(*flows)


def test_huge_and_tiny_values_stay_inside_the_drawing():
    svg = drawn(Flow("A", "B", 1e12), Flow("A", "C", 1, "out"))

    wide = tree(svg)[0]
    height = float(wide.get("viewBox").split()[3])
    for rect in wide.iter("rect"):
        assert float(rect.get("y")) + float(rect.get("height")) <= height + 0.01
        assert float(rect.get("height")) >= 2


def test_a_long_name_is_cut_and_whole_in_its_title():
    name = "The Cumberland Regional Heart and Vascular Institute"

    svg = drawn(Flow("North", name, 5))

    assert f"<title>{name}: 5</title>" in svg
    assert "The Cumberland…ular Institute" in svg


def test_a_name_of_a_hospital_is_whole_where_there_is_room():
    svg = drawn(Flow("North", "Ridgewater Main Hospital", 5))

    assert ">Ridgewater Main Hospital</text>" in svg


def test_there_is_no_inline_style():
    assert "style=" not in drawn(Flow("North", "Rival", 10, "out", url="/x"))


def test_small_targets_are_merged_by_tone_and_lose_their_links():
    flows = [
        Flow("A", "Big", 90, "in", "/big"),
        Flow("A", "Small", 3, "out", "/small"),
        Flow("A", "Smaller", 2, "out", "/smaller"),
        Flow("A", "Dust", 1, "unknown", "/dust"),
    ]

    merged = sankey.merged(flows, targets=1)

    assert merged == [
        Flow("A", "Big", 90, "in", "/big"),
        Flow("A", "All others", 5, "out", None),
        Flow("A", "All others", 1, "unknown", None),
    ]


def test_merging_loses_no_referral():
    flows = [Flow(f"S{n % 30}", f"T{n % 40}", n + 1) for n in range(200)]

    merged = sankey.merged(flows)

    assert sum(flow.value for flow in merged) == sum(flow.value for flow in flows)
    assert len({flow.source for flow in merged}) == 11
    assert len({flow.target for flow in merged}) == 13
