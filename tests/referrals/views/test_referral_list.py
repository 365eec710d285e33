import datetime as dt

import pytest
from django.urls import reverse

from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    ReferralFactory,
    npi_of,
)

URL = reverse("referrals:referral-list")


@pytest.fixture
def numbers(signed_in, liaison):
    """`numbers("?q=..")`: the referrals that the liaison's list then shows."""

    def listed(query=""):
        response = signed_in(liaison).get(URL + query)
        return [referral.external_id for referral in response.context["page"]]

    return listed


def test_only_referrals_in_sight_are_listed(numbers, north_referral, south_referral):
    assert numbers() == ["N-1"]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("?q=R-7", True),
        ("?q=R-8", False),
        ("?status=scheduled", True),
        ("?status=closed", False),
        ("?kind=imaging", True),
        ("?kind=consult", False),
        ("?urgency=urgent", True),
        ("?urgency=routine", False),
        ("?result=counted", True),
        ("?result=unseen", False),
        ("?received_from=2026-03-02", True),
        ("?received_from=2026-03-03", False),
        ("?received_to=2026-03-02", True),
        ("?received_to=2026-03-01", False),
        ("?referrer=northrup", True),
        ("?referrer=north+clinic", True),
        (f"?referrer={npi_of(77)}", True),
        (f"?referrer={npi_of(78)}", False),
        ("?referred_to=harp", True),
        (f"?referred_to={npi_of(99)}", True),
        ("?referred_to=other", False),
    ],
)
def test_a_filter_finds_what_it_names(
    numbers, north_physician, north_practice, query, hit
):
    north_physician.npi = npi_of(77)
    north_physician.save()
    ReferralFactory(
        external_id="R-7",
        referring_physician=north_physician,
        referring_practice=north_practice,
        referred_to_organization=OrganizationFactory(
            name="Harpeth Valley", npi=npi_of(99)
        ),
        status="scheduled",
        kind="imaging",
        urgency="urgent",
        received_on=dt.date(2026, 3, 2),
    )

    assert numbers(query) == (["R-7"] if hit else [])


def test_a_service_line_narrows(numbers, north_referral):
    line = north_referral.service_line_id

    assert numbers(f"?service_line={line}") == ["N-1"]


def test_a_practice_narrows_and_is_named(text_of, liaison, north_practice):
    text = text_of(liaison, f"{URL}?practice={north_practice.pk}")

    assert "North Clinic" in text


def test_a_foreign_practice_is_answered_like_a_made_up_one(
    text_of, liaison, north_referral, south_practice
):
    foreign = text_of(liaison, f"{URL}?practice={south_practice.pk}")
    made_up = text_of(liaison, f"{URL}?practice={south_practice.pk + 1000}")

    assert "South Clinic" not in foreign
    assert "N-1" in foreign
    assert "N-1" in made_up


@pytest.mark.parametrize(
    "sort", ["number", "-received", "status", "kind", "urgency", "appointment"]
)
def test_every_column_sorts(numbers, north_referral, sort):
    assert numbers(f"?sort={sort}") == ["N-1"]


def test_the_newest_comes_first(numbers, north_referral):
    ReferralFactory(
        external_id="N-2",
        referring_physician=north_referral.referring_physician,
        received_on=dt.date(2026, 3, 3),
    )

    assert numbers() == ["N-2", "N-1"]


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_referral, nonsense):
    assert "Referrals" in text_of(liaison, f"{URL}?{nonsense}")


def test_a_full_page_needs_few_queries(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    for _ in range(60):
        ReferralFactory(
            referring_practice=north_practice,
            referred_to_physician=PhysicianFactory(),
            referred_to_organization=OrganizationFactory(),
        )
    client = signed_in(liaison)

    with django_assert_max_num_queries(8):
        client.get(URL)
