import pytest
from django.urls import reverse

from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)

URL = reverse("outreach:visit-places")


@pytest.fixture
def places(signed_in, liaison, north_practice):
    client = signed_in(liaison)

    def ask(**query):
        response = client.get(URL, query)
        return {
            place.practice.name: place.is_chosen for place in response.context["places"]
        }

    return ask


def test_the_only_practice_of_a_physician_is_marked(places, north_physician):
    assert places(physicians=[north_physician.pk]) == {"North Clinic": True}


def test_two_primary_practices_leave_the_choice(places, north_physician):
    other = PracticeFactory(name="Other", zip_code="37203")
    AffiliationFactory(physician=north_physician, practice=other)

    assert places(physicians=[north_physician.pk]) == {
        "North Clinic": False,
        "Other": False,
    }


def test_people_met_together_share_a_practice(places, north_physician, north_practice):
    colleague = PhysicianFactory()
    AffiliationFactory(physician=colleague, practice=north_practice)
    AffiliationFactory(
        physician=colleague, practice=PracticeFactory(name="Alone", zip_code="37203")
    )

    assert places(physicians=[north_physician.pk, colleague.pk]) == {
        "North Clinic": True
    }


def test_a_chosen_practice_stays_chosen(places, north_physician):
    other = PracticeFactory(name="Other", zip_code="37203")
    AffiliationFactory(physician=north_physician, practice=other)

    found = places(physicians=[north_physician.pk], practice=other.pk)

    assert found == {"North Clinic": False, "Other": True}


def test_the_practice_of_the_page_stays_for_somebody_from_elsewhere(
    places, north_physician
):
    pinned = PracticeFactory(name="Here", zip_code="37203")

    found = places(physicians=[north_physician.pk], pinned=pinned.pk)

    assert found == {"Here": True, "North Clinic": False}


def test_a_practice_found_by_itself_is_the_place(places, north_practice):
    assert places(practice=north_practice.pk) == {"North Clinic": True}


def test_practices_of_another_territory_are_not_offered(
    places, north_physician, south_practice, south_physician
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    assert places(physicians=[north_physician.pk]) == {"North Clinic": True}
    assert places(physicians=[south_physician.pk]) == {}
    assert places(practice=south_practice.pk) == {}


def test_a_foreign_pinned_practice_is_not_found(signed_in, liaison, south_practice):
    response = signed_in(liaison).get(URL, {"pinned": south_practice.pk})

    assert response.status_code == 404


@pytest.mark.parametrize("key", ["abc", "-1", "9" * 40, "\x00", "\u0661"])
def test_nonsense_offers_nothing(places, key):
    assert places(physicians=[key], practice=key) == {}
