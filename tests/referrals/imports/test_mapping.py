"""Their columns and words are read as ours, in one place."""

import pytest

from referrals.imports import registry, synonyms, tables
from referrals.imports.mapping import Mapping, folded
from referrals.models import Physician, Referral, RejectedRow, RosterEntry
from tests.factories.referrals import PhysicianFactory, ServiceLineFactory, npi_of

RENAMED = {
    "columns": {"provider npi": "npi", "state": "network_status", "npi": ""},
    "values": {"network_status": {"w2": "employed", "gone": ""}},
}


@pytest.fixture
def bring_mapped(bring_in):
    return lambda text, mapping, **more: bring_in(
        more.pop("kind", "roster"), text, mapping=mapping, **more
    )


def test_columns_and_words_are_read_as_mapped(bring_mapped, counts):
    run = bring_mapped(
        [
            "Provider NPI,State,NPI,effective_from,Shoe size",
            f"{npi_of(1)},W2,junk,2022-01-01,9",
            f"{npi_of(2)},Employed,junk,2022-01-01,9",
            f"{npi_of(3)},Gone,junk,2022-01-01,9",
        ],
        RENAMED,
    )

    assert counts(run) == (3, 2, 0, 0, 1)
    assert run.ignored_columns == ["NPI", "Shoe size"]
    assert RejectedRow.objects.get().values["npi"] == npi_of(3)


def test_a_header_below_titles_is_found_by_the_names_of_the_mapping(bring_mapped):
    run = bring_mapped(
        [
            "Roster of the north",
            "",
            "Provider NPI,State,effective_from",
            f"{npi_of(1)},w2,2022-01-01",
        ],
        RENAMED,
    )

    assert run.status == "done"
    assert RosterEntry.objects.count() == 1


def test_without_a_mapping_the_first_line_is_the_header(bring_in):
    run = bring_in(
        "roster", ["Title", "npi,network_status,effective_from", "1,employed,2022"]
    )

    assert run.status == "refused"


def test_a_name_that_stands_twice_is_told_apart_by_its_number(bring_mapped):
    run = bring_mapped(
        [
            "npi,npi,network_status,effective_from",
            f"old,{npi_of(1)},employed,2022-01-01",
        ],
        {"columns": {"npi": "", "npi #2": "npi"}},
    )

    assert RosterEntry.objects.get().npi == npi_of(1)
    assert run.ignored_columns == ["npi"]


def test_another_mapping_makes_another_import_of_the_same_file(bring_mapped):
    text = ["npi,status,effective_from", f"{npi_of(1)},W2,2022-01-01"]
    columns = {"status": "network_status"}
    words = {"network_status": {"w2": "employed"}}

    first = bring_mapped(text, {"columns": columns})
    second = bring_mapped(text, {"columns": columns, "values": words})
    renamed = bring_mapped(text, {"name": "HR", "columns": columns, "values": words})

    assert (first.rows_rejected, second.rows_created) == (1, 1)
    assert (second.is_duplicate, renamed.is_duplicate) == (False, True)


def test_a_mapping_that_changes_nothing_is_no_other_mapping(bring_mapped, bring_in):
    text = ["npi,network_status,effective_from,x", f"{npi_of(1)},employed,2022-01-01,"]
    bring_in("roster", text)

    again = bring_mapped(text, {"columns": {"npi": "npi", "x": ""}, "header_row": 1})

    assert again.is_duplicate


def test_patient_columns_are_dropped_whatever_is_mapped(bring_mapped):
    PhysicianFactory(npi=npi_of(1))
    run = bring_mapped(
        ["id,received_on,npi,patient_name", f"R1,2026-01-02,{npi_of(1)},Jane Roe"],
        {"columns": {"id": "referral_id", "npi": "referring_npi"}},
        kind="referrals",
    )

    assert Referral.objects.count() == 1
    assert "Patient columns were dropped: patient_name." in run.warnings


def test_a_mapped_word_is_our_service_line(bring_mapped):
    ServiceLineFactory(name="Primary Care")
    PhysicianFactory(npi=npi_of(1))

    bring_mapped(
        [
            "referral_id,received_on,referring_npi,service_line",
            f"R1,2026-01-02,{npi_of(1)},  PCP ",
        ],
        {"values": {"service_line": {"pcp": "Primary Care"}}},
        kind="referrals",
    )

    assert Referral.objects.get().service_line.name == "Primary Care"


def test_physicians_of_other_names_and_words_are_taken(bring_mapped, counts):
    line = ServiceLineFactory(name="Primary Care")
    run = bring_mapped(
        [
            "Directory of doctors,,,,,,",
            "Doctor last name,Provider NPI,Zip Code,Office Phone,Type,Rank,Clinic",
            f"Heart,{npi_of(1)}.0,37203,615-555-0100,PCP,High,Main Clinic",
            f"Bone,{npi_of(2)},37203,,PCP,Tier 2,Main Clinic",
        ],
        {
            "columns": {
                "doctor last name": "last_name",
                "provider npi": "npi",
                "zip code": "zip",
                "office phone": "phone",
                "type": "taxonomy_code",
                "rank": "tier",
                "clinic": "",
            },
            "values": {
                "taxonomy_code": {"pcp": "Primary Care"},
                "tier": {"high": "A", "tier 2": "B"},
            },
        },
        kind="physicians",
    )

    assert counts(run) == (2, 2, 0, 0, 0)
    heart = Physician.objects.get(npi=npi_of(1))
    assert (heart.last_name, heart.phone, heart.tier) == ("Heart", "6155550100", "A")
    assert heart.specialty.service_line == line


def test_keys_are_short_and_unlike():
    header = ["a", "", "a", "x" * 10_000, "x" * 10_000, ""]

    keys = tables.keys(header)

    assert keys[:3] == ["a", "(column 2)", "a #2"]
    assert len({*keys}) == len(keys)
    assert max(map(len, keys)) < 110


@pytest.mark.parametrize(
    ("their", "ours"),
    [
        ("provider npi", "npi"),
        ("NETWORK STATUS", "network_status"),
        ("start date", "effective_from"),
        ("term date", "effective_to"),
        ("shoe size", None),
        ("patient npi", None),
    ],
)
def test_columns_are_known_by_what_others_call_them(their, ours):
    header = [their.casefold()]

    found = synonyms.columns_for(registry.get("roster"), header)

    assert found.get(0) == ours


def test_no_column_of_ours_is_given_twice():
    header = ["npi", "provider npi", "status", "network", "npi"]

    found = synonyms.columns_for(registry.get("roster"), header)

    assert found == {0: "npi", 3: "network_status"}


@pytest.mark.parametrize("name", ["Patient DOB", "MRN", "pt_name", "BENE_MBI_ID"])
def test_columns_about_patients_are_told_by_their_names(name):
    assert synonyms.is_about_patients(name)


def test_words_are_suggested_by_label_and_custom(db):
    ServiceLineFactory(name="Primary Care")
    words = synonyms.Words(registry.get("referrals").vocabularies["service_line"])
    status = synonyms.Words(registry.get("referrals").vocabularies["status"])

    assert words.suggest("PCP") == "Primary Care"
    assert words.suggest("Podiatry") is None
    assert words.know("primary care ")
    assert status.know("No-Show")
    assert status.suggest("Awaiting Authorization") == "awaiting_authorization"


def test_words_are_compared_without_case_and_blanks():
    assert folded("  P C\tP ") == folded("p c p") == "p c p"
    assert folded("a\0b") == "a\ufffdb"


def test_an_empty_mapping_reads_names_as_they_stand():
    assert Mapping().header(["npi", "npi"]) == ["npi", "npi"]
