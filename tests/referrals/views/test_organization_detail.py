from django.urls import reverse

from tests.factories.referrals import (
    OrganizationFactory,
    PracticeFactory,
    RosterEntryFactory,
)


def url(organization):
    return reverse("referrals:organization-detail", args=[organization.pk])


def test_it_shows_its_practices_in_sight_only(
    text_of, liaison, north_organization, south_practice
):
    south_practice.organization = north_organization
    south_practice.save()
    RosterEntryFactory(npi=north_organization.npi)

    text = text_of(liaison, url(north_organization))

    assert "North Clinic" in text
    assert "South Clinic" not in text
    assert "Employed" in text


def test_it_links_a_parent_and_parts_that_are_in_sight(
    text_of, administrator, north_organization
):
    parent = OrganizationFactory(name="The System")
    OrganizationFactory(name="The Part", parent=north_organization)
    north_organization.parent = parent
    north_organization.save()

    text = text_of(administrator, url(north_organization))

    assert "The System" in text
    assert "The Part" in text


def test_a_parent_out_of_sight_is_not_named(text_of, liaison, north_organization):
    north_organization.parent = OrganizationFactory(name="The System")
    north_organization.save()

    assert "The System" not in text_of(liaison, url(north_organization))


def test_another_territorys_organization_is_not_there(
    signed_in, south_liaison, north_organization
):
    assert signed_in(south_liaison).get(url(north_organization)).status_code == 404


def test_an_organization_without_an_npi_has_no_status(text_of, administrator):
    organization = OrganizationFactory(npi=None)

    assert "Not known" in text_of(administrator, url(organization))


def test_many_practices_need_few_queries(
    signed_in, liaison, north_organization, django_assert_max_num_queries
):
    PracticeFactory.create_batch(60, organization=north_organization)
    client = signed_in(liaison)

    with django_assert_max_num_queries(10):
        client.get(url(north_organization))
