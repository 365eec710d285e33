"""Every proposal that the queue finds, decided at once after a preview."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import Practice, Proposal
from referrals.views import proposals as view
from tests.factories.referrals import PracticeFactory, ProposalFactory

LIST = reverse("referrals:proposal-list")
DECIDE = reverse("referrals:proposal-decide")
FAX, PHONE = "6155550199", "6155550177"


@pytest.fixture
def faxes(north_practice, north):
    """Two northern practices for which a fax number is proposed."""
    second = PracticeFactory(name="Second Clinic", zip_code="37203")
    return [ProposalFactory(practice=one) for one in (north_practice, second)]


@pytest.fixture
def asks(signed_in, manager):
    """`asks("accept")`: the answer to "all that this list finds"."""

    def send(decision, query="", by=manager, **sent):
        answer = {"all": "yes", "decision": decision, **sent}
        return signed_in(by).post(DECIDE + query, answer, follow=True)

    return send


def states():
    return sorted(Proposal.objects.values_list("status", flat=True))


def test_all_are_shown_before_they_are_accepted(asks, faxes):
    preview = asks("accept")

    assert preview.context["rows"] == 2
    assert "(615) 555-0199" in preview.text
    assert states() == ["pending", "pending"]
    told = asks("accept", seal=preview.context["seal"])
    assert "Accepted: 2." in told.text
    assert states() == ["accepted", "accepted"]
    assert {one.fax for one in Practice.objects.all()} == {FAX}


def test_only_what_the_filters_find_is_decided(asks, faxes, north_practice):
    ProposalFactory(practice=north_practice, field="phone", value=PHONE)

    preview = asks("decline", "?field=fax&q=second", reason="Rang out")
    asks("decline", "?field=fax&q=second", reason="Rang out", seal=seal_in(preview))

    declined = Proposal.objects.get(status="declined")
    assert (declined.practice.name, declined.reason) == ("Second Clinic", "Rang out")
    assert states() == ["declined", "pending", "pending"]
    assert AuditEvent.objects.filter(action="proposal_declined").count() == 1


def seal_in(preview):
    return preview.context["seal"]


def test_declining_all_needs_a_reason(asks, faxes):
    told = asks("decline")

    assert "Say why you decline." in told.text
    assert 'name="all" value="yes" checked' in told.text
    assert states() == ["pending", "pending"]


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_one_that_came_since_the_preview_refuses_all(asks, faxes, decision):
    preview = asks(decision, reason="Wrong")
    ProposalFactory(practice=faxes[0].practice, field="phone", value=PHONE)

    told = asks(decision, reason="Wrong", seal=seal_in(preview))

    assert "Nothing was decided" in told.text
    assert states() == ["pending"] * 3


def test_a_value_that_changed_since_the_preview_refuses_all(asks, faxes):
    preview = asks("accept")
    Practice.objects.filter(pk=faxes[0].practice.pk).update(fax="6155550100")

    told = asks("accept", seal=seal_in(preview))

    assert "Nothing was decided" in told.text
    assert states() == ["pending", "pending"]


def test_one_that_another_decided_since_the_preview_refuses_all(asks, faxes):
    preview = asks("accept")
    Proposal.objects.filter(pk=faxes[0].pk).update(status="declined")

    told = asks("accept", seal=seal_in(preview))

    assert "Nothing was decided" in told.text
    assert states() == ["declined", "pending"]


def test_proposals_of_another_territory_are_neither_shown_nor_decided(
    asks, faxes, south_practice, south_manager
):
    mine = ProposalFactory(practice=south_practice)

    preview = asks("accept", by=south_manager)
    asks("accept", by=south_manager, seal=seal_in(preview))

    assert preview.context["rows"] == 1
    assert "North Clinic" not in preview.text
    assert Proposal.objects.get(status="accepted") == mine


def test_a_preview_of_one_who_sees_more_is_no_leave_to_decide(
    asks, faxes, south_practice, south_manager
):
    ProposalFactory(practice=south_practice)
    seal = seal_in(asks("accept"))

    told = asks("accept", by=south_manager, seal=seal)

    assert "Nothing was decided" in told.text
    assert states() == ["pending"] * 3


def test_two_for_one_field_are_told_by_name_and_not_accepted(asks, faxes):
    ProposalFactory(practice=faxes[0].practice, value="6155550188")

    told = asks("accept")

    assert f"Fax of {faxes[0].practice}" in told.text
    assert states() == ["pending"] * 3


def test_one_that_cannot_be_taken_refuses_all(asks, faxes):
    ProposalFactory(practice=faxes[0].practice, field="organization", value="87654321")
    preview = asks("accept")

    told = asks("accept", seal=seal_in(preview))

    assert "cannot be taken" in told.text
    assert states() == ["pending"] * 3


def test_what_changed_since_it_was_proposed_comes_first_and_is_told(
    asks, faxes, text_of, manager
):
    Practice.objects.filter(pk=faxes[1].practice.pk).update(fax="6155550100")

    preview = asks("accept")

    assert preview.context["stale"] == 1
    assert preview.context["lines"][0].proposal == faxes[1]
    assert "Changed since" in preview.text
    assert "when it was proposed: empty" in text_of(manager, LIST)


def test_more_than_can_be_done_at_once_are_refused(asks, faxes, monkeypatch):
    monkeypatch.setattr(view, "MOST_FOUND", 1)

    assert "At most 1 at once" in asks("accept").text


@pytest.mark.parametrize("query", ["?status=declined", "?q=nobody", "?field=nonsense"])
def test_nothing_found_is_nothing_decided(asks, faxes, query):
    told = asks("accept", query)

    assert "There is nothing to decide here" in told.text
    assert states() == ["pending", "pending"]


def test_ended_ones_offer_no_decision_about_all(text_of, manager, faxes):
    assert 'name="all"' in text_of(manager, LIST)
    assert 'name="all"' not in text_of(manager, LIST + "?status=any")


def test_the_preview_takes_few_queries(
    asks, manager, signed_in, north, django_assert_max_num_queries
):
    for number in range(30):
        place = PracticeFactory(name=f"Clinic {number}", zip_code="37203")
        ProposalFactory(practice=place)
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.post(DECIDE, {"all": "yes", "decision": "accept"})
