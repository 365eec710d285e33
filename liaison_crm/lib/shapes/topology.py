"""Shapes as TopoJSON: neighbours share the line between them.

Everything lies on one grid of whole numbers, so two shapes that share a line have
equal points along it. A line is written once, and simplified once: no gap opens
between neighbours.
"""

import json
from collections.abc import Iterable
from itertools import chain, pairwise

import numpy as np
import shapely

STEP = 10_000  # to the degree: eleven metres from south to north
HALF_WORLD = 180 * STEP
FAR_ALEUTIANS = 160 * STEP  # east of here it is west of Alaska

Vertex = tuple[int, int]
Shape = tuple[str, str, shapely.Geometry]  # code, name, outline on the grid


def on_grid(east: float, north: float) -> Vertex:
    """Degrees as a place on the grid; Alaska stays in one piece."""
    x = round(east * STEP)
    return (x - 2 * HALF_WORLD if x > FAR_ALEUTIANS else x, round(north * STEP))


def ring_on_grid(degrees: np.ndarray) -> np.ndarray:
    """A ring of (east, north) on the grid, without points that fall together."""
    points = np.rint(degrees * STEP)
    points[points[:, 0] > FAR_ALEUTIANS, 0] -= 2 * HALF_WORLD
    points = np.concatenate([points, points[:1]])
    moves = (np.diff(points, axis=0) != 0).any(axis=1)
    return points[np.concatenate([[True], moves])]


def written(topo: dict, **beside) -> bytes:
    """The JSON of a topology and of what stands beside its shapes."""
    return json.dumps({**topo, **beside}, separators=(",", ":")).encode()


def encode(shapes: Iterable[Shape], *, tolerance: int = 0) -> dict:
    """Their TopoJSON, with one object, `shapes`; lines simplified by `tolerance`.

    Lines end where three shapes meet, so both neighbours of a line have it alike.
    """
    shapes = list(shapes)
    parts = [[_rings(part) for part in _polygons(it)] for _, _, it in shapes]
    lines = _Lines(_junctions(chain.from_iterable(chain.from_iterable(parts))))
    geometries = [
        {
            "type": "MultiPolygon",
            "id": code,
            "properties": {"name": name},
            "arcs": [[lines.of(ring) for ring in rings] for rings in polygons],
        }
        for (code, name, _), polygons in zip(shapes, parts, strict=True)
    ]
    corner = _corner(lines.kept)
    return {
        "type": "Topology",
        "transform": {
            "scale": [1 / STEP, 1 / STEP],
            "translate": [corner[0] / STEP, corner[1] / STEP],
        },
        "objects": {"shapes": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [_differences(it, corner) for it in simplified(lines.kept, tolerance)],
    }


def _polygons(outline):
    parts = shapely.get_parts(outline)
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _rings(polygon) -> list[list[Vertex]]:
    """Each ring's points, without the repeated last one."""
    return [
        [(round(x), round(y)) for x, y in ring.coords[:-1]]
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def _junctions(rings) -> set[Vertex]:
    """Where lines end: the places whose neighbours differ from ring to ring."""
    neighbours, found = {}, set()
    for ring in rings:
        for before, here, after in zip(
            [ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]], strict=True
        ):
            pair = (before, after) if before < after else (after, before)
            if neighbours.setdefault(here, pair) != pair:
                found.add(here)
    return found


class _Lines:
    """Each line once, whichever way round a ring runs along it."""

    def __init__(self, junctions):
        self.junctions = junctions
        self.kept: list[tuple[Vertex, ...]] = []
        self.numbers: dict[tuple[Vertex, ...], int] = {}

    def of(self, ring) -> list[int]:
        """The numbers of a ring's lines; a line run backwards is ~number."""
        ends = [place for place, it in enumerate(ring) if it in self.junctions]
        first = ends[0] if ends else ring.index(min(ring))
        closed = [*ring[first:], *ring[:first], ring[first]]
        cuts = [place - first for place in ends] or [0]
        return [
            self._number(tuple(closed[start : end + 1]))
            for start, end in pairwise([*cuts, len(ring)])
        ]

    def _number(self, line):
        if line in self.numbers:
            return self.numbers[line]
        if line[::-1] in self.numbers:
            return ~self.numbers[line[::-1]]
        self.numbers[line] = len(self.kept)
        self.kept.append(line)
        return self.numbers[line]


def _corner(lines) -> Vertex:
    points = list(chain.from_iterable(lines)) or [(0, 0)]
    return min(x for x, _ in points), min(y for _, y in points)


def simplified(lines, tolerance: int):
    """The lines with fewer points; ends stay, and a closed line stays a triangle."""
    if not tolerance:
        return lines
    found = shapely.simplify([shapely.LineString(line) for line in lines], tolerance)
    return [
        short.coords if len(short.coords) > 3 or line[0] != line[-1] else line
        for line, short in zip(lines, found, strict=True)
    ]


def _differences(line, corner) -> list[list[int]]:
    points = np.rint(np.asarray(line)).astype(int) - corner
    return np.diff(points, axis=0, prepend=[[0, 0]]).tolist()
