import gzip
import json
from itertools import accumulate

import pytest
import shapely


def lines_of(topo):
    """Each line of a TopoJSON as whole numbers of its own grid."""
    return [
        list(
            zip(
                *(list(accumulate(axis)) for axis in zip(*arc, strict=True)),
                strict=True,
            )
        )
        for arc in topo["arcs"]
    ]


def drawn_from(topo):
    """Each shape of a TopoJSON by its code, as a browser puts it together."""
    lines = lines_of(topo)

    def ring(numbers):
        found = []
        for number in numbers:
            line = lines[number] if number >= 0 else lines[~number][::-1]
            assert not found or found[-1] == line[0]
            found.extend(line[1:] if found else line)
        assert found[0] == found[-1]
        return found

    return {
        shape["id"]: shapely.MultiPolygon(
            [
                (ring(part[0]), [ring(hole) for hole in part[1:]])
                for part in shape["arcs"]
            ]
        )
        for shape in topo["objects"]["shapes"]["geometries"]
    }


@pytest.fixture
def drawn():
    """`drawn(topo)`: its shapes by code, put together as a browser does."""
    return drawn_from


@pytest.fixture
def read():
    """`read(layer)`: the TopoJSON of a compressed layer."""
    return lambda layer: json.loads(gzip.decompress(layer))


@pytest.fixture
def fresh_var(settings, tmp_path):
    """A VAR_DIR in which nothing was made yet."""
    settings.VAR_DIR = tmp_path
    return tmp_path
