import datetime as dt

import pytest

from referrals.imports import nppes_entry as columns
from referrals.models import ImportRun, Physician, Practice
from tests.benchmarks import registry_file
from tests.referrals.imports.registry_rows import HEADER, NPI, person


@pytest.mark.parametrize("left_out", [[], ["Certification Date"]])
def test_the_registrys_own_header_is_taken_in_each_generation(
    register, counts, left_out
):
    header = [name for name in registry_file.HEADER if name not in left_out]
    told = {name: person().get(name.casefold(), "") for name in header}

    run = register(told, header=header)

    assert len(header) == 330 - len(left_out)
    assert counts(run) == (1, 1, 0, 0, 0)
    assert Practice.objects.get().zip_code == "37203"


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


@pytest.mark.parametrize(
    "cell", ["7/8/2021", "2021-07-08", "2021-07-08 00:00:00", "08JUL2021", "44385.0"]
)
def test_a_day_in_another_style_is_read_and_counted(register, cell):
    run = register(person(**{columns.UPDATED: cell}))

    assert Physician.objects.get().registry_updated_on == dt.date(2021, 7, 8)
    assert run.warnings == ["Repaired dates: 1."]


@pytest.mark.parametrize("cell", [f" {NPI} ", f"{NPI[0]}.{NPI[1:]}E9", f"80840{NPI}"])
def test_an_npi_that_other_programs_wrote_is_repaired(register, cell):
    run = register(person(cell))

    assert Physician.objects.get().npi == NPI
    assert run.warnings == ["Repaired NPIs: 1."]


def test_columns_are_known_by_the_names_others_give_them(bring_in):
    header = "npi,plname,Provider_First_Name,Full Street Address,ptaxcode1,ploczip"

    run = bring_in("nppes", [header, f"{NPI},ROE,JANE,5 OAK AVE,207R00000X,2906"])

    physician = Physician.objects.get()
    assert (str(physician), physician.specialty.code) == ("Jane Roe", "207R00000X")
    assert physician.practices.get().zip_code == "02906"
    assert not run.ignored_columns
    assert any("Full Street Address" in warning for warning in run.warnings)


def test_a_name_of_others_does_not_stand_before_our_own(register):
    run = register(
        {**person(), "Full Street Address": "5 OAK AVE"},
        header=[*HEADER, "Full Street Address"],
    )

    assert Practice.objects.get().address_line_1 == "100 N Main Street"
    assert run.ignored_columns == ["Full Street Address"]


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


def test_a_specialty_that_no_code_stands_for_is_left_out_and_counted(register):
    run = register(person(**{columns.CODE(1): "SPECIALIST"}))

    assert Physician.objects.get().specialty is None
    assert any("taxonomy" in warning for warning in run.warnings)


def test_a_specialty_in_words_gets_its_code_and_is_counted(register):
    run = register(person(**{columns.CODE(1): "Obstetrics   & Gynecology"}))

    assert Physician.objects.get().specialty.code == "207V00000X"
    assert run.warnings == ["Repaired specialties in words: 1."]


def test_a_specialty_in_words_does_not_overwrite_a_code(register, counts):
    register(person(**{columns.CODE(1): "207RC0000X"}))

    run = register(person(**{columns.CODE(1): "INTERNAL MEDICINE"}))

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Physician.objects.get().specialty.code == "207RC0000X"


def test_an_address_abroad_keeps_no_zip_code(register):
    register(person(**{columns.COUNTRY: "CA", columns.ZIP: "372031234"}))

    assert Practice.objects.get().zip_code == ""
