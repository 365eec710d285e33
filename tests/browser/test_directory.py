"""The directory as people keep it: proposed, decided, changed in bulk, asked, taken."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from referrals.models import Practice, RosterEntry
from tests.browser.conftest import PHONE, work_off
from tests.factories.referrals import (
    AffiliationFactory,
    AvailabilityFactory,
    PracticeFactory,
    RosterEntryFactory,
    SpecialistProfileFactory,
    npi_of,
)

pytestmark = pytest.mark.browser


# Proposals ------------------------------------------------------------------------


def test_a_liaison_proposes_at_the_door_and_a_steward_accepts(
    page_as, liaison, manager, north_practice
):
    path = f"/practices/{north_practice.pk}/"
    theirs = page_as(liaison, size=PHONE)
    theirs.goto(path)
    theirs.get_by_role("link", name="Propose a change").click()
    theirs.get_by_role("textbox", name="Fax").fill("615 555 0199")
    theirs.get_by_label("How do you know?").fill("Dana at the front desk says so")
    theirs.get_by_role("button", name="Propose").click()
    expect(theirs.get_by_text("Under review now: Fax.")).to_be_visible()
    review = theirs.locator(".fact-offer", has_text="(615) 555-0199")
    expect(review).to_contain_text("Under review")
    north_practice.refresh_from_db()
    assert north_practice.fax == ""

    steward = page_as(manager)
    steward.goto("/proposals/")
    expect(steward.get_by_text("Dana at the front desk says so")).to_be_visible()
    steward.get_by_label("Choose fax of North Clinic").check()
    steward.get_by_role("button", name="Decline chosen").click()
    expect(steward.get_by_text("Say why you decline.")).to_be_visible()
    expect(steward.get_by_label("Choose fax of North Clinic")).to_be_checked()
    steward.get_by_role("button", name="Accept chosen").click()
    expect(steward.get_by_text("Accepted: 1.")).to_be_visible()

    theirs = page_as(liaison, size=PHONE)
    theirs.goto(path)
    expect(theirs.locator(".fact-offer")).to_have_count(0)
    expect(theirs.locator(".fact-value", has_text="(615) 555-0199")).to_be_visible()
    theirs.locator("summary", has_text="Where Fax comes from").click()
    origin = theirs.locator(".fact-origin[open]")
    expect(origin).to_contain_text("Lea Liaison")
    theirs.goto("/proposals/?who=me&status=")
    expect(theirs.get_by_text(re.compile("Accepted by Max Manager"))).to_be_visible()


# Rosters --------------------------------------------------------------------------

KNOWN, ADDED, MOVED, LEFT = (npi_of(number) for number in (1, 2, 3, 4))
ROSTER = f"""npi,network_status,effective_from,effective_to
{KNOWN},employed,2020-01-01,
{ADDED},affiliated,2026-01-01,
{MOVED},affiliated,2020-01-01,
"""


def test_a_roster_is_looked_at_as_a_difference_and_taken(
    page_as, manager, settings, tmp_path
):
    settings.UPLOADS_DIR = tmp_path / "uploads"
    for npi in (KNOWN, MOVED, LEFT):
        RosterEntryFactory(npi=npi)
    page = page_as(manager)
    page.goto("/imports/new/")
    page.get_by_label("What is in the file?").select_option("roster")
    page.locator("input[type=file]").set_input_files(
        {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    )
    page.get_by_label("Only say what would happen").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Start the dry run").click()
    work_off(page)

    page.get_by_role("link", name="See the difference").click()
    sorts = page.get_by_role("navigation", name="What would change")
    for name in ("New", "Changed"):
        sorts.get_by_role("link", name=name).click()
        expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text(MOVED)
    expect(page.locator("tbody")).to_contain_text("affiliated, Jan 1, 2020 to open")
    page.get_by_label("What is not in the file ends on").fill("2026-03-01")
    page.get_by_role("button", name="Show the difference").click()
    work_off(page)
    page.get_by_role("link", name="See the difference").click()
    sorts.get_by_role("link", name="Not in the file").click()
    expect(page.locator("tbody tr")).to_contain_text("Mar 1, 2026")
    assert RosterEntry.objects.count() == 3

    page.get_by_role("button", name="Take it").click()
    work_off(page)
    held = RosterEntry.objects.values_list("npi", "network_status", "effective_to")
    assert {npi: (status, str(end)) for npi, status, end in held} == {
        KNOWN: ("employed", "None"),
        ADDED: ("affiliated", "None"),
        MOVED: ("affiliated", "None"),
        LEFT: ("employed", "2026-03-01"),
    }


# Specialists ----------------------------------------------------------------------


@pytest.fixture
def knee_specialist(db):
    """One at Franklin who takes Aetna and has an opening today; one who has not."""
    franklin = PracticeFactory(name="Franklin Joint Center", zip_code="37064")
    chosen, other = (
        SpecialistProfileFactory(
            physician__last_name=name,
            direct_line="6155550100",
            terms=[("condition", "Knee pain"), ("insurer", insurer)],
        )
        for name, insurer in (("Orthwein", "Aetna"), ("Otherman", "Cigna"))
    )
    for profile in (chosen, other):
        AffiliationFactory(physician=profile.physician, practice=franklin)
        AvailabilityFactory(profile=profile, practice=franklin)
    return chosen


def test_a_specialist_is_found_in_ones_own_words_and_printed(
    page_as, liaison, knee_specialist
):
    page = page_as(liaison, size=PHONE)
    page.goto("/specialists/")
    page.get_by_label("What does the patient need?").fill(
        "knee, Aetna, this week, near 37064"
    )
    page.get_by_role("button", name="Find").click()

    asked = page.get_by_role("list", name="What is asked").get_by_role("listitem")
    expect(asked).to_have_count(4)
    card = page.get_by_role("article")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Orthwein")
    expect(card).to_contain_text("Franklin Joint Center")
    expect(card.get_by_role("link", name="(615) 555-0100")).to_be_visible()

    card.get_by_label(re.compile("for the sheet")).check()
    page.get_by_role("button", name="Printable sheet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our specialists")
    entry = page.get_by_role("article")
    expect(entry).to_contain_text(f"{timezone.localdate():%a, %b} ")
    expect(entry).to_contain_text("Not reviewed yet")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(entry).to_be_visible()


# Many at once ---------------------------------------------------------------------


def test_tiers_are_changed_as_previewed_or_not_at_all(page_as, manager, north):
    names = ("Alpha Clinic", "Beta Clinic", "Gamma Clinic")
    alpha, beta, gamma = (PracticeFactory(name=name, tier="C") for name in names)
    page = page_as(manager)
    preview(page, names[:2])

    # Somebody is quicker: nothing is changed, and it is said.
    Practice.objects.filter(pk=beta.pk).update(tier="B")
    page.get_by_role("button", name="Change 2").click()
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    assert tiers() == ["C", "B", "C"]

    preview(page, names[:2])
    page.get_by_role("button", name="Change 2").click()
    expect(page.get_by_text("Tier changed: 2.")).to_be_visible()
    assert tiers() == ["A", "A", "C"]


def preview(page, names):
    """Choose these practices in a filtered list, and tier A for them."""
    page.goto("/practices/?q=Clinic")
    for name in names:
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("button", name="Change what is chosen").click()
    page.get_by_label("Tier").select_option("A")
    page.get_by_role("button", name="Preview the change of the tier").click()
    expect(page.locator("tbody tr")).to_have_count(len(names))


def tiers():
    return [*Practice.objects.order_by("name").values_list("tier", flat=True)]
