"""What claims are read against, as it is taken from the database."""

import datetime as dt

import pytest

from referrals.claims import reference
from referrals.models import ProcedureRange
from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    RosterEntryFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)

pytestmark = pytest.mark.django_db


def test_service_lines_of_persons_and_organizations_are_apart():
    cardiology = SpecialtyFactory()
    person = PhysicianFactory(specialty=cardiology)
    group = OrganizationFactory(specialty=cardiology)
    PhysicianFactory(specialty=None)

    found = reference.current()

    assert found.physicians.to_pylist() == [
        {"npi": person.npi, "service_line": "Cardiology"}
    ]
    assert found.organizations["npi"].to_pylist() == [group.npi]


def test_procedures_and_hospital_based_lines_are_taken():
    line = ServiceLineFactory(name="Radiology", is_hospital_based=True)
    ProcedureRange.objects.create(
        service_line=line, first_code="70010", last_code="79999"
    )

    found = reference.current()

    assert found.hospital_based["service_line"].to_pylist() == ["Radiology"]
    assert found.procedures["last_code"].to_pylist() == ["79999"]


def test_an_open_roster_entry_holds_for_ever():
    entry = RosterEntryFactory()

    [row] = reference.current().roster.to_pylist()

    assert row["npi"] == entry.npi
    assert row["effective_to"] == reference.FOREVER


def test_an_overlapping_roster_row_ends_where_the_next_one_starts():
    first, second = dt.date(2020, 1, 1), dt.date(2021, 1, 1)

    found = reference.of(
        roster=[("1", "employed", first, None), ("1", "competitor", second, None)]
    )

    assert found.roster["effective_to"].to_pylist() == [second, reference.FOREVER]


def test_the_order_of_rows_does_not_move_the_checksum():
    rows = [("1", "Cardiology"), ("2", "Urology")]

    assert (
        reference.of(physicians=rows).checksum
        == reference.of(physicians=reversed(rows)).checksum
    )
