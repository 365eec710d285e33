import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import Practice
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    ReferralFactory,
    RosterEntryFactory,
)


def url(practice, query=""):
    return reverse("referrals:practice-detail", args=[practice.pk]) + query


def test_it_shows_how_to_get_there_and_whom_to_call(text_of, liaison, north_practice):
    Practice.objects.filter(pk=north_practice.pk).update(phone="6155550100")

    text = text_of(liaison, url(north_practice))

    assert 'href="tel:6155550100"' in text
    assert "https://www.openstreetmap.org/search?query=" in text
    assert 'rel="noreferrer"' in text


def test_it_shows_its_people_and_their_network_status(
    text_of, liaison, north_practice, north_physician
):
    RosterEntryFactory(npi=north_physician.npi)

    text = text_of(liaison, url(north_practice))

    assert str(north_physician) in text
    assert "Employed" in text


def test_who_left_is_named_as_not_current_and_not_linked(
    text_of, liaison, north_practice
):
    gone = PhysicianFactory(last_name="Gone")
    AffiliationFactory(
        physician=gone, practice=north_practice, effective_to=dt.date(2020, 1, 1)
    )

    text = text_of(liaison, url(north_practice))

    assert "Not current" in text
    assert reverse("referrals:physician-detail", args=[gone.pk]) not in text


def test_referrals_are_counted_where_the_drill_down_finds_them(
    signed_in, liaison, north_practice, north_physician
):
    ReferralFactory.create_batch(
        3,
        referring_physician=north_physician,
        received_on=timezone.localdate(),
    )
    client = signed_in(liaison)

    counted = client.get(url(north_practice)).context["trend"].total
    listed = client.get(
        reverse("referrals:referral-list"), {"practice": north_practice.pk}
    )

    assert counted == listed.context["page"].paginator.count == 3


def test_a_compliance_officer_sees_no_referral(
    text_of, compliance_officer, north_practice, north_physician
):
    ReferralFactory(external_id="R-77", referring_physician=north_physician)

    text = text_of(compliance_officer, url(north_practice))

    assert "R-77" not in text
    assert "Referrals by month" not in text


@pytest.mark.parametrize("name", ["practice-detail", "practice-edit"])
def test_another_territorys_practice_is_not_there(
    signed_in, south_manager, north_practice, name
):
    client = signed_in(south_manager)
    made_up = reverse(f"referrals:{name}", args=[10**18])

    for address in (reverse(f"referrals:{name}", args=[north_practice.pk]), made_up):
        assert client.get(address).status_code == 404


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_practice, nonsense):
    assert "North Clinic" in text_of(liaison, url(north_practice, f"?{nonsense}"))


def test_a_full_page_needs_few_queries(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    for place in AffiliationFactory.create_batch(30, practice=north_practice):
        ReferralFactory(referring_physician=place.physician)
    client = signed_in(liaison)

    with django_assert_max_num_queries(16):
        client.get(url(north_practice))
