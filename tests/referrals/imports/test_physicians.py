import pytest

from referrals.imports import registry, synonyms
from referrals.models import (
    Affiliation,
    ImportRun,
    Note,
    Organization,
    Physician,
    Practice,
    Proposal,
    Specialty,
)
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    ServiceLineFactory,
    SpecialtyFactory,
    npi_of,
)
from tests.referrals.imports.undone import snapshot, take_back

HEADER = (
    "npi,last_name,first_name,taxonomy_code,practice_npi_or_name,address_line_1,city,"
    "state,zip,phone,tier,notes"
)
NPI, GROUP = npi_of(1), npi_of(77)
ELM = "1 Elm St,Nashville,TN,37203"
ELM_KEY = "1 ELM ST|NASHVILLE|TN|37203"
MODELS = (Physician, Practice, Organization, Affiliation, Specialty, Note, Proposal)


def test_a_new_physician_comes_with_practice_and_affiliation(bring_in, counts):
    row = f"{NPI},LOVELACE,ADA,207RC0000X,Elm Family,{ELM},615-555-0100,b,"

    run = bring_in("physicians", [HEADER, row])

    made = Affiliation.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert str(made.physician) == "Ada Lovelace"
    assert (made.physician.tier, made.physician.phone) == ("B", "6155550100")
    assert made.physician.specialty.code == "207RC0000X"
    assert made.physician.provenance["tier"]["source"] == "import"
    assert (made.practice.name, made.practice.address_key) == ("Elm Family", ELM_KEY)
    assert (made.source, made.is_primary, made.effective_from) == ("import", True, None)


def test_the_same_file_again_changes_nothing(bring_in, counts, manager):
    lines = [
        HEADER,
        f"{NPI},Lovelace,Ada,Cardiology,Elm,{ELM},6155550100,A,Likes mornings",
        f"{NPI},Lovelace,Ada,,Oak,2 Oak St,Nashville,TN,37204,6155550101,,",
        ",Lovelace,Ada,,Oak,2 Oak St,Nashville,TN,37204,,,",
    ]
    bring_in("physicians", lines[:3], by=manager)
    before = snapshot(*MODELS)

    run = bring_in("physicians", lines, by=manager)

    assert counts(run) == (3, 0, 0, 3, 0)
    assert snapshot(*MODELS) == before


def test_each_row_of_a_physician_may_name_a_practice(bring_in, counts):
    oak = "2 Oak St,Nashville,TN,37204"

    run = bring_in(
        "physicians",
        [HEADER, f"{NPI},Lovelace,Ada,,Elm,{ELM},,,", f"{NPI},,,,Oak,{oak},,,"],
    )

    primary = Affiliation.objects.filter(is_primary=True)
    assert counts(run) == (2, 1, 1, 0, 0)
    assert [str(one.practice) for one in primary] == ["Elm"]
    assert Affiliation.objects.count() == 2


def test_without_an_npi_the_name_finds_who_works_at_the_address(bring_in, counts):
    ada = PhysicianFactory(last_name="Lovelace", first_name="Ada")
    AffiliationFactory(physician=ada, practice=PracticeFactory(address_key=ELM_KEY))

    run = bring_in("physicians", [HEADER, f",LOVELACE,Ada,,,{ELM},,A,"])

    ada.refresh_from_db()
    assert (counts(run), ada.tier) == ((1, 0, 1, 0, 0), "A")


