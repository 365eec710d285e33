"""Global search: what it finds, in which order, and what it never shows."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts import search
from accounts.models import User
from accounts.search import Asked
from liaison_crm.lib import trigrams
from referrals.models import Physician, Practice
from tests.factories.accounts import UserFactory
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)

URL = reverse("accounts:search")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def titles(signed_in, liaison):
    """`titles("ros")`: what the liaison then finds, group by group."""

    def found(text, user=liaison):
        groups = signed_in(user).get(URL, {"q": text}).context["found"].groups
        return {group.label: [hit.title for hit in group.hits] for group in groups}

    return found


@pytest.fixture
def rossi(north_practice):
    Practice.objects.filter(pk=north_practice.pk).update(
        address_line_1="12 West End Ave", phone="6155550100", front_desk_names="Fay Hu"
    )
    physician = PhysicianFactory(
        last_name="Rossini", first_name="Carla", npi=npi_of(77), credential="MD"
    )
    AffiliationFactory(physician=physician, practice=north_practice)
    return physician


@pytest.mark.parametrize(
    "text",
    [
        "rossini",
        "ros",
        "sin",  # three letters of the middle of the name
        "r",
        "ca",
        "carla rossini",
        "Rossini, Carla",
        "dr. rossini",
        "ros car",
        npi_of(77),
        npi_of(77)[:5],
    ],
)
def test_a_physician_is_found_by(titles, rossi, text):
    assert titles(text)["Physicians"] == ["Carla Rossini, MD"]


@pytest.mark.parametrize("text", ["si", "ni", "rossini bob", "rx", ""])
def test_a_physician_is_not_found_by(titles, rossi, text):
    assert "Physicians" not in titles(text)


@pytest.mark.parametrize(
    "text",
    ["north", "clin", "west end", "12 West", "615 555", "(615) 555-0100", "fay",
     "clinic nash", "37203", "no"],
)  # fmt: skip
def test_a_practice_is_found_by(titles, rossi, text):
    assert titles(text)["Practices"] == ["North Clinic"]


def test_an_organization_is_found_by_its_name_and_npi(titles, north_organization):
    assert titles("ern hea")["Organizations"] == ["Northern Health"]
    assert titles(north_organization.npi)["Organizations"] == ["Northern Health"]


def test_people_are_found_by_who_may_see_them_and_only_their_names(
    titles, administrator, manager, liaison, text_of_search
):
    assert titles("lea", administrator)["People"] == ["Lea Liaison"]
    assert "People" not in titles("lea", manager)
    assert liaison.email not in text_of_search(administrator, "lea")
    assert "People" not in titles("example.org", administrator)


@pytest.fixture
def text_of_search(signed_in):
    def read(user, text):
        return signed_in(user).get(URL, {"q": text}).content.decode()

    return read


def test_the_best_comes_first(titles, north_practice):
    for last, first in [("Bergson", "Al"), ("Alberg", "Cy"), ("Berg", "Di")]:
        physician = PhysicianFactory(last_name=last, first_name=first, credential="")
        AffiliationFactory(physician=physician, practice=north_practice)

    assert titles("berg")["Physicians"] == ["Di Berg", "Al Bergson", "Cy Alberg"]


def test_what_is_out_of_sight_is_not_found(
    titles, rossi, south_practice, south_physician, south_organization
):
    for text in ("South", "Southey", south_physician.npi, "37401", "secret"):
        assert titles(text) == {}


def test_a_place_out_of_sight_is_not_told_by_a_hit(
    text_of_search, liaison, rossi, south_practice
):
    rossi.affiliations.update(is_primary=False)
    AffiliationFactory(physician=rossi, practice=south_practice)

    text = text_of_search(liaison, "rossini")

    assert "North Clinic" in text
    assert "South Clinic" not in text


def test_more_than_a_handful_leads_to_the_list(signed_in, liaison, north):
    PracticeFactory.create_batch(search.HITS + 1, zip_code="37203")

    (group,) = signed_in(liaison).get(URL, {"q": "practice"}).context["found"].groups

    assert len(group.hits) == search.HITS
    assert group.more_url == f"{reverse('referrals:practice-list')}?q=practice"


def test_the_page_works_without_script_and_htmx_gets_a_part(signed_in, liaison, rossi):
    client = signed_in(liaison)

    page = client.get(URL, {"q": "rossini"}).content.decode()
    part = client.get(URL, {"q": "rossini"}, headers=HTMX).content.decode()

    assert "<h1" in page
    assert "Carla Rossini" in page
    assert "<h1" not in part
    assert 'id="search-results"' in part


def test_nothing_found_says_so(text_of_search, liaison, north):
    assert "Nothing in your sight is called" in text_of_search(liaison, "zzz")


@pytest.mark.parametrize(
    "hostile",
    ["\x00", "a\x00b", "x" * 10_000, "%", "_", "\\", "'\"><script>", "٣" * 20,
     "9" * 5000, "(((", ", ,", "dr", "\u202e", "a " * 500],
)  # fmt: skip
def test_hostile_questions_are_questions(signed_in, liaison, rossi, hostile):
    response = signed_in(liaison).get(URL, {"q": hostile})

    assert response.status_code == 200
    assert "<script>'" not in response.content.decode()


def test_wildcards_of_the_database_are_letters(titles, rossi):
    assert titles("___") == titles("%%%") == {}


@pytest.mark.parametrize("text", ["practice", "zzzzzz", "1970", "12 main st"])
def test_a_search_asks_a_bounded_number_of_times(
    signed_in, administrator, north, django_assert_max_num_queries, text
):
    for practice in PracticeFactory.create_batch(8):
        practice.organization = OrganizationFactory(name="Practice Group")
        practice.save()
        AffiliationFactory(
            practice=practice, physician=PhysicianFactory(last_name="Practice")
        )
    UserFactory.create_batch(3, name="Pat Practice")
    trigrams.are_there()
    client = signed_in(administrator)

    with django_assert_max_num_queries(12):
        client.get(URL, {"q": text})


postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite compares no words"
)


@postgres
@pytest.mark.parametrize("text", ["rosini", "rossinni", "carla rosinni", "rissini"])
def test_typing_errors_are_forgiven(signed_in, liaison, rossi, text):
    found = signed_in(liaison).get(URL, {"q": text}).context["found"]

    assert found.is_guess
    assert [hit.title for hit in found.groups[0].hits] == ["Carla Rossini, MD"]


@postgres
def test_typing_errors_find_nothing_out_of_sight(titles, rossi, south_physician):
    assert titles("Sothey") == {}
    assert titles("Souhtey") == {}


@postgres
@pytest.mark.parametrize(
    "text", ["rosini", "carla", "karla rosinni", "ros", "o'brien", "zzzzqq", "brine"]
)
def test_an_index_finds_the_names_that_comparing_them_all_finds(
    north_practice, text, monkeypatch
):
    for last in ("Rossini", "Rosen", "Carlson", "O'Brien", "Bryan", "Zuzzq"):
        PhysicianFactory(last_name=last, first_name="Carla")

    def alike():
        rows = search.resembling(
            Physician.objects.all(), Asked.of(text), "last_name", "first_name"
        )
        return [(row.pk, row.likeness) for row in rows]

    by_index = alike()
    assert trigrams.threshold() == str(trigrams.ALIKE)
    monkeypatch.setattr(trigrams, "threshold", lambda: "0.6")

    assert by_index == alike()


def test_words_are_not_compared_where_the_database_cannot(
    signed_in, liaison, rossi, monkeypatch
):
    monkeypatch.setattr(trigrams, "are_there", lambda: False)

    found = signed_in(liaison).get(URL, {"q": "rosini"}).context["found"]

    assert (found.groups, found.is_guess) == ([], False)


def test_a_source_is_asked_only_for_who_may(signed_in, liaison, rossi, monkeypatch):
    secret = search.Source(
        "Secrets",
        "lock",
        search.Permission.AUDIT_READ,
        lambda asked, user, limit: [search.Hit("Secret", "", "/")],
    )
    monkeypatch.setattr(search, "_sources", [])
    search.register(secret)
    search.register(secret)

    assert search.found("x", liaison).groups == []
    compliance = UserFactory(role=User.Role.COMPLIANCE)
    assert len(search.found("x", compliance).groups) == 1


def test_a_question_is_words_or_digits():
    assert Asked.of(" Dr.  Carla, Rossi ").words == ("Carla", "Rossi")
    assert Asked.of("(615) 555-0100").digits == "6155550100"
    assert Asked.of("dr").words == ("dr",)
    assert Asked.of("7").words == ("7",)
