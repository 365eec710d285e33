"""Maps in a real browser: shapes that can be chosen, practices that can be opened."""

import pytest
from playwright.sync_api import expect

from liaison_crm.lib import shapes
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE
from tests.factories.referrals import PracticeFactory

pytestmark = pytest.mark.browser

URL = "/practices/map/"
MAP = "document.querySelector('.map').map"
LISTEN = """
(name) => {
  window.heard = [];
  document.addEventListener(name, ({ detail }) => window.heard.push(detail));
}
"""
DRAWN = f"async () => {{ await {MAP}.drawn }}"
# Somewhere inside a shape, on the screen, as soon as it is painted there.
INSIDE = f"""
async ([kind, code]) => {{
  const map = {MAP};
  const spots = [];
  for (let x = 1; x < 40; x += 1) for (let y = 1; y < 40; y += 1) spots.push([x, y]);
  spots.sort(([a, b], [c, d]) => Math.hypot(a-20, b-20) - Math.hypot(c-20, d-20));
  map.frame(kind, [code]);
  for (let attempt = 0; attempt < 50; attempt += 1) {{
    await new Promise((done) => setTimeout(done, 50));
    const box = map.shapes[kind].get(code).getElement().getBoundingClientRect();
    for (const [x, y] of spots) {{
      const at = [box.x + (box.width * x) / 40, box.y + (box.height * y) / 40];
      if (map.shapeAt(...at)?.code === code) return at;
    }}
  }}
  throw new Error(`${{code}} is nowhere on the screen`);
}}
"""


@pytest.fixture
def map_of(page_as):
    """`map_of(user, size=PHONE)`: the page of the map once its markers are there."""

    def open_map(user, query="", **options):
        page = page_as(user, **options)
        # What still glides would take the click.
        page.emulate_media(reduced_motion="reduce")
        page.goto(URL + query)
        expect(page.locator("#practice-map[data-ready]")).to_be_attached()
        return page

    return open_map


@pytest.fixture
def in_every_state(db):
    for state in shapes.states():
        PracticeFactory(name=f"In {state}", zip_code=shapes.zips_in_state(state)[0])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_counties_of_all_states_are_drawn_and_can_be_chosen_on_a_phone(
    map_of, administrator, in_every_state, theme
):
    page = map_of(administrator, size=PHONE, theme=theme)
    page.evaluate(DRAWN)
    # Without the ZIP codes of all states, which would be drawn one by one.
    page.evaluate(f"() => {{ {MAP}.options.zips = 'never' }}")
    page.evaluate(f"() => {{ {MAP}.target = 'county' }}")
    page.evaluate(LISTEN, "map:choose")
    first = {county.state: fips for fips, county in shapes.counties().items()}

    for fips in first.values():
        page.mouse.click(*page.evaluate(INSIDE, ["county", fips]))

    # Falls Church is too small to be drawn.
    assert page.locator("path.map-county").count() == len(shapes.counties()) - 1
    assert page.evaluate("heard.map((one) => one.code)") == list(first.values())
    assert page.evaluate("heard[0]")["kind"] == "county"


def test_the_zip_codes_of_a_state_are_drawn_and_can_be_chosen_on_a_phone(
    map_of, administrator, north_practice
):
    page = map_of(administrator, size=PHONE)
    expect(page.locator("path.map-zip")).to_have_count(638)
    page.evaluate(f"() => {{ {MAP}.target = 'zip' }}")
    page.evaluate(LISTEN, "map:choose")

    page.mouse.click(*page.evaluate(INSIDE, ["zip", "37064"]))

    assert page.evaluate("heard") == [
        {"kind": "zip", "code": "37064", "name": "37064", "state": "TN"}
    ]
    expect(page.get_by_text("Shapes of ZIP codes are approximate")).to_be_visible()


def test_a_stroke_tells_each_shape_once(map_of, administrator, north_practice):
    page = map_of(administrator, size=PHONE)
    page.evaluate(DRAWN)
    page.evaluate(f"() => {{ {MAP}.target = 'county'; {MAP}.strokes = true }}")
    page.evaluate(LISTEN, "map:stroke")
    page.evaluate(INSIDE, ["county", "47187"])  # Williamson, in the middle
    box = page.locator(".map-canvas").bounding_box()
    high = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + 5, high)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, high, steps=40)
    page.mouse.move(box["x"] + 5, high, steps=40)
    page.mouse.up()

    (stroke,) = page.evaluate("heard")
    assert stroke["kind"] == "county"
    assert "47187" in stroke["codes"]
    assert len(stroke["codes"]) == len(set(stroke["codes"])) > 1


