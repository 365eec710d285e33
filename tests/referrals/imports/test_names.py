import pytest

from referrals import addresses
from referrals.imports import names


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("MCDONALD", "McDonald"),
        ("O'BRIEN", "O'Brien"),
        ("YOUNG-MAYKA", "Young-Mayka"),
        ("ALLGEIER III", "Allgeier III"),
        ("DE LA CRUZ", "De La Cruz"),
        ("van der Berg", "van der Berg"),
        ("JOSÉ", "José"),
        ("", ""),
    ],
)
def test_names_of_people_are_written_as_people_do(told, shown):
    assert names.person_name(told) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("ST JUDE CHILDRENS HOSPITAL INC", "St Jude Childrens Hospital Inc"),
        ("KING'S MEDICAL IMAGING, LLC", "King's Medical Imaging, LLC"),
        ("THE CENTER FOR MRI OF TEXAS", "The Center for MRI of Texas"),
        ("CG MEDICAL, P.A.", "CG Medical, P.A."),
        ("Open Imaging", "Open Imaging"),
    ],
)
def test_names_of_organizations_keep_their_initials(told, shown):
    assert names.organization_name(told) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("M.D.", "MD"),
        ("M. D.", "MD"),
        ("D.O., PH.D", "DO, PhD"),
        ("P.A.-C.", "PA-C"),
        ("PHARM D", "PharmD"),
        ("RN, FNP-BC", "RN, FNP-BC"),
        ("", ""),
    ],
)
def test_credentials_are_written_one_way(told, shown):
    assert names.credential(told) == shown


def test_credentials_too_many_to_keep_are_left_out_from_the_end():
    assert names.credential(", ".join(["FACS"] * 40)) == ", ".join(["FACS"] * 10)


@pytest.mark.parametrize(
    "spelling",
    [
        ("100 North Main Street", "Suite 200", "Saint Paul", "Minnesota", "55101"),
        ("100 N. MAIN ST", "STE #200", "St. Paul", "mn", "55101-1234"),
        ("100 N Main St, # 200", "", "ST PAUL", "MN", "551011234"),
    ],
)
def test_spellings_of_an_address_have_one_key(spelling):
    assert addresses.key(*spelling) == "100 N MAIN ST STE 200|ST PAUL|MN|55101"


def test_an_address_without_a_street_has_no_key():
    assert addresses.key(" ", "", "Nashville", "TN", "37203") == ""


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ("37203", ("37203", "", False)),
        ("37203-1234", ("37203", "1234", False)),
        ("372030000", ("37203", "", False)),
        ("2906", ("02906", "", True)),
        ("29061234", ("02906", "1234", True)),
        ("37203.0", ("37203", "", True)),
        ("K1A 0B1", ("", "", False)),
        ("1e5", ("", "", False)),
        ("", ("", "", False)),
    ],
)
def test_zip_codes_are_repaired(told, parts):
    assert addresses.zip_parts(told) == parts
