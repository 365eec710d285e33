import csv
import datetime as dt
import io

import pytest
from django.utils import timezone

from referrals.imports import execution
from referrals.imports import nppes_entry as columns
from referrals.imports.locations import LOCATION, LocationsImporter
from referrals.models import Affiliation, ImportRun, Practice
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)
from tests.referrals.imports.registry_rows import NPI, OTHER, person

HEADER = [columns.NPI, *LOCATION]


def place(street="7800 Sheridan St", npi=NPI, **told):
    return {
        columns.NPI: npi,
        LOCATION.street: street,
        LOCATION.city: "Pembroke Pines",
        LOCATION.state: "FL",
        LOCATION.zip_code: "330242536",
        LOCATION.phone: "9549872000",
        **told,
    }


@pytest.fixture
def locate(bring_in):
    """`locate(place(), ...)`: import these secondary locations."""

    def import_rows(*rows, header=HEADER, **fields):
        text = io.StringIO()
        writer = csv.DictWriter(text, header, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        return bring_in("nppes-locations", text.getvalue(), **fields)

    return import_rows


def test_a_person_is_also_at_a_secondary_location(locate, counts):
    physician = PhysicianFactory(npi=NPI)

    run = locate(place())

    affiliation = physician.affiliations.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (affiliation.is_primary, affiliation.is_secondary) == (False, True)
    assert (affiliation.source, affiliation.effective_from) == ("registry", None)
    assert affiliation.practice.organization is None
    assert affiliation.practice.address == (
        "7800 Sheridan St, Pembroke Pines, FL 33024"
    )
    assert affiliation.practice.phone == "9549872000"


def test_an_organization_gets_a_practice_and_nobody_there(locate, counts):
    organization = OrganizationFactory(npi=OTHER)

    run = locate(place(npi=OTHER))

    assert counts(run) == (1, 1, 0, 0, 0)
    assert organization.practices.get().name == organization.name
    assert not Affiliation.objects.exists()


def test_the_same_file_again_is_all_unchanged(locate, counts):
    PhysicianFactory(npi=NPI)
    OrganizationFactory(npi=OTHER)
    rows = [place(), place("1 Oak Ave"), place(npi=OTHER)]
    locate(*rows)

    assert counts(locate(*rows, is_forced=True)) == (3, 0, 0, 3, 0)


def test_one_address_in_two_spellings_is_one_practice(locate, counts):
    PhysicianFactory(npi=NPI)

    run = locate(place("7800 Sheridan Street"), place("7800 SHERIDAN ST."))

    assert counts(run) == (2, 1, 0, 1, 0)
    assert Practice.objects.count() == 1


def test_a_location_that_is_no_longer_listed_ends_today(locate, counts):
    physician = PhysicianFactory(npi=NPI)
    locate(place(), place("1 Oak Ave"))

    run = locate(place())

    gone = physician.affiliations.get(practice__address_line_1="1 Oak Ave")
    assert counts(run) == (1, 0, 0, 1, 0)
    assert gone.effective_to == timezone.localdate()
    assert run.warnings == ["Locations that are no longer listed, ended: 1."]


def test_who_has_no_row_keeps_their_locations(locate):
    PhysicianFactory(npi=NPI)
    PhysicianFactory(npi=OTHER)
    locate(place(), place(npi=OTHER))

    locate(place())

    assert Affiliation.objects.filter(effective_to=None).count() == 2


def test_a_row_that_cannot_be_read_ends_nothing(locate, counts):
    PhysicianFactory(npi=NPI)
    locate(place(), place("1 Oak Ave"))

    run = locate(place(), place("x" * 201))

    assert counts(run) == (2, 0, 0, 1, 1)
    assert Affiliation.objects.filter(effective_to=None).count() == 2


def test_a_location_that_comes_back_begins_where_it_ended(locate):
    physician = PhysicianFactory(npi=NPI)
    site = PracticeFactory(address_key="7800 SHERIDAN ST|PEMBROKE PINES|FL|33024")
    AffiliationFactory(
        physician=physician, practice=site, effective_to=dt.date(2024, 1, 1)
    )

    locate(place())

    again = physician.affiliations.get(effective_to=None)
    assert (again.practice, again.effective_from) == (site, dt.date(2024, 1, 1))


def test_where_a_person_is_already_nothing_changes(locate, counts):
    physician = PhysicianFactory(npi=NPI)
    site = PracticeFactory(
        address_key="7800 SHERIDAN ST|PEMBROKE PINES|FL|33024",
        phone="9549872000",
        zip_extension="2536",
    )
    AffiliationFactory(physician=physician, practice=site)

    run = locate(place())

    assert counts(run) == (1, 0, 0, 1, 0)
    assert not physician.affiliations.get().is_secondary


def test_the_practice_location_leaves_secondary_ones_alone(locate, register):
    register(person())
    locate(place())

    register(person(**{columns.STREET: "5 OAK AVE", columns.UPDATED: "05/01/2024"}))

    current = Affiliation.objects.filter(effective_to=None)
    assert {one.practice.address_line_1 for one in current} == {
        "7800 Sheridan St",
        "5 Oak Ave",
    }


def test_a_secondary_location_becomes_the_practice_location(locate, register, counts):
    register(person())
    locate(place())
    there = {
        columns.STREET: "7800 SHERIDAN ST",
        columns.MORE: "",
        columns.CITY: "PEMBROKE PINES",
        columns.STATE: "FL",
        columns.ZIP: "330242536",
        columns.UPDATED: "05/01/2024",
    }

    run = register(person(**there))

    now = Affiliation.objects.get(effective_to=None)
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (now.is_primary, now.is_secondary) == (True, False)


def test_rows_of_npis_that_nobody_knows_are_passed_over(locate, counts):
    run = locate(place())

    assert counts(run) == (0, 0, 0, 0, 0)
    assert "1 rows are of NPIs" in run.warnings[0]


@pytest.mark.parametrize("street", ["", " . "])
def test_a_location_without_a_street_is_rejected(locate, counts, street):
    PhysicianFactory(npi=NPI)

    assert counts(locate(place(street)))[4] == 1


def test_the_header_of_the_registry_is_known_whatever_its_spaces(locate, counts):
    PhysicianFactory(npi=NPI)
    header = [name.replace("-  ", "- ").replace(" - ", " -  ") for name in HEADER]
    told = dict(zip(HEADER, header, strict=True))
    row = {told[name]: cell for name, cell in place().items()}

    assert counts(locate(row, header=header)) == (1, 1, 0, 0, 0)
    assert Practice.objects.get().zip_code == "33024"


def test_a_killed_import_ends_as_undisturbed_though_more_are_known_by_then(
    locate, counts, monkeypatch
):
    for number in range(1, 9):
        PhysicianFactory(npi=npi_of(number))
    rows = [
        place(f"{at} Oak Ave", npi_of(number)) for at in (1, 2) for number in range(9)
    ]
    monkeypatch.setattr(LocationsImporter, "chunk_size", 4)
    whole_take, taken = LocationsImporter.take, []

    def take_until_killed(self, chunk):
        taken.append(chunk)
        if len(taken) == 3:
            raise KeyboardInterrupt
        whole_take(self, chunk)

    monkeypatch.setattr(LocationsImporter, "take", take_until_killed)
    with pytest.raises(KeyboardInterrupt):
        locate(*rows)
    monkeypatch.setattr(LocationsImporter, "take", whole_take)
    PhysicianFactory(npi=npi_of(0))

    later = timezone.now() + dt.timedelta(minutes=1)
    run = ImportRun.objects.claim(ImportRun.objects.get().pk, at=later)
    ended = execution.execute(run)

    assert counts(ended) == (16, 16, 0, 0, 0)