def test_the_keyboard_chooses_what_lies_under_the_crosshair(
    map_of, administrator, north_practice
):
    page = map_of(administrator, size=DESK)
    page.evaluate(DRAWN)
    page.evaluate(f"() => {{ {MAP}.target = 'county' }}")
    page.evaluate(LISTEN, "map:choose")
    page.evaluate(INSIDE, ["county", "47187"])

    page.get_by_role("button", name="Near me").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".map-canvas")).to_be_focused()
    expect(page.locator(".map-status")).to_have_text("Williamson")
    page.keyboard.press("Enter")

    assert page.evaluate("heard.map((one) => one.name)") == ["Williamson"]


def test_painted_classes_reach_shapes_that_come_later(
    map_of, administrator, north_practice
):
    page = map_of(administrator, size=PHONE)

    page.evaluate(f"() => {MAP}.paint('zip', '37064', 'one two')")
    page.evaluate(f"() => {MAP}.paint('zip', '37064', 'three')")
    page.evaluate(f"() => {MAP}.paint('county', '47187', 'four')")

    expect(page.locator("path.map-zip.three")).to_have_count(1)
    expect(page.locator("path.map-county.four")).to_have_count(1)
    expect(page.locator("path.one, path.two")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_cluster_opens_and_a_practice_in_it_on_a_phone(
    map_of, liaison, north_practice, theme
):
    PracticeFactory(name="Beside", zip_code="37203", latitude=36.10, longitude=-86.8)
    PracticeFactory(name="Besides", zip_code="37203", latitude=36.11, longitude=-86.7)
    page = map_of(liaison, size=PHONE, theme=theme)
    page.evaluate(f"() => {MAP}.leaflet.setZoom(7, {{ animate: false }})")

    page.get_by_role("button", name="3 practices here: zoom in").click()
    page.get_by_role("button", name="Beside, Prospect").click()
    card = page.locator(".leaflet-popup .practice-card")
    expect(card).to_contain_text("No visit yet")
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")
    assert axe.violations(page) == []
    card.get_by_role("link", name="Beside", exact=True).click()

    expect(page.get_by_role("heading", level=1, name="Beside")).to_be_visible()


def test_a_row_of_the_list_is_shown_on_the_map(map_of, liaison, north_practice):
    page = map_of(liaison, size=PHONE)

    page.get_by_role("button", name="List").click()
    page.get_by_role("button", name="Show North Clinic on the map").click()

    card = page.locator(".leaflet-popup")
    expect(card.get_by_role("link", name="North Clinic", exact=True)).to_be_visible()
    expect(card).to_contain_text("About here: the middle of its ZIP code.")
    expect(page.locator(".practice-map-list")).to_be_hidden()


def test_the_colour_is_changed_in_place_and_kept_in_the_address(
    map_of, liaison, north_practice
):
    page = map_of(liaison, "?q=north", size=DESK)
    marker = page.get_by_role("button", name="North Clinic, No tier")

    page.get_by_text("Tier", exact=True).last.click()

    expect(marker).to_be_visible()
    expect(page.locator(".dot-label", has_text="No tier")).to_be_visible()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?q=north&colour=tier")


def test_near_me_asks_the_browser_and_tells_nobody(map_of, liaison, north_practice):
    page = map_of(liaison, size=PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 36.1, "longitude": -86.9})
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_role("button", name="Near me").click()

    expect(page.locator(".map-status")).to_contain_text("The nearest practice is North")
    assert not [url for url in asked if "36." in url or "86." in url]


def test_who_refuses_to_be_found_is_told_what_to_do(map_of, liaison, north_practice):
    page = map_of(liaison, size=PHONE)

    page.get_by_role("button", name="Near me").click()

    expect(page.locator(".map-status")).to_contain_text("Allow it in the browser")


def test_shapes_that_do_not_come_are_told(page_as, liaison, north_practice, troubles):
    page = page_as(liaison)
    troubles.expect("/maps/TN/counties.json")
    page.route("**/counties.json*", lambda route: route.fulfill(status=503))

    page.goto(URL)

    expect(page.locator(".map-status")).to_have_text(
        "The shapes of Tennessee could not be loaded. Reload the page."
    )
