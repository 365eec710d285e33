"""The guard on the device: the server's own rules, while somebody types."""

import pytest

from tests.lib.sentences import WITH_PATIENT_DATA, WITHOUT

pytestmark = pytest.mark.browser


@pytest.fixture
def found_in(page_as, liaison, live_server):
    """What the device finds in each text: a list of kinds."""
    page = page_as(liaison)
    page.goto(f"{live_server.url}/account/")
    return lambda texts: page.evaluate(
        """async ([address, texts]) => {
            const { foundIn } = await import(address);
            return Promise.all(texts.map(async (text) => (await foundIn(text)).length));
        }""",
        [f"{live_server.url}/static/js/guard.js", texts],
    )


def test_the_device_finds_what_the_server_finds(found_in):
    assert 0 not in found_in(WITH_PATIENT_DATA)
    assert set(found_in(WITHOUT)) == {0}


def test_it_says_so_while_somebody_types(page_as, liaison, live_server):
    page = page_as(liaison)
    page.goto(f"{live_server.url}/tasks/new/")

    page.fill("[name=title]", "Call about the DOB 3/14/1952")
    hint = page.locator(".guard-hint")
    hint.wait_for()
    assert "“DOB 3/14/1952” looks like a birth date" in hint.inner_text()

    page.fill("[name=title]", "Call about the date")
    hint.wait_for(state="hidden")
