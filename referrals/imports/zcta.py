"""Shapes of ZIP codes: the Census's ZIP code tabulation areas, or others like them.

The national file has gigabytes: shapes are put on the grid as they come and wait on
disk, each beside those of its state. Then one state after the other becomes a layer
of bounded weight, and all become current in one step. A ZIP code that lies in two
states is drawn whole, in the state of its middle: there the product counts it too.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import shapely

from accounts.models import ZipShapes
from liaison_crm.lib import shapes
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.shapes import outlines, places
from referrals import addresses
from referrals.imports import outline_files
from referrals.imports.registry import Importer, Option, Refused
from referrals.imports.values import Rejected, shown
from referrals.models import Change
from referrals.services.journal import Journal

CENSUS_2020, CENSUS_2010 = "Census ZCTA 2020", "Census ZCTA 2010"
SOURCES = {  # the property that names the ZIP code -> whose shapes these are
    "zcta5ce20": CENSUS_2020,
    "zcta5ce10": CENSUS_2010,
    "geoid20": CENSUS_2020,
    "geoid10": CENSUS_2010,
    "zcta5": "Census ZCTA",
    "zip": "an imported file",
}
FAR = 10_000  # steps of the grid: a degree
MOST_REJECTED = 10_000
READING_SHARE = 60  # percent
BEAT_SECONDS = 1.0
LOCK = "zip shapes"


class ZctaImporter(Importer):
    kind = "zcta"
    title = "ZIP code shapes"
    description = (
        "The Census's ZIP code tabulation areas, as the .zip with a shapefile or as "
        "GeoJSON in degrees. The ZIP code is ZCTA5CE20, ZCTA5CE10, GEOID20, GEOID10, "
        "ZCTA5 or ZIP. Maps draw them in place of approximate shapes. A state of which "
        "the file has less than half is left out, unless it is named."
    )
    optional = tuple(SOURCES)
    marks = ("zcta5ce20", "zcta5ce10")
    options = (Option("state", "Only in this state, e.g. TN"),)
    is_text = False

    def work(self, work):
        with tempfile.TemporaryDirectory(prefix="liaison-shapes-") as folder:
            reading = Reading(work, Path(folder))
            reading.run()
            made = [*Drawing(work, reading).rows()]
        if work.run.is_dry_run or not made:
            return None
        return lambda run: _publish(run, made)

    def undone(self, run):
        """The shapes go, so that they do not come back with another undo."""
        made = run.changes.filter(
            model=ZipShapes._meta.label_lower, is_undo=False, after__is_current=True
        )
        ours = ZipShapes.objects.filter(pk__in=[*made.values_list("row", flat=True)])
        ours.filter(is_current=False).delete()


class Reading:
    """One pass over the file; the shapes of each state go into a file of its own."""

    def __init__(self, work, folder):
        self.work, self.folder = work, folder
        told = work.run.options.get("state", "").strip()
        self.only = addresses.state_code(told) if told else ""
        if self.only and self.only not in shapes.states():
            raise Refused(f"{shown(told)} is no state.")
        self.zips: dict[str, dict[str, str]] = {}  # state -> ZIP code -> hash
        self.seen: set[str] = set()
        self.left_out = Counter()
        self.source = ""

    def run(self):
        for feature in outline_files.features(self.work.path, self._beat):
            try:
                self._take(feature)
            except Rejected as reason:
                self._reject(feature, str(reason))
            except outlines.NotDegrees:
                raise Refused(
                    f"The coordinates of shape {feature.number} are no degrees: the "
                    "file is in a projection. Save it with longitude and latitude "
                    "(WGS 84 or NAD 83) and try again."
                ) from None
            except (ValueError, TypeError, shapely.errors.ShapelyError):
                self._reject(feature, "Its rings are no lists of points.")
        self._leave_out_neighbours()
        self._say_what_is_left_out()

    def _beat(self, percent):
        self.work.beat(READING_SHARE * percent // 100, "Reading the shapes")

    def _take(self, feature):
        name, code = _zip_of(feature.named)
        if code in self.seen:
            raise Rejected(f"{code} came before: the first one counts.")
        area = outlines.outline(feature.polygons)
        if area is None:
            raise Rejected(f"The shape of {code} has no area.")
        state = _state_of(code, area)
        if state is None or self.only not in ("", state):
            self.left_out[state or "no state"] += 1
            return
        self.seen.add(code)
        self.source = self.source or SOURCES[name]
        self._keep(state, code, shapely.to_wkb(area))

    def _keep(self, state, code, area):
        self.work.counts.read += 1
        digest = hashlib.sha256(area).hexdigest()[:10]
        self.zips.setdefault(state, {})[code] = digest
        with (self.folder / state).open("ab") as file:
            file.write(f"{code}{len(area):010}".encode() + area)

    def _reject(self, feature, reason):
        counts = self.work.counts
        if counts.rejected >= MOST_REJECTED:
            raise Refused(
                f"More than {MOST_REJECTED:,} shapes cannot be read: {feature.number}, "
                f"{reason}"
            )
        counts.read += 1
        said = next((feature.named[it] for it in SOURCES if it in feature.named), "")
        self.work.reject(feature.number, reason, {"zip": str(said)})

    def _leave_out_neighbours(self):
        """A file of one state has some ZIP codes of those around it."""
        few = [
            state
            for state, codes in self.zips.items()
            if not self.only and 2 * len(codes) < len(places.zips_in_state(state))
        ]
        for state in few:
            codes = self.zips.pop(state)
            self.work.counts.read -= len(codes)
            self.left_out[state] += len(codes)
        if not self.zips:
            raise Refused(self._nothing_taken())

    def _nothing_taken(self):
        if not self.left_out:
            return "No shape of the file could be taken."
        return (
            f"The file has less than half of any state's ZIP codes{self._listed()}. "
            "Name a state to take what there is of it."
            if not self.only
            else f"The file has no ZIP code of {self.only}."
        )

    def _listed(self):
        found = [f"{it} {number:,}" for it, number in sorted(self.left_out.items())]
        return f" ({', '.join(found)})" if found else ""

    def _say_what_is_left_out(self):
        if total := self.left_out.total():
            self.work.warn(f"Left out, of other states: {total:,}{self._listed()}.")

    def areas_of(self, state) -> Iterator[tuple[str, shapely.Geometry]]:
        with (self.folder / state).open("rb") as file:
            while head := file.read(15):
                yield head[:5].decode(), shapely.from_wkb(file.read(int(head[5:])))


class Drawing:
    """One state after the other, of those in which anything changed."""

    def __init__(self, work, reading):
        self.work, self.reading = work, reading

    def rows(self) -> Iterator[ZipShapes]:
        missing, total = 0, len(self.reading.zips)
        for number, (state, zips) in enumerate(sorted(self.reading.zips.items())):
            share = READING_SHARE + (95 - READING_SHARE) * number // total
            self.work.beat(share, f"Drawing {shapes.states()[state].name}")
            missing += len({*places.zips_in_state(state)} - zips.keys())
            if self._count(state, zips):
                yield self._row(state, zips)
        if missing:
            self.work.warn(
                f"ZIP codes that the file does not draw: {missing:,}. They keep "
                "approximate shapes where the others leave land for them."
            )

    def _count(self, state, zips):
        """Count against the shapes of before; has anything changed?"""
        old = ZipShapes.objects.current().filter(state=state).defer("layer").first()
        before = old.zips if old else {}
        counts = self.work.counts
        known = zips.keys() & before.keys()
        same = sum(zips[code] == before[code] for code in known)
        counts.created += len(zips) - len(known)
        counts.updated += len(known) - same
        counts.unchanged += same
        if gone := len(before) - len(known):
            self.work.warn(
                f"{state}: {gone:,} of the ZIP codes of before are not in the file."
            )
        return not old or zips != before or old.source != self.reading.source

    def _row(self, state, zips):
        layer = self._layer(state)
        return ZipShapes(
            state=state,
            source=self.reading.source,
            layer=layer,
            digest=hashlib.sha256(layer).hexdigest()[:10],
            zips=zips,
        )

    def _layer(self, state):
        """Texas takes some seconds: the run's heart has to go on beating."""
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(self._draw, state)
            while not future.done():
                wait([future], BEAT_SECONDS)
                self.work.beat()
        try:
            return future.result()
        except outlines.TooMany:
            raise Refused(
                f"The shapes of {state} are too many for a map that loads at once."
            ) from None

    def _draw(self, state):
        areas = dict(self.reading.areas_of(state))
        return outlines.layer(state, areas, self.reading.source)


