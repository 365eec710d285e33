import pytest
from django.urls import reverse

from tests.factories.referrals import AffiliationFactory, PhysicianFactory

URL = reverse("outreach:physician-search")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def search(signed_in, liaison, north_physician, south_physician):
    client = signed_in(liaison)
    return lambda text, **headers: client.get(URL, {"search": text}, headers=headers)


def names(response):
    return [str(physician) for physician in response.context["physicians"]]


@pytest.mark.parametrize(
    "text", ["no", "NORTH", "northrup, nora", "Dr. Northrup", "nora north"]
)
def test_a_physician_is_found_by_name_from_two_letters(search, text):
    assert names(search(text)) == ["Nora Northrup, MD"]


def test_a_physician_is_found_by_the_name_of_the_practice(search, north_practice):
    north_practice.name = "Riverbend Medicine"
    north_practice.save()

    response = search("riverb")

    assert names(response) == ["Nora Northrup, MD"]
    assert list(response.context["practices"]) == [north_practice]


def test_a_physician_is_found_by_npi(search, north_physician):
    assert names(search(north_physician.npi[:6])) == ["Nora Northrup, MD"]


@pytest.mark.parametrize("typed", ["6155550123", "(615) 555-01", "615.555.0123"])
def test_a_physician_is_found_by_the_phone_of_the_practice(
    search, north_practice, typed
):
    north_practice.phone = "6155550123"
    north_practice.save()

    assert names(search(typed)) == ["Nora Northrup, MD"]


@pytest.mark.parametrize("text", ["", "n", "  n ", "Dr", "\x00"])
def test_less_than_two_letters_find_nobody(search, text):
    assert names(search(text)) == []


@pytest.mark.parametrize("text", ["Southey", "South Clinic"])
def test_another_territory_is_not_searched(search, text):
    response = search(text)

    assert names(response) == []
    assert list(response.context["practices"]) == []


def test_a_foreign_npi_finds_nobody(search, south_physician):
    assert names(search(south_physician.npi)) == []


def test_a_foreign_practice_of_a_physician_in_sight_does_not_betray_itself(
    search, north_physician, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    assert names(search("South Clinic")) == []


@pytest.mark.parametrize("text", ["x" * 10_000, "a\x00b", "%_", "'; --", "\u0661" * 10])
def test_odd_text_finds_nobody(search, text):
    response = search(text)

    assert response.status_code == 200
    assert names(response) == []


def test_inactive_physicians_are_not_found(search, north_practice):
    gone = PhysicianFactory(last_name="Gone", is_active=False)
    AffiliationFactory(physician=gone, practice=north_practice)

    assert names(search("gone")) == []


def test_typing_swaps_only_the_part(search):
    part = search("north", **HTMX)

    assert 'id="found-people"' in part.text
    assert "1 physician, 1 practice found" in part.text
    assert "<html" not in part.text


def test_without_script_it_is_a_page_with_links(search, north_physician):
    response = search("north")

    assert "<html" in response.text
    assert f"?physician={north_physician.pk}" in response.text


def test_the_search_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    for _ in range(12):
        physician = PhysicianFactory(last_name="Same")
        AffiliationFactory(physician=physician, practice=north_practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(10):
        client.get(URL, {"search": "same"}, headers=HTMX)
