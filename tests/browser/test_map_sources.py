"""Maps on tiles of a server that is there, and with shapes that a file brought."""

import pytest
from django.conf import settings as configured
from playwright.sync_api import expect

from accounts.models import TerritoryZip
from liaison_crm.lib.tiles import tile_origins
from tests.browser import axe, tiles
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_map import DRAWN, INSIDE, MAP
from tests.outlines import feature, geojson, square
from tests.referrals.imports.undone import take_back

pytestmark = pytest.mark.browser

TILE = ".leaflet-tile-loaded"


@pytest.fixture
def tile_server(settings):
    """What it was asked; the product draws its tiles and allows its host alone."""
    with tiles.serving() as (url, asked):
        settings.MAP_TILES_URL = url
        settings.MAP_TILES_ATTRIBUTION = "© Somebody <b>else</b>"
        policy = configured.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        own = [one for one in policy["img-src"] if not one.startswith("http")]
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": {**policy, "img-src": [*own, *tile_origins(url)]}
        }
        yield asked


@pytest.mark.parametrize(("size", "theme"), [(PHONE, "dark"), (DESK, "light")])
def test_tiles_are_drawn_below_the_shapes_with_their_attribution(
    page_as, administrator, north_practice, tile_server, site_url, size, theme
):
    page = page_as(administrator, size=size, theme=theme)

    page.goto("/practices/map/")
    page.evaluate(DRAWN)

    expect(page.locator(TILE).first).to_be_visible()
    expect(page.get_by_text("© Somebody <b>else</b>")).to_be_visible()
    expect(page.locator("path.map-zip")).to_have_count(638)
    # A tile server wants to know whose pages draw its tiles, and no more than that.
    assert {referer for _, referer in tile_server} == {f"{site_url}/"}
    assert axe.violations(page) == []


def test_territories_keep_their_colour_above_tiles(
    page_as, administrator, north, north_practice, tile_server
):
    page = page_as(administrator)

    page.goto("/territories/map/")
    page.evaluate(DRAWN)

    ours = page.locator(".map-zip[class*=territory-]").first
    expect(ours).to_have_css("fill-opacity", "0.5")
    expect(page.locator(".map-county").first).to_have_css("fill-opacity", "0.12")


def test_pictures_of_other_hosts_stay_out(
    page_as, administrator, north_practice, tile_server, troubles
):
    page = page_as(administrator)
    page.goto("/practices/map/")
    page.evaluate(DRAWN)

    with tiles.serving() as (other, asked):
        page.evaluate(
            "(url) => { const one = new Image(); one.src = url; "
            "return new Promise((done) => { one.onerror = done; }).then(() => 1) }",
            other.format(z=1, x=1, y=1),
        )

    assert asked == []
    assert any("policy: img-src" in what for _, what in troubles.seen)
    troubles.seen.clear()


def test_imported_shapes_are_drawn_painted_and_gone_with_an_undo(
    page_as, administrator, north, north_practice, bring_in
):
    file = geojson(feature("37064", rings=[square("37064", 0.1)]), "37203")
    run = bring_in("zcta", file, options={"state": "TN"})
    page = page_as(administrator, size=PHONE)
    page.emulate_media(reduced_motion="reduce")

    page.goto("/territories/map/")
    page.evaluate(DRAWN)
    note = "Shapes of ZIP codes: Census ZCTA 2020, approximate where it has none."
    expect(page.get_by_text(note)).to_be_visible()
    width = f"() => {MAP}.shapes.zip.get('37064').getBounds()"
    box = page.evaluate(f"({width})().toBBoxString()").split(",")
    assert float(box[2]) - float(box[0]) == pytest.approx(0.2, abs=0.001)
    page.get_by_label("North").check()
    page.locator(".map-canvas").evaluate(
        "(map) => map.scrollIntoView({ block: 'center', behavior: 'instant' })"
    )
    page.mouse.click(*page.evaluate(INSIDE, ["zip", "37064"]))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 ZIP codes moved.")).to_be_visible()
    assert TerritoryZip.objects.filter(zip_code="37064", territory=north).exists()

    take_back(run)
    page.goto("/territories/map/")
    page.evaluate(DRAWN)
    expect(page.get_by_text("Shapes of ZIP codes are approximate")).to_be_visible()
    expect(page.locator(".map-source")).to_be_hidden()
