"""A duplicate becomes one and becomes two again, as a manager does it."""

import pytest
from playwright.sync_api import expect

from referrals.models import Affiliation, Practice
from tests.factories.referrals import AffiliationFactory

pytestmark = pytest.mark.browser


def test_a_manager_merges_a_duplicate_and_undoes_it(page_as, manager, north_pair):
    kept, removed = (
        Practice.objects.get(pk=pk) for pk in (north_pair.first, north_pair.second)
    )
    AffiliationFactory(practice=removed)
    page = page_as(manager)

    page.goto("/duplicates/")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these the same?")
    page.get_by_label("North Clinic PLLC").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("North Clinic PLLC")
    assert Affiliation.objects.get().practice == kept

    page.goto("/merges/")
    page.get_by_role("link", name="Undo the merge").click()
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("North Clinic PLLC is back.")).to_be_visible()
    kept.refresh_from_db()
    assert kept.name == "North Clinic"
    assert Affiliation.objects.get().practice == removed
