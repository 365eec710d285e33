import datetime as dt

import pytest
from django.urls import reverse

from referrals.models import OtherName, Practice
from tests.factories.accounts import UserFactory
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    SpecialtyFactory,
    npi_of,
)

URL = reverse("referrals:practice-list")


@pytest.fixture
def names(signed_in, liaison):
    """`names("?q=..")`: the practices that the liaison's list then shows."""

    def listed(query=""):
        response = signed_in(liaison).get(URL + query)
        return [practice.name for practice in response.context["page"]]

    return listed


def test_only_practices_in_sight_are_listed(names, north_practice, south_practice):
    assert names() == ["North Clinic"]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("?q=north", True),
        ("?q=west+end", True),
        ("?q=555-0100", True),
        ("?q=%28615%29+555", True),
        ("?q=rossi", True),
        ("?q=carla+rossi", True),
        (f"?q={npi_of(77)}", True),
        ("?q=nobody", False),
        ("?zip=37203", True),
        ("?zip=372", True),
        ("?zip=374", False),
        ("?organization=harp", True),
        ("?organization=other", False),
        ("?tier=A", True),
        ("?tier=none", False),
        ("?city=nash", True),
        ("?city=memphis", False),
        ("?stage=met", True),
        ("?stage=dormant", False),
        ("?owner=nobody", False),
        ("?active=yes", True),
        ("?active=no", False),
    ],
)
def test_a_filter_finds_what_it_names(names, north_practice, query, hit):
    physician = PhysicianFactory(last_name="Rossi", first_name="Carla", npi=npi_of(77))
    AffiliationFactory(physician=physician, practice=north_practice)
    Practice.objects.filter(pk=north_practice.pk).update(
        address_line_1="12 West End Ave",
        phone="6155550100",
        tier="A",
        stage="met",
        owner=UserFactory(name="Olive Owner"),
        organization=OrganizationFactory(name="Harpeth Valley"),
    )

    assert names(query) == (["North Clinic"] if hit else [])


def test_a_practice_is_found_by_another_name_of_its_organization(names, north_practice):
    organization = OrganizationFactory()
    Practice.objects.filter(pk=north_practice.pk).update(organization=organization)
    OtherName.objects.create(organization=organization, name="Vine Pharmacy", kind="3")

    assert names("?organization=vine") == [north_practice.name]


def test_a_service_line_finds_where_its_physicians_work_today(
    names, north_practice, cardiology
):
    specialty = SpecialtyFactory(service_line=cardiology)
    left = PracticeFactory(name="Left Clinic")
    AffiliationFactory(
        practice=north_practice, physician=PhysicianFactory(specialty=specialty)
    )
    AffiliationFactory(
        practice=left,
        physician=PhysicianFactory(specialty=specialty),
        effective_to=dt.date(2020, 1, 1),
    )

    assert names(f"?service_line={cardiology.pk}") == ["North Clinic"]


def test_a_territory_narrows_to_what_lies_below(
    signed_in, manager, region, south, north_practice, south_practice
):
    listed = signed_in(manager).get(f"{URL}?territory={south.pk}").context["page"]

    assert list(listed) == [south_practice]


def test_a_foreign_territory_is_answered_like_a_made_up_one(
    text_of, liaison, south, north_practice
):
    foreign = text_of(liaison, f"{URL}?territory={south.pk}")
    made_up = text_of(liaison, f"{URL}?territory={south.pk + 1000}")

    assert "not one of the available choices" in foreign
    assert "South" not in foreign
    assert foreign.count("North Clinic") == made_up.count("North Clinic")


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "Alpha"),
        ("-name", "North Clinic"),
        ("physicians", "Alpha"),
        ("-physicians", "North Clinic"),
        ("tier", "Alpha"),
        ("-tier", "Alpha"),
    ],
)
def test_columns_sort_and_what_has_no_value_comes_last(
    names, north_practice, north_physician, sort, first
):
    PracticeFactory(name="Alpha", tier="B")
    Practice.objects.filter(pk=north_practice.pk).update(tier="C")
    if sort == "-tier":
        Practice.objects.filter(pk=north_practice.pk).update(tier="A")

    assert names(f"?sort={sort}")[0] == first


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_practice, nonsense):
    assert "Practices" in text_of(liaison, f"{URL}?{nonsense}")


def test_nothing_found_says_so_and_offers_a_way_back(text_of, liaison, north_practice):
    assert "No practice matches" in text_of(liaison, f"{URL}?q=zzz")


def test_without_a_practice_the_page_says_where_they_come_from(text_of, liaison):
    assert "No practice in your sight yet" in text_of(liaison, URL)


def test_names_are_text(text_of, liaison, north):
    PracticeFactory(name="<script>alert(1)</script>")

    assert "<script>alert" not in text_of(liaison, URL)


def test_a_full_page_needs_few_queries(
    signed_in, manager, north, django_assert_max_num_queries
):
    organization = OrganizationFactory()
    for practice in PracticeFactory.create_batch(60, organization=organization):
        AffiliationFactory(practice=practice)
    client = signed_in(manager)

    # Two of them are the frame: what waits, and what is unread.
    with django_assert_max_num_queries(10):
        client.get(URL)


def test_an_owner_finds_what_is_theirs(
    names, text_of, liaison, north_practice, south_practice, south_liaison
):
    PracticeFactory(name="Nobody's Clinic")
    north_practice.owner = liaison
    north_practice.save()
    south_practice.owner = south_liaison
    south_practice.save()

    assert names(f"?owner={liaison.pk}") == ["North Clinic"]
    assert names("?owner=nobody") == ["Nobody's Clinic"]
    assert "Sid Southern" not in text_of(liaison, f"{URL}?owner={south_liaison.pk}")


def test_chosen_columns_are_shown_and_others_are_not(text_of, liaison, north_practice):
    Practice.objects.update(front_desk_names="Fay Frontdesk", phone="6155550100")

    text = text_of(liaison, f"{URL}?columns=front_desk,password")

    assert "Fay Frontdesk" in text
    assert 'data-label="Phone"' not in text
    assert "Fay Frontdesk" not in text_of(liaison, URL)


def test_a_panel_is_the_practices_of_one_owner(signed_in, liaison, north_practice):
    PracticeFactory(name="Own Clinic", owner=liaison)
    client = signed_in(liaison)

    listed = {
        value: [
            practice.name
            for practice in client.get(URL, {"owner": value}).context["page"]
        ]
        for value in ("me", "nobody")
    }

    assert listed == {"me": ["Own Clinic"], "nobody": ["North Clinic"]}


def test_an_empty_list_offers_the_import_to_whom_may_import(
    signed_in, administrator, liaison
):
    offer = 'href="/imports/new/"'

    assert offer in signed_in(administrator).get("/practices/").text
    assert offer not in signed_in(liaison).get("/practices/").text
