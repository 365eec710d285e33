import pytest

from referrals.models import (
    Affiliation,
    ImportRun,
    Organization,
    Physician,
    Practice,
    Proposal,
)
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)
from tests.referrals.imports.undone import snapshot, take_back

HEADER = (
    "NPI, Ind_PAC_ID, lst_nm, frst_nm, mid_nm, suff, gndr, Cred, Med_sch, Grd_yr,"
    " pri_spec, org_nm, adr_ln_1, adr_ln_2, cty, st, zip, phn_numbr"
)
NPI = npi_of(1)
ELM_KEY = "1 ELM ST STE 2|NASHVILLE|TN|37203"
MODELS = (Physician, Practice, Organization, Affiliation, Proposal)


def row_of(npi=NPI, **told):
    told = {
        "name": "LOVELACE,ADA,,JR.",
        "school": "VANDERBILT UNIVERSITY SCHOOL OF MEDICINE",
        "year": "1999",
        "specialty": "CARDIOLOGY",
        "group": "ELM HEART GROUP",
        "place": "1 ELM STREET,SUITE 2,NASHVILLE,TN,372031234",
        "phone": "6155550100",
    } | told
    parts = ("school", "year", "specialty", "group", "place", "phone")
    return ",".join([npi, "1", told["name"], "F", "MD", *(told[one] for one in parts)])


@pytest.fixture
def ada(db):
    """In the directory, at another place, as the registry knows her."""
    told = {"source": "registry", "on": "2026-01-01"}
    physician = PhysicianFactory(
        npi=NPI,
        last_name="Byron",
        provenance={"last_name": told, "first_name": told},
    )
    AffiliationFactory(physician=physician, source="registry")
    return physician


def test_blanks_of_a_known_physician_are_filled(bring_in, counts, ada):
    run = bring_in("dac", [HEADER, row_of()])

    ada.refresh_from_db()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert ada.medical_school == "Vanderbilt University School of Medicine"
    assert (ada.graduated_in, ada.specialty.code) == (1999, "207RC0000X")
    assert ada.last_name == "Byron"


def test_the_group_at_its_address_is_a_further_affiliation(bring_in, ada):
    bring_in("dac", [HEADER, row_of()])

    added = ada.affiliations.get(source="import")
    assert not added.is_primary
    assert added.practice.name == "Elm Heart Group"
    assert added.practice.address_key == ELM_KEY
    assert added.practice.phone == "6155550100"


def test_a_phone_of_a_practice_is_filled_and_never_changed(bring_in, counts, ada):
    practice = PracticeFactory(
        name="Elm Heart Group", address_key=ELM_KEY, phone="6155550199"
    )
    AffiliationFactory(physician=ada, practice=practice)

    bring_in("dac", [HEADER, row_of()])

    practice.refresh_from_db()
    assert practice.phone == "6155550199"
    assert not Proposal.objects.exists()


def test_a_later_file_replaces_what_an_earlier_one_told(bring_in, ada):
    bring_in("dac", [HEADER, row_of()])

    bring_in("dac", [HEADER, row_of(year="2000")])

    ada.refresh_from_db()
    assert ada.graduated_in == 2000


def test_what_others_have_told_stays(bring_in, ada):
    ada.graduated_in = 1998
    ada.provenance["graduated_in"] = {"source": "person", "on": "2026-01-01"}
    ada.medical_school = "Told by nobody"
    ada.save()

    bring_in("dac", [HEADER, row_of()])

    ada.refresh_from_db()
    assert (ada.graduated_in, ada.medical_school) == (1998, "Told by nobody")
    assert not Proposal.objects.exists()


def test_who_is_neither_known_nor_in_our_zip_codes_is_passed_over(bring_in, counts):
    run = bring_in("dac", [HEADER, row_of()])

    assert counts(run) == (0, 0, 0, 0, 0)
    assert any("passed over" in warning for warning in run.warnings)


