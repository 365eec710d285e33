import pytest
from django.urls import reverse

from tests.factories.referrals import OrganizationFactory, PracticeFactory

URL = reverse("referrals:organization-list")


def test_it_lists_what_is_in_sight_with_its_practices(
    text_of, liaison, north_organization, south_organization, south_practice
):
    south_practice.organization = north_organization
    south_practice.save()
    PracticeFactory(organization=north_organization)

    text = text_of(liaison, URL)

    assert "Northern Health" in text
    assert "Secret" not in text
    assert '<td data-label="Practices" class="number">2</td>' in text


def test_a_parent_out_of_sight_is_not_named(text_of, liaison, north_organization):
    north_organization.parent = OrganizationFactory(name="The System")
    north_organization.save()

    for url in (URL, reverse("referrals:organization-export")):
        assert "The System" not in text_of(liaison, url)


@pytest.mark.parametrize("sort", ["name", "-npi", "parent_name", "-practice_count"])
def test_it_sorts_by_what_stands_there(
    signed_in, administrator, north_organization, south_organization, sort
):
    page = signed_in(administrator).get(URL, {"sort": sort}).context["page"]

    assert {row.name for row in page} == {"Northern Health", "Southern Secret Health"}


def test_it_is_narrowed_by_name_and_npi(
    text_of, administrator, north_organization, south_organization
):
    assert "Southern" not in text_of(administrator, f"{URL}?q=northern")
    number = north_organization.npi
    assert "Southern" not in text_of(administrator, f"{URL}?q={number}")


def test_nonsense_in_the_query_is_no_error(
    text_of, liaison, north_organization, nonsense
):
    assert "Organizations" in text_of(liaison, f"{URL}?{nonsense}")


def test_many_organizations_need_few_queries(
    signed_in, liaison, north, django_assert_max_num_queries
):
    for organization in OrganizationFactory.create_batch(60):
        PracticeFactory(organization=organization)
    client = signed_in(liaison)

    with django_assert_max_num_queries(10):
        assert len(client.get(URL).context["page"]) == 50
