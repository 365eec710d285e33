"""Made-up files of ZIP code shapes: squares around the middles of ZIP codes."""

import io
import json
import zipfile

import shapefile

from liaison_crm.lib import geography

HALF = 0.02  # degrees: a square around a middle is 0.04 wide


def square(code, half=HALF):
    """A closed ring around the middle of a ZIP code, as (east, north)."""
    north, east = geography.centroids()[code]
    return ring(east, north, half)


def ring(east, north, half=HALF):
    turns = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return [(round(east + x * half, 6), round(north + y * half, 6)) for x, y in turns]


def feature(code, rings=None, name="ZCTA5CE20"):
    """A GeoJSON feature; of a square, unless its rings are given."""
    rings = [square(code)] if rings is None else rings
    geometry = {"type": "Polygon", "coordinates": rings}
    return {"type": "Feature", "properties": {name: code}, "geometry": geometry}


def geojson(*features, **beside):
    """The text of a file of these features; a ZIP code stands for its square."""
    whole = [feature(one) if isinstance(one, str) else one for one in features]
    return json.dumps({"type": "FeatureCollection", **beside, "features": whole})


def shape_files(rings_by_code, name="ZCTA5CE20") -> dict[str, bytes]:
    """`.shp` and `.dbf` of these shapes: code -> rings."""
    shp, dbf = io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, dbf=dbf, shx=io.BytesIO(), shapeType=5) as writer:
        writer.field(name, "C", size=10)
        for code, rings in rings_by_code.items():
            writer.record(code)
            writer.poly(rings) if rings else writer.null()
        writer.close()
        return {".shp": shp.getvalue(), ".dbf": dbf.getvalue()}


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of these, by their names."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def archive(rings_by_code, **options) -> bytes:
    """A zipped shapefile as the Census gives it."""
    files = shape_files(rings_by_code, **options)
    return zipped({f"tl_2020_us_zcta520{end}": text for end, text in files.items()})