def test_who_is_in_our_zip_codes_is_added(bring_in, counts, north):
    zip_code = north.zips.first().zip_code

    run = bring_in("dac", [HEADER, row_of(place=f"1 ELM ST,,NASHVILLE,TN,{zip_code}")])

    made = Physician.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (made.last_name, made.first_name) == ("Lovelace Jr", "Ada")
    assert made.affiliations.get().is_primary


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({"state": "TN"}, 1),
        ({"state": "KY"}, 0),
        ({"zip_prefix": "37"}, 1),
        ({"zip_prefix": "4"}, 0),
    ],
)
def test_a_state_or_a_zip_prefix_takes_the_place_of_our_zip_codes(
    bring_in, counts, options, taken
):
    run = bring_in("dac", [HEADER, row_of()], options=options)

    assert counts(run)[1] == taken


def test_the_layouts_of_2017_and_2026_are_taken(bring_in, ada):
    older = (
        "NPI,PAC ID,Last Name,First Name,Medical school name,Graduation year,"
        "Organization legal name,Line 1 Street Address,City,State,Zip Code"
    )
    newer = (
        "NPI,Provider Last Name,Provider First Name,suff,gndr,Cred,pri_spec,City/Town,"
        "State,ZIP Code,Full Street Address"
    )

    bring_in("dac", [older, f"{NPI},1,B,A,YALE,1999,HEART,1 ELM ST,NASHVILLE,TN,37203"])
    bring_in("dac", [newer, f"{NPI},B,A,,F,MD,CARDIOLOGY,NASHVILLE,TN,37204,2 OAK ST"])

    ada.refresh_from_db()
    assert (ada.medical_school, ada.specialty.code) == ("Yale", "207RC0000X")
    names = ada.affiliations.filter(source="import").values_list("practice__name")
    assert {*names} == {("Heart",), ("2 Oak St",)}


def test_the_same_file_again_changes_nothing(bring_in, counts, ada):
    lines = [HEADER, row_of(), row_of(group="", place="2 OAK ST,,NASHVILLE,TN,37204")]
    lines += [row_of(group="OAK", place="2 OAK ST,,NASHVILLE,TN,37204")]
    bring_in("dac", lines)
    before = snapshot(*MODELS)

    run = bring_in("dac", lines, is_forced=True)

    assert counts(run) == (3, 0, 0, 3, 0)
    assert snapshot(*MODELS) == before


def test_an_import_that_updated_physicians_is_undone(bring_in, ada):
    before = snapshot(*MODELS)
    run = bring_in(
        "dac", [HEADER, row_of(), row_of(npi_of(2))], options={"state": "TN"}
    )
    assert Physician.objects.count() == 2

    undone = take_back(run)

    assert undone.rows_kept == 0
    assert snapshot(*MODELS) == before


def test_a_specialty_without_a_code_is_left_out_and_named(bring_in, counts, ada):
    run = bring_in("dac", [HEADER, row_of(specialty="WIZARDRY")])

    assert counts(run) == (1, 0, 1, 0, 0)
    assert any("WIZARDRY" in warning for warning in run.warnings)


def test_a_file_without_npis_is_refused(bring_in):
    run = bring_in("dac", ["lst_nm,frst_nm", "LOVELACE,ADA"])

    assert run.status == ImportRun.Status.REFUSED


@pytest.mark.parametrize(
    "row",
    [
        row_of(year="19999"),
        row_of(year="1492"),
        row_of(year="\u0661\u0669\u0669\u0669"),
        row_of(school="x" * 10_000),
        row_of(place="1 ELM ST,,NASHVILLE,TN,ABC"),
        row_of(group="Nu\0l"),
        f"{NPI},1",
    ],
)
def test_a_bad_row_is_rejected(bring_in, counts, ada, row):
    run = bring_in("dac", [HEADER, row], options={"state": "TN"})

    assert counts(run) == (1, 0, 0, 0, 1)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    bring_in, django_assert_max_num_queries
):
    rows = [
        row_of(npi_of(number), place=f"{number} ELM ST,,NASHVILLE,TN,37203")
        for number in range(120)
    ]
    for number in range(60):
        PhysicianFactory(npi=npi_of(number))

    with django_assert_max_num_queries(75):
        bring_in("dac", [HEADER, *rows], options={"state": "TN"})
