"""Outlines that a file brings: put on the grid, mended, made into a layer."""

import numpy as np
import pytest
import shapely

from liaison_crm.lib.shapes import atlas, cells, outlines, places
from liaison_crm.lib.shapes.topology import STEP

SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]  # a degree wide
HOLE = [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4)]
AWAY = [(x + 2, y) for x, y in SQUARE]
BOW_TIE = [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
NECK = [(0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1), (0, 0)]  # touches itself


def area_of(*polygons):
    """In square degrees."""
    found = outlines.outline(polygons)
    assert found.is_valid
    return found.area / STEP**2


@pytest.mark.parametrize(
    ("polygons", "area"),
    [
        ([[SQUARE]], 1),
        ([[SQUARE[::-1]]], 1),
        ([[SQUARE[:-1]]], 1),
        ([[SQUARE, HOLE]], 0.96),
        ([[SQUARE, HOLE[::-1]]], 0.96),
        ([[HOLE, SQUARE]], 0.96),
        ([[SQUARE], [AWAY]], 2),
        ([[SQUARE, AWAY]], 2),
        ([[SQUARE], [SQUARE]], 1),
        ([[SQUARE, HOLE], [HOLE]], 1),
        ([[BOW_TIE]], 0.5),
        ([[NECK]], 0.5),
        ([[[(x, y, 7) for x, y in SQUARE]]], 1),
        ([[SQUARE, [(0.5, 0.5)] * 4]], 1),
    ],
)
def test_what_an_odd_number_of_rings_goes_around_is_inside(polygons, area):
    assert area_of(*polygons) == pytest.approx(area, abs=1e-6)


@pytest.mark.parametrize(
    "polygons",
    [[], [[]], [[[(0, 0), (1, 1), (0, 0)]]], [[[(0, 0), (0, 1e-6)] * 3]]],
)
def test_what_holds_nothing_has_no_area(polygons):
    assert outlines.outline(polygons) is None


@pytest.mark.parametrize(
    "ring",
    [
        [1, 2, 3, 4],
        [[1], [2], [3], [4]],
        [["a", "b"]] * 4,
        [[0, 0], [1, 0], [1], [0, 0]],
        [[0, 0], [float("inf"), 0], [1, 1], [0, 0]],
        [[0, 0], [None, 0], [1, 1], [0, 0]],
    ],
)
def test_what_is_no_ring_of_numbers_is_said_to_be_wrong(ring):
    with pytest.raises((ValueError, TypeError)):
        outlines.outline([[ring]])


@pytest.mark.parametrize("far", [(500_000, 4_000_000), (0, 90.5), (-180.5, 0)])
def test_metres_are_no_degrees(far):
    with pytest.raises(outlines.NotDegrees):
        outlines.outline([[[*SQUARE[:2], far, SQUARE[0]]]])


def test_alaska_stays_in_one_piece():
    beyond = [(179.5, 52), (180, 52), (180, 52.5), (179.5, 52)]

    assert outlines.outline([[beyond]]).bounds[2] == -180 * STEP


# Layers ----------------------------------------------------------------------------


@pytest.fixture
def delaware():
    """Its cells, as if a file had brought them."""
    points = {code: places.middle(code) for code in places.zips_in_state("DE")}
    return cells.cells(points, atlas.outlines()["10"])


@pytest.fixture
def layer_of(read, drawn):
    """`layer_of(areas)`: (the layer of Delaware as JSON, its shapes on the grid)."""

    def draw(areas):
        topo = read(outlines.layer("DE", areas, "Census ZCTA 2020"))
        west, south = (round(it * STEP) for it in topo["transform"]["translate"])
        shapes = {
            code: shapely.transform(shape, lambda points: points + (west, south))
            for code, shape in drawn(topo).items()
        }
        return topo, shapes

    return draw


def assert_no_overlap(shapes):
    whole = shapely.union_all(list(shapes)).area
    assert sum(shape.area for shape in shapes) == pytest.approx(whole, rel=1e-9)


def test_a_whole_state_has_nothing_approximate(layer_of, delaware):
    topo, shapes = layer_of(delaware)

    assert (topo["source"], topo["approximate"]) == ("Census ZCTA 2020", False)
    assert shapes.keys() == delaware.keys()
    assert topo["without_shape"] == []
    for code, area in delaware.items():
        changed = shapely.symmetric_difference(shapes[code], area).area
        assert changed < outlines.FINEST * area.length


def test_a_code_that_is_not_drawn_keeps_the_land_that_is_left(layer_of, delaware):
    cell = delaware.pop("19901")

    topo, shapes = layer_of(delaware)

    assert topo["approximate"] is True
    assert shapes["19901"].area == pytest.approx(cell.area, rel=0.05)
    assert_no_overlap(shapes.values())


def test_a_code_for_which_no_land_is_left_is_named(layer_of, delaware):
    dover, neighbour = delaware.pop("19901"), delaware["19904"]
    delaware["19904"] = shapely.union(dover.buffer(50), neighbour)

    topo, shapes = layer_of(delaware)

    assert topo["without_shape"] == ["19901"]
    assert "19901" not in shapes


def test_of_two_that_overlap_the_smaller_has_the_land(layer_of, delaware):
    x, y = places.middle("19901")
    small = shapely.box(x - 200, y - 200, x + 200, y + 200)
    delaware["99999"] = small

    _, shapes = layer_of(delaware)

    assert shapes["99999"].equals(small)
    assert_no_overlap(shapes.values())


def test_an_island_too_small_to_see_goes_and_the_code_stays(layer_of, delaware):
    x, y = places.middle("19901")
    crumb = shapely.box(x + 90_000, y, x + 90_003, y + 3)
    delaware["19901"] = shapely.union(delaware["19901"], crumb)
    delaware["99999"] = shapely.box(x + 95_000, y, x + 95_003, y + 3)

    _, shapes = layer_of(delaware)

    assert not shapes["19901"].intersects(crumb)
    assert shapes["99999"].area > 0


def test_too_many_shapes_are_told(delaware, monkeypatch):
    monkeypatch.setattr(outlines, "MOST", 1000)

    with pytest.raises(outlines.TooMany):
        outlines.layer("DE", delaware, "")


def wavy(areas, rng, step=30):
    """The areas with their lines broken at every `step`, alike for both neighbours."""
    lines = {}

    def line(start, end):
        key = min((start, end), (end, start))
        if key not in lines:
            one, other = np.array(key, dtype=float)
            parts = max(1, int(np.hypot(*(other - one)) / step))
            points = one + (other - one) * np.linspace(0, 1, parts + 1)[:, None]
            points[1:-1] += rng.normal(0, step / 4, (max(parts - 1, 0), 2))
            lines[key] = [tuple(point) for point in np.rint(points)]
        return lines[key] if key == (start, end) else lines[key][::-1]

    def ring(closed):
        points = [*closed.coords]
        return [
            place
            for start, end in zip(points, points[1:], strict=False)
            for place in line(start, end)[:-1]
        ]

    return {
        code: outlines.outline(
            [
                [
                    [(x / STEP, y / STEP) for x, y in ring(it)]
                    for it in (part.exterior, *part.interiors)
                ]
                for part in area.geoms
            ]
        )
        for code, area in areas.items()
    }


@pytest.mark.parametrize("seed", range(5))
def test_random_outlines_neither_overlap_nor_lose_land(
    layer_of, delaware, monkeypatch, seed
):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(outlines, "MOST", 8 * 1024)
    areas = wavy(delaware, rng)
    for code in rng.choice([*areas], 5, replace=False):
        del areas[str(code)]

    topo, shapes = layer_of(areas)

    assert len(outlines.layer("DE", areas, "Census ZCTA 2020")) <= 8 * 1024
    assert shapes.keys() | {*topo["without_shape"]} == delaware.keys()
    assert_no_overlap(shapes.values())
    kept = [shapes[code].area for code in areas]
    assert sum(kept) == pytest.approx(
        shapely.union_all([*areas.values()]).area, rel=0.01
    )
