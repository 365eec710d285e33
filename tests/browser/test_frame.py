"""The frame of the pages in a real browser: themes, bars, errors, the policy."""

import pytest
from django.http import HttpResponse
from django.urls import path
from playwright.sync_api import expect

from liaison_crm.urls import urlpatterns as project_urls
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

BAD_PAGE = """<!doctype html><title>Bad</title>
<img src="/static/img/logo.svg"><input><p style="color: #ccc">pale</p>"""


def bad_page(request):
    return HttpResponse(BAD_PAGE)


bad_page.login_required = False
urlpatterns = [*project_urls, path("bad/", bad_page)]


@pytest.fixture
def with_bad_page(settings):
    settings.ROOT_URLCONF = __name__


def test_the_checks_notice_a_bad_page(with_bad_page, page_of, troubles):
    page = page_of()

    page.goto("/bad/")

    rules = {line.split(":")[0] for line in axe.violations(page)}
    assert {"image-alt", "label", "html-has-lang"} <= rules
    assert any("style-src" in str(what) for _, what in troubles.seen)
    troubles.seen.clear()


def test_a_response_of_400_or_more_is_noticed(page_of, troubles):
    page_of().goto("/no-such-page/")

    assert [status for _, status in troubles.seen] == [404]
    troubles.seen.clear()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_follows_the_device_until_somebody_chooses(
    page_as, manager, troubles, theme
):
    troubles.expect("/no-such-page/")
    page = page_as(manager, theme=theme)
    other = {"light": "dark", "dark": "light"}[theme]
    html = page.locator("html")

    page.goto("/no-such-page/")
    expect(html).to_have_attribute("data-bs-theme", theme)

    page.get_by_role("button", name=other.title()).click()
    expect(html).to_have_attribute("data-bs-theme", other)

    page.reload()
    expect(html).to_have_attribute("data-bs-theme", other)


def test_the_menu_opens_and_closes_on_a_phone_without_script(
    page_as, manager, troubles
):
    troubles.expect("/no-such-page/")
    page = page_as(manager, size=PHONE)
    page.goto("/no-such-page/")
    menu = page.get_by_role("navigation", name="Main")

    expect(menu).to_be_hidden()
    page.locator(".app-phone-bar").get_by_role("button", name="Menu").click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_log_visit_is_56_px_high_at_the_lower_edge_of_a_phone(
    page_as, liaison, troubles
):
    troubles.expect("/no-such-page/")
    page = page_as(liaison, size=PHONE)
    page.goto("/no-such-page/")

    box = page.locator(".app-phone-bar").get_by_role("link", name="Log visit")
    box = box.bounding_box()

    assert box["height"] == 56
    assert box["y"] > PHONE["height"] - 70


def test_signing_out_takes_a_click(page_as, liaison):
    page = page_as(liaison)
    page.goto("/today/")

    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url("**/accounts/login/**")


def test_the_first_tab_stop_skips_to_the_content(page_as, manager, troubles):
    troubles.expect("/no-such-page/")
    page = page_as(manager)
    page.goto("/no-such-page/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_error_page_is_as_good_as_any(page_as, manager, troubles, size, theme):
    troubles.expect("/no-such-page/")
    page = page_as(manager, size=size, theme=theme)

    page.goto("/no-such-page/")

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("There is nothing here")
    assert axe.violations(page) == []
