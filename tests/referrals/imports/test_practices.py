import pytest

from referrals.models import ImportRun, Organization, Practice, Proposal
from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)
from tests.referrals.imports.undone import snapshot, take_back

HEADER = "name,address_line_1,city,state,zip,phone,organization_npi,tier"
GROUP = npi_of(77)
ELM = "1 Elm Street,Nashville,TN,37203"
ELM_KEY = "1 ELM ST|NASHVILLE|TN|37203"


def elm(**fields):
    fields = {"name": "Elm Family", "address_line_1": "1 Elm St"} | fields
    return PracticeFactory(address_key=ELM_KEY, **fields)


def test_a_new_practice_is_made_with_its_place_and_where_each_field_came_from(
    bring_in, counts
):
    run = bring_in("practices", [HEADER, f"ELM FAMILY,{ELM},(615) 555-0100,,a"])

    made = Practice.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (made.name, made.address_key) == ("Elm Family", ELM_KEY)
    assert (made.phone, made.tier, made.organization) == ("6155550100", "A", None)
    assert made.provenance["phone"]["source"] == "import"
    assert made.provenance["phone"]["run"] == run.pk


def test_the_same_file_again_changes_nothing(bring_in, counts):
    lines = [
        HEADER,
        f"Elm,{ELM},615-555-0100,,A",
        f"Elm II,{ELM},,{GROUP},",
        "No Street,,,,37203,,,",
    ]
    bring_in("practices", lines)
    before = snapshot(Practice, Organization)

    run = bring_in("practices", lines, is_forced=True)

    assert counts(run) == (3, 0, 0, 3, 0)
    assert snapshot(Practice, Organization) == before


def test_name_and_address_find_a_practice_however_they_are_spelled(bring_in, counts):
    practice = elm(name="Smith & Jones, P.C.", tier="B")

    run = bring_in("practices", [HEADER, f"SMITH AND JONES P C,{ELM},,,A"])

    practice.refresh_from_db()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (practice.tier, practice.name) == ("A", "Smith & Jones, P.C.")


def test_the_npi_of_the_organization_and_the_address_find_it_under_another_name(
    bring_in, counts
):
    group = OrganizationFactory(npi=GROUP)
    practice = elm(name="Old Name", organization=group)

    run = bring_in("practices", [HEADER, f"New Name,{ELM},,{GROUP},"])

    practice.refresh_from_db()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert practice.name == "New Name"


def test_without_a_street_the_npi_finds_the_only_practice(bring_in, counts):
    practice = elm(organization=OrganizationFactory(npi=GROUP))

    run = bring_in("practices", [HEADER, f"Elm Family,,,,,,{GROUP},C"])

    practice.refresh_from_db()
    assert (counts(run), practice.tier) == ((1, 0, 1, 0, 0), "C")


