"""What a map draws of one state: its counties, or its ZIP codes.

Compressed TopoJSON with one object, `shapes`. Beside it `approximate` says whether
there are cells among the shapes, `source` whose they are if a file brought them (see
`outlines`), and `without_shape` names what lies in the state and has none.

Measured: the largest, the ZIP codes of Texas, weigh 100 KB and take half a second
to make, so whoever asks first makes them.
"""

from liaison_crm.lib.shapes import atlas, cells, kept, places, topology


def counties(state: str) -> bytes:
    """The counties of a state, by FIPS code."""
    return kept.compressed(
        f"{state}-counties", kept.version(), lambda: _counties(state)
    )


def zips(state: str) -> bytes:
    """The ZIP codes of a state."""
    return kept.compressed(f"{state}-zips", kept.version(), lambda: _zips(state))


def _counties(state):
    here = [one for one in atlas.counties().values() if one.state == state]
    outlines = {county.fips: atlas.outlines()[county.fips] for county in here}
    # Falls Church is smaller than the atlas can draw.
    without = [fips for fips, outline in outlines.items() if outline.is_empty]
    topo = topology.encode(
        (county.fips, county.name, outlines[county.fips])
        for county in here
        if county.fips not in without
    )
    return topology.written(topo, without_shape=without)


def _zips(state):
    points = {code: places.middle(code) for code in places.zips_in_state(state)}
    found = cells.cells(points, atlas.outlines()[atlas.states()[state].fips])
    topo = topology.encode((code, "", outline) for code, outline in found.items())
    without = sorted(points.keys() - found.keys())
    return topology.written(topo, approximate=True, without_shape=without)
