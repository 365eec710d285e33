"""Which county and state a ZIP code lies in, by its centroid.

A ZIP code without a centroid (post-office boxes, single buildings) has neither. A
centroid in the water belongs to the nearest county.
"""

import functools
import json
from collections.abc import Iterable

import shapely

from liaison_crm.lib import geography
from liaison_crm.lib.shapes import atlas, kept, topology

OFFSHORE = topology.STEP // 2  # half a degree; what is further out is not ours


def county_of(zip_code: str) -> atlas.County | None:
    """Its FIPS code, name and state."""
    return _county_by_zip().get(zip_code.strip()[:5])


def state_of(zip_code: str) -> str | None:
    """The postal code of the state: "TX"."""
    county = county_of(zip_code)
    return county.state if county else None


def state_at(place: topology.Vertex) -> str | None:
    """The postal code of the state around a place on the grid, or just beside it."""
    found = _state_outlines().query_nearest(
        shapely.Point(place), max_distance=OFFSHORE, all_matches=False
    )
    return list(atlas.states())[found[0]] if len(found) else None


@functools.cache
def _state_outlines() -> shapely.STRtree:
    return shapely.STRtree(
        [atlas.outlines()[state.fips] for state in atlas.states().values()]
    )


def states_of(zip_codes: Iterable[str]) -> list[str]:
    """The states that these lie in, each once, in order."""
    return sorted({state for code in zip_codes if (state := state_of(code))})


def zips_in_county(fips: str) -> list[str]:
    return _zips_by_county().get(fips, [])


def zips_in_state(state: str) -> list[str]:
    return sorted(
        code for code, county in _county_by_zip().items() if county.state == state
    )


@functools.cache
def _county_by_zip() -> dict[str, atlas.County]:
    counties = atlas.counties()
    return {
        code: counties[fips]
        for fips, codes in _zips_by_county().items()
        for code in codes
    }


@functools.cache
def _zips_by_county() -> dict[str, list[str]]:
    """By FIPS code. Looking them all up takes a second, so the answer is kept."""
    return json.loads(kept.content("places", kept.version(), _looked_up))


def _looked_up() -> bytes:
    found = {fips: [] for fips in atlas.counties()}
    points = {code: middle(code) for code in sorted(geography.centroids())}
    if not found or not points:  # a package is missing
        return json.dumps(found).encode()
    tree = shapely.STRtree([atlas.outlines()[fips] for fips in found])
    zips, nearest = tree.query_nearest(
        shapely.points(list(points.values())), max_distance=OFFSHORE, all_matches=False
    )
    codes, all_fips = list(points), list(found)
    for zip_number, county_number in zip(zips, nearest, strict=True):
        found[all_fips[county_number]].append(codes[zip_number])
    return json.dumps(found).encode()


def middle(zip_code: str) -> topology.Vertex:
    """The centroid on the grid, of a ZIP code that has one."""
    north, east = geography.centroids()[zip_code]
    return topology.on_grid(east, north)
