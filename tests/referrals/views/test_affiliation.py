import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import Affiliation, Change
from referrals.services.affiliations import seen_of
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)


def url(name, row):
    return reverse(f"referrals:affiliation-{name}", args=[row.pk])


def answer(**values):
    return {
        "effective_from": "2026-01-01",
        "effective_to": "",
        "role": "Partner",
        "days": ["5", "1"],
        "is_primary": "",
        **values,
    }


@pytest.fixture
def second_practice(north):
    return PracticeFactory(name="Second Clinic", zip_code="37203")


@pytest.fixture
def add(signed_in, manager, second_practice, north_physician):
    """`add(role="Locum")`: the manager adds the physician to the second practice."""

    def send(**values):
        form = answer(physician=north_physician.pk, **values)
        return signed_in(manager).post(url("create", second_practice), form)

    return send


def test_somebody_is_found_by_a_part_of_the_name_and_added(
    signed_in, manager, add, second_practice, north_physician
):
    page = signed_in(manager).get(url("create", second_practice), {"q": "rthr"})
    assert f"physician={north_physician.pk}" in page.text

    add()

    place = second_practice.affiliations.get()
    assert (place.physician, place.days, place.role) == (
        north_physician,
        "15",
        "Partner",
    )
    assert place.source == Affiliation.Source.PERSON
    assert AuditEvent.objects.filter(action="affiliation_changed").count() == 1


def test_nobody_out_of_sight_is_found(
    signed_in, manager, sibling_manager, second_practice, south_physician
):
    south_physician.affiliations.update(effective_to=dt.date(2020, 1, 1))

    page = signed_in(manager).get(url("create", second_practice), {"q": "Southey"})

    assert "Nobody in your sight is called that" in page.text


def test_the_same_form_sent_twice_is_one_row(add, second_practice):
    add()
    again = add()

    assert again.status_code == 302
    assert second_practice.affiliations.count() == 1


def test_days_that_overlap_are_refused_with_words(add, second_practice):
    add(effective_to="2026-06-01")

    refused = add(effective_from="2026-05-31")
    taken = add(effective_from="2026-06-01")

    assert "overlaps with from Jan 1, 2026 to Jun 1, 2026" in refused.text
    assert taken.status_code == 302
    assert second_practice.affiliations.count() == 2


def test_the_main_site_is_one(add, north_affiliation):
    add(is_primary="on")

    north_affiliation.refresh_from_db()
    assert not north_affiliation.is_primary


def test_the_main_site_out_of_sight_stays_as_it_is(
    signed_in, manager, north_physician, second_practice
):
    far = AffiliationFactory(
        physician=north_physician, practice=PracticeFactory(zip_code="99999")
    )

    signed_in(manager).post(
        url("create", second_practice),
        answer(physician=north_physician.pk, is_primary="on"),
    )

    far.refresh_from_db()
    assert far.is_primary


def test_whoever_left_is_ended_on_a_day(signed_in, manager, north_affiliation):
    signed_in(manager).post(
        url("end", north_affiliation),
        {"effective_to": "2026-02-01", "seen": seen_of(north_affiliation)},
    )

    north_affiliation.refresh_from_db()
    assert north_affiliation.effective_to == dt.date(2026, 2, 1)
    assert Change.objects.filter(model="referrals.affiliation").exists()


def test_nobody_leaves_before_they_came(signed_in, manager, north_affiliation):
    Affiliation.objects.update(effective_from=dt.date(2026, 2, 1))
    north_affiliation.refresh_from_db()

    refused = signed_in(manager).post(
        url("end", north_affiliation),
        {"effective_to": "2026-02-01", "seen": seen_of(north_affiliation)},
    )

    assert "They began on Feb 1, 2026" in refused.text


def test_the_second_editor_is_told(signed_in, manager, north_affiliation):
    seen = seen_of(north_affiliation)
    Affiliation.objects.update(role="Locum")
    client = signed_in(manager)

    told = client.post(url("edit", north_affiliation), answer(seen=seen))
    again = client.post(
        url("edit", north_affiliation), answer(seen=told.context["seen"])
    )

    assert "Changed meanwhile" in told.text
    assert again.status_code == 302


@pytest.mark.parametrize("name", ["create", "edit", "end"])
def test_another_territorys_places_are_not_there(
    signed_in, south_manager, north_practice, north_affiliation, name
):
    row = north_practice if name == "create" else north_affiliation
    client = signed_in(south_manager)

    assert client.get(url(name, row)).status_code == 404
    assert client.post(url(name, row), answer()).status_code == 404


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "²"])
def test_nonsense_names_nobody(signed_in, manager, second_practice, key):
    found = signed_in(manager).get(url("create", second_practice), {"physician": key})

    assert found.status_code == 404


def test_a_physician_without_a_place_in_sight_cannot_be_added(
    signed_in, manager, second_practice
):
    stranger = PhysicianFactory()

    found = signed_in(manager).post(
        url("create", second_practice), answer(physician=stranger.pk)
    )

    assert found.status_code == 404
