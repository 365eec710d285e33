import pytest
from django.urls import reverse

from referrals.models import Referral, StatusChange


def url(referral):
    return reverse("referrals:referral-status", args=[referral.pk])


@pytest.fixture
def post(signed_in, coordinator, north_referral):
    """`post(status=..)`: the coordinator sends the form for version 1."""

    def send(**data):
        data = {"status": "acknowledged", "version": "1", **data}
        answer = signed_in(coordinator).post(url(north_referral), data)
        north_referral.refresh_from_db()
        return answer

    return send


def test_a_change_is_saved_and_leads_back_to_the_referral(post, north_referral):
    answer = post()

    assert north_referral.status == "acknowledged"
    assert answer.url == reverse("referrals:referral-detail", args=[north_referral.pk])


def test_from_the_worklist_it_leads_back_there(post):
    worklist = reverse("referrals:referral-worklist") + "?group=answer&page=2"

    assert post(next=worklist).url == worklist


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ],
)
def test_it_never_leads_elsewhere(post, elsewhere):
    assert post(next=elsewhere).url.startswith("/referrals/")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"status": "closed"}, "cannot go from received to closed"),
        ({"status": "scheduled"}, "When is the appointment?"),
        ({"status": "declined"}, "Please say why."),
        ({"status": "seen", "at": "2026-03-01T12:00"}, "before the referral"),
        ({"status": "seen", "at": "2999-01-01T12:00"}, "future"),
        ({"status": "vanished"}, "Select a valid choice"),
        ({"status": ""}, "This field is required"),
    ],
)
def test_what_must_not_be_is_told_beside_its_field(post, north_referral, data, message):
    answer = post(**data)

    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert north_referral.status == "received"
    assert not StatusChange.objects.exists()


def test_typed_text_is_kept_after_a_refusal(post):
    answer = post(status="closed", reason="All is done")

    assert 'value="All is done"' in answer.content.decode()


def test_the_second_editor_is_told_sees_both_and_may_go_on(
    post, north_referral, signed_in, manager
):
    signed_in(manager).post(url(north_referral), {"status": "incomplete", "version": 1})

    answer = post(status="declined", reason="Insurer refuses")

    text = answer.content.decode()
    assert "Somebody changed this referral" in text
    assert "Now: Incomplete, by Max Manager" in text
    assert "You wanted: Declined" in text
    assert 'value="Insurer refuses"' in text
    assert north_referral.status == "incomplete"
    assert post(status="declined", reason="Insurer refuses", version="2").url
    assert north_referral.status == "declined"


def test_a_double_click_is_one_change(post):
    post()
    post()

    assert StatusChange.objects.count() == 1


def test_fields_that_the_form_does_not_show_stay(post, north_referral):
    post(received_on="2020-01-01", external_id="X", closed_at="2026-03-03T10:00")

    assert north_referral.external_id == "N-1"
    assert north_referral.closed_at is None


def test_another_territorys_referral_cannot_be_changed(
    signed_in, south_coordinator, north_referral
):
    answer = signed_in(south_coordinator).post(
        url(north_referral), {"status": "acknowledged", "version": "1"}
    )

    assert answer.status_code == 404
    assert Referral.objects.get().status == "received"


def test_reading_is_not_working(signed_in, liaison, north_referral):
    answer = signed_in(liaison).post(
        url(north_referral), {"status": "acknowledged", "version": "1"}
    )

    assert answer.status_code == 403
    assert Referral.objects.get().status == "received"
