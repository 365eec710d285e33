import xml.etree.ElementTree as ET

import pytest

from reports.charts import spark


def path(svg):
    return ET.fromstring(svg).find("path").get("d")


def test_values_go_from_left_to_right_and_from_zero():
    assert path(spark.draw("Rising", [0, 5, 10])) == "M3 21L48 12L93 3"


def test_a_gap_breaks_the_line():
    assert path(spark.draw("Broken", [10, None, 10])) == "M3 3M93 3"


@pytest.mark.parametrize("values", [[], [None]])
def test_without_values_there_is_no_dot(values):
    assert "circle" not in spark.draw("Nothing", values)


def test_the_label_is_escaped():
    svg = spark.draw('"><script>', [1])

    assert "<script" not in svg
    assert ET.fromstring(svg).get("aria-label") == '"><script>'
