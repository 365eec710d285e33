"""Every page that the permission table allows, as each role, in a real browser."""

from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from tests import test_permissions
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE
from tests.test_permissions import ACTORS, TABLE

pytestmark = pytest.mark.browser

# The fixtures that make the addresses of the table live beside it.
FIXTURE = type(test_permissions.url_of)
globals().update(
    {name: it for name, it in vars(test_permissions).items() if isinstance(it, FIXTURE)}
)

HREFS = "[...document.links].map((link) => link.getAttribute('href'))"
TOO_WIDE = """
[...document.querySelectorAll('body *')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .filter((element) => !element.closest('.table-responsive, .app-menu, pre'))
  .slice(0, 3)
  .map((element) => element.outerHTML.slice(0, 120))
"""
SMALL = """
[...document.querySelectorAll(
  'button, .btn, .form-control, .form-select, .app-phone-link, summary'
)]
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([element, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
  .map(([element]) => element.outerHTML.slice(0, 120))
"""
SMALL_TEXT = """
[...document.querySelectorAll('input, select, textarea')]
  .filter((element) => element.getBoundingClientRect().width)
  .filter((element) => !['checkbox', 'radio', 'hidden', 'range'].includes(element.type))
  .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 16)
  .map((element) => element.outerHTML.slice(0, 120))
"""
END_TRANSITIONS = """
document.getAnimations()
  .filter((it) => it instanceof CSSTransition)
  .forEach((it) => it.finish())
"""
PUBLIC = ["/accounts/login/", "/accounts/password/reset/"]


def is_page(response):
    """A whole page: no redirect, no download, no part for htmx."""
    return (
        response.status_code == 200
        and response["Content-Type"].startswith("text/html")
        and response.content.lstrip()[:9].lower() == b"<!doctype"
    )


def status_of(client, link):
    """Of the whole answer: an export is read to its end, as a browser reads it."""
    response = client.get(link)
    if response.streaming:
        response.getvalue()
    return response.status_code


def open_whole(page, path):
    """With the parts that the page asks for as soon as it is there."""
    page.goto(path)
    expect(page.locator("[hx-trigger=load], .htmx-request")).to_have_count(0)


def told(found):
    """What was found, a line each, for a failure that can be read."""
    return "\n".join(f"{place}: {it}" for place, its in found.items() for it in its)


@pytest.fixture(scope="session")
def names_of_pages():
    """{role: names in the table}, once somebody has asked for its pages."""
    return {}


@pytest.fixture
def pages_of(request, client, url_of, market, names_of_pages):
    """`pages_of(role)`: the paths of all pages that the role may open."""

    def pages(role):
        if role not in names_of_pages:
            client.force_login(request.getfixturevalue(ACTORS[role]))
            names_of_pages[role] = [
                name
                for name, rule in TABLE.items()
                if role in rule.roles
                and not rule.is_public
                and is_page(client.get(url_of(name)))
            ]
        return [url_of(name) for name in names_of_pages[role]]

    return pages


@pytest.fixture
def anybody(request):
    return lambda role: request.getfixturevalue(ACTORS[role])


@pytest.mark.parametrize("role", ACTORS)
def test_no_page_of_a_role_complains_or_links_to_an_error(
    role, pages_of, page_as, anybody, client
):
    paths = pages_of(role)
    page = page_as(anybody(role), size=DESK)
    links = set()
    for path in paths:
        open_whole(page, path)
        links |= {urljoin(path, href) for href in page.evaluate(HREFS) if href}

    here = {link for link in links if not urlsplit(link).scheme} - {*paths}
    client.force_login(anybody(role))
    broken = [link for link in sorted(here) if status_of(client, link) >= 400]

    assert broken == []
    assert len(paths) > 3


@pytest.fixture
def each_page_once(pages_of, page_as, anybody):
    """`each_page_once(size=.., theme=..)`: (page, path) of every page of anybody.

    A page that several roles may open is shown as the first of them.
    """

    def walk(**options):
        seen = set()
        for role in ACTORS:
            paths = [path for path in pages_of(role) if path not in seen]
            seen.update(paths)
            page = page_as(anybody(role), **options)
            for path in paths:
                open_whole(page, path)
                yield page, path
            page.context.close()

    return walk


def wrong_in_light_and_dark(page):
    """What axe finds wrong when the device is light, and when it goes dark."""
    found = axe.violations(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.evaluate(END_TRANSITIONS)
    found += axe.violations(page)
    page.emulate_media(color_scheme="light")
    return found


def wrong_on_a_phone(page):
    """Sideways scrolling at 390 and 320 px, targets below 44 px, inputs below 16 px."""
    found = page.evaluate(SMALL) + page.evaluate(SMALL_TEXT)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found += page.evaluate(TOO_WIDE) or ["wider than the phone"]
    page.set_viewport_size(PHONE)
    return found


def test_axe_finds_nothing_on_any_page_light_or_dark(each_page_once):
    found = {
        path: wrong_in_light_and_dark(page) for page, path in each_page_once(size=DESK)
    }

    assert not any(found.values()), told(found)
    assert len(found) > 10


def test_nothing_is_wrong_on_a_phone_light_or_dark(each_page_once):
    """Axe again, and every page fits a phone and a finger."""
    found = {
        path: wrong_in_light_and_dark(page) + wrong_on_a_phone(page)
        for page, path in each_page_once(size=PHONE)
    }

    assert not any(found.values()), told(found)
    assert len(found) > 10


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PUBLIC)
def test_axe_finds_nothing_before_sign_in(path, theme, page_of):
    page = page_of(size=PHONE, theme=theme)

    page.goto(path)

    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
