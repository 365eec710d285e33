"""What is told by colour alone can be seen: 3:1 against the card, in both themes."""

import math
import re

import pytest
from django.conf import settings

from accounts.models import Territory

CSS = (settings.BASE_DIR / "static/css/app.css").read_text()
OKLCH = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)deg\)"
# The cards: white, and --tblr-gray-800.
LIGHT, DARK = (100, 0, 0), (25.5, 0.022, 225)


def luminance(lightness, chroma, hue):
    """Relative luminance (WCAG) of a colour in OKLCH."""
    turn = math.radians(hue)
    a, b, light = chroma * math.cos(turn), chroma * math.sin(turn), lightness / 100
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (min(max(channel, 0), 1) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted([luminance(*one), luminance(*other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", Territory.Colour.values)
def test_each_colour_of_territories_is_seen_in_both_themes(colour):
    rule = rf"\.territory-{colour} .*light-dark\({OKLCH}, {OKLCH}\)"
    numbers = [float(number) for number in re.search(rule, CSS).groups()]

    assert contrast(numbers[:3], LIGHT) >= 3
    assert contrast(numbers[3:], DARK) >= 3
