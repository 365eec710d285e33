"""Approximate shapes of ZIP codes: all that lies nearer to a centroid than to others.

No package registry has the Census's shapes. A Voronoi cell tells where a ZIP code
is and who its neighbours are; it does not tell on which side of a street it ends.
"""

from collections import defaultdict
from math import cos, radians

import numpy as np
import shapely

from liaison_crm.lib.shapes.topology import STEP


def cells(
    points: dict[str, tuple[int, int]], outline: shapely.Geometry
) -> dict[str, shapely.Geometry]:
    """The part of `outline` nearest to each point, on the grid; none for some.

    All lines are cut at each other on the grid before faces are made of them, so
    neighbours share their corners exactly.
    """
    squeeze = cos(radians((outline.bounds[1] + outline.bounds[3]) / 2 / STEP))
    sites = shapely.points(np.array(list(points.values())) * (squeeze, 1))
    lines = shapely.union_all(
        [*_borders(sites, outline, squeeze), outline.boundary], grid_size=1
    )
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    is_land = shapely.contains(outline, inside)
    nearest = shapely.STRtree(sites).nearest(_squeezed(inside[is_land], squeeze))
    codes, found = list(points), defaultdict(list)
    for face, number in zip(faces[is_land], nearest, strict=True):
        found[codes[number]].append(face)
    return {code: shapely.MultiPolygon(found[code]) for code in codes if code in found}


def _borders(sites, outline, squeeze):
    """The lines halfway between neighbours, as long as the outline needs them."""
    if len(sites) < 2:
        return []
    borders = shapely.voronoi_polygons(
        shapely.union_all(sites),
        extend_to=_squeezed(outline, squeeze),
        only_edges=True,
    )
    return [_squeezed(borders, 1 / squeeze)]


def _squeezed(geometry, squeeze):
    return shapely.transform(geometry, lambda points: points * (squeeze, 1))
