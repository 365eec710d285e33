import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import Proposal
from tests.factories.accounts import UserFactory


def url(practice, verb="propose"):
    return reverse(f"referrals:practice-{verb}", args=[practice.pk])


@pytest.fixture
def propose(signed_in, liaison, north_practice):
    """`propose(fax="…")`: the liaison sends the form with this changed."""

    def send(**data):
        return signed_in(liaison).post(url(north_practice), data, follow=True)

    return send


def test_each_difference_becomes_a_proposal_with_the_note(
    propose, liaison, north_practice
):
    propose(
        fax="(615) 555-0199", tier="A", name="North Clinic", note="Front desk said so"
    )

    found = {one.field: one for one in Proposal.objects.all()}
    assert {name: one.value for name, one in found.items()} == {
        "fax": "6155550199",
        "tier": "A",
    }
    assert (found["fax"].by, found["fax"].note) == (liaison, "Front desk said so")
    north_practice.refresh_from_db()
    assert (north_practice.fax, north_practice.version) == ("", 1)


def test_it_shows_as_under_review_to_everyone_in_scope(
    propose, signed_in, coordinator, north_practice
):
    propose(fax="(615) 555-0199")

    answer = signed_in(coordinator).get(url(north_practice, "detail"))

    assert "Under review" in answer.content.decode()
    assert "(615) 555-0199" in answer.content.decode()
    assert "proposed by Lea Liaison" in answer.content.decode()


def test_sent_twice_it_is_one_proposal(propose):
    propose(fax="(615) 555-0199")
    answer = propose(fax="(615) 555-0199")

    assert Proposal.objects.count() == 1
    assert "Nothing new to propose" in answer.content.decode()


def test_a_second_thought_takes_the_place_of_the_first(propose):
    propose(fax="(615) 555-0199")
    propose(fax="(615) 555-0188")

    (pending,) = Proposal.objects.pending()
    assert pending.value == "6155550188"


def test_a_liaison_may_not_edit(signed_in, liaison, north_practice):
    answer = signed_in(liaison).post(url(north_practice, "edit"), {"tier": "A"})

    assert answer.status_code == 403


def test_an_owner_from_elsewhere_is_refused(propose, south_liaison):
    answer = propose(owner=str(south_liaison.pk))

    assert "owner" in answer.context["form"].errors
    assert not Proposal.objects.exists()


def test_bad_input_proposes_nothing_and_is_kept(propose):
    answer = propose(fax="555", note="n" * 301)

    assert 'value="555"' in answer.content.decode()
    assert not Proposal.objects.exists()


def test_another_territorys_practice_is_none(signed_in, liaison, south_practice):
    answer = signed_in(liaison).post(url(south_practice), {"tier": "A"})

    assert answer.status_code == 404
    assert not Proposal.objects.exists()


def test_proposing_is_audited(propose, north_practice):
    propose(fax="(615) 555-0199")

    (event,) = AuditEvent.objects.filter(action="change_proposed")
    assert (event.subject, event.detail) == ("North Clinic", {"fields": ["fax"]})


def test_someone_without_territory_proposes_nothing(signed_in, north_practice):
    stranger = UserFactory()

    assert signed_in(stranger).get(url(north_practice)).status_code == 404
