from django.urls import reverse
from django.utils import timezone

from referrals.models import OtherName
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PracticeFactory,
    ReferralFactory,
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

    with django_assert_max_num_queries(12):
        client.get(url(north_organization))


def test_it_shows_the_names_it_also_has(text_of, liaison, north_organization):
    OtherName.objects.create(
        organization=north_organization, name="Vine Pharmacy", kind="3"
    )

    text = text_of(liaison, url(north_organization))

    assert "Vine Pharmacy" in text
    assert "Doing business as" in text


def test_the_tree_goes_as_far_as_one_sees(
    text_of, liaison, north_organization, south_organization, north
):
    hidden = OrganizationFactory(name="Hidden System")
    beside = OrganizationFactory(name="Beside Health", parent=hidden)
    part = OrganizationFactory(name="Part Health", parent=north_organization)
    north_organization.parent = hidden
    north_organization.save()
    south_organization.parent = north_organization
    south_organization.save()
    for organization in (beside, part):
        PracticeFactory(organization=organization)

    text = text_of(liaison, url(north_organization))

    assert "Part Health" in text
    assert "Hidden System" not in text
    assert "Beside Health" not in text
    assert "Secret" not in text


def test_the_sums_count_what_is_below_and_nothing_foreign(
    signed_in,
    liaison,
    north_organization,
    north_practice,
    north_physician,
    south_organization,
    south_physician,
):
    part = OrganizationFactory(name="Part Health", parent=north_organization)
    place = AffiliationFactory(
        practice=PracticeFactory(organization=part), physician=north_physician
    )
    AffiliationFactory(practice=place.practice)
    RosterEntryFactory(npi=north_physician.npi)
    south_organization.parent = north_organization
    south_organization.save()
    today = timezone.localdate()
    for person in (north_physician, south_physician):
        ReferralFactory(
            referring_physician=person,
            referred_to_organization=part,
            received_on=today,
        )

    context = signed_in(liaison).get(url(north_organization)).context

    sums = context["sums"]
    assert context["page"].paginator.count == 2
    assert (sums.physicians, sums.made, sums.received) == (2, 1, 1)
    assert sums.by_status == [("Employed", 1), ("Not on the roster", 1)]


def test_a_loop_of_parents_ends(text_of, administrator, north_organization):
    part = OrganizationFactory(name="Part Health", parent=north_organization)
    north_organization.parent = part
    north_organization.save()

    assert "Part Health" in text_of(administrator, url(north_organization))


def test_a_compliance_officer_sees_no_referrals_counted(
    text_of, compliance_officer, north_organization
):
    assert "Referrals made" not in text_of(compliance_officer, url(north_organization))


def move(client, organization, parent):
    return client.post(
        reverse("referrals:organization-move", args=[organization.pk]),
        {"parent": parent, "version": organization.version},
    )


def test_an_organization_is_hung_below_another_by_name(
    signed_in, manager, north_organization
):
    top = OrganizationFactory(name="Top Health")
    PracticeFactory(organization=top)

    move(signed_in(manager), north_organization, "top health")

    north_organization.refresh_from_db()
    assert north_organization.parent == top


def test_an_organization_cannot_hang_below_itself(
    signed_in, manager, north_organization
):
    part = OrganizationFactory(name="Part Health", parent=north_organization)
    PracticeFactory(organization=part)

    for parent in (part.npi, north_organization.npi):
        told = move(signed_in(manager), north_organization, parent)
        assert "cannot be a part of itself" in told.text

    north_organization.refresh_from_db()
    assert north_organization.parent is None


def test_a_parent_out_of_sight_is_neither_named_nor_lost(
    signed_in, manager, north_organization
):
    north_organization.parent = OrganizationFactory(name="Hidden System")
    north_organization.save()
    client = signed_in(manager)

    page = client.get(
        reverse("referrals:organization-move", args=[north_organization.pk])
    )
    move(client, north_organization, "")

    north_organization.refresh_from_db()
    assert "Hidden" not in page.text
    assert north_organization.parent.name == "Hidden System"


def test_the_second_editor_of_a_parent_is_told(signed_in, manager, north_organization):
    top = OrganizationFactory(name="Top Health")
    PracticeFactory(organization=top)
    north_organization.version = 99

    told = move(signed_in(manager), north_organization, top.npi)

    assert "It was changed meanwhile" in told.text
