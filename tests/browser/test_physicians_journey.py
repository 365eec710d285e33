"""A messy list of 2,000 physicians: mapped, imported, taken again, undone."""

import csv

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from referrals import tasks
from referrals.models import (
    Affiliation,
    ImportRun,
    Note,
    Organization,
    Physician,
    Practice,
    Specialty,
)
from tests import messy
from tests.browser.conftest import PHONE, sign_in
from tests.factories.referrals import PhysicianFactory, ServiceLineFactory
from tests.referrals.imports.undone import snapshot

pytestmark = pytest.mark.browser
WRONG = messy.WRONG_NPIS + messy.TOO_LONG
KNOWN = 100  # of the physicians are in the directory before


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def directory(manager):
    """Our service lines, and some of the physicians; a phone that a person typed."""
    for name in ("Primary Care", "Orthopedics", "Cardiology"):
        ServiceLineFactory(name=name)
    typed = {"source": "person", "at": timezone.now().isoformat(), "by": manager.pk}
    for number in range(KNOWN):
        PhysicianFactory(
            npi=messy.doctors_npi(number),
            last_name=f"Smith{number}",
            phone="6155559999",
            specialty=None,
            provenance={"phone": typed} if number == 1 else {},
        )


def kept():
    return snapshot(Physician, Practice, Organization, Affiliation, Note, Specialty)


def upload(page):
    page.goto("/imports/new/")
    page.get_by_label("What is in the file?").select_option("physicians")
    page.get_by_label("Source").fill("Our own list")
    page.locator("input[type=file]").set_input_files(
        {"name": "doctors.xlsx", "mimeType": "", "buffer": messy.doctors_workbook()}
    )
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Row of the header")).to_have_value("4")


def ours_for(page, name):
    return page.get_by_label(f"Ours for {name}", exact=True)


def count_of(page, label):
    return page.locator(".stat", has_text=label).locator(".stat-value")


def work_on_the_run(page):
    """What the worker does meanwhile; then the page as it has become."""
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    run = ImportRun.objects.latest("pk")
    tasks.run_import(run_id=run.pk)
    page.reload()


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_their_physicians_become_ours_and_go_again(
    page_of, manager, directory, size, tmp_path
):
    page = page_of(size=size) if size else page_of()
    sign_in(page, manager.email)
    before = kept()
    upload(page)

    # Columns are guessed by their names.
    expect(ours_for(page, "Specialty")).to_have_value("taxonomy_code")
    expect(ours_for(page, "Clinic")).to_have_value("practice_npi_or_name")
    expect(ours_for(page, "Town")).to_have_value("city")
    ours_for(page, "Comments").select_option("")
    page.get_by_role("button", name="Continue").click()

    # Words: their PCP is our Primary Care, by a guess that somebody confirms.
    expect(ours_for(page, "PCP")).to_have_value("Primary Care")
    expect(ours_for(page, "Ortho")).to_have_value("Orthopedics")
    expect(ours_for(page, "Heart")).to_have_value("Cardiology")
    expect(ours_for(page, "High")).to_have_value("A")
    expect(page.get_by_label("Ours for 207RG0100X")).to_have_count(0)
    page.get_by_role("button", name="Continue").click()

    # Preview: nothing is changed, and the wrong cell is marked.
    expect(count_of(page, "Rows looked at")).to_have_text("200")
    expect(page.locator(".is-wrong").first).to_contain_text("(wrong)")
    assert kept() == before
    page.get_by_label("Save this mapping as").fill("Our list")
    page.get_by_role("button", name="Import", exact=True).click()
    work_on_the_run(page)

    expect(count_of(page, "Read")).to_have_text(f"{messy.ROWS:,}")
    expect(count_of(page, "Rejected")).to_have_text(str(WRONG))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    download.value.save_as(tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(encoding="utf-8-sig") as file:
        rejected = [*csv.DictReader(file)]
    assert len(rejected) == WRONG
    assert all(row["reason"] for row in rejected)
    assert {row["taxonomy_code"] for row in rejected} >= {"Primary Care"}
    pcp = Physician.objects.get(npi=messy.doctors_npi(1))
    assert pcp.specialty.service_line.name == "Primary Care"
    assert (pcp.phone, pcp.tier) == ("6155559999", "B")

    # The second time everything is filled in, and nothing is left to change.
    upload(page)
    expect(page.get_by_text("Pre-filled from the saved mapping")).to_be_visible()
    expect(ours_for(page, "Comments")).to_have_value("")
    page.get_by_role("button", name="Continue").click()
    expect(ours_for(page, "PCP")).to_have_value("Primary Care")
    page.get_by_role("button", name="Continue").click()
    expect(count_of(page, "Rows looked at")).to_have_text("200")
    expect(count_of(page, "New")).to_have_text("0")
    expect(count_of(page, "Updated")).to_have_text("0")

    # Undone: every field is as it was.
    page.goto("/imports/")
    page.get_by_role("link", name="doctors.xlsx").last.click()
    page.get_by_role("link", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo the import").click()
    work_on_the_run(page)
    expect(page.get_by_text(f"Undone by {manager.name}")).to_be_visible()
    assert kept() == before
