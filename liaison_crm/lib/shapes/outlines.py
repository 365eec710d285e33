"""Outlines of ZIP codes as a file draws them, made into the layer of a state.

A layer is simplified as one piece, so neighbours keep the line between them, and as
far as it must be to weigh no more than `MOST`. All lines are cut at each other before
faces are made of them: no two shapes overlap. Where two outlines did, the smaller one
has the face. A ZIP code of the state that the file does not draw keeps of its cell
what no outline covers.
"""

import gzip
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely

from liaison_crm.lib.shapes import atlas, cells, places, topology

MOST = 150 * 1024  # bytes of a layer, compressed
FINEST, COARSEST = 10, 5000  # steps of the grid: from a hundred metres to fifty km
COARSER = 1.4
MOST_POINTS = 250_000  # more than this never weigh so little

Ring = Sequence[Sequence[float]]  # (east, north, ...) in degrees


class NotDegrees(ValueError):
    """The numbers are no degrees: the file is in a projection."""


class TooMany(ValueError):
    """So many shapes that no simplifying makes them light."""


def outline(polygons: Iterable[Sequence[Ring]]) -> shapely.Geometry | None:
    """The area of these polygons on the grid; None if there is none.

    What an odd number of a polygon's rings goes around is inside, whichever way and
    in whatever order they run. Raises ValueError for what is no ring of numbers.
    """
    areas = [area for rings in polygons if (area := _area(rings))]
    if not areas:
        return None
    parts = np.concatenate([shapely.get_parts(area) for area in areas])
    whole = shapely.MultiPolygon(list(parts))
    return whole if whole.is_valid else _area_of(shapely.union_all(parts))


def _area(rings):
    drawn = [ring for ring in map(_on_grid, rings) if len(ring) > 3]
    if not drawn:
        return None
    area = shapely.Polygon(drawn[0], drawn[1:])
    return area if area.is_valid else _area_of(shapely.make_valid(area))


def _area_of(geometry):
    """Its polygons, without the lines and points that mending may leave."""
    parts = [
        part
        for several in shapely.get_parts(geometry)
        for part in shapely.get_parts(several)
        if part.geom_type == "Polygon"
    ]
    return shapely.MultiPolygon(parts) if parts else None


def _on_grid(ring):
    points = np.asarray(ring, dtype=float)
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError("A ring is no list of points.")
    degrees = points[:, :2]
    if not np.isfinite(degrees).all():
        raise ValueError("A coordinate is no number.")
    if (np.abs(degrees) > (180, 90)).any():
        raise NotDegrees
    return topology.ring_on_grid(degrees)


def middle_of(area: shapely.Geometry) -> topology.Vertex:
    """A point inside."""
    inside = shapely.point_on_surface(area)
    return round(inside.x), round(inside.y)


def layer(state: str, areas: Mapping[str, shapely.Geometry], source: str) -> bytes:
    """Compressed TopoJSON of a state's ZIP codes, as `layers` writes it.

    `source` is what the map names as their origin. Raises TooMany.
    """
    codes, simple = list(areas), np.array(list(areas.values()))
    rest = _cells_without(state, areas)
    tolerance = FINEST
    while tolerance < COARSEST:
        simple = shapely.coverage_simplify(
            _without_crumbs(simple, tolerance), tolerance
        )
        if shapely.get_num_coordinates(simple).sum() < MOST_POINTS:
            made = _written(state, dict(zip(codes, simple, strict=True)), rest, source)
            if len(made) <= MOST:
                return made
        tolerance *= COARSER
    raise TooMany


def _cells_without(state, areas):
    """The cells of the state's ZIP codes that have no outline."""
    points = {code: places.middle(code) for code in places.zips_in_state(state)}
    if points.keys() <= areas.keys():
        return {}
    found = cells.cells(points, atlas.outlines()[atlas.states()[state].fips])
    return {code: cell for code, cell in found.items() if code not in areas}


def _without_crumbs(areas, tolerance):
    """The areas without parts and holes of less than `tolerance` squared.

    The largest part of each stays, however small it is.
    """
    parts, owners = shapely.get_parts(areas, return_index=True)
    sizes = shapely.area(parts)
    largest = np.zeros(len(areas))
    np.maximum.at(largest, owners, sizes)
    stays = (sizes >= tolerance**2) | (sizes == largest[owners])
    parts = np.array([_without_holes(part, tolerance**2) for part in parts[stays]])
    return shapely.multipolygons(parts, indices=owners[stays])


def _without_holes(part, smallest):
    holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= smallest]
    if len(holes) == len(part.interiors):
        return part
    return shapely.Polygon(part.exterior, holes)


def _written(state, areas, rest, source):
    found = _divided(areas, rest)
    known = areas.keys() | set(places.zips_in_state(state))
    text = topology.written(
        topology.encode((code, "", found[code]) for code in sorted(found)),
        source=source,
        approximate=not found.keys().isdisjoint(rest),
        without_shape=sorted(known - found.keys()),
    )
    return gzip.compress(text, mtime=0)


def _divided(areas, rest):
    """The face or faces of each code: of `areas` first, else of `rest`."""
    lines = shapely.boundary([*areas.values(), *rest.values()])
    cut = shapely.union_all(lines, grid_size=1)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(cut)))
    inside = shapely.point_on_surface(faces)
    owners = _owners(inside, rest) | _owners(inside, areas)
    found = {}
    for face, code in owners.items():
        found.setdefault(code, []).append(faces[face])
    return {code: shapely.coverage_union_all(mine) for code, mine in found.items()}


def _owners(inside, areas) -> dict[int, str]:
    """Number of a point -> code of the smallest area around it."""
    codes = sorted(areas, key=lambda code: -areas[code].area)
    tree = shapely.STRtree([areas[code] for code in codes])
    pairs = sorted(zip(*tree.query(inside, predicate="within"), strict=True))
    return {int(point): codes[number] for point, number in pairs}
