"""What a map draws of one state."""

import pytest
import shapely

from liaison_crm.lib import shapes
from liaison_crm.lib.shapes import atlas, layers, places
from liaison_crm.lib.shapes.topology import STEP

MOST = 150 * 1024


@pytest.mark.parametrize("state", ["TX", "CA", "PA", "NY"])
def test_the_zip_codes_of_the_largest_states_are_light(state):
    assert len(layers.zips(state)) <= MOST


@pytest.fixture
def all_of(read, drawn):
    """`all_of(layer)`: the codes of what it draws, and of what it only names."""

    def codes(layer):
        found = drawn(read(layer))
        assert not any(shape.is_empty for shape in found.values())
        return found.keys() | set(read(layer)["without_shape"])

    return codes


@pytest.mark.long
@pytest.mark.parametrize("state", shapes.states())
def test_every_state_can_be_drawn_and_is_light(state, all_of):
    zips, counties = layers.zips(state), layers.counties(state)

    assert max(len(zips), len(counties)) <= MOST
    assert all_of(zips) == set(shapes.zips_in_state(state))
    assert all_of(counties) == {
        county.fips for county in shapes.counties().values() if county.state == state
    }


def test_zip_codes_fill_their_state_without_gap_or_overlap(read, drawn):
    topo = read(layers.zips("TN"))
    cells = list(drawn(topo).values())
    state = atlas.outlines()["47"]

    assert sum(cell.area for cell in cells) == pytest.approx(state.area, rel=1e-3)
    assert shapely.union_all(cells).area == pytest.approx(state.area, rel=1e-3)


def test_a_zip_code_holds_its_own_centroid(read, drawn):
    topo = read(layers.zips("TN"))
    west, south = (round(it * STEP) for it in topo["transform"]["translate"])

    for code, cell in drawn(topo).items():
        east, north = places.middle(code)
        assert cell.distance(shapely.Point(east - west, north - south)) < 2


def test_zip_shapes_are_marked_as_approximate_and_county_shapes_are_not(read):
    assert read(layers.zips("DE"))["approximate"] is True
    assert "approximate" not in read(layers.counties("DE"))


def test_a_county_has_its_name(read):
    counties = read(layers.counties("DE"))["objects"]["shapes"]["geometries"]

    assert {it["id"]: it["properties"]["name"] for it in counties} == {
        "10001": "Kent",
        "10003": "New Castle",
        "10005": "Sussex",
    }


def test_alaska_is_drawn_in_one_piece_across_the_antimeridian(read):
    for layer in (layers.zips("AK"), layers.counties("AK")):
        assert -190 < read(layer)["transform"]["translate"][0] < -170


def test_a_county_too_small_to_draw_is_named_beside_the_map(read, drawn):
    topo = read(layers.counties("VA"))

    assert topo["without_shape"] == ["51610"]
    assert "51610" not in drawn(topo)


def test_a_zip_code_that_no_land_is_left_for_is_named_beside_the_map(read, drawn):
    topo = read(layers.zips("ME"))

    assert topo["without_shape"]
    assert not drawn(topo).keys() & set(topo["without_shape"])


def test_shapes_are_made_once(fresh_var, monkeypatch):
    made = layers.zips("DE")
    monkeypatch.setattr(layers, "_zips", None)

    assert layers.zips("DE") == made
