"""Outlines from GeoJSON or a shapefile, one at a time.

Of a file of gigabytes no more than a block and one shape are held; of an archive,
what lies in it is unpacked beside it.
"""

import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ijson
import numpy as np
import shapefile

from referrals.imports.registry import Refused
from referrals.imports.values import Rejected, shown

LARGEST_SHAPE = 16 << 20  # bytes; the largest of the Census has two million
LARGEST_FILE = 4 << 30  # bytes, of what an archive holds
DEEPEST = 64  # levels of a JSON; GeoJSON has eight
ARCHIVE, SHAPEFILE = b"PK\x03\x04", b"\x00\x00\x27\x0a"
BOM = b"\xef\xbb\xbf"
EXPECTED = (
    "This is neither a GeoJSON FeatureCollection nor a shapefile (a .zip with .shp "
    "and .dbf in it)."
)
BROKEN = (
    *(shapefile.ShapefileException, struct.error, ValueError, TypeError),
    *(KeyError, IndexError, AssertionError, OverflowError),
)


@dataclass(frozen=True)
class Feature:
    """Number in the file, from 1; properties by folded name; polygons of rings."""

    number: int
    named: dict
    geometry: object

    @property
    def polygons(self) -> list:
        """Lists of rings. Raises Rejected for what has no area."""
        if isinstance(self.geometry, shapefile.Shape):
            return _polygons_of_record(self.geometry)
        if not isinstance(self.geometry, dict):
            raise Rejected("It has no shape.")
        kind, rings = self.geometry.get("type"), self.geometry.get("coordinates")
        if kind not in ("Polygon", "MultiPolygon"):
            raise Rejected(f"Its shape is a {shown(str(kind))}, which has no area.")
        return [rings] if kind == "Polygon" else rings


def features(path, beat: Callable[[int], None]) -> Iterator[Feature]:
    """Every feature of the file. `beat` is told the percent that is read."""
    with Path(path).open("rb") as file:
        start = file.read(4)
    if not start:
        raise Refused("The file is empty.")
    if start == ARCHIVE:
        return _of_archive(path, beat)
    if start == SHAPEFILE:
        return _of_shapefile(Path(path), beat)
    return _of_geojson(path, beat)


# GeoJSON ---------------------------------------------------------------------------


def _of_geojson(path, beat):
    number = 0
    with Path(path).open("rb") as file:
        if file.read(len(BOM)) != BOM:
            file.seek(0)
        text = Text(file, size=Path(path).stat().st_size, beat=beat)
        try:
            for found in ijson.items(text, "features.item", use_float=True):
                text.since = 0
                number += 1
                yield _feature(number, found)
        except (ijson.JSONError, UnicodeDecodeError):
            said = f"The GeoJSON is broken behind feature {number}." if number else ""
            raise Refused(said or EXPECTED) from None
    if not number:
        raise Refused(EXPECTED)


def _feature(number, found):
    properties = found.get("properties") if isinstance(found, dict) else None
    if not isinstance(properties, dict):
        properties = {}
    geometry = found.get("geometry") if isinstance(found, dict) else None
    return Feature(number, _named(properties.items()), geometry)


def _named(pairs):
    return {str(name).strip().casefold(): value for name, value in pairs}


class Text:
    """A JSON file as a parser reads it, looked at before the parser has it.

    A parser keeps a path for every level: some kilobytes of brackets would take
    gigabytes.
    """

    BRACKETS = np.zeros(256, dtype=np.int64)
    BRACKETS[[ord("["), ord("{")]] = 1
    BRACKETS[[ord("]"), ord("}")]] = -1

    def __init__(self, file, *, size, beat):
        self.file, self.size, self.beat = file, max(size, 1), beat
        self.since = 0  # bytes behind the last feature
        self.depth, self.is_quoted, self.rest = 0, False, b""

    def read(self, size=-1):
        block = self.file.read(size)
        self.since += len(block)
        if self.since > LARGEST_SHAPE:
            raise Refused(f"One feature has more than {LARGEST_SHAPE >> 20} MB.")
        self._look(block)
        self.beat(100 * self.file.tell() // self.size)
        return block

    def _look(self, block):
        text = self.rest + block
        plain = text.rstrip(b"\\")
        self.rest = text[len(plain) :]  # what they escape comes with the next block
        plain = plain.replace(b"\\\\", b"").replace(b'\\"', b"")
        if not plain:
            return
        marks = np.frombuffer(plain, dtype=np.uint8)
        quotes = np.cumsum(marks == ord('"')) + self.is_quoted
        depths = self.depth + np.cumsum(self.BRACKETS[marks] * (quotes % 2 == 0))
        if depths.max() > DEEPEST:
            raise Refused(EXPECTED)
        self.depth, self.is_quoted = int(depths[-1]), bool(quotes[-1] % 2)


# Shapefiles ------------------------------------------------------------------------


def _of_archive(path, beat):
    with tempfile.TemporaryDirectory(prefix="liaison-shapes-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, Path(folder), beat)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
            raise Refused("The archive is damaged, or locked by a password.") from None
        yield from _of_shapefile(Path(folder) / "shapes.shp", beat)


def _unpack(archive, folder, beat):
    inside = archive.infolist()
    found = [one for one in inside if one.filename.casefold().endswith(".shp")]
    if len(found) != 1:
        raise Refused(f"The archive holds {len(found) or 'no'} .shp: one is needed.")
    stem = found[0].filename[:-4].casefold()
    for ending in (".shp", ".dbf"):
        members = [one for one in inside if one.filename.casefold() == stem + ending]
        if not members:
            raise Refused(f"The archive holds no {ending} beside its .shp.")
        if members[0].file_size > LARGEST_FILE:
            raise Refused(f"{members[0].filename} is larger than can be taken.")
        path = folder / f"shapes{ending}"
        with archive.open(members[0]) as packed, path.open("wb") as file:
            while block := packed.read(1 << 20):
                file.write(block)
                beat(0)


def _of_shapefile(path, beat):
    records = path.with_suffix(".dbf")
    if not records.is_file():
        raise Refused(
            "A shapefile is several files: bring in the .zip, as the Census gives it."
        )
    number = 0
    try:
        with path.open("rb") as shapes, records.open("rb") as named:
            _check_lengths(shapes, path.stat().st_size)
            reader = shapefile.Reader(shp=shapes, dbf=named, encodingErrors="replace")
            total = max(reader.numRecords or 0, 1)
            for found in reader.iterShapeRecords():
                number += 1
                beat(min(100, 100 * number // total))
                names = _named(found.record.as_dict().items())
                yield Feature(number, names, found.shape)
    except BROKEN:
        said = f"The shapefile is broken behind shape {number}."
        raise Refused(said if number else EXPECTED) from None


def _check_lengths(file, size):
    """Refuse lengths that would lead a reader astray: they are taken at their word."""
    place = 100
    while place < size:
        file.seek(place)
        header = file.read(8)
        length = 2 * struct.unpack(">2i", header)[1]
        if not 4 <= length <= LARGEST_SHAPE:
            raise Refused("The shapefile is broken: a shape has no sensible length.")
        place += 8 + length
    file.seek(0)


def _polygons_of_record(shape):
    if shape.shapeType not in (
        shapefile.POLYGON,
        shapefile.POLYGONM,
        shapefile.POLYGONZ,
    ):
        raise Rejected("It has no area.")
    ends = [*shape.parts[1:], len(shape.points)]
    return [
        [shape.points[start:end] for start, end in zip(shape.parts, ends, strict=True)]
    ]
