"""A visit logged under the thumb: few taps, nothing lost, nothing twice."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from outreach.models import Task, Visit
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE
from tests.factories.accounts import PASSWORD
from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)
from tests.factories.referrals import AffiliationFactory, PhysicianFactory

pytestmark = pytest.mark.browser

LOG = reverse("outreach:visit-create")


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


def expect_sent(page):
    """Saved at once; sent when it can be undone no more."""
    expect(page.locator("#outbox-toasts")).to_contain_text("Saved:")
    expect(page.get_by_text("Sent:")).to_be_visible()


def test_a_liaison_signs_in_and_logs_a_visit(page_of, stop, liaison):
    page = page_of(size=PHONE)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(liaison.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()

    page.locator(".app-phone-bar").get_by_role("link", name="Log visit").click()
    page.get_by_text("Nora Northrup, MD").click()
    page.get_by_text("Positive").click()
    page.get_by_role("button", name="Save visit").click()

    expect_sent(page)
    visit = Visit.objects.get()
    assert visit.is_held
    assert visit.met == "Nora Northrup, MD"


def test_a_stop_of_today_is_saved_in_three_taps(page_as, stop, liaison):
    page = page_as(liaison, size=PHONE)
    page.goto(reverse("outreach:today"))

    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_text("Neutral").click()
    page.get_by_role("button", name="Save visit").click()

    expect_sent(page)
    assert Visit.objects.get(pk=stop.pk).outcome == Visit.Outcome.NEUTRAL


def test_an_error_keeps_what_was_typed_and_takes_the_focus(
    page_as, liaison, north_physician
):
    page = page_as(liaison, size=PHONE)
    page.goto(f"{LOG}?physician={north_physician.pk}")
    page.get_by_text("More: time").click()
    page.get_by_label("Notes").fill("Asked for a direct line")

    page.get_by_role("button", name="Save visit").click()

    expect(page.get_by_role("alert")).to_have_text("Say how it went.")
    expect(page.get_by_role("radio", name="Positive")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Nora Northrup, MD")).to_be_checked()
    expect(page.get_by_label("Notes")).to_have_value("Asked for a direct line")

    page.get_by_text("Positive").click()
    page.get_by_role("button", name="Save visit").click()
    expect_sent(page)
    assert Visit.objects.get().notes == "Asked for a direct line"


def test_a_physician_is_found_and_chosen_without_a_mouse(
    page_as, liaison, north_practice
):
    found = PhysicianFactory(last_name="Whitaker")
    AffiliationFactory(physician=found, practice=north_practice)
    page = page_as(liaison, size=DESK)
    page.goto(LOG)

    page.get_by_label("Find a physician or a practice").fill("whi")
    expect(page.get_by_text("1 physician, 0 practices found")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="North Clinic")).to_be_checked()
    page.get_by_role("radio", name="Positive").press("Space")
    page.keyboard.press("Control+Enter")

    expect_sent(page)
    assert Visit.objects.get().met == "Ada Whitaker, MD"


def test_a_promise_is_ticked_off_and_undone_in_place(page_as, liaison):
    TaskFactory(owner=liaison, title="Send the form")
    page = page_as(liaison, size=PHONE)
    page.goto(reverse("outreach:task-list"))

    page.get_by_role("button", name="Done: Send the form").click()
    undo = page.get_by_role("button", name="Not done after all: Send the form")
    expect(undo).to_be_visible()
    assert Task.objects.get().is_done

    undo.click()
    expect(page.get_by_role("button", name="Done: Send the form")).to_be_visible()
    assert not Task.objects.get().is_done


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_day_and_the_form_are_accessible_when_full(
    page_as, stop, liaison, north_physician, size, theme
):
    TaskFactory(owner=liaison, practice=stop.practice)
    north_physician.tier = "A"
    north_physician.save()
    page = page_as(liaison, size=size, theme=theme)

    page.goto(reverse("outreach:today"))
    assert axe.violations(page) == []

    page.goto(LOG)
    page.get_by_text("More: time").click()
    page.get_by_role("button", name="Save visit").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert axe.violations(page) == []
