import datetime as dt

import pytest
from django.utils import timezone

from referrals.imports import execution
from referrals.imports import nppes_entry as columns
from referrals.imports.nppes import NppesImporter
from referrals.models import Affiliation, ImportRun, Organization, Physician
from tests import spreadsheets
from tests.factories.accounts import TerritoryZipFactory
from tests.factories.referrals import (
    npi_of,
)
from tests.referrals.imports.registry_rows import NPI, OTHER, group, person


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


def test_the_report_of_deactivated_npis_is_taken_as_it_comes(
    register, bring_in, counts
):
    register(person())
    report = spreadsheets.xlsx(
        [
            ["NPPES Deactivated NPI Report as of Nov 10 2026"],
            ["NPI", "NPPES Deactivation Date"],
            [NPI, "03/01/2024"],
        ]
    )

    run = bring_in("nppes", report, file_name="report.xlsx")

    assert counts(run) == (1, 0, 1, 0, 0)
    assert Physician.objects.get().deactivated_on == dt.date(2024, 3, 1)


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


def test_a_weekly_file_changes_only_whom_it_names(register, counts):
    register(person(npi_of(3)), person(npi_of(4)), group())

    run = register(
        person(npi_of(3), **{columns.LAST: "ROE", columns.UPDATED: "05/01/2024"}),
        {columns.NPI: npi_of(4), columns.DEACTIVATED: "05/02/2024"},
        person(npi_of(5)),
        group(),
    )

    assert counts(run) == (4, 1, 2, 1, 0)
    assert Physician.objects.get(npi=npi_of(3)).last_name == "Roe"
    assert not Physician.objects.get(npi=npi_of(4)).is_active


def test_an_organization_is_deactivated_and_active_again(register, counts):
    register(group())
    register({columns.NPI: OTHER, columns.DEACTIVATED: "03/01/2024"})
    told = {columns.DEACTIVATED: "03/01/2024", columns.REACTIVATED: "04/01/2024"}

    run = register(group(**told))

    organization = Organization.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (organization.is_active, organization.deactivated_on) == (True, None)


def test_a_replaced_npi_points_on_and_keeps_its_history(register, counts):
    register(person())

    run = register(
        {
            columns.NPI: NPI,
            columns.REPLACEMENT: OTHER,
            columns.DEACTIVATED: "03/01/2024",
        }
    )

    physician = Physician.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (physician.replacement_npi, physician.is_active) == (OTHER, False)
    assert physician.affiliations.get().effective_to is None


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


def test_a_filter_looks_at_mapped_columns_and_words(bring_in, counts):
    header = "npi,who,where,street,zip"
    mapping = {
        "columns": {"who": columns.LAST, "where": columns.STATE, "zip": columns.ZIP},
        "values": {columns.STATE: {"music city": "TN"}},
    }

    run = bring_in(
        "nppes",
        [header, f"{NPI},ROE,Music City,1 OAK,37203", f"{OTHER},DOE,TX,1 OAK,75001"],
        options={"state": "TN"},
        mapping=mapping,
    )

    assert counts(run) == (1, 1, 0, 0, 0)
    assert Physician.objects.get().last_name == "Roe"


def test_what_a_filter_passes_over_is_counted(register):
    run = register(person(), person(OTHER), options={"state": "TX"})

    assert run.warnings == ["2 rows are outside of the filter: passed over."]


def test_a_filter_lets_through_who_is_in_the_directory(register, counts):
    register(person())

    gone = {columns.NPI: NPI, columns.DEACTIVATED: "03/01/2024"}

    assert counts(register(gone, options={"state": "TX"})) == (1, 0, 1, 0, 0)


def test_a_row_keeps_its_place_in_the_file_whatever_the_filter_passes_over(
    register, counts
):
    elsewhere = person(**{columns.NPI: OTHER, columns.STATE: "TX"})

    run = register(elsewhere, person(), options={"state": "TN"})

    assert counts(run) == (1, 1, 0, 0, 0)
    assert run.checkpoint == 2


def test_a_filtered_import_that_was_killed_ends_as_undisturbed(
    register, counts, monkeypatch
):
    elsewhere = {columns.STATE: "TX"}
    people = [person(npi_of(at), **(elsewhere if at % 2 else {})) for at in range(12)]
    # Wanted once, wanted always: also where it says something else further down.
    people.append(person(npi_of(0), **elsewhere))
    monkeypatch.setattr(NppesImporter, "chunk_size", 2)
    whole_take, taken = NppesImporter.take, []

    def take_until_killed(self, chunk):
        taken.append(chunk)
        if len(taken) == 3:
            raise KeyboardInterrupt
        whole_take(self, chunk)

    monkeypatch.setattr(NppesImporter, "take", take_until_killed)
    with pytest.raises(KeyboardInterrupt):
        register(*people, options={"state": "TN"})
    monkeypatch.setattr(NppesImporter, "take", whole_take)

    later = timezone.now() + dt.timedelta(minutes=1)
    run = ImportRun.objects.claim(ImportRun.objects.get().pk, at=later)
    ended = execution.execute(run)

    assert (ended.attempt, counts(ended)) == (2, (7, 6, 0, 1, 0))
    assert Physician.objects.count() == 6


def test_known_rows_are_looked_up_at_once(register, django_assert_max_num_queries):
    people = [
        person(npi_of(at), **{columns.CODE(1): f"207R{at:05d}X"}) for at in range(1, 40)
    ]
    register(*people, group())

    with django_assert_max_num_queries(45):
        register(*people, group(), is_forced=True)
