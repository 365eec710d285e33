"""A messy spreadsheet of 2,000 rows, from its upload to the rows that were taken."""

import pytest
from playwright.sync_api import expect

from referrals.models import ImportMapping, RosterEntry
from tests.browser.conftest import PHONE, sign_in, work_off
from tests.messy import ROWS, WRONG_DATES, WRONG_NPIS, roster_workbook

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


def upload(page):
    page.goto("/imports/new/")
    page.get_by_label("What is in the file?").select_option("roster")
    page.get_by_label("Source").fill("Hospital HR")
    page.locator("input[type=file]").set_input_files(
        {"name": "march.xlsx", "mimeType": "", "buffer": roster_workbook()}
    )
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Sheet", exact=True).select_option("Roster")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_label("Row of the header")).to_have_value("4")


def ours_for(page, name):
    return page.get_by_label(f"Ours for {name}")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_a_messy_spreadsheet_is_mapped_once_and_taken(page_of, manager, size):
    page = page_of(size=size) if size else page_of()
    sign_in(page, manager.email)
    upload(page)

    # Columns: guessed by name, one chosen twice is refused, nothing is lost.
    expect(ours_for(page, "Provider NPI")).to_have_value("npi")
    expect(page.get_by_text("Not shown: may be about patients")).to_be_visible()
    ours_for(page, "Doctor last name").select_option("npi")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Doctor last name is mapped to npi too.")).to_be_visible()
    expect(ours_for(page, "Doctor last name")).to_have_value("npi")
    ours_for(page, "Doctor last name").select_option("")
    page.get_by_role("button", name="Continue").click()

    # Values: one is guessed, the other is ours to say; a reload keeps the way.
    expect(ours_for(page, "W2")).to_have_value("employed")
    ours_for(page, "PP").select_option("independent")
    page.get_by_role("button", name="Continue").click()
    looked_at = page.locator(".stat", has_text="Rows looked at")
    expect(looked_at.locator(".stat-value")).to_have_text("200")
    page.reload()

    # Preview: rows as they will be taken, the wrong cell is marked.
    expect(looked_at.locator(".stat-value")).to_have_text("200")
    expect(page.locator(".is-wrong").first).to_contain_text("(wrong)")
    assert not RosterEntry.objects.exists()
    page.go_back()
    expect(ours_for(page, "PP")).to_have_value("independent")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Save this mapping as").fill("HR of March")
    page.get_by_role("button", name="Import", exact=True).click()
    work_off(page)
    wrong = WRONG_NPIS + WRONG_DATES
    created = page.locator(".stat", has_text="Created").locator(".stat-value")
    expect(created).to_have_text(f"{ROWS - wrong:,}")
    rejected = page.locator(".stat", has_text="Rejected").locator(".stat-value")
    expect(rejected).to_have_text(str(wrong))
    assert RosterEntry.objects.count() == ROWS - wrong

    # The second time everything is filled in.
    upload(page)
    expect(page.get_by_text("Pre-filled from the saved mapping")).to_be_visible()
    expect(ours_for(page, "Start date")).to_have_value("effective_from")
    page.get_by_role("button", name="Continue").click()
    expect(ours_for(page, "PP")).to_have_value("independent")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Save this mapping as")).to_have_value("HR of March")
    unchanged = page.locator(".stat", has_text="Unchanged").locator(".stat-value")
    expect(unchanged).to_have_text("197")

    page.goto("/imports/mappings/")
    page.get_by_role("link", name="HR of March").click()
    page.get_by_role("textbox", name="Name").fill("HR")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Mapping saved.")).to_be_visible()
    assert ImportMapping.objects.get().name == "HR"
