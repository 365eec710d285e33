"""Fifty who send one form at the same moment, and two who do what only one can.

One row comes of it; everybody gets a page, and nobody an error.
"""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Territory, TerritoryAssignment
from outreach.models import Task
from referrals.models import (
    Affiliation,
    Merge,
    Organization,
    Physician,
    Practice,
    Proposal,
    RosterEntry,
)
from referrals.services.merges import FIELDS
from referrals.services.proposals import mark_of
from reports.models import ProgrammeCost
from tests.at_once import at_once
from tests.conftest import pair_with
from tests.factories.accounts import TerritoryFactory, UserFactory
from tests.factories.referrals import (
    PhysicianFactory,
    PracticeFactory,
    ProposalFactory,
    npi_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

FIFTY = 50
COLOUR = Territory.Colour.values[0]


@pytest.fixture
def place():
    """A practice in nobody's territory, which administrators see."""
    return PracticeFactory(name="Elm Family")


@pytest.fixture
def people():
    """Administrators: one of two, or one of fifty."""
    return [UserFactory(role="administrator") for _ in range(2)]


def sending(user, url, answer):
    """An act: send the form as this person. Its answer is made beforehand."""
    client = Client()
    client.raise_request_exception = False
    client.force_login(user)
    return lambda: client.post(url, answer)


def fifty(people, url, answer):
    """What fifty sendings of the same form are answered, two people in turn."""
    users = [people[number % 2] for number in range(FIFTY)]
    return at_once(*(sending(user, url, answer) for user in users))


def statuses(answers):
    return {getattr(answer, "status_code", answer) for answer in answers}


ADDED = {"effective_from": "2026-01-01", "effective_to": "", "role": "", "days": ["1"]}


def test_fifty_who_add_one_npi_make_one_physician(place, people):
    url = reverse("referrals:physician-create", args=[place.pk])
    who = {"npi": npi_of(1), "first_name": "Fay", "last_name": "Fresh"}

    answers = fifty(people, url, who | ADDED | {"is_primary": "on"})

    assert Physician.objects.get().npi == npi_of(1)
    assert Affiliation.objects.count() == 1
    assert statuses(answers) == {200, 302}
    told = [answer.text for answer in answers if answer.status_code == 200]
    assert len(told) == FIFTY - 1
    assert all("This is in the directory already." in text for text in told)


def test_fifty_who_add_one_address_make_one_practice(people):
    where = {"name": "Elm", "address_line_1": "1 Elm St", "city": "Nashville"}
    where |= {"state": "TN", "zip_code": "37203"}

    answers = fifty(people, reverse("referrals:practice-create"), where)

    assert Practice.objects.count() == 1
    assert statuses(answers) == {200, 302}


def test_fifty_who_add_one_organization_make_one(people):
    answer = {"name": "Fresh Health", "npi": npi_of(2), "parent": ""}

    answers = fifty(people, reverse("referrals:organization-create"), answer)

    assert Organization.objects.count() == 1
    assert statuses(answers) == {200, 302}


def test_fifty_who_say_that_one_works_somewhere_make_one_affiliation(place, people):
    url = reverse("referrals:affiliation-create", args=[place.pk])
    answer = ADDED | {"physician": PhysicianFactory().pk}

    answers = fifty(people, url, answer)

    assert Affiliation.objects.count() == 1
    assert statuses(answers) == {302}


def test_fifty_who_propose_one_phone_make_one_proposal(north_practice, liaison):
    url = reverse("referrals:practice-propose", args=[north_practice.pk])
    answer = {"seen": 1, "initial-phone": "", "phone": "615-555-0199"}

    answers = fifty([liaison, liaison], url, answer)

    assert Proposal.objects.pending().count() == 1
    assert statuses(answers) == {302}


def test_fifty_who_put_one_npi_on_the_roster_make_one_entry(people):
    answer = {"npi": npi_of(3), "network_status": "employed"}
    answer |= {"effective_from": "2026-01-01", "effective_to": ""}

    answers = fifty(people, reverse("referrals:roster-entry-create"), answer)

    assert RosterEntry.objects.count() == 1
    assert statuses(answers) == {302}


@pytest.mark.parametrize(
    ("name", "model", "answer"),
    [
        ("outreach:task-create", Task, {"title": "Call back"}),
        (
            "reports:cost-create",
            ProgrammeCost,
            {"month": "2026-02", "category": "mileage", "amount_cents": "120.50"},
        ),
    ],
)
def test_one_form_sent_fifty_times_at_once_makes_one_row(name, model, answer, manager):
    answer = {"key": uuid.UUID(int=9), "due_on": timezone.localdate()} | answer

    answers = fifty([manager, manager], reverse(name), answer)

    assert model.objects.count() == 1
    assert statuses(answers) == {302}


def test_fifty_who_name_one_territory_make_one(people):
    answer = {"name": "West", "parent": "", "colour": COLOUR}

    answers = fifty(people, reverse("accounts:territory-create"), answer)

    assert Territory.objects.get().name == "West"
    assert statuses(answers) == {200, 302}


def test_fifty_who_assign_one_territory_make_one_assignment(people, north, liaison):
    TerritoryAssignment.objects.all().delete()
    url = reverse("accounts:assignment-create", args=[north.pk])
    answer = {"user": liaison.pk, "starts_on": "2026-01-01", "ends_on": ""}

    answers = fifty(people, url, answer)

    assert TerritoryAssignment.objects.count() == 1
    assert statuses(answers) == {200, 302}


def test_of_two_who_hang_two_territories_below_each_other_one_is_told(people):
    east, west = TerritoryFactory(name="East"), TerritoryFactory(name="West")

    def below(user, node, parent):
        url = reverse("accounts:territory-edit", args=[node.pk])
        answer = {"name": node.name, "parent": parent.pk, "colour": COLOUR}
        return sending(user, url, answer)

    answers = at_once(below(people[0], east, west), below(people[1], west, east))

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Territory.objects.filter(parent=None).count() == 1


def test_of_two_who_merge_one_pair_one_merges_and_the_other_is_told(people, place):
    pair = pair_with(place)
    url = reverse("referrals:duplicate-detail", args=[pair.pk])
    answer = dict.fromkeys(FIELDS[Practice], "mine")
    answer |= {"kept_version": 1, "removed_version": 1}

    answers = at_once(*(sending(user, url, answer) for user in people))

    assert Merge.objects.count() == 1
    assert Practice.objects.get() == place
    assert sorted(statuses(answers))[-1] == 302
    assert statuses(answers) <= {200, 302, 404}


def test_of_two_stewards_who_accept_one_proposal_one_is_told(people, place, liaison):
    proposal = ProposalFactory(practice=place, by=liaison, field="hours", value="9-5")
    mark = mark_of(place, "hours")
    answer = {"proposal": proposal.pk, "decision": "accept"}
    answer[f"seen-{proposal.pk}"] = mark

    url = reverse("referrals:proposal-decide")
    answers = at_once(*(sending(user, url, answer) for user in people))

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    place.refresh_from_db()
    assert place.hours == "9-5"
