"""What each role comes for, from the sign-in page to the result.

The manager's way, with a worker, is in test_manager_journey.py.
"""

import csv
import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from outreach.models import Visit
from reports.services import runs
from reports.services.registry import KINDS
from tests.browser.conftest import PHONE, sign_in
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
    npi_of,
)

pytestmark = pytest.mark.browser

HREFS = "[...document.links].map((link) => link.href)"
POST_FORMS = "[...document.querySelectorAll('form[method=post]')].map((f) => f.action)"


def rows_of(download):
    with open(download.path(), newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


# Liaison --------------------------------------------------------------------------


@pytest.fixture
def stop(liaison, north_practice, north_physician):
    """A stop of today with somebody who expects us."""
    visit = VisitFactory(
        liaison=liaison,
        practice=north_practice,
        status=Visit.Status.PLANNED,
        visited_on=timezone.localdate(),
        visited_at=dt.time(9, 30),
        outcome="",
    )
    VisitAttendeeFactory(visit=visit, physician=north_physician)
    return visit


def test_a_liaison_logs_a_stop_and_keeps_what_was_promised(page_of, stop, liaison):
    page = page_of(size=PHONE)
    sign_in(page, liaison.email)
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_text("Positive").click()
    page.get_by_label("Notes").fill("Wants a direct line to scheduling")
    page.get_by_label("Next step").fill("Bring the direct line")
    page.get_by_label("Until").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Save visit").click()
    expect(page.get_by_text("Sent:")).to_be_visible()

    open_menu(page, "Physicians")
    page.get_by_role("link", name="Northrup").click()
    expect(heading(page)).to_contain_text("Northrup")
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("In person, Positive: North Clinic")
    expect(timeline).to_contain_text("Wants a direct line to scheduling")
    expect(timeline).to_contain_text("Promised by Lea Liaison")

    page.locator(".app-phone-bar").get_by_role("link", name="Today").click()
    expect(heading(page)).to_have_text("Today")
    page.get_by_role("button", name="Done: Bring the direct line").click()
    expect(page.get_by_role("button", name="Not done after all")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Bring the direct line")).to_have_count(0)
    open_menu(page, "Physicians")
    page.get_by_role("link", name="Northrup").click()
    expect(timeline).to_contain_text("Done by Lea Liaison")


def open_menu(page, name):
    """The entry `name` of the menu that a phone hides."""
    quick = page.get_by_role("navigation", name="Quick")
    quick.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
    expect(heading(page)).to_have_text(name)


def heading(page):
    """What a page is: the mark that it, and not the one before, is shown."""
    return page.get_by_role("heading", level=1)


# Coordinator ----------------------------------------------------------------------


def test_a_coordinator_takes_a_referral_from_its_receipt_to_the_visit(
    page_of, coordinator, north_practice, north_physician, cardiology
):
    today = timezone.localdate()
    referral = ReferralFactory(
        external_id="N-1001",
        received_on=today - dt.timedelta(days=9),
        referring_physician=north_physician,
        referring_practice=north_practice,
        service_line=cardiology,
    )
    page = page_of()
    sign_in(page, coordinator.email)
    worklist = page.get_by_role("navigation", name="What must happen next")
    expect(worklist.get_by_role("link", name="Answer")).to_contain_text("1 breached")

    page.get_by_role("link", name=str(referral), exact=True).click()
    change_status(page, "Acknowledged")
    change_status(
        page,
        "Scheduled",
        Appointment=f"{today + dt.timedelta(days=3)}T10:15",
    )
    clocks = page.get_by_role("region", name="Clocks")
    expect(clocks.locator("[aria-current=step]")).to_contain_text("Appointment")
    expect(page.get_by_text("10:15 AM")).to_be_visible()
    change_status(page, "Seen")

    log = page.get_by_role("region", name="Status log").get_by_role("listitem")
    expect(log).to_have_count(3)
    for entry, status in zip(
        log.all(), ("Seen", "Scheduled", "Acknowledged"), strict=True
    ):
        expect(entry).to_contain_text(f"{status} by Cora Coordinator")
        expect(entry).to_contain_text(f"{today:%b} {today.day}, {today.year}")

    open_worklist(page)
    worklist.get_by_role("link", name="Answer").click()
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    worklist.get_by_role("link", name="Report").click()
    expect(page.get_by_role("link", name=str(referral), exact=True)).to_be_visible()


def change_status(page, status, **fields):
    form = page.locator("#change")
    form.get_by_label("New status").select_option(status)
    for label, value in fields.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name="Save the change").click()
    expect(
        page.get_by_role("region", name="Status log").get_by_role("listitem").first
    ).to_contain_text(status)


def open_worklist(page):
    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Worklist").click()
    expect(heading(page)).to_have_text("Worklist")


# Executive ------------------------------------------------------------------------

INSIDE, OUTSIDE = npi_of(31_000_001), npi_of(31_000_002)


@pytest.fixture
def leakage_of_40_percent(bring_in, north_physician, settings, tmp_path):
    """A computed run: 30 patients go to a cardiologist, 12 of them out."""
    settings.CLAIMS_LAKE_URL = str(tmp_path / "lake")
    bring_in(
        "roster",
        [
            "npi,network_status,effective_from,effective_to",
            f"{north_physician.npi},employed,2020-01-01,",
            f"{INSIDE},employed,2020-01-01,",
            f"{OUTSIDE},competitor,2020-01-01,",
        ],
    )
    columns = "claim_id,claim_line,patient_id,service_date_from,referring_npi,"
    columns += "rendering_npi,billing_npi,procedure_code,allowed_amount"
    claims = [
        f"C{n},1,P{n},2026-0{1 + n % 6}-11,{north_physician.npi},{to},{to},99214,200.00"
        for n, to in enumerate([OUTSIDE] * 12 + [INSIDE] * 18)
    ]
    imported = bring_in("claims", [columns, *claims])
    assert imported.status == "done", imported.error
    run = runs.request_run(
        kind="leakage",
        by=None,
        parameters=KINDS["leakage"].standard_parameters(),
    )
    runs.execute_run(run_id=run.pk, now=timezone.now)


def test_an_executive_reads_and_is_offered_nothing_that_would_be_refused(
    page_of, executive, leakage_of_40_percent, site_url
):
    page = page_of()
    sign_in(page, executive.email)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    offered = offers(page, site_url)

    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Leakage").click()
    expect(heading(page)).to_have_text("Leakage")
    expect(page.locator(".stat", has_text="Unknown share")).to_contain_text("0")
    expect(page.locator(".stat").first).to_contain_text("40")
    offered |= offers(page, site_url)

    expect(page.get_by_role("link", name="Start a run")).to_have_count(0)
    assert "/leakage/" in offered
    for path in offered:
        answer = page.request.get(path)
        assert answer.status < 400, path


def offers(page, site_url):
    """Paths of the links of this page; its one thing to post is to sign out."""
    posts = {urlsplit(action).path for action in page.evaluate(POST_FORMS)}
    assert posts <= {"/accounts/logout/"}
    links = page.evaluate(HREFS)
    return {
        link.removeprefix(site_url).partition("#")[0]
        for link in links
        if link.startswith(site_url)
    }


# Compliance officer ---------------------------------------------------------------


def test_a_compliance_officer_finds_sign_ins_and_imports_and_takes_them_along(
    page_of, manager, compliance_officer, cardiology
):
    theirs = page_of()
    sign_in(theirs, manager.email)
    theirs.goto("/imports/new/")
    theirs.get_by_label("What is in the file?").select_option("roster")
    theirs.locator("input[type=file]").set_input_files(
        {
            "name": "roster-march.csv",
            "mimeType": "text/csv",
            "buffer": b"npi,network_status,effective_from,effective_to\n",
        }
    )
    theirs.get_by_role("button", name="Continue").click()
    theirs.get_by_role("button", name="Import", exact=True).click()
    expect(theirs.get_by_text("Waiting for a worker")).to_be_visible()

    page = page_of()
    sign_in(page, compliance_officer.email)
    rows = page.locator("tbody tr")
    for action in ("Signed in", "Import started"):
        expect(
            rows.filter(has_text=action).filter(has_text="Max Manager")
        ).to_have_count(1)
    expect(rows.filter(has_text="Import started")).to_contain_text("roster-march.csv")

    page.get_by_label("Action").select_option("Import started")
    page.get_by_role("button", name="Apply").click()
    expect(rows).to_have_count(1)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    exported = rows_of(download.value)
    assert len(exported) == 1
    assert "roster-march.csv" in " ".join(exported[0].values())

    page.get_by_role("link", name="Clear").first.click()
    expect(rows.filter(has_text="Exported")).to_contain_text("Cleo Compliance")


# Administrator --------------------------------------------------------------------


@pytest.fixture
def mailed_link(settings, tmp_path, site_url):
    """`mailed_link()`: the path of the link in the newest message's file."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.BASE_URL = site_url

    def newest():
        mails = sorted((tmp_path / "mail").iterdir(), key=lambda f: f.stat().st_mtime)
        text = mails[-1].read_text()
        return re.search(rf"{re.escape(site_url)}(/\S+)", text)[1]

    return newest


@pytest.fixture
def three_practices(north_practice, south_practice):
    """Two where the new territory will be, one on the other side."""
    east = PracticeFactory(name="East Clinic", zip_code="38501")
    far_east = PracticeFactory(name="Far East Clinic", zip_code="38503-1234"[:5])
    for practice, name in ((east, "Easton"), (south_practice, "Southey")):
        AffiliationFactory(
            physician=PhysicianFactory(last_name=name), practice=practice
        )
    return [east, far_east]


def test_an_administrator_brings_a_liaison_in_and_lets_them_go(
    page_of, administrator, three_practices, mailed_link
):
    admin = page_of()
    sign_in(admin, administrator.email)

    # A territory with its ZIP codes.
    main = admin.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Territories").click()
    admin.get_by_role("link", name="New territory").click()
    admin.get_by_label("Name").fill("Upper Cumberland")
    admin.get_by_role("button", name="Add the territory").click()
    admin.get_by_role("link", name="Edit the list").click()
    admin.get_by_label("ZIP codes").fill("38501-38503")
    admin.get_by_role("button", name="Save the ZIP codes").click()
    expect(admin.get_by_role("heading", name="3 ZIP codes")).to_be_visible()

    # A person, who accepts in a browser of their own.
    main.get_by_role("link", name="People").click()
    admin.get_by_role("link", name="Invite a person").click()
    admin.get_by_label("Name").fill("Nell Newcomer")
    admin.get_by_label("Email").fill("nell@example.org")
    admin.get_by_label("Role").select_option("Liaison")
    admin.get_by_role("button", name="Send the invitation").click()
    expect(heading(admin)).to_have_text("Nell Newcomer")

    theirs = page_of()
    theirs.goto(mailed_link())
    theirs.get_by_label("Password").fill("a password of one's own")
    theirs.get_by_role("button", name="Open my account").click()
    expect(theirs.get_by_text("Your account is ready")).to_be_visible()
    theirs.context.clear_cookies()
    sign_in(theirs, "nell@example.org", "a password of one's own")
    theirs.goto("/practices/")
    expect(theirs.get_by_text("Clinic")).to_have_count(0)

    # Assigned: sees exactly the practices of those ZIP codes.
    main.get_by_role("link", name="Territories").click()
    admin.get_by_role("link", name="Upper Cumberland").click()
    expect(heading(admin)).to_have_text("Upper Cumberland")
    admin.get_by_role("link", name="Assign a person").click()
    admin.get_by_label("Person").select_option(label="Nell Newcomer")
    admin.get_by_label("From").fill(timezone.localdate().isoformat())
    admin.get_by_role("button", name="Assign").click()
    expect(admin.get_by_role("link", name="Nell Newcomer", exact=True)).to_be_visible()

    theirs.reload()
    names = theirs.locator("tbody tr td:first-child a")
    expect(names).to_have_text(["East Clinic", "Far East Clinic"])
    theirs.goto("/physicians/")
    expect(theirs.locator("tbody tr")).to_have_count(1)
    expect(theirs.locator("tbody tr")).to_contain_text("Easton")

    # Another role holds from the next page.
    admin.get_by_role("link", name="Nell Newcomer", exact=True).click()
    expect(heading(admin)).to_have_text("Nell Newcomer")
    admin.get_by_role("link", name="Edit", exact=True).click()
    admin.get_by_label("Role").select_option("Referral coordinator")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("button", name="Deactivate")).to_be_visible()
    theirs.get_by_role("navigation", name="Main").get_by_role(
        "link", name="Practices"
    ).click()
    expect(
        theirs.get_by_role("navigation", name="Main").get_by_role(
            "link", name="Worklist"
        )
    ).to_be_visible()

    # Let go: out at the next click.
    admin.get_by_role("button", name="Deactivate").click()
    expect(admin.get_by_role("button", name="Reactivate")).to_be_visible()
    theirs.get_by_role("link", name="East Clinic", exact=True).click()
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
