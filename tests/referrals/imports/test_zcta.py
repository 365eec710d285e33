"""Shapes of ZIP codes from a file: what is taken, what is drawn, and back again."""

import gzip
import json

import pytest
from django.urls import reverse

from accounts import maps
from accounts.models import ZipShapes
from liaison_crm.lib import geography, shapes
from referrals.imports import zcta
from referrals.models import ImportRun
from tests.lib.shapes.conftest import drawn_from
from tests.outlines import archive, feature, geojson, ring, shape_files, square
from tests.referrals.imports.undone import take_back

pytestmark = pytest.mark.django_db

DELAWARE = shapes.zips_in_state("DE")
DOVER, LEWES, MILTON = "19901", "19958", "19968"
ONLY = {"options": {"state": "DE"}}


def drawn(state="DE"):
    """The current layer of the state."""
    row = ZipShapes.objects.current().get(state=state)
    return json.loads(gzip.decompress(bytes(row.layer)))


def current():
    return {
        row.state: (row.source, sorted(row.zips)) for row in ZipShapes.objects.current()
    }


def reasons(run):
    return [(row.line, row.reason) for row in run.rejected_rows.all()]


def test_the_shapes_of_a_state_are_taken(bring_in, counts):
    run = bring_in("zcta", geojson(*DELAWARE))

    assert counts(run) == (68, 68, 0, 0, 0)
    assert current() == {"DE": ("Census ZCTA 2020", DELAWARE)}
    assert drawn()["source"] == "Census ZCTA 2020"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("ZCTA5CE20", "Census ZCTA 2020"),
        ("zcta5ce10", "Census ZCTA 2010"),
        ("GEOID20", "Census ZCTA 2020"),
        ("GEOID10", "Census ZCTA 2010"),
        ("ZCTA5", "Census ZCTA"),
        (" Zip ", "an imported file"),
    ],
)
def test_the_property_with_the_zip_code_tells_whose_shapes_these_are(
    bring_in, name, source
):
    bring_in("zcta", geojson(feature(DOVER, name=name)), **ONLY)

    assert current() == {"DE": (source, [DOVER])}


def test_a_shapefile_is_taken_from_its_archive(bring_in, counts):
    content = archive({code: [square(code)[::-1]] for code in DELAWARE})

    run = bring_in("zcta", content, file_name="tl_2020_us_zcta520.zip")

    assert counts(run) == (68, 68, 0, 0, 0)
    assert current() == {"DE": ("Census ZCTA 2020", DELAWARE)}


def test_a_shapefile_is_taken_from_its_two_files(bring_in, tmp_path):
    files = shape_files({DOVER: [square(DOVER)], LEWES: [square(LEWES)]})
    (tmp_path / "zcta.dbf").write_bytes(files[".dbf"])

    bring_in("zcta", files[".shp"], file_name="zcta.shp", **ONLY)

    assert current() == {"DE": ("Census ZCTA 2020", [DOVER, LEWES])}


def test_holes_and_islands_of_a_shapefile_are_kept(bring_in):
    """A square of 400 steps, less a hole of 200, and an island of 200."""
    north, east = geography.centroids()[DOVER]
    hole = ring(east, north, 0.01)
    island = ring(east + 0.1, north, 0.01)[::-1]

    bring_in("zcta", archive({DOVER: [square(DOVER)[::-1], hole, island]}), **ONLY)

    found = drawn_from(drawn())[DOVER]
    assert found.area == pytest.approx(400**2, rel=0.01)
    assert len(found.geoms) == 2


def test_shapes_of_other_states_are_left_out_and_told(bring_in, counts):
    run = bring_in("zcta", geojson(*DELAWARE, "37064", "37203", "96910"))

    assert counts(run) == (68, 68, 0, 0, 0)
    assert current().keys() == {"DE"}
    assert "Left out, of other states: 3 (TN 2, no state 1)." in run.warnings


def test_a_part_of_a_state_is_taken_when_the_state_is_named(bring_in, counts):
    text = geojson(DOVER, LEWES, "37064")

    refused = bring_in("zcta", text)
    run = bring_in("zcta", text, options={"state": "Delaware"})

    assert refused.status == ImportRun.Status.REFUSED
    assert "less than half of any state" in refused.error
    assert "DE 2, TN 1" in refused.error
    assert counts(run) == (2, 2, 0, 0, 0)
    assert any("does not draw: 66." in warning for warning in run.warnings)
    assert drawn()["approximate"] is True


