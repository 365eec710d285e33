"""Shapes as TopoJSON."""

import shapely

from liaison_crm.lib.shapes import topology

LEFT = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
RIGHT = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10)])


def encoded(*outlines, **options):
    named = [(str(number), "", it) for number, it in enumerate(outlines)]
    return topology.encode(named, **options)


def test_neighbours_share_the_line_between_them(drawn):
    topo = encoded(LEFT, RIGHT)

    assert len(topo["arcs"]) == 3
    assert drawn(topo)["0"].equals(LEFT)
    assert drawn(topo)["1"].equals(RIGHT)


def test_a_shape_alone_is_one_line(drawn):
    topo = encoded(LEFT)

    assert len(topo["arcs"]) == 1
    assert drawn(topo)["0"].equals(LEFT)


def test_a_hole_and_what_fills_it_share_their_line(drawn):
    inner = [(4, 4), (6, 4), (6, 6), (4, 6)]
    outer = shapely.Polygon(LEFT.exterior.coords, [inner])

    topo = encoded(outer, shapely.Polygon(inner[2:] + inner[:2]))

    assert len(topo["arcs"]) == 2
    assert drawn(topo)["0"].equals(outer)


def test_islands_belong_to_one_shape(drawn):
    both = shapely.MultiPolygon([LEFT, shapely.Polygon([(30, 0), (40, 0), (40, 9)])])

    assert drawn(encoded(both))["0"].equals(both)


def test_simplifying_opens_no_gap(drawn):
    wavy = [(10, 0), (11, 3), (10, 5), (9, 7), (10, 10)]
    left = shapely.Polygon([(0, 0), *wavy, (0, 10)])
    right = shapely.Polygon([(20, 0), (20, 10), *wavy[::-1]])

    found = drawn(encoded(left, right, tolerance=4))

    assert len(found["0"].geoms[0].exterior.coords) == 5
    assert found["0"].area + found["1"].area == 200
    assert not found["0"].overlaps(found["1"])


def test_simplifying_leaves_a_small_island_an_area(drawn):
    small = shapely.Polygon([(0, 0), (2, 0), (2, 2), (0, 2)])

    assert drawn(encoded(small, tolerance=100))["0"].area > 0


def test_places_are_eleven_metres_apart():
    assert topology.on_grid(-86.95004, 35.88001) == (-869500, 358800)


def test_the_far_aleutians_lie_west_of_alaska():
    assert topology.on_grid(179.5, 52)[0] < topology.on_grid(-179.5, 52)[0]
