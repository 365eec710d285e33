"""Territories painted, assigned, tried in another cut and applied, in Chromium."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import TerritoryZip, WhatIf
from liaison_crm.lib import shapes
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.test_map import DRAWN, INSIDE
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
)
from tests.factories.referrals import PracticeFactory

pytestmark = pytest.mark.browser

THREE = ["37203", "37204", "37205"]
RUTHERFORD = "47149"  # a county, by its FIPS code
FIVE = ["37206", "37207", "37208", "37209", "37210"]


@pytest.fixture
def places(region):
    """West with three ZIP codes to be painted, East with five; a practice in each."""
    east = TerritoryFactory(name="East", parent=region, colour="orange")
    west = TerritoryFactory(name="West", parent=region, colour="violet")
    for code in FIVE:
        TerritoryZipFactory(territory=east, zip_code=code)
    for code in [*THREE, *FIVE, shapes.zips_in_county(RUTHERFORD)[0]]:
        PracticeFactory(name=f"Practice {code}", zip_code=code, tier="A")
    return west, east


def ready(page):
    expect(page.locator(".map-zip.territory-orange").first).to_be_attached()
    page.evaluate(DRAWN)


def tap(page, kind, code):
    canvas = page.locator(".map-canvas")
    canvas.evaluate(
        "(map) => map.scrollIntoView({ block: 'center', behavior: 'instant' })"
    )
    page.mouse.click(*page.evaluate(INSIDE, [kind, code]))


def painted(page):
    return page.locator("[data-moves]")


def practices_of(page):
    page.goto("/practices/")
    names = page.locator("tbody a", has_text=re.compile("^Practice "))
    expect(names.first).to_be_visible()
    return set(names.all_inner_texts())


def figure(page, territory, label):
    """A cell of the comparison."""
    head = page.locator("th", has_text=re.compile(rf"^\s*{territory}"))
    row = page.locator("table.what-if tbody tr").filter(has=head)
    return row.locator(f'td[data-label="{label}"]')


def beside(then, now):
    """What a cell says, whatever space is between its words."""
    then, now = (r"\s*".join(map(re.escape, told.split())) for told in (then, now))
    return re.compile(rf"^\s*{then}\s*today\s*{now}\s*$")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_territory_is_painted_assigned_tried_anew_and_applied(
    page_of, administrator, manager, places, size
):
    west, east = places

    def signed_in(user):
        page = page_of(size=size)
        sign_in(page, user.email)
        return page

    liaison = UserFactory(name="Wes Westerly")
    page = signed_in(administrator)

    # Three ZIP codes by tapping, one more and back, a county at once.
    page.goto("/territories/map/")
    ready(page)
    page.get_by_label("West", exact=False).first.check()
    for code in [*THREE, FIVE[0], FIVE[0]]:
        tap(page, "zip", code)
    expect(painted(page)).to_contain_text("3 ZIP codes from no territory to West")
    expect(painted(page)).not_to_contain_text("from East")
    page.get_by_text("Counties", exact=True).click()
    tap(page, "county", RUTHERFORD)
    county = shapes.zips_in_county(RUTHERFORD)
    number = 3 + len(county)
    expect(painted(page)).to_contain_text(f"{number} ZIP codes from no territory")
    page.get_by_role("button", name="Save the cut").click()
    expect(page.get_by_text(f"{number} ZIP codes moved.")).to_be_visible()
    held = west.zips.values_list("zip_code", flat=True)
    assert set(held) == {*THREE, *county}

    # Assigned: the liaison sees exactly its practices.
    page.goto(f"/territories/{west.pk}/assign/")
    page.get_by_label("Person").select_option(label="Wes Westerly")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Wes Westerly works West.")).to_be_visible()
    theirs = signed_in(liaison)
    inside = {f"Practice {code}" for code in (*THREE, county[0])}
    assert practices_of(theirs) == inside

    # A what-if of the manager: five ZIP codes move, nobody does.
    boss = signed_in(manager)
    boss.goto("/what-ifs/new/")
    boss.get_by_label("Name").fill("All to the west")
    boss.get_by_label("Below").select_option(label="Middle Tennessee")
    boss.get_by_role("button", name="Start").click()
    boss.get_by_role("link", name="Map", exact=True).click()
    ready(boss)
    boss.get_by_label("West", exact=False).first.check()
    for code in FIVE:
        tap(boss, "zip", code)
    expect(painted(boss)).to_contain_text("5 ZIP codes from East to West")
    boss.get_by_role("button", name="Move in this what-if").click()

    # The workload of both sides: 4 and 5 practices of tier A today, 9 and none then.
    for name, label, then, now in (
        ("West", "Practices", "9", "4"),
        ("West", "Stops asked in 4 weeks", "18.0", "8.0"),
        ("West", "Load against average", "100 %", "89 %"),
        ("East", "Practices", "0", "5"),
        ("East", "Stops asked in 4 weeks", "0.0", "10.0"),
        ("East", "Load against average", "no data", "111 %"),
    ):
        expect(figure(boss, name, label)).to_have_text(beside(then, now))
    figure(boss, "West", "Practices").get_by_role("link").first.click()
    listed = boss.locator("tbody a", has_text=re.compile("^Practice "))
    expect(listed).to_have_count(9)
    cuts = boss.get_by_role("group", name="Cut")
    cuts.get_by_role("link", name="Today").click()
    expect(listed).to_have_count(4)
    boss.get_by_role("link", name="All to the west").click()
    assert practices_of(theirs) == inside

    # Applied by the manager from a day on.
    boss.get_by_role("link", name="Apply on a day").click()
    boss.get_by_label("From").fill(timezone.localdate().isoformat())
    boss.get_by_role("button", name="Apply the new cut").click()
    expect(boss.get_by_text("5 ZIP codes change hands")).to_be_visible()
    assert practices_of(theirs) == inside | {f"Practice {code}" for code in FIVE}
    today = timezone.localdate()
    assert WhatIf.objects.get().applied_on == today
    yesterday = TerritoryZip.objects.current(on=today - dt.timedelta(days=1))
    assert yesterday.get(zip_code=FIVE[0]).territory == east


def test_dragging_paints_what_it_runs_over_and_undo_takes_the_stroke_back(
    page_as, manager, places
):
    page = page_as(manager)
    page.goto("/territories/map/")
    ready(page)
    page.get_by_label("West", exact=False).first.check()
    page.get_by_text("Paint", exact=True).click()
    start = page.evaluate(INSIDE, ["zip", FIVE[0]])

    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 300, start[1], steps=12)
    page.mouse.up()

    expect(painted(page)).to_contain_text("from East to West")
    page.get_by_role("button", name="Undo").click()
    expect(painted(page)).to_be_empty()
    expect(page.get_by_role("button", name="Save the cut")).to_be_disabled()


def test_the_keyboard_paints_what_lies_under_the_crosshair(page_as, manager, places):
    page = page_as(manager)
    page.goto("/territories/map/")
    ready(page)
    page.get_by_label("West", exact=False).first.check()
    canvas = page.locator(".map-canvas")
    canvas.evaluate(
        "(map) => map.scrollIntoView({ block: 'center', behavior: 'instant' })"
    )
    page.evaluate(INSIDE, ["zip", FIVE[0]])
    page.locator(".map-canvas").focus()

    page.keyboard.press("Enter")

    expect(painted(page)).to_contain_text("1 ZIP code")


def test_what_belongs_to_another_region_is_not_painted_nor_named(
    page_as, manager, places
):
    far = TerritoryFactory(name="Beside")
    TerritoryZipFactory(territory=far, zip_code="37013")
    TerritoryAssignmentFactory(user=UserFactory(), territory=far)
    page = page_as(manager)
    page.goto("/territories/map/")
    ready(page)
    expect(page.locator(".map-zip.is-elsewhere")).to_have_count(1)
    page.get_by_label("West", exact=False).first.check()

    tap(page, "zip", "37013")

    expect(page.get_by_text("1 not yours to move")).to_be_visible()
    expect(painted(page)).to_be_empty()
    expect(page.get_by_text("Beside")).to_have_count(0)
