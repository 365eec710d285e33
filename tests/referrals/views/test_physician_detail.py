import datetime as dt

import pytest
from django.urls import reverse

from referrals.models import OtherName, Physician
from tests.factories.referrals import (
    AffiliationFactory,
    NoteFactory,
    PhysicianFactory,
    ReferralFactory,
    RosterEntryFactory,
    npi_of,
)


def url(physician, query=""):
    return reverse("referrals:physician-detail", args=[physician.pk]) + query


def test_it_shows_the_dated_network_status(text_of, liaison, north_physician):
    npi = north_physician.npi
    RosterEntryFactory(
        npi=npi, network_status="competitor", effective_to=dt.date(2024, 1, 1)
    )
    RosterEntryFactory(npi=npi, effective_from=dt.date(2024, 1, 1))

    text = text_of(liaison, url(north_physician))

    assert text.index("Employed") < text.index("Competitor")
    assert "Jan 1, 2024" in text


def test_without_a_roster_entry_the_status_is_unknown(
    text_of, liaison, north_physician
):
    assert "not the same as outside" in text_of(liaison, url(north_physician))


def test_who_was_deactivated_is_marked_and_leads_to_the_replacement(
    text_of, liaison, north_physician, north_practice
):
    follower = PhysicianFactory(npi=npi_of(77))
    AffiliationFactory(physician=follower, practice=north_practice)
    Physician.objects.filter(pk=north_physician.pk).update(
        is_active=False,
        deactivated_on=dt.date(2025, 5, 1),
        replacement_npi=npi_of(77),
    )

    text = text_of(liaison, url(north_physician))

    assert "inactive since May 1, 2025" in text
    assert url(follower) in text


def test_a_replacement_out_of_sight_is_a_number_only(
    text_of, liaison, north_physician, south_physician
):
    Physician.objects.filter(pk=north_physician.pk).update(
        is_active=False, replacement_npi=south_physician.npi
    )

    text = text_of(liaison, url(north_physician))

    assert south_physician.npi in text
    assert "Southey" not in text


def test_practices_out_of_sight_are_not_named(
    text_of, liaison, north_physician, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    text = text_of(liaison, url(north_physician))

    assert "North Clinic" in text
    assert "South Clinic" not in text


def test_a_compliance_officer_sees_no_referral(
    text_of, compliance_officer, north_physician
):
    ReferralFactory(external_id="R-77", referring_physician=north_physician)

    activity = reverse("referrals:physician-activity", args=[north_physician.pk])
    text = text_of(compliance_officer, activity)

    assert "R-77" not in text
    assert "Referrals by month" not in text


@pytest.mark.parametrize(
    "name", ["physician-detail", "physician-activity", "physician-edit"]
)
def test_another_territorys_physician_is_not_there(
    signed_in, south_manager, north_physician, name
):
    client = signed_in(south_manager)

    for pk in (north_physician.pk, 10**18):
        address = reverse(f"referrals:{name}", args=[pk])
        assert client.get(address).status_code == 404


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_physician, nonsense):
    assert "Northrup" in text_of(liaison, url(north_physician, f"?{nonsense}"))


@pytest.mark.parametrize("sites", [1, 60])
def test_a_page_needs_few_queries_however_many_sites_there_are(
    signed_in, liaison, north_physician, sites, django_assert_max_num_queries
):
    for place in AffiliationFactory.create_batch(sites, physician=north_physician):
        NoteFactory(practice=place.practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(url(north_physician))


def test_what_happened_needs_few_queries(
    signed_in, liaison, north_physician, django_assert_max_num_queries
):
    ReferralFactory.create_batch(40, referring_physician=north_physician)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(reverse("referrals:physician-activity", args=[north_physician.pk]))


def test_notes_of_practices_out_of_sight_are_not_shown(
    text_of, liaison, north_physician, north_note, south_note, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    text = text_of(liaison, url(north_physician))

    assert north_note.text in text
    assert "Southern secret note" not in text


def test_days_of_the_week_are_read_out(text_of, liaison, north_affiliation):
    north_affiliation.days = "135"
    north_affiliation.save()

    text = text_of(liaison, url(north_affiliation.physician))

    assert 'aria-label="Monday, Wednesday, Friday"' in text


def test_it_shows_a_former_name(text_of, liaison, north_physician):
    OtherName.objects.create(physician=north_physician, name="Nora Maiden", kind="1")

    text = text_of(liaison, url(north_physician))

    assert "Nora Maiden" in text
    assert "Former name" in text
