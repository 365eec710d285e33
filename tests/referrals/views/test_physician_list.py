import datetime as dt

import pytest
from django.urls import reverse

from referrals.models import OtherName, Physician
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    RosterEntryFactory,
    SpecialtyFactory,
    npi_of,
)

URL = reverse("referrals:physician-list")


@pytest.fixture
def names(signed_in, liaison):
    """`names("?q=..")`: the last names that the liaison's list then shows."""

    def listed(query=""):
        response = signed_in(liaison).get(URL + query)
        return [physician.last_name for physician in response.context["page"]]

    return listed


def test_only_physicians_in_sight_are_listed(names, north_physician, south_physician):
    assert names() == ["Northrup"]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("?q=north", True),
        ("?q=Northrup,+Nora", True),
        ("?q=Nora+Southey", False),
        (f"?q={npi_of(77)}", True),
        (f"?q={npi_of(77)[:6]}", True),
        ("?specialty=207rc", True),
        ("?specialty=208", False),
        ("?tier=B", True),
        ("?tier=A", False),
        ("?network=employed", True),
        ("?network=competitor", False),
        ("?network=none", False),
        ("?active=no", False),
    ],
)
def test_a_filter_finds_what_it_names(names, north_physician, query, hit):
    Physician.objects.filter(pk=north_physician.pk).update(
        npi=npi_of(77), tier="B", specialty=SpecialtyFactory(code="207RC0000X")
    )
    RosterEntryFactory(npi=npi_of(77))

    assert names(query) == (["Northrup"] if hit else [])


def test_a_physician_is_found_by_a_former_name(names, north_physician):
    OtherName.objects.create(physician=north_physician, name="Nora Maiden", kind="1")

    assert names("?q=maiden+nora") == ["Northrup"]


def test_network_status_is_that_of_today(names, north_physician):
    RosterEntryFactory(npi=north_physician.npi, effective_to=dt.date(2021, 1, 1))

    assert names("?network=employed") == []
    assert names("?network=none") == ["Northrup"]


def test_a_service_line_finds_its_physicians(names, north_physician, cardiology):
    other = PhysicianFactory(specialty=SpecialtyFactory(service_line=cardiology))
    AffiliationFactory(
        physician=other, practice=north_physician.affiliations.get().practice
    )

    assert names(f"?service_line={cardiology.pk}") == [other.last_name]


def test_a_code_without_a_name_is_shown_raw(text_of, liaison, north_physician):
    north_physician.specialty = SpecialtyFactory(code="999X00000X", service_line=None)
    north_physician.save()

    text = text_of(liaison, URL)

    assert "999X00000X" in text
    assert "Unassigned" in text


def test_a_site_in_another_territory_is_not_named(
    text_of, liaison, north_physician, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    text = text_of(liaison, URL)

    assert "North Clinic" in text
    assert "South Clinic" not in text


@pytest.mark.parametrize(
    "sort", ["name", "-npi", "specialty", "service_line", "-tier", "-network"]
)
def test_every_column_sorts(names, north_physician, sort):
    assert names(f"?sort={sort}") == ["Northrup"]


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_physician, nonsense):
    assert "Physicians" in text_of(liaison, f"{URL}?{nonsense}")


def test_a_full_page_needs_few_queries(
    signed_in, manager, north_practice, django_assert_max_num_queries
):
    for place in AffiliationFactory.create_batch(60, practice=north_practice):
        Physician.objects.filter(pk=place.physician_id).update(
            specialty=SpecialtyFactory()
        )
    client = signed_in(manager)

    with django_assert_max_num_queries(11):
        client.get(URL)


def test_where_they_work_finds_only_through_practices_in_sight(
    signed_in, liaison, north_physician, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)
    client = signed_in(liaison)

    def found(text):
        return list(client.get(URL, {"practice": text}).context["page"])

    assert found("north cl") == found("nashv") == [north_physician]
    assert found("south cl") == []


@pytest.mark.parametrize(("value", "hit"), [("yes", False), ("no", True)])
def test_who_has_no_email_is_found(signed_in, liaison, north_physician, value, hit):
    page = signed_in(liaison).get(URL, {"email": value}).context["page"]

    assert list(page) == [north_physician] * hit


def test_a_panel_is_the_physicians_of_one_owner(
    names, north_physician, north_practice, liaison, manager
):
    theirs = PhysicianFactory(last_name="Manning", owner=manager)
    free = PhysicianFactory(last_name="Free")
    for physician in (theirs, free):
        AffiliationFactory(physician=physician, practice=north_practice)
    Physician.objects.filter(pk=north_physician.pk).update(owner=liaison)

    assert names("?owner=me") == ["Northrup"]
    assert names("?owner=nobody") == ["Free"]
    assert names(f"?owner={manager.pk}") == ["Manning"]


def test_owners_offered_own_somebody_in_sight(
    signed_in, liaison, manager, south_liaison, north_physician, south_physician
):
    Physician.objects.filter(pk=north_physician.pk).update(owner=manager)
    Physician.objects.filter(pk=south_physician.pk).update(owner=south_liaison)

    owner = signed_in(liaison).get(URL).context["filter"].form.fields["owner"]

    assert [label for _, label in owner.choices] == [
        "Any",
        "Me",
        "Nobody",
        "Max Manager",
    ]
