"""What people have made one stays one, whichever file still knows two."""

import pytest
from django.utils import timezone

from referrals.models import Affiliation, Organization, Physician, Practice
from referrals.services import merges
from tests.factories.referrals import npi_of
from tests.referrals.imports.undone import snapshot

pytestmark = pytest.mark.django_db

PRACTICES = "name,address_line_1,city,state,zip,phone,organization_npi"
ELM = "1 Elm Street,Nashville,TN,37203"
PHYSICIANS = "npi,last_name,first_name,phone"


@pytest.fixture
def join(administrator):
    def merge(kept, removed, *chosen):
        return merges.merge(
            kept=kept,
            removed=removed,
            chosen={*chosen},
            versions=(kept.version, removed.version),
            by=administrator,
            at=timezone.now(),
        )

    return merge


@pytest.mark.parametrize("chosen", [[], ["name"], ["name", "phone"]])
def test_a_practice_made_beside_another_and_merged_is_not_made_again(
    bring_in, counts, join, chosen
):
    lines = [
        PRACTICES,
        f"Elm Family,{ELM},615-555-0100,",
        f"Elm Clinic,{ELM},615-555-0111,",
    ]
    bring_in("practices", lines)
    join(
        Practice.objects.get(name="Elm Family"),
        Practice.objects.get(name="Elm Clinic"),
        *chosen,
    )
    known = snapshot(Organization)

    bring_in("practices", lines, is_forced=True)
    again = bring_in("practices", lines, is_forced=True)

    assert Practice.objects.count() == 1
    assert snapshot(Organization) == known
    assert counts(again) == (2, 0, 0, 2, 0)


def test_the_row_of_a_practice_that_was_merged_changes_nothing(bring_in, counts, join):
    lines = [
        PRACTICES,
        f"Elm Family,{ELM},615-555-0100,",
        f"Oak Family,9 Oak Ave,Nashville,TN,37203,615-555-0111,{npi_of(77)}",
    ]
    bring_in("practices", lines)
    join(
        Practice.objects.get(name="Elm Family"), Practice.objects.get(name="Oak Family")
    )
    known = snapshot(Practice)

    run = bring_in("practices", lines, is_forced=True)

    assert counts(run) == (2, 0, 0, 2, 0)
    assert snapshot(Practice) == known


def test_another_practice_at_an_address_of_a_merged_one_is_still_made(
    bring_in, counts, join
):
    lines = [PRACTICES, f"Elm Family,{ELM},,", "Oak,9 Oak Ave,Nashville,TN,37203,,"]
    bring_in("practices", lines)
    join(Practice.objects.get(name="Elm Family"), Practice.objects.get(name="Oak"))

    run = bring_in("practices", [PRACTICES, "Pine,9 Oak Ave,Nashville,TN,37203,,"])

    assert counts(run) == (1, 1, 0, 0, 0)


def test_a_physician_merged_into_another_is_not_made_again(bring_in, counts, join):
    lines = [PHYSICIANS, f"{npi_of(1)},Nora,Ann,", f"{npi_of(2)},Nora,Anne,6155550100"]
    bring_in("physicians", lines)
    one, other = Physician.objects.order_by("pk")
    join(one, other)
    known = snapshot(Physician, Affiliation)

    run = bring_in("physicians", lines, is_forced=True)

    assert counts(run) == (2, 0, 0, 2, 0)
    assert snapshot(Physician, Affiliation) == known
