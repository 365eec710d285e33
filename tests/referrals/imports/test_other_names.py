import pytest
from django.db import IntegrityError

from referrals.imports import nppes_entry as columns
from referrals.models import Organization, OtherName
from tests.factories.referrals import OrganizationFactory, PhysicianFactory
from tests.referrals.imports.registry_rows import NPI, OTHER, group, person

KIND = "nppes-other-names"
HEADER = (
    '"NPI","Provider Other Organization Name",'
    '"Provider Other Organization Name Type Code"'
)


def line(name, kind="3", npi=OTHER):
    return f'"{npi}","{name}","{kind}"'


def test_an_organization_gets_its_other_names(bring_in, counts):
    organization = OrganizationFactory(npi=OTHER)

    run = bring_in(KIND, [HEADER, line("VINE DISCOUNT PHARMACY"), line("Vine Inc", 4)])

    assert counts(run) == (2, 2, 0, 0, 0)
    assert {(one.name, one.get_kind_display()) for one in OtherName.objects.all()} == {
        ("Vine Discount Pharmacy", "Doing business as"),
        ("Vine Inc", "Former legal business name"),
    }
    assert {one.organization for one in OtherName.objects.all()} == {organization}


def test_the_same_file_again_adds_nothing(bring_in, counts):
    OrganizationFactory(npi=OTHER)
    bring_in(KIND, [HEADER, line("Vine")])

    run = bring_in(KIND, [HEADER, line("VINE")], is_forced=True)

    assert counts(run) == (1, 0, 0, 1, 0)


def test_a_name_that_stands_twice_is_one(bring_in, counts):
    OrganizationFactory(npi=OTHER)

    run = bring_in(KIND, [HEADER, line("Vine"), line("VINE")])

    assert counts(run) == (2, 1, 0, 1, 0)
    assert OtherName.objects.count() == 1


def test_rows_of_npis_that_nobody_knows_are_passed_over_and_counted(bring_in, counts):
    OrganizationFactory(npi=OTHER)

    run = bring_in(KIND, [HEADER, line("Vine"), line("Else", npi=NPI)])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert run.warnings == [
        "1 rows are of NPIs that are not in the directory: passed over."
    ]


def test_a_name_that_is_missing_or_too_long_is_rejected(bring_in, counts):
    OrganizationFactory(npi=OTHER)

    run = bring_in(KIND, [HEADER, line(""), line("x" * 201)])

    assert counts(run) == (2, 0, 0, 0, 2)


def test_a_code_that_is_none_makes_an_other_name(bring_in):
    OrganizationFactory(npi=OTHER)

    bring_in(KIND, [HEADER, line("Vine", "seven")])

    assert OtherName.objects.get().kind == OtherName.Kind.OTHER


def test_a_physicians_former_name_comes_with_the_registrys_row(register, counts):
    told = {
        columns.OTHER_LAST: "MAIDEN",
        columns.OTHER_FIRST: "NORA",
        columns.OTHER_LAST_KIND: "1",
    }
    register(person())

    run = register(person(**told))

    name = OtherName.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (name.name, name.kind) == ("Nora Maiden", OtherName.Kind.FORMER)
    assert name.physician.npi == NPI
    assert counts(register(person(**told), is_forced=True)) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize("name", ["<UNAVAIL>", "NONE", ""])
def test_what_stands_for_no_name_is_none(register, name):
    register(
        group(**{columns.OTHER_ORGANIZATION: name}),
        person(**{columns.OTHER_LAST: name, columns.OTHER_FIRST: name}),
    )

    assert not OtherName.objects.exists()


def test_an_organizations_trade_name_comes_with_the_registrys_row(register):
    register(
        group(
            **{
                columns.OTHER_ORGANIZATION: "MERCY SOUTH",
                columns.OTHER_ORGANIZATION_KIND: "3",
            }
        )
    )

    assert Organization.objects.get().other_names.get().name == "Mercy South"


@pytest.mark.usefixtures("db")
def test_a_name_has_one_bearer():
    with pytest.raises(IntegrityError, match="other_name_has_one_bearer"):
        OtherName.objects.create(name="Nobody's")


def test_other_names_are_seen_with_their_bearer(
    liaison, administrator, north_practice, south_practice
):
    for name, practice in (("Mine", north_practice), ("Foreign", south_practice)):
        practice.organization = OrganizationFactory()
        practice.save()
        OtherName.objects.create(organization=practice.organization, name=name)
    OtherName.objects.create(physician=PhysicianFactory(), name="Nowhere")

    assert [one.name for one in OtherName.objects.visible_to(liaison)] == ["Mine"]
    assert OtherName.objects.visible_to(administrator).count() == 3
