"""Files that should hold outlines and do not, or hold more than is good for anyone."""

import json
import resource
import struct

import pytest

from referrals.imports import outline_files
from referrals.imports.registry import Refused
from tests.outlines import archive, feature, geojson, shape_files, square, zipped

DOVER, LEWES = "19901", "19958"
SHAPES = {DOVER: [square(DOVER)], LEWES: [square(LEWES)]}


@pytest.fixture
def read(tmp_path):
    """`read(content)`: the features of a file that holds this."""

    def features(content, name="file"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [*outline_files.features(path, lambda percent: None)]

    return features


def codes(features):
    return [one.named["zcta5ce20"] for one in features]


def test_geojson_and_shapefile_tell_the_same(read):
    text, packed = read(geojson(DOVER, LEWES)), read(archive(SHAPES))

    assert codes(text) == codes(packed) == [DOVER, LEWES]
    assert [one.number for one in packed] == [1, 2]
    assert [tuple(it) for it in text[0].polygons[0][0]] == sorted_like(packed[0])


def sorted_like(feature):
    """Its ring from the first corner on, the way GeoJSON ran."""
    ring = feature.polygons[0][0]
    return ring if ring[1][0] > ring[0][0] else ring[::-1]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_a_mark_at_the_start_and_other_members_are_passed_over(read, mark):
    text = geojson(DOVER, name='a "quoted \\ [[[[ name', bbox=[[1]], crs={"a": []})

    assert codes(read(mark + text.encode())) == [DOVER]


def test_brackets_in_names_are_no_levels(read):
    one = feature(DOVER)
    one["properties"]["NAME"] = '\\"[' * 5000

    assert codes(read(geojson(one, LEWES))) == [DOVER, LEWES]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"zip,name\n19901,Dover\n", "neither a GeoJSON"),
        (b"{}", "neither a GeoJSON"),
        (b"[1, 2]", "neither a GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "neither a GeoJSON"),
        (b'{"type": "Feature", "geometry": null}', "neither a GeoJSON"),
        (b"\x89PNG\r\n\x1a\n" * 100, "neither a GeoJSON"),
        (b"\x1f\x8b\x08\x00" * 100, "neither a GeoJSON"),
        (b"\xff\xfe{\x00", "neither a GeoJSON"),
        (geojson(DOVER, LEWES)[:-40].encode(), "broken behind feature 1"),
        (geojson(DOVER).replace("19901", "\xe9").encode("cp1252"), "neither"),
        (b'{"features":[' + b"[" * 1_000_000, "neither a GeoJSON"),
        (b'{"features":[' + b'{"a":' * 1_000_000, "neither a GeoJSON"),
        (b"PK\x03\x04 and no more", "damaged"),
        (zipped({"a.csv": b""}), "no .shp"),
        (zipped({"a.shp": b"", "b.shp": b""}), "2 .shp"),
        (zipped({"a.shp": b""}), "no .dbf"),
        (zipped({"a.shp": b"", "a.dbf": b""}), "neither a GeoJSON"),
        (archive(SHAPES)[:-60], "damaged"),
        (shape_files(SHAPES)[".shp"], "bring in the .zip"),
    ],
)
def test_what_is_no_file_of_shapes_is_refused_in_words(read, content, said):
    with pytest.raises(Refused, match=said.replace(".", r"\.")):
        read(content)


def test_a_string_that_closes_brackets_hides_no_levels(read):
    bomb = b'{"features":[' + (b"[" * 40 + b'"' + b"]" * 40 + b'",') * 50_000

    with pytest.raises(Refused):
        read(bomb)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20


def test_one_endless_feature_is_refused(read, monkeypatch):
    monkeypatch.setattr(outline_files, "LARGEST_SHAPE", 1 << 20)
    ring = [[0.123456, 0.123456]] * 100_000

    with pytest.raises(Refused, match="more than 1 MB"):
        read(geojson(feature(DOVER, rings=[ring])))


def test_an_archive_that_unpacks_to_too_much_is_refused(read, monkeypatch):
    monkeypatch.setattr(outline_files, "LARGEST_FILE", 1000)

    with pytest.raises(Refused, match="larger than"):
        read(zipped({"a.shp": b"\0" * 10_000, "a.dbf": b""}))


@pytest.mark.parametrize("length", [-54, 0, 1 << 30])
def test_a_record_without_a_sensible_length_is_refused(read, length):
    files = shape_files(SHAPES)
    shp = bytearray(files[".shp"])
    shp[104:108] = struct.pack(">i", length)

    with pytest.raises(Refused, match="no sensible length"):
        read(zipped({"a.shp": bytes(shp), "a.dbf": files[".dbf"]}))


@pytest.mark.parametrize("place", [108, 144, 148])
def test_nonsense_in_a_record_is_refused(read, place):
    """Its type, its number of parts, its number of points."""
    files = shape_files(SHAPES)
    shp = bytearray(files[".shp"])
    shp[place : place + 4] = struct.pack("<i", 2_000_000_000)

    with pytest.raises(Refused, match="neither|broken"):
        read(zipped({"a.shp": bytes(shp), "a.dbf": files[".dbf"]}))


def test_a_shape_without_area_is_told(read):
    for content in (
        archive({DOVER: None, LEWES: SHAPES[LEWES]}),
        geojson({**feature(DOVER), "geometry": None}),
        json.dumps({"features": [None, 7, "x"]}),
    ):
        with pytest.raises(outline_files.Rejected):
            _ = read(content)[0].polygons