def _zip_of(named) -> tuple[str, str]:
    """(the property that tells it, the ZIP code)."""
    name = next((it for it in SOURCES if named.get(it) not in (None, "")), None)
    if name is None:
        raise Rejected("No property tells its ZIP code, such as ZCTA5CE20.")
    code, more, _ = addresses.zip_parts(str(named[name]))
    if not code or more:
        raise Rejected(f"{shown(str(named[name]))} is no ZIP code.")
    return name, code


def _state_of(code, area):
    """The state that the product counts it in; None outside of all."""
    state = shapes.state_of(code)
    if state is None:
        return shapes.state_at(outlines.middle_of(area))
    if area.distance(shapely.Point(places.middle(code))) > FAR:
        raise Rejected(f"The shape lies more than a degree away from {code}.")
    return state


def _publish(run, made):
    """Make these the current shapes of their states, in place of those before."""
    lock_until_commit(LOCK)
    journal = Journal(at=run.created_at, run=run)
    ours = ZipShapes.objects.filter(state__in=[row.state for row in made])
    old = [*ours.current()]
    ZipShapes.objects.bulk_create(made)
    for rows, is_current in ((old, False), (made, True)):
        for row in rows:
            row.is_current = is_current
        journal.update(rows, ["is_current"])
    told = Change.objects.filter(model=ZipShapes._meta.label_lower)
    left = ZipShapes.objects.filter(is_current=False)
    left.exclude(pk__in=told.values("row")).delete()


IMPORTER = ZctaImporter()
