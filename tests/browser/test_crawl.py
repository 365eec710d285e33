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


@pytest.fixture
def pages_of(request, client, url_of, market):
    """`pages_of(role)`: the paths of all pages that the role may open."""

    def pages(role):
        client.force_login(request.getfixturevalue(ACTORS[role]))
        urls = [
            url_of(name)
            for name, rule in TABLE.items()
            if role in rule.roles and not rule.is_public
        ]
        return [url for url in urls if is_page(client.get(url))]

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

    here = {link for link in links if not urlsplit(link).scheme}
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


@pytest.mark.parametrize(
    ("size", "theme"),
    [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desk-light", "desk-dark", "phone-light", "phone-dark"],
)
def test_axe_finds_nothing_on_any_page(size, theme, each_page_once):
    found = {
        path: axe.violations(page)
        for page, path in each_page_once(size=size, theme=theme)
    }

    assert not any(found.values()), told(found)


def test_every_page_fits_a_phone_and_a_finger(each_page_once):
    """No sideways scrolling at 390 and 320 px, 44 px targets, 16 px inputs."""
    found = {}
    for page, path in each_page_once(size=PHONE):
        found[path] = page.evaluate(SMALL) + page.evaluate(SMALL_TEXT)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found[path] += page.evaluate(TOO_WIDE) or ["wider than the phone"]
        page.set_viewport_size(PHONE)

    assert not any(found.values()), told(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PUBLIC)
def test_axe_finds_nothing_before_sign_in(path, theme, page_of):
    page = page_of(size=PHONE, theme=theme)

    page.goto(path)

    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
