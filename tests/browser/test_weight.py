"""What a page weighs on a phone, with the files as production serves them."""

import pytest
from django.core.management import call_command
from django.test.testcases import LiveServerThread

from tests.browser.conftest import PHONE

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
