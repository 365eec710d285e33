import pytest

from referrals.models import FlowFile, SharedPatients
from referrals.pages import flows
from tests.factories.referrals import (
    ImportRunFactory,
    PhysicianFactory,
    RosterEntryFactory,
)


@pytest.fixture
def shared(north_physician):
    """`shared(npi, patients)`: the northern physician's patients go on there."""
    file = FlowFile.objects.create(
        run=ImportRunFactory(), source="hop", is_current=True
    )

    def flow(npi, patients):
        return SharedPatients.objects.create(
            file=file,
            from_npi=north_physician.npi,
            to_npi=npi,
            patients=patients,
            transactions=patients,
        )

    return flow


def onward(physician, user):
    (panel,) = flows.flows_of(physician, user)
    return panel.context["directions"][0]


def test_who_is_out_of_sight_stays_a_number(
    shared, north_physician, south_physician, liaison
):
    shared(south_physician.npi, 40)

    (row,) = onward(north_physician, liaison)["rows"]

    assert (row["npi"], row["name"], row["patients"]) == (south_physician.npi, "", 40)


def test_our_own_specialists_are_named_to_everybody(shared, north_physician, liaison):
    specialist = PhysicianFactory(last_name="Known")
    RosterEntryFactory(npi=specialist.npi)
    shared(specialist.npi, 40)

    (row,) = onward(north_physician, liaison)["rows"]

    assert row["name"] == str(specialist)


def test_small_cells_are_merged(shared, north_physician, liaison):
    shared(PhysicianFactory().npi, 10)
    shared(PhysicianFactory().npi, 3)

    told = onward(north_physician, liaison)

    assert (told["rows"], told["small"]) == ([], 2)


def test_without_a_file_there_is_no_card(north_physician, liaison):
    assert flows.flows_of(north_physician, liaison) == []


def test_the_card_stands_on_the_page(shared, north_physician, signed_in, liaison):
    shared(PhysicianFactory().npi, 1234)

    text = signed_in(liaison).get(f"/physicians/{north_physician.pk}/activity/").text

    assert "Estimated flow" in text
    assert "1,234" in text
