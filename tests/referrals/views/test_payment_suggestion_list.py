import pytest
from django.urls import reverse

from referrals.models import PaymentSuggestion
from tests.factories.referrals import PaymentFactory, PaymentSuggestionFactory

URL = reverse("referrals:payment-suggestion-list")


@pytest.fixture
def page(signed_in, manager):
    return signed_in(manager)


def test_a_name_is_shown_with_its_payments_and_the_physician(page, north_suggestion):
    PaymentFactory(recipient=north_suggestion.recipient, amount_cents=123_400)

    text = page.get(URL).text

    assert "Ada Lovelace" in text
    assert str(north_suggestion.physician) in text
    assert "$1,234" in text


def test_nothing_to_decide_says_so(page):
    assert "No name to look at" in page.get(URL).text


def test_what_is_decided_is_no_longer_listed(page, north_suggestion):
    PaymentSuggestion.objects.update(status="refused")

    assert "No name to look at" in page.get(URL).text


def test_physicians_of_other_territories_are_not_listed(
    signed_in, sibling_manager, south_suggestion
):
    text = signed_in(sibling_manager).get(URL).text

    assert str(south_suggestion.physician) not in text


def test_the_number_of_queries_does_not_grow(
    page, north_physician, django_assert_max_num_queries
):
    for _ in range(20):
        PaymentSuggestionFactory(physician=north_physician)

    with django_assert_max_num_queries(12):
        page.get(URL)
