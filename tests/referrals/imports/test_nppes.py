import datetime as dt

from referrals.imports import nppes_entry as columns
from referrals.models import Affiliation, Organization, Physician, Practice
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)
from tests.referrals.imports.registry_rows import NPI, OTHER, group, person


def test_a_person_becomes_a_physician_at_a_practice(register, counts):
    run = register(person())

    physician = Physician.objects.get()
    affiliation = physician.affiliations.get()
    practice = affiliation.practice
    assert counts(run) == (1, 1, 0, 0, 0)
    assert str(physician) == "Nora McDonald, MD"
    assert physician.specialty.code == "208D00000X"
    assert (affiliation.source, affiliation.effective_from) == ("registry", None)
    assert practice.address == "100 N Main Street, Suite 200, Nashville, TN 37203"
    assert (practice.zip_extension, practice.phone) == ("1234", "6155550100")
    assert practice.organization is None


def test_an_organization_gets_its_own_practice_at_the_same_address(register):
    register(group(), person())

    organization = Organization.objects.get()
    assert organization.name == "Mercy Hospital of Tulsa, LLC"
    assert organization.practices.get().physicians.count() == 0
    assert Practice.objects.get(organization=None).physicians.count() == 1


def test_one_address_in_two_spellings_is_one_practice(register):
    other = {columns.STREET: "100 North Main St., Ste. 200", columns.MORE: ""}

    register(person(), person(OTHER, **other))

    assert Practice.objects.get().physicians.count() == 2


def test_the_primary_taxonomy_is_the_slot_switched_y(register):
    register(
        person(
            **{
                columns.SWITCH(1): "N",
                columns.CODE(7): "207RC0000X",
                columns.SWITCH(7): "Y",
            }
        )
    )

    assert Physician.objects.get().specialty.code == "207RC0000X"


def test_without_a_y_slot_1_is_primary(register):
    register(
        person(**{columns.SWITCH(1): "X", columns.CODE(2): "207RC0000X"}),
    )

    assert Physician.objects.get().specialty.code == "208D00000X"


def test_the_same_rows_again_are_all_unchanged(register, counts):
    rows = [
        person(),
        group(),
        {columns.NPI: npi_of(3), columns.DEACTIVATED: "1/1/2020"},
    ]
    register(*rows)

    assert counts(register(*rows, is_forced=True)) == (3, 0, 0, 3, 0)


def test_a_move_ends_the_old_affiliation_on_the_day_of_the_update(register, counts):
    register(person())

    run = register(
        person(**{columns.STREET: "5 OAK AVE", columns.UPDATED: "05/01/2024"})
    )

    old, new = Affiliation.objects.order_by("pk")
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (old.effective_from, old.effective_to) == (None, dt.date(2024, 5, 1))
    assert (new.effective_from, new.effective_to) == (dt.date(2024, 5, 1), None)
    assert new.is_primary


def test_an_affiliation_that_a_person_made_stays(register):
    physician = PhysicianFactory(npi=NPI)
    AffiliationFactory(physician=physician, practice=PracticeFactory())

    register(person())

    typed, told = physician.affiliations.order_by("pk")
    assert (typed.effective_to, typed.is_primary) == (None, True)
    assert (told.source, told.is_primary) == ("registry", False)


def test_blanks_of_the_registry_empty_nothing(register):
    PhysicianFactory(npi=NPI, credential="DO", middle_name="Q")

    register(person(**{columns.CREDENTIAL: ""}))

    physician = Physician.objects.get()
    assert (physician.credential, physician.middle_name) == ("DO", "Q")


def test_a_bare_physician_gets_its_name(register, counts):
    Physician.objects.create(npi=NPI)

    run = register(person())

    assert counts(run) == (1, 0, 1, 0, 0)
    assert Physician.objects.get().last_name == "McDonald"
