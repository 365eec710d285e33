"""Search over any page in a real browser: keys, clicks, a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_three_letters_of_the_middle_of_a_name_and_enter_open_the_physician(
    page_as, liaison, north_physician
):
    page = page_as(liaison)
    page.goto("/practices/")

    page.keyboard.press("Control+k")
    page.keyboard.insert_text("thr")
    expect(page.locator("#search .search-hit").first).to_contain_text("Nora Northrup")
    assert axe.violations(page) == []
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/physicians/{north_physician.pk}/")


def test_arrows_walk_the_hits_and_back_to_the_field(page_as, liaison, market):
    page = page_as(liaison)
    page.goto("/practices/")

    page.keyboard.press("Control+k")
    page.keyboard.insert_text("nor")
    page.wait_for_selector("#search .search-hit")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search .search-hit").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search-text")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    target = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{target}")


def test_escape_leads_back_to_the_page(page_as, liaison, north_practice):
    page = page_as(liaison)
    page.goto("/practices/")

    page.keyboard.press("Control+k")
    expect(page.locator("#search")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#search")).to_be_hidden()


def test_on_a_phone_the_search_fills_the_screen(page_as, liaison, market):
    page = page_as(liaison, size=PHONE, theme="dark")
    page.goto("/practices/")

    page.locator(".app-top").get_by_role("link", name="Search").click()
    page.keyboard.insert_text("wolf")
    expect(page.locator("#search .search-hit").first).to_contain_text("Wolfe")

    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_view_is_saved_shared_and_opened(page_as, liaison, market):
    page = page_as(liaison)
    page.goto("/practices/?tier=A")

    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Fax").check()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Fax")).to_be_visible()
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="Save what you see").click()
    page.get_by_label("Name").fill("My best")
    page.get_by_role("button", name="Save the view").click()

    expect(page.locator("summary", has_text="My best")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Fax")).to_be_visible()
    assert "tier=A" in page.url
