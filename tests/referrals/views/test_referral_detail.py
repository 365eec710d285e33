import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from referrals.models import Referral
from tests.factories.referrals import OrganizationFactory, ReferralFactory

NOW = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


def url(referral, query=""):
    return reverse("referrals:referral-detail", args=[referral.pk]) + query


def test_it_shows_fields_clocks_and_waiting(text_of, coordinator, north_referral):
    text = text_of(coordinator, url(north_referral))

    assert "Referral N-1" in text
    assert "not yet" in text
    assert "Breached" in text
    assert "8 days" in text


def test_who_may_only_read_gets_no_form(text_of, liaison, north_referral):
    text = text_of(liaison, url(north_referral))

    assert "Change the status" not in text
    assert "New status" not in text


def test_only_statuses_that_may_follow_are_offered(
    signed_in, coordinator, north_physician
):
    referral = ReferralFactory(referring_physician=north_physician, status="seen")

    form = signed_in(coordinator).get(url(referral)).context["form"]

    offered = [value for value, label in form.fields["status"].widget.choices]
    assert offered == ["", "report_sent", "report_received", "closed"]


def test_seen_is_prefilled_with_the_appointment(text_of, coordinator, north_physician):
    referral = ReferralFactory(
        referring_physician=north_physician,
        status="scheduled",
        appointment_at=dt.datetime(2026, 3, 9, 15, 30, tzinfo=dt.UTC),
    )

    text = text_of(coordinator, url(referral, "?status=seen"))

    assert 'value="2026-03-09T10:30"' in text
    assert '<option value="seen" selected>' in text


def test_ends_out_of_sight_are_named_but_not_linked(
    text_of, liaison, north_referral, south_physician
):
    hospital = OrganizationFactory(name="Far Hospital")
    Referral.objects.filter(pk=north_referral.pk).update(
        referred_to_physician=south_physician, referred_to_organization=hospital
    )

    text = text_of(liaison, url(north_referral))

    assert "Far Hospital" in text
    assert reverse("referrals:physician-detail", args=[south_physician.pk]) not in text
    assert reverse("referrals:organization-detail", args=[hospital.pk]) not in text


def test_another_territorys_referral_is_not_there(
    signed_in, south_liaison, north_referral
):
    client = signed_in(south_liaison)

    assert client.get(url(north_referral)).status_code == 404
    assert client.get("/referrals/999999999999999999/").status_code == 404


def test_it_needs_few_queries(
    signed_in, coordinator, north_referral, django_assert_max_num_queries
):
    client = signed_in(coordinator)

    with django_assert_max_num_queries(11):
        client.get(url(north_referral))
