import pytest
from django.urls import reverse

from tests.factories.referrals import AffiliationFactory, PhysicianFactory

URL = reverse("outreach:call-cycle-list")


@pytest.fixture
def listed(signed_in, liaison, north_practice):
    for tier in "ABD":
        physician = PhysicianFactory(tier=tier, last_name=f"Tier{tier}")
        AffiliationFactory(physician=physician, practice=north_practice)
    client = signed_in(liaison)
    return lambda **query: [
        cycle.physician.last_name for cycle in client.get(URL, query).context["page"]
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["TierA", "TierB"]),
        ({"tier": "B"}, ["TierB"]),
        ({"state": "never"}, ["TierA", "TierB"]),
        ({"state": "overdue"}, []),
        ({"tier": "D"}, []),
        ({"state": "\x00"}, []),
        ({"page": "-1"}, ["TierA", "TierB"]),
    ],
)
def test_filters_leave_only_what_they_name(listed, query, names):
    assert listed(**query) == names


def test_another_territorys_physicians_are_not_listed(listed, south_physician):
    south_physician.tier = "A"
    south_physician.save()

    assert "Southey" not in listed()


def test_the_page_says_how_it_is_computed(signed_in, liaison):
    text = signed_in(liaison).get(URL).text

    assert "a drop-off does not reset it" in text
    assert "No physician has a tier yet" in text