def test_a_state_that_is_none_is_refused(bring_in):
    run = bring_in("zcta", geojson(DOVER), options={"state": "Guam"})

    assert run.status == ImportRun.Status.REFUSED
    assert "is no state" in run.error


def test_bad_shapes_are_rejected_by_their_number_and_reason(bring_in, counts):
    metres_off = [(east + 3, north) for east, north in square(DOVER)]
    text = geojson(
        LEWES,
        feature("99", rings=[square(DOVER)]),
        feature(DOVER, name="NAME"),
        {"type": "Feature", "properties": {"ZIP": DOVER}, "geometry": None},
        {**feature(DOVER), "geometry": {"type": "Point", "coordinates": [0, 0]}},
        feature(DOVER, rings=[]),
        feature(DOVER, rings=[[1, 2, 3]]),
        feature(DOVER, rings=[[(0, 0)] * 4]),
        feature(DOVER, rings=[metres_off]),
        LEWES,
        [],
        {"properties": 5, "geometry": 5},
    )

    run = bring_in("zcta", text, **ONLY)

    assert counts(run) == (12, 1, 0, 0, 11)
    assert current()["DE"][1] == [LEWES]
    said = dict(reasons(run))
    assert "no ZIP code" in said[2]
    assert "No property tells" in said[3]
    assert "no shape" in said[4]
    assert '"Point", which has no area' in said[5]
    assert "has no area" in said[6]
    assert "no lists of points" in said[7]
    assert "has no area" in said[8]
    assert "more than a degree away" in said[9]
    assert "came before" in said[10]
    assert len(said) == 11


def test_a_zip_code_that_lost_its_zeros_is_repaired(bring_in):
    holtsville = shapes.zips_in_state("NH")[0]
    assert holtsville.startswith("0")
    one = feature(holtsville)
    one["properties"]["ZCTA5CE20"] = int(holtsville)

    bring_in("zcta", geojson(one), options={"state": "NH"})

    assert current()["NH"][1] == [holtsville]


def test_metres_are_refused_in_words_that_say_what_to_do(bring_in):
    metres = [(500_000, 4_300_000), (501_000, 4_300_000), (501_000, 4_301_000)]

    run = bring_in("zcta", geojson(LEWES, feature(DOVER, rings=[metres])), **ONLY)

    assert run.status == ImportRun.Status.REFUSED
    assert "shape 2 are no degrees" in run.error
    assert "longitude and latitude" in run.error
    assert not ZipShapes.objects.exists()


def test_a_code_on_both_sides_of_a_state_line_is_drawn_whole_where_its_middle_is(
    bring_in,
):
    delmar = "19940"  # a town on the line to Maryland
    wide = square(delmar, half=0.05)

    bring_in("zcta", geojson(feature(delmar, rings=[wide])), **ONLY)

    assert drawn_from(drawn())[delmar].area == pytest.approx(1000**2, rel=0.01)


def test_a_code_without_a_middle_lies_where_its_shape_is(bring_in):
    north, east = geography.centroids()[DOVER]
    assert shapes.state_of("19999") is None

    bring_in(
        "zcta", geojson(feature("19999", rings=[ring(east, north, 0.005)])), **ONLY
    )

    assert current()["DE"][1] == ["19999"]
    assert "19999" in drawn_from(drawn())


# Again, anew, and back -------------------------------------------------------------


def test_the_same_file_again_changes_nothing(bring_in, counts):
    bring_in("zcta", geojson(*DELAWARE))
    before = [*ZipShapes.objects.values()]

    again = bring_in("zcta", geojson(*DELAWARE))
    forced = bring_in("zcta", geojson(*DELAWARE), is_forced=True)

    assert again.is_duplicate
    assert counts(forced) == (68, 0, 0, 68, 0)
    assert [*ZipShapes.objects.values()] == before
    assert not forced.changes.exists()


def test_the_same_shapes_from_another_format_change_nothing(bring_in, counts):
    bring_in("zcta", geojson(*DELAWARE))

    run = bring_in("zcta", archive({code: [square(code)] for code in DELAWARE}))

    assert counts(run) == (68, 0, 0, 68, 0)


