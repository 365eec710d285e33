"""A manager's way from files to the figures, with web, worker and beat for real."""

import csv
import datetime as dt
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reports.demo.load import write_files
from reports.demo.market import generate
from tests.browser.conftest import sign_in
from tests.workers.installation import PASSWORD, Installation

pytestmark = [pytest.mark.browser, pytest.mark.worker]

PREPARE = f"""
import datetime as dt
from django.core.management import call_command
from accounts.models import Territory, TerritoryAssignment, TerritoryZip, User
from referrals.models import Practice
call_command("import_file", "nppes", {{nppes!r}})
for name in ("liaison", "liaison2", "liaison3", "liaison4"):
    User.objects.create_user(name + "@demo.example", name=name.title())
region = Territory.objects.create(name="Middle Tennessee")
for zip_code in set(Practice.objects.values_list("zip_code", flat=True)):
    TerritoryZip.objects.create(territory=region, zip_code=zip_code)
manager = User.objects.create_user(
    "manager@example.org", "{PASSWORD}", name="Max Manager", role="manager"
)
TerritoryAssignment.objects.create(
    user=manager, territory=region, starts_on=dt.date(2020, 1, 1)
)
call_command("import_file", "referrals", {{referrals!r}})
call_command("import_file", "visits", {{visits!r}})
answer = None
"""


@pytest.fixture(scope="session")
def market(tmp_path_factory):
    """kind -> path of the demo market's files, the roster with two bad rows."""
    folder = tmp_path_factory.mktemp("market")
    files = dict(write_files(generate(dt.date(2026, 11, 16)), folder))
    with files["roster"].open("a") as file:
        file.write("1234567890,employed,,2024-01-01,\n")
        file.write("1970074203,married,,2024-01-01,\n")
    return files


@pytest.fixture
def installation(tmp_path):
    """A new one, on the database of this leg and the filesystem broker."""
    made = Installation(tmp_path, os.environ.get("TEST_DATABASE_URL", ""))
    made.make_database()
    made.manage("migrate", "--verbosity", "0")
    yield made
    made.remove()


@pytest.fixture
def prepared(installation, market):
    """Registry, referrals of some months, visits and the manager are there already."""
    referrals = Path(market["referrals"])
    since = dt.date(2026, 2, 1).isoformat()
    with referrals.open(newline="") as file:
        rows = list(csv.DictReader(file))
    recent = installation.folder / "referrals.csv"
    with recent.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row["received_on"] >= since)
    files = {kind: str(path) for kind, path in market.items()}
    installation.evaluate(PREPARE.format(**files | {"referrals": str(recent)}))
    return installation


@pytest.fixture
def site_url(prepared):
    return prepared.start_web().base


def test_a_manager_goes_from_files_to_leakage_and_return(prepared, market, page_of):
    page = page_of()
    sign_in(page, "manager@example.org", PASSWORD)

    # The roster waits for a worker, and goes on by itself once there is one.
    upload(page, "roster", market["roster"], word="married")
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    prepared.start_worker()
    prepared.start_beat()
    watch_until_done(page)
    lines = market["roster"].read_text().count("\n") - 1
    expect(stat(page, "Read")).to_have_text(f"{lines:,}")
    expect(stat(page, "Created")).to_have_text(f"{lines - 2:,}")
    expect(stat(page, "Rejected")).to_have_text("2")
    rejected = downloaded(page, "Download CSV")
    assert [row["npi"] for row in rejected] == ["1234567890", "1970074203"]
    assert all(row["reason"] for row in rejected)

    # The claims are watched on their way.
    upload(page, "claims", market["claims"])
    watch_until_done(page)
    lines = market["claims"].read_text().count("\n") - 1
    expect(stat(page, "Read")).to_have_text(f"{lines:,}")
    expect(stat(page, "Rejected")).to_have_text("0")

    # A run of leakage, its figures and the rows behind them.
    go_to(page, "Runs")
    page.get_by_role("link", name="Start a leakage run").first.click()
    page.get_by_role("button", name="Start", exact=True).click()
    watch_until_done(page)
    page.get_by_role("link", name="Open the report").click()
    expect(stat(page, "Leakage")).to_have_text(re.compile(r"^[1-9]\d?\.\d %$"))
    expect(stat(page, "Unknown share")).to_have_text(re.compile(r"^\d+\.\d %$"))
    page.get_by_text("How is this computed?").first.click()
    expect(page.get_by_text("out / (in + out)").first).to_be_visible()
    by_service_line = downloaded(page, "CSV")
    assert "Orthopedics" in str(by_service_line)
    stat(page, "Leakage").get_by_role("link").click()
    told = page.get_by_text(re.compile(r"events: 0 in network, [\d,]+ out, 0 unknown"))
    number = int(re.match(r"[\d,]+", told.inner_text())[0].replace(",", ""))
    assert len(exported(page)) == number > 100

    # A cost and a margin, and the return in money.
    go_to(page, "Costs")
    page.get_by_role("link", name="Enter a cost").first.click()
    page.get_by_label("Month").fill("2026-03")
    page.get_by_label("Category").select_option("salaries")
    page.get_by_label("Amount").fill("12,500")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="$12,500.00").first).to_be_visible()
    page.get_by_role("link", name="Margins").click()
    expect(page.locator("form table input:visible").first).to_be_visible()
    for field in page.locator("form table input:visible").all():
        field.fill("1,500")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("margins changed")).to_be_visible()
    go_to(page, "Return")
    page.get_by_role("link", name="Compute").first.click()
    page.get_by_role("button", name="Start", exact=True).click()
    watch_until_done(page)
    page.get_by_role("link", name="Open the report").click()
    expect(page.get_by_text("Rate ratio").first).to_be_visible()
    expect(stat(page, "Incremental margin")).to_have_text(re.compile(r"^-?\$"))
    expect(page.get_by_text("No cost entered for")).to_be_visible()


def go_to(page, name):
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def upload(page, kind, path, *, word=""):
    """`word`: one that the product does not know and that stays as it is."""
    go_to(page, "Imports")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("What is in the file?").select_option(kind)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Continue").click()
    if word:
        expect(page.get_by_role("cell", name=word, exact=True)).to_be_visible()
        page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(re.compile("/imports/[0-9a-f-]{36}/$"))


def watch_until_done(page):
    """Touch nothing until the page says Done."""
    badge = page.locator("#run-progress .badge")
    expect(badge).to_have_text("Done", timeout=180_000)


def stat(page, label):
    card = page.locator(".stat").filter(
        has=page.locator(".stat-label").get_by_text(label, exact=True)
    )
    return card.locator(".stat-value")


def exported(page):
    page.get_by_text("Export", exact=True).first.click()
    return downloaded(page, "CSV")


def downloaded(page, label):
    with page.expect_download() as download:
        page.get_by_role("link", name=label).first.click()
    with open(download.value.path(), newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