def test_a_name_that_several_practices_have_needs_an_address(bring_in, counts):
    PracticeFactory.create_batch(2, name="Elm Family")

    run = bring_in("practices", [HEADER, "Elm Family,,,,,,,A"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "2 practices" in run.rejected_rows.get().reason


def test_an_unknown_organization_is_made_with_its_npi(bring_in):
    run = bring_in("practices", [HEADER, f"Elm,{ELM},,{GROUP},"])

    assert Practice.objects.get().organization.npi == GROUP
    assert any("Organizations made" in warning for warning in run.warnings)


def test_the_npi_of_a_person_makes_no_organization(bring_in, counts):
    PhysicianFactory(npi=GROUP)

    run = bring_in("practices", [HEADER, f"Elm,{ELM},,{GROUP},"])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert not Organization.objects.exists()
    assert any("NPIs of persons" in warning for warning in run.warnings)


def test_another_name_at_an_address_is_made_beside_it_and_named(bring_in, counts):
    elm()
    lines = [HEADER, f"Elm Pediatrics,{ELM},,,"]

    run = bring_in("practices", lines)

    beside = Practice.objects.get(name="Elm Pediatrics")
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (beside.organization.name, beside.organization.npi) == (
        "Elm Pediatrics",
        None,
    )
    assert any("Elm Pediatrics" in warning for warning in run.warnings)
    assert counts(bring_in("practices", lines, is_forced=True)) == (1, 0, 0, 1, 0)


def test_a_place_that_the_registry_named_by_its_street_takes_the_real_name(bring_in):
    made_up = {"name": {"source": "registry", "on": "2026-01-01"}}
    practice = elm(name="1 Elm St", provenance=made_up)

    bring_in("practices", [HEADER, f"Elm Family,{ELM},,,"])

    practice.refresh_from_db()
    assert practice.name == "Elm Family"
    assert Practice.objects.count() == 1


def test_what_a_person_typed_stays_and_the_other_value_is_offered(bring_in, counts):
    typed = {"phone": {"source": "person", "on": "2026-01-01"}}
    practice = elm(phone="6155550199", provenance=typed)

    run = bring_in("practices", [HEADER, f"Elm Family,{ELM},6155550100,,"])

    practice.refresh_from_db()
    offer = Proposal.objects.get()
    assert counts(run) == (1, 0, 0, 1, 0)
    assert practice.phone == "6155550199"
    assert (offer.practice, offer.field, offer.value) == (
        practice,
        "phone",
        "6155550100",
    )
    assert any("offered for review" in warning for warning in run.warnings)


def test_an_import_that_updated_practices_is_undone_to_the_last_field(bring_in):
    typed = {"fax": {"source": "person", "on": "2026-01-01"}}
    elm(phone="6155550199", fax="6155550198", provenance=typed)
    before = snapshot(Practice, Organization, Proposal)
    run = bring_in(
        "practices",
        [
            "name,address_line_1,city,state,zip,phone,fax,organization_npi,hours",
            f"Elm Family,{ELM},6155550100,6155550101,,8-5",
            f"Elm Surgery,{ELM},6155550102,,{GROUP},",
            f"Elm Eyes,{ELM},,,,",
        ],
    )
    assert Practice.objects.count() == 3

    undone = take_back(run)

    assert undone.rows_kept == 0
    assert snapshot(Practice, Organization, Proposal) == before


def test_of_rows_that_name_one_practice_the_last_counts(bring_in, counts):
    rows = [f"Elm,{ELM},,,A", f"elm,{ELM},,,B"]

    run = bring_in("practices", [HEADER, *rows])

    assert counts(run) == (2, 1, 0, 1, 0)
    assert Practice.objects.get().tier == "B"


def test_a_list_of_facilities_fits_as_it_is(bring_in, counts):
    run = bring_in(
        "practices",
        [
            "provider_num,npi,name,address,city,state,zip,lat,lon,phone,category",
            f'1,{GROUP},"ELM HOSPITAL, INC",1 ELM STREET,BOSTON,MA,021061234,'
            "42.36,-71.06,6175550100,01",
        ],
    )

    made = Practice.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (made.name, made.organization.npi) == ("Elm Hospital, Inc", GROUP)
    assert (made.latitude, made.longitude) == (42.36, -71.06)
    assert (made.zip_code, made.zip_extension) == ("02106", "1234")
    assert "category" in run.ignored_columns


def test_columns_are_known_without_their_underscores(bring_in):
    bring_in(
        "practices", ["Name,Address Line 1,ZIP,Front Desk Names", "A,1 Elm,37203,Jo"]
    )

    made = Practice.objects.get()
    assert (made.address_line_1, made.front_desk_names) == ("1 Elm", "Jo")


def test_a_file_without_names_is_refused(bring_in):
    run = bring_in("practices", ["address_line_1,zip", "1 Elm St,37203"])

    assert run.status == ImportRun.Status.REFUSED
    assert "name" in run.error


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f",{ELM},,,", "name is missing"),
        (f"{'x' * 10_000},{ELM},,,", "longer than"),
        (f"Elm,{'x' * 10_000},Nashville,TN,37203,,,", "longer than"),
        (f"Elm,{ELM},,1234567890,", "no NPI"),
        (f"Elm,{ELM},,,E", "not one of"),
        ("Elm,1 Elm St,Nashville,TN,ABC,,,", "no ZIP code"),
        (f"Elm,{ELM},,", "values, where the header"),
        (f"El\0m,{ELM},,,", "NUL"),
        ("Elm,,,,,,,", "no address"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(bring_in, counts, row, reason):
    run = bring_in("practices", [HEADER, row])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert reason in run.rejected_rows.get().reason
    assert not Practice.objects.exists()


@pytest.mark.parametrize(
    "row", ["42,", "91,0", "NaN,1", "1e1,1", "٤٢,1", "0,181", f"{'9' * 400},1"]
)
def test_bad_coordinates_are_rejected(bring_in, counts, row):
    run = bring_in("practices", ["name,zip,latitude,longitude", f"Elm,37203,{row}"])

    assert counts(run) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize(
    "row", ["not mail,", ",javascript:alert(1)", ",http://", "a@b,", f",{'x' * 300}"]
)
def test_bad_addresses_of_the_net_are_rejected(bring_in, counts, row):
    run = bring_in("practices", ["name,zip,email,website", f"Elm,37203,{row}"])

    assert counts(run) == (1, 0, 0, 0, 1)


def test_a_phone_that_is_none_is_left_out_and_counted(bring_in, counts):
    run = bring_in("practices", [HEADER, f"Elm,{ELM},call us,,"])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert any("left out: 1" in warning for warning in run.warnings)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    bring_in, django_assert_max_num_queries
):
    group = OrganizationFactory(npi=GROUP)
    for number in range(60):
        PracticeFactory(organization=group if number % 2 else None)
    rows = [
        f"Practice {number},{number} Main St,Nashville,TN,37203,6155550100,"
        f"{GROUP if number % 2 else ''},A"
        for number in range(120)
    ]

    with django_assert_max_num_queries(60):
        bring_in("practices", [HEADER, *rows])