def test_namesakes_at_an_address_cannot_be_told_apart(bring_in, counts):
    practice = PracticeFactory(address_key=ELM_KEY)
    for _ in range(2):
        namesake = PhysicianFactory(last_name="Lovelace", first_name="Ada")
        AffiliationFactory(physician=namesake, practice=practice)

    run = bring_in("physicians", [HEADER, f",Lovelace,Ada,,,{ELM},,A,"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "2 physicians" in run.rejected_rows.get().reason


def test_the_npi_of_an_organization_names_its_practice(bring_in):
    practice = PracticeFactory(organization=OrganizationFactory(npi=GROUP))

    bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,,{GROUP},,,,,,,"])

    assert Affiliation.objects.get().practice == practice


def test_the_only_practice_at_an_address_needs_no_name(bring_in):
    practice = PracticeFactory(
        address_key=ELM_KEY, organization=OrganizationFactory(npi=GROUP)
    )

    bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,,,{ELM},,,"])

    assert Affiliation.objects.get().practice == practice


def test_a_second_practice_is_not_the_primary_one(bring_in):
    ada = AffiliationFactory(physician__npi=NPI).physician

    bring_in("physicians", [HEADER, f"{NPI},,,,Elm,{ELM},,,"])

    added = ada.affiliations.get(source="import")
    assert not added.is_primary


@pytest.mark.parametrize("word", ["207rc0000x", "Cardiology", "heart matters"])
def test_a_specialty_may_be_a_code_a_word_or_a_name(bring_in, word):
    Specialty.objects.update_or_create(
        code="207RC0000X", defaults={"name": "Heart Matters", "service_line": None}
    )

    bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,{word},,,,,,,,"])

    assert Physician.objects.get().specialty.code == "207RC0000X"


def test_a_service_line_says_nothing_new_of_who_belongs_to_it(bring_in, counts):
    line = ServiceLineFactory(name="Primary Care")
    internist = SpecialtyFactory(code="207R00000X")
    Specialty.objects.filter(pk=internist.pk).update(service_line=line)
    PhysicianFactory(npi=NPI, specialty=internist)

    run = bring_in("physicians", [HEADER, f"{NPI},,,primary care,,,,,,,,"])

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Physician.objects.get().specialty == internist


def test_a_service_line_stands_for_a_specialty_nobody_told_closer(bring_in):
    line = ServiceLineFactory(name="Primary Care")

    bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,Primary Care,,,,,,,,"])

    assert Physician.objects.get().specialty.service_line == line


@pytest.mark.parametrize("cell", ["Primary Care", "primary-care", "PRIMARY  CARE "])
def test_a_service_line_is_known_however_it_is_spaced(bring_in, cell):
    line = ServiceLineFactory(name="Primary Care")

    bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,{cell},,,,,,,,"])

    assert Physician.objects.get().specialty.service_line == line


@pytest.mark.parametrize(
    ("cell", "is_known"),
    [
        ("primary-care", True),
        ("207rg0100x", True),
        ("Cardiovascular Disease (Cardiology)", True),
        ("heart matters", True),
        ("PCP", False),
        ("207RG0100", False),
    ],
)
def test_what_needs_no_mapping_is_what_the_import_understands(bring_in, cell, is_known):
    ServiceLineFactory(name="Primary Care")
    Specialty.objects.update_or_create(
        code="207RC0000X", defaults={"name": "Heart Matters"}
    )
    words = synonyms.Words(registry.get("physicians").vocabularies["taxonomy_code"])

    bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,{cell},,,,,,,,"])

    assert words.know(cell) == is_known
    assert bool(Physician.objects.get().specialty) == is_known


def test_an_unknown_specialty_is_left_out_and_named(bring_in, counts):
    run = bring_in("physicians", [HEADER, f"{NPI},Lovelace,Ada,Wizardry,,,,,,,,"])

    assert counts(run) == (1, 1, 0, 0, 0)
    assert any("Wizardry" in warning for warning in run.warnings)


def test_notes_stand_with_the_practice_in_the_name_of_who_imports(bring_in, manager):
    row = f"{NPI},Lovelace,Ada,,Elm,{ELM},,,Likes mornings"

    bring_in("physicians", [HEADER, row], by=manager)

    note = Note.objects.get()
    assert (note.text, note.author) == ("Ada Lovelace: Likes mornings", manager)
    assert note.practice.name == "Elm"


def test_notes_without_an_author_or_a_practice_are_left_out_and_counted(bring_in):
    row = f"{NPI},Lovelace,Ada,,Elm,{ELM},,,Likes mornings"

    run = bring_in("physicians", [HEADER, row])

    assert not Note.objects.exists()
    assert any("Notes left out: 1" in warning for warning in run.warnings)


def test_what_a_person_typed_stays_and_the_other_value_is_offered(bring_in, counts):
    typed = {"tier": {"source": "person", "on": "2026-01-01"}}
    PhysicianFactory(npi=NPI, tier="A", provenance=typed)

    run = bring_in("physicians", [HEADER, f"{NPI},,,,,,,,,,B,"])

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Physician.objects.get().tier == "A"
    assert Proposal.objects.get().value == "B"


def test_an_import_that_updated_physicians_is_undone_to_the_last_field(
    bring_in, manager
):
    PhysicianFactory(npi=NPI, phone="6155550199", tier="C")
    PracticeFactory(address_key=ELM_KEY, name="Elm")
    before = snapshot(*MODELS)
    run = bring_in(
        "physicians",
        [
            HEADER,
            f"{NPI},Lovelace,Ada,2084N0400X,Elm,{ELM},6155550100,A,Likes mornings",
            f"{npi_of(2)},Hopper,Grace,,{GROUP},2 Oak St,Nashville,TN,37204,,,",
        ],
        by=manager,
    )
    assert snapshot(*MODELS) != before

    undone = take_back(run)

    assert undone.rows_kept == 0
    assert snapshot(*MODELS) == before


def test_a_header_that_names_nobody_is_refused(bring_in):
    run = bring_in("physicians", ["first_name,tier", "Ada,A"])

    assert run.status == ImportRun.Status.REFUSED
    assert "npi" in run.error


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{NPI},,,,,,,,,,,", "no last_name"),
        ("1234567890,Lovelace,Ada,,,,,,,,,", "no NPI"),
        (",Lovelace,Ada,,,,,,,,,", "neither an NPI"),
        (f",Lovelace,Ada,,,{ELM},,,", "No physician of this name"),
        (f"{NPI},{'x' * 10_000},Ada,,,,,,,,,", "longer than"),
        (f"{NPI},Lovelace,Ada,,,,,,,,E,", "not one of"),
        (f"{NPI},Lovelace,Ada,,Nowhere,,,,,,,", "no address"),
        (f"{NPI},Lovelace,Ada,,1234567890,,,,,,,", "no NPI"),
        (f"{NPI},Lovelace,Ada,,,,,,ZIP,,,", "no ZIP code"),
        (f"{NPI},Lovelace", "values, where the header"),
        (f"{NPI},Love\0lace,Ada,,,,,,,,,", "NUL"),
        (f"{NPI},Lovelace,Ada,,,,,,,,,{'x' * 10_000}", "longer than"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(bring_in, counts, row, reason):
    run = bring_in("physicians", [HEADER, row])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert reason in run.rejected_rows.get().reason
    assert not Physician.objects.exists()


def test_an_organization_is_no_physician(bring_in, counts):
    OrganizationFactory(npi=GROUP)

    run = bring_in("physicians", [HEADER, f"{GROUP},Elm,,,,,,,,,,"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "organization" in run.rejected_rows.get().reason


def test_a_rejected_row_does_not_keep_its_notes(bring_in):
    run = bring_in("physicians", [HEADER, f"{NPI},,,,,,,,,,,About a patient"])

    assert "notes" not in run.rejected_rows.get().values


def test_the_number_of_queries_does_not_grow_with_the_rows(
    bring_in, django_assert_max_num_queries, manager
):
    specialty = SpecialtyFactory()
    for number in range(60):
        PhysicianFactory(npi=npi_of(number), specialty=specialty)
    rows = [
        f"{npi_of(number)},L{number},Ada,207X00000X,P{number},{number} Elm St,"
        f"Nashville,TN,37203,6155550100,A,Note {number}"
        for number in range(120)
    ]

    with django_assert_max_num_queries(70):
        bring_in("physicians", [HEADER, *rows], by=manager)