def test_a_newer_file_takes_the_place_of_the_last_one(bring_in, counts):
    bring_in("zcta", geojson(DOVER, LEWES), **ONLY)

    run = bring_in(
        "zcta", geojson(feature(DOVER, rings=[square(DOVER, 0.01)]), MILTON), **ONLY
    )

    assert counts(run) == (2, 1, 1, 0, 0)
    assert current()["DE"][1] == [DOVER, MILTON]
    assert "DE: 1 of the ZIP codes of before are not in the file." in run.warnings


def test_a_dry_run_counts_and_changes_nothing(bring_in, counts):
    run = bring_in("zcta", geojson(*DELAWARE), is_dry_run=True)

    assert counts(run) == (68, 68, 0, 0, 0)
    assert not ZipShapes.objects.exists()


def test_an_undo_returns_to_the_cells(bring_in):
    run = bring_in("zcta", geojson(*DELAWARE))

    undone = take_back(run)

    assert undone.status == ImportRun.Status.UNDONE
    assert not ZipShapes.objects.exists()


def test_an_undo_brings_the_shapes_before_back(bring_in):
    bring_in("zcta", geojson(DOVER), **ONLY)
    run = bring_in("zcta", geojson(LEWES), **ONLY)

    take_back(run)

    assert current()["DE"][1] == [DOVER]
    assert ZipShapes.objects.count() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_imports_are_undone_in_any_order(bring_in, order):
    runs = [bring_in("zcta", geojson(code), **ONLY) for code in (DOVER, LEWES)]

    take_back(runs[order[0]])
    assert current() == (
        {"DE": ("Census ZCTA 2020", [LEWES])}
        if order[0] == 0
        else {"DE": ("Census ZCTA 2020", [DOVER])}
    )
    take_back(runs[order[1]])

    assert not ZipShapes.objects.exists()


def test_states_of_two_files_stand_beside_each_other(bring_in):
    bring_in("zcta", geojson(DOVER), **ONLY)
    run = bring_in("zcta", geojson("37064"), options={"state": "TN"})
    assert current().keys() == {"DE", "TN"}

    take_back(run)

    assert current().keys() == {"DE"}


def test_two_at_once_leave_one_set_of_shapes(bring_in, monkeypatch):
    """The second is drawn while the first is published."""
    publish = zcta._publish

    def late(run, made):
        monkeypatch.setattr(zcta, "_publish", publish)
        bring_in("zcta", geojson(DOVER), file_name="other.json", **ONLY)
        publish(run, made)

    monkeypatch.setattr(zcta, "_publish", late)

    bring_in("zcta", geojson(LEWES), **ONLY)

    assert current()["DE"][1] == [LEWES]
    assert ZipShapes.objects.count() == 2


# What the browser gets -------------------------------------------------------------


def test_the_next_request_has_the_new_shapes_and_after_an_undo_the_old(
    bring_in, signed_in, liaison
):
    client = signed_in(liaison)

    def state():
        (one,) = maps.states_of([DOVER])
        return one

    old = state().zips_url
    tag = client.get(old).headers["ETag"]
    run = bring_in("zcta", geojson(*DELAWARE))
    new = state().zips_url

    changed = client.get(old, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "no-cache" in changed.headers["Cache-Control"]
    assert new != old
    assert client.get(new).json()["source"] == "Census ZCTA 2020"
    assert "immutable" in client.get(new).headers["Cache-Control"]

    take_back(run)
    assert state().zips_url == old
    assert client.get(old).json()["approximate"] is True
    assert "no-cache" in client.get(new).headers["Cache-Control"]


def test_who_can_unpack_gets_the_layer_as_it_is_kept(bring_in, signed_in, liaison):
    bring_in("zcta", geojson(*DELAWARE))
    url = reverse("accounts:zip-shapes", args=["DE"])

    response = signed_in(liaison).get(url, headers={"Accept-Encoding": "gzip"})

    assert response.content == bytes(ZipShapes.objects.get().layer)


def test_a_code_that_only_the_file_draws_is_painted_as_well(
    bring_in, signed_in, administrator
):
    north, east = geography.centroids()[DOVER]
    bring_in(
        "zcta", geojson(feature("19999", rings=[ring(east, north, 0.005)])), **ONLY
    )

    url = reverse("accounts:territory-map-zips")
    found = signed_in(administrator).get(url, {"state": "DE"}).json()

    assert found["19999"] == [0, ""]
    assert found[DOVER] == [0, "10001"]
