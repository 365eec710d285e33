"""A small map of where a practice stands, drawn on the server.

North is up; the neighbours are the middles of ZIP code areas around it. Without
coordinates of its own a practice stands at the middle of its ZIP code's area,
and the drawing says so.
"""

import functools
import math
from dataclasses import dataclass
from urllib.parse import urlencode

from liaison_crm.lib import geography

OTHER_MAP = "https://www.openstreetmap.org/search?"
SIZE = 240  # of the drawing, both ways
NEIGHBOURS = 7
REACHES = (4, 8, 15, 30, 60)  # miles from the middle to the edge
LEAST_APART = 26  # units between two labels
MILES_PER_DEGREE = 69.0


@dataclass(frozen=True)
class Dot:
    """The middle of a neighbouring ZIP code's area."""

    zip_code: str
    x: float
    y: float

    @property
    def is_right(self):
        """Does its label stand to the left of it, so as not to leave the map?"""
        return self.x > SIZE - 48


@dataclass(frozen=True)
class Map:
    """A practice in the middle, its neighbours, a ring at half the reach."""

    latitude: float
    longitude: float
    is_approximate: bool
    reach: int
    dots: list[Dot]
    size: int = SIZE

    @property
    def middle(self):
        return self.size // 2

    @property
    def ring(self):
        return self.size // 4

    @property
    def half_reach(self):
        return f"{self.reach / 2:g}"


def directions_to(practice) -> str:
    """Where another map shows the way; "" without an address."""
    address = practice.address
    return OTHER_MAP + urlencode({"query": address}) if address else ""


def has_place(practice) -> bool:
    """Does it stand where its own coordinates say?"""
    is_known = practice.latitude is not None and practice.longitude is not None
    return is_known and abs(practice.latitude) < 85


def point_of(practice) -> geography.Point | None:
    """Its own coordinates, else the middle of its ZIP code's area, else None."""
    if has_place(practice):
        return practice.latitude, practice.longitude
    return geography.centroid(practice.zip_code)


def map_of(practice) -> Map | None:
    """The map of a practice; None if nothing says where it is."""
    is_known, point = has_place(practice), point_of(practice)
    if point is None:
        return None
    near = nearest(point)
    reach = next(
        (
            reach
            for reach in REACHES
            if sum(miles < reach for miles, *_ in near) >= NEIGHBOURS
        ),
        REACHES[-1],
    )
    return Map(*point, not is_known, reach, list(placed(point, near, reach)))


def nearest(point) -> list[tuple[float, str, geography.Point]]:
    """(miles, ZIP code, middle) of the areas around a point, the nearest first."""
    north, east = math.floor(point[0]), math.floor(point[1])
    around = [
        (geography.miles(point, middle), zip_code, middle)
        for row in (north - 1, north, north + 1)
        for column in (east - 1, east, east + 1)
        for zip_code, middle in squares().get((row, column), ())
    ]
    return sorted(around)[: NEIGHBOURS * 6]


@functools.cache
def squares() -> dict[tuple[int, int], list]:
    """The ZIP codes in each square of one degree, to look near a point only."""
    found = {}
    for zip_code, middle in geography.centroids().items():
        square = (math.floor(middle[0]), math.floor(middle[1]))
        found.setdefault(square, []).append((zip_code, middle))
    return found


def placed(point, near, reach):
    """The dots inside the drawing whose labels do not run into each other."""
    scale = SIZE / 2 / reach
    taken = [(SIZE / 2, SIZE / 2)]
    for _, zip_code, middle in near:
        east = (middle[1] - point[1]) * math.cos(math.radians(point[0]))
        x = SIZE / 2 + east * MILES_PER_DEGREE * scale
        y = SIZE / 2 - (middle[0] - point[0]) * MILES_PER_DEGREE * scale
        inside = 8 < x < SIZE - 8 and 12 < y < SIZE - 12
        apart = all(
            abs(x - other) > 2 * LEAST_APART or abs(y - below) > LEAST_APART / 2
            for other, below in taken
        )
        if inside and apart and len(taken) <= NEIGHBOURS:
            taken.append((x, y))
            yield Dot(zip_code, round(x, 1), round(y, 1))
