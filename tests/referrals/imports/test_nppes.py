import csv
import datetime as dt
import io

import pytest

from referrals.imports import nppes_entry as columns
from referrals.models import Affiliation, ImportRun, Organization, Physician, Practice
from tests.factories.accounts import TerritoryZipFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)

NPI, OTHER = npi_of(1), npi_of(2)
HEADER = [columns.NPI, *columns.COLUMNS]
STREET = {
    columns.STREET: "100 N MAIN STREET",
    columns.MORE: "SUITE 200",
    columns.CITY: "NASHVILLE",
    columns.STATE: "TN",
    columns.ZIP: "372031234",
    columns.PHONE: "6155550100",
}


def person(npi=NPI, **told):
    return {
        columns.NPI: npi,
        columns.ENTITY: "1",
        columns.LAST: "MCDONALD",
        columns.FIRST: "NORA",
        columns.CREDENTIAL: "M.D.",
        columns.CODE(1): "208D00000X",
        columns.SWITCH(1): "Y",
        **STREET,
        **told,
    }


def group(npi=OTHER, **told):
    return {
        columns.NPI: npi,
        columns.ENTITY: "2",
        columns.ORGANIZATION: "MERCY HOSPITAL OF TULSA, LLC",
        columns.CODE(1): "282N00000X",
        **STREET,
        **told,
    }


@pytest.fixture
def register(bring_in):
    """`register(person(), group(), ...)`: import these rows, all quoted."""

    def import_rows(*rows, header=HEADER, **fields):
        text = io.StringIO()
        writer = csv.DictWriter(
            text, header, quoting=csv.QUOTE_ALL, extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
        return bring_in("nppes", text.getvalue(), **fields)

    return import_rows


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


def test_a_deactivation_alone_marks_inactive_and_keeps_all_history(register, counts):
    register(person())

    run = register({columns.NPI: NPI, columns.DEACTIVATED: "03/01/2024"})

    physician = Physician.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (physician.is_active, physician.last_name) == (False, "McDonald")
    assert physician.deactivated_on == dt.date(2024, 3, 1)
    assert physician.affiliations.get().effective_to is None


def test_a_deactivated_organization_is_found_by_its_npi(register):
    register(group())

    register({columns.NPI: OTHER, columns.DEACTIVATED: "03/01/2024"})

    assert not Organization.objects.get().is_active
    assert not Physician.objects.exists()


def test_a_deactivated_npi_never_seen_is_kept_as_inactive(register, counts):
    run = register({columns.NPI: NPI, columns.DEACTIVATED: "03/01/2024"})

    physician = Physician.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (physician.is_active, str(physician)) == (False, f"NPI {NPI}")


def test_a_reactivation_makes_active_again(register):
    register({columns.NPI: NPI, columns.DEACTIVATED: "03/01/2024"})

    register(
        person(**{columns.DEACTIVATED: "03/01/2024", columns.REACTIVATED: "04/01/2024"})
    )

    physician = Physician.objects.get()
    assert (physician.is_active, physician.deactivated_on) == (True, None)


def test_an_older_file_does_not_undo_a_deactivation(register):
    register({columns.NPI: NPI, columns.DEACTIVATED: "03/01/2024"})

    register(person(**{columns.UPDATED: "07/08/2007"}))

    assert not Physician.objects.get().is_active


def test_a_row_older_than_the_one_taken_last_changes_nothing(register, counts):
    register(person(**{columns.UPDATED: "05/01/2024"}))
    older = {columns.UPDATED: "05/01/2010", columns.LAST: "MAIDEN"}

    run = register(person(**older, **{columns.STREET: "5 OAK AVE"}))

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Physician.objects.get().last_name == "McDonald"
    assert Affiliation.objects.get().effective_to is None


def test_the_replacement_npi_is_kept(register):
    register(person(**{columns.REPLACEMENT: OTHER}))

    assert Physician.objects.get().replacement_npi == OTHER


def test_a_wrong_check_digit_is_rejected(register, counts):
    run = register(person("1234567890"), person())

    assert counts(run) == (2, 1, 0, 0, 1)
    assert "check digit" in run.rejected_rows.get().reason


def test_what_a_spreadsheet_broke_is_repaired_and_counted(register):
    run = register(
        person(
            f"{NPI}.0",
            **{
                columns.ENTITY: "1.0",
                columns.ZIP: "2906.0",
                columns.PHONE: "6155550100.0",
            },
        )
    )

    practice = Practice.objects.get()
    assert (practice.zip_code, practice.phone) == ("02906", "6155550100")
    assert run.warnings == [
        "Repaired NPIs: 1.",
        "Repaired ZIP codes: 1.",
        "Repaired entity types: 1.",
        "Repaired phone numbers: 1.",
    ]


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


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({"state": "tn"}, 1),
        ({"state": "Texas"}, 0),
        ({"zip_prefix": "372"}, 1),
        ({"zip_prefix": "9"}, 0),
        ({"taxonomy": "208D"}, 1),
        ({"taxonomy": "207"}, 0),
        ({"state": "TN", "zip_prefix": "9"}, 0),
        ({"territories": "yes"}, 1),
    ],
)
def test_a_filter_passes_over_what_is_elsewhere(register, counts, options, taken):
    TerritoryZipFactory(zip_code="37203")
    gone = {columns.NPI: OTHER, columns.DEACTIVATED: "03/01/2024"}

    run = register(person(), gone, options=options)

    assert counts(run) == (taken, taken, 0, 0, 0)


def test_a_filter_lets_through_who_is_in_the_directory(register, counts):
    register(person())

    gone = {columns.NPI: NPI, columns.DEACTIVATED: "03/01/2024"}

    assert counts(register(gone, options={"state": "TX"})) == (1, 0, 1, 0, 0)


def test_a_file_with_few_columns_is_taken(register, counts):
    run = register(person(), header=[columns.NPI, columns.LAST])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert not Practice.objects.exists()


def test_without_an_npi_column_the_file_is_refused(bring_in):
    run = bring_in("nppes", ["Entity Type Code", "1"])

    assert run.status == ImportRun.Status.REFUSED
    assert "npi" in run.error


def test_a_row_that_says_nothing_is_rejected(register, counts):
    assert counts(register({columns.NPI: NPI})) == (1, 0, 0, 0, 1)


def test_a_specialty_in_words_is_left_out_and_counted(register):
    run = register(person(**{columns.CODE(1): "SPECIALIST"}))

    assert Physician.objects.get().specialty is None
    assert any("taxonomy" in warning for warning in run.warnings)


def test_an_address_abroad_keeps_no_zip_code(register):
    register(person(**{columns.COUNTRY: "CA", columns.ZIP: "372031234"}))

    assert Practice.objects.get().zip_code == ""


def test_a_row_keeps_its_place_in_the_file_whatever_the_filter_passes_over(
    register, counts
):
    elsewhere = person(**{columns.NPI: OTHER, columns.STATE: "TX"})

    run = register(elsewhere, person(), options={"state": "TN"})

    assert counts(run) == (1, 1, 0, 0, 0)
    assert run.checkpoint == 2
