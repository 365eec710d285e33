"""What a page weighs on a phone, with the files as production serves them."""

import pytest
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, sign_in
from tests.browser.test_offline import ready

pytestmark = pytest.mark.browser

PAGES = ["/today/", "/visits/", "/visits/log/", "/practices/", "/physicians/"]
MAPS = ["/practices/map/"]
MOST, MOST_SCRIPT = 200 * 1024, 70 * 1024
MOST_OF_A_MAP, MOST_SCRIPT_OF_A_MAP = 650 * 1024, 130 * 1024


def whitenoise_only(application):
    """In the place of the test server's own static files: none."""
    return application


@pytest.fixture
def production_files(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "liaison_crm.lib.static.CollectedStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def site_url(production_files, transactional_db):
    """Of a live server whose static files are hashed, compressed and cached."""
    server = LiveServerThread("localhost", static_handler=whitenoise_only)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://localhost:{server.port}"
    server.terminate()


@pytest.fixture
def weigh():
    """`weigh(page, path)`: (bytes transferred, bytes of script) of a first visit."""

    def load(page, path):
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        types, sizes = {}, {}
        network.on(
            "Network.responseReceived",
            lambda event: types.update({event["requestId"]: event["type"]}),
        )
        network.on(
            "Network.loadingFinished",
            lambda event: sizes.update(
                {event["requestId"]: event["encodedDataLength"]}
            ),
        )
        page.goto(path, wait_until="networkidle")
        scripts = [sizes[it] for it in sizes if types.get(it) == "Script"]
        assert len(sizes) > 4
        return sum(sizes.values()), sum(scripts)

    return load


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_page_is_light(path, page_as, liaison, market, weigh):
    page = page_as(liaison, size=PHONE)

    whole, script = weigh(page, path)

    assert whole <= MOST
    assert script <= MOST_SCRIPT


@pytest.mark.parametrize("path", MAPS)
def test_a_phone_page_with_a_map_is_not_heavy(path, page_as, liaison, market, weigh):
    page = page_as(liaison, size=PHONE)

    whole, script = weigh(page, path)

    assert MOST < whole <= MOST_OF_A_MAP  # with its shapes
    assert MOST_SCRIPT < script <= MOST_SCRIPT_OF_A_MAP


def test_what_production_serves_works_without_a_signal(page_of, liaison, market):
    page = page_of(size=PHONE, workers="allow")
    sign_in(page, liaison.email)
    ready(page)
    page.context.set_offline(True)

    page.goto("/today/")
    expect(page.get_by_text("No signal. You see what this")).to_be_visible()
    page.get_by_role("link", name="Log visit").click()
    page.get_by_label("Find a physician").fill("wolfe")

    expect(page.locator("#found-people .visit-person")).to_have_count(1)
    button = page.get_by_role("button", name="Save visit")
    assert button.bounding_box()["height"] >= 56  # styled
