"""A real Chromium against a live server, and nothing wrong on any page.

`page_as(user)` opens a page signed in as that person, at a phone's or a desk's
size, light or dark. Whatever the browser complains about on the way (console,
content security policy, a script's error, an answer of 400 or more) fails the
test, unless it was announced with `troubles.expect(path)`.
"""

import os
import shutil
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import expect

from referrals import tasks
from referrals.models import ImportRun
from tests.factories.accounts import PASSWORD
from tests.factories.outreach import TaskFactory, VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    ImportRunFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
    ServiceLineFactory,
)
from tests.factories.reports import ProgrammeCostFactory, ReportRunFactory

# Playwright's own loop runs in this thread; Django takes it for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# On a busy machine a page may take long; nothing waits longer than it must.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
REPORT_BLOCKED = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""


def sign_in(page, email, password=PASSWORD):
    """Through the sign-in page, to where the person lands."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def work_off(page):
    """Do the run that waits; its page notices by itself and is loaded anew."""
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    tasks.run_import(run_id=ImportRun.objects.latest("pk").pk)
    expect(page.locator("#run-progress .badge")).to_have_text("Done")


@dataclass
class Troubles:
    """What the browser complained about, as (where, what)."""

    seen: list = field(default_factory=list)
    expected: set = field(default_factory=set)

    def expect(self, path):
        """Answers of `path` may be errors."""
        self.expected.add(path)

    def watch(self, page):
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append((page.url, str(error))))
        page.on("response", self._response)

    def _console(self, message):
        # Told by the response; said by Playwright of what these tests block.
        told = ("Failed to load resource", "Service Worker registration blocked")
        if message.type in ("error", "warning") and not message.text.startswith(told):
            self.seen.append((message.location.get("url"), message.text))

    def _response(self, response):
        if response.status >= 400:
            path = urlsplit(response.url).path
            if path not in self.expected:
                self.seen.append((response.url, response.status))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if not CHROMIUM:
        pytest.skip("needs Chromium: apt install chromium")
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": FLAGS,
    }


@pytest.fixture
def troubles():
    troubles = Troubles()
    yield troubles
    assert troubles.seen == []


@pytest.fixture
def site_url(live_server):
    return live_server.url


@pytest.fixture
def answers():
    """Ends when the live server has answered everybody: nobody writes into the
    database while it is emptied."""
    busy, changed, here = set(), threading.Condition(), threading.get_ident()

    def started(**kwargs):
        with changed:
            busy.add(threading.get_ident())

    def finished(**kwargs):
        with changed:
            busy.discard(threading.get_ident())
            changed.notify_all()

    request_started.connect(started)
    request_finished.connect(finished)
    yield
    with changed:
        changed.wait_for(lambda: not busy - {here}, timeout=PATIENCE_MS / 1000)
    request_started.disconnect(started)
    request_finished.disconnect(finished)


@pytest.fixture
def page_of(browser, site_url, troubles, answers):
    """`page_of(size=PHONE, theme="dark")`: a page of somebody not signed in.

    Without the service worker, unless `workers="allow"`.
    """
    contexts = []

    def open_page(*, size=DESK, theme="light", workers="block"):
        context = browser.new_context(
            base_url=site_url,
            viewport=size,
            color_scheme=theme,
            service_workers=workers,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_BLOCKED)
        page = context.new_page()
        troubles.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page_as(page_of, site_url, client):
    """`page_as(liaison, size=PHONE)`: a page signed in as that person."""

    def open_page(user, **options):
        page = page_of(**options)
        client.force_login(user)
        session = client.cookies["sessionid"].value
        page.context.add_cookies(
            [{"name": "sessionid", "value": session, "url": site_url}]
        )
        return page

    return open_page


@pytest.fixture
def market(north_practice, north_physician, liaison):
    """Rows enough that no page is empty, with names that are hard to place."""
    line = ServiceLineFactory()
    long_name = PracticeFactory(
        name="The Cumberland Regional Heart, Lung and Vascular Institute of "
        "Middle Tennessee at Germantown <North>",
        zip_code="37203",
        phone="6155550100",
        tier="A",
    )
    unbroken = PhysicianFactory(last_name="Wolfeschlegelsteinhausenbergerdorff")
    for physician in (unbroken, *PhysicianFactory.create_batch(3)):
        AffiliationFactory(physician=physician, practice=long_name)
        ReferralFactory.create_batch(
            2,
            referring_physician=physician,
            referring_practice=long_name,
            service_line=line,
        )
    visit = VisitFactory(liaison=liaison, practice=long_name, service_line=line)
    VisitAttendeeFactory(visit=visit, physician=unbroken)
    TaskFactory(owner=liaison, practice=long_name, visit=visit)
    ImportRunFactory(status="done", rows_read=10, rows_created=8, rows_rejected=2)
    ReportRunFactory(status="failed", error="The lake could not be read.")
    ProgrammeCostFactory()
