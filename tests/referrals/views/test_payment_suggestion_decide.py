import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import Payment, PaymentSuggestion
from tests.factories.referrals import PaymentFactory


def url_of(suggestion):
    return reverse("referrals:payment-suggestion-decide", args=[suggestion.pk])


@pytest.fixture
def page(signed_in, manager):
    return signed_in(manager)


@pytest.fixture
def payment(north_suggestion):
    return PaymentFactory(recipient=north_suggestion.recipient)


def test_the_same_person_gets_the_payments(page, north_suggestion, payment, manager):
    page.post(url_of(north_suggestion), {"decision": "same"})

    north_suggestion.refresh_from_db()
    assert Payment.objects.to_physician(north_suggestion.physician).get() == payment
    assert (north_suggestion.status, north_suggestion.decided_by) == (
        "confirmed",
        manager,
    )


def test_somebody_else_gets_nothing_and_is_not_asked_for_again(
    page, north_suggestion, payment
):
    page.post(url_of(north_suggestion), {"decision": "other"})

    assert not Payment.objects.to_physician(north_suggestion.physician).exists()
    assert not PaymentSuggestion.objects.pending().exists()


def test_the_second_of_two_decisions_is_told(page, north_suggestion, payment):
    page.post(url_of(north_suggestion), {"decision": "same"})

    answer = page.post(url_of(north_suggestion), {"decision": "other"}, follow=True)

    north_suggestion.refresh_from_db()
    assert "decided this already" in answer.text
    assert north_suggestion.status == "confirmed"


def test_a_suggestion_of_another_territory_is_not_found(
    signed_in, sibling_manager, south_suggestion
):
    answer = signed_in(sibling_manager).post(
        url_of(south_suggestion), {"decision": "same"}
    )

    assert answer.status_code == 404


def test_the_page_of_the_physician_shows_the_sums(page, north_suggestion, payment):
    page.post(url_of(north_suggestion), {"decision": "same"})

    url = reverse("referrals:physician-activity", args=[north_suggestion.physician_id])
    text = page.get(url).text

    assert "Open Payments" in text
    assert "Acme Devices" in text
    assert "$12.49" in text


def test_the_page_of_the_physician_says_that_a_name_waits(page, north_suggestion):
    url = reverse("referrals:physician-activity", args=[north_suggestion.physician_id])

    assert reverse("referrals:payment-suggestion-list") in page.get(url).text


@pytest.mark.parametrize(("decision", "told"), [("same", "yes"), ("other", "no")])
def test_each_decision_is_in_the_audit(
    page, north_suggestion, payment, manager, decision, told
):
    page.post(url_of(north_suggestion), {"decision": decision})

    event = AuditEvent.objects.get(action="payments_decided")
    assert (event.actor, event.subject) == (manager, str(north_suggestion.physician))
    assert event.detail["same_person"] == told
    assert event.detail["recipient"] == str(north_suggestion.recipient)


def test_a_decision_that_came_too_late_is_not_in_the_audit(page, north_suggestion):
    for decision in ("same", "other"):
        page.post(url_of(north_suggestion), {"decision": decision})

    assert AuditEvent.objects.filter(action="payments_decided").count() == 1
