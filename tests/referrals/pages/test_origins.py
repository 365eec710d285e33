import datetime as dt

import pytest

from referrals import fields
from referrals.models import Organization, Physician, Practice, Proposal
from referrals.pages import origins
from referrals.services import directory
from referrals.services.journal import Journal
from referrals.services.provenance import REGISTRY, Teller
from tests.factories.referrals import (
    ImportRunFactory,
    OrganizationFactory,
    SpecialtyFactory,
)

NOON = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 20)


def told(subject, *, source=REGISTRY, run=None, **values):
    """A file says this about the subject."""
    teller = Teller(source=source, at=NOON, run=run)
    teller.tell(subject, values)
    journal = Journal(at=NOON)
    journal.update([subject], [*values, "provenance"])
    teller.offer(journal)
    subject.refresh_from_db()


def typed(subject, by, **values):
    directory.change(
        subject=subject, values=values, version=subject.version, by=by, at=NOON
    )
    subject.refresh_from_db()


def facts(subject, user, on=TODAY):
    return origins.facts_of(subject, user=user, on=on)


def came(fact):
    return [(one.came, one.confirmed) for one in fact.origins]


def test_a_value_of_the_registry_says_which_file_and_when(north_practice, liaison):
    run = ImportRunFactory(file_name="npidata.csv")
    told(north_practice, run=run, phone="6155550100")

    fact = facts(north_practice, liaison)["phone"]

    assert (fact.value, fact.href) == ("(615) 555-0100", "tel:6155550100")
    assert came(fact) == [
        ("Registry (NPPES), file npidata.csv, Mar 10, 2026", ""),
    ]


def test_a_typed_and_confirmed_value_names_both_people(
    north_practice, liaison, manager
):
    typed(north_practice, manager, lunches="no")
    directory.confirm(subject=north_practice, names=["lunches"], by=liaison, at=NOON)
    north_practice.refresh_from_db()

    fact = facts(north_practice, liaison)["lunches"]

    assert fact.value == "No lunches"
    assert came(fact) == [
        ("Typed by Max Manager, Mar 10, 2026", "Confirmed by Lea Liaison, Mar 10, 2026")
    ]


def test_what_the_registry_offers_stands_under_review(north_practice, liaison, manager):
    typed(north_practice, manager, phone="6155550111")
    told(north_practice, phone="6155550100")

    (offer,) = facts(north_practice, liaison)["phone"].offers

    assert (offer.value, offer.told) == ("(615) 555-0100", "the registry says so")


def test_a_decided_proposal_is_not_under_review(north_practice, liaison, manager):
    typed(north_practice, manager, phone="6155550111")
    told(north_practice, phone="6155550100")
    Proposal.objects.update(status=Proposal.Status.DECLINED)

    assert facts(north_practice, liaison)["phone"].offers == ()


def test_the_parts_of_an_address_share_one_line_if_they_share_their_origin(
    north_practice, liaison, manager
):
    told(north_practice, city="Franklin", state="TN2")
    once = facts(north_practice, liaison)["address"]
    typed(north_practice, manager, city="Brentwood")

    twice = facts(north_practice, liaison)["address"]

    assert [one.label for one in once.origins] == [""]
    assert [one.label for one in twice.origins] == ["City", "State"]


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (dt.date(2027, 3, 10), ""),
        (dt.date(2027, 5, 14), "not confirmed for 14 months"),
    ],
)
def test_what_nobody_confirmed_for_a_year_says_so(north_practice, liaison, on, words):
    told(north_practice, fax="6155550100")

    assert facts(north_practice, liaison, on)["fax"].unconfirmed == words


def test_a_confirmation_makes_it_young_again(north_practice, liaison):
    told(north_practice, fax="6155550100")
    later = dt.datetime(2027, 5, 1, 18, tzinfo=dt.UTC)
    directory.confirm(subject=north_practice, names=["fax"], by=liaison, at=later)
    north_practice.refresh_from_db()

    fact = facts(north_practice, liaison, dt.date(2027, 5, 14))["fax"]

    assert fact.unconfirmed == ""


def test_a_value_without_a_known_origin_claims_none(north_practice, liaison):
    fact = facts(north_practice, liaison)["name"]

    assert (fact.value, fact.origins) == ("North Clinic", ())


def test_an_offered_organization_out_of_sight_is_not_named(north_practice, liaison):
    secret = OrganizationFactory(name="Secret Health")
    Proposal.objects.create(
        practice=north_practice,
        field="organization",
        value=str(secret.pk),
        source=REGISTRY,
        created_at=NOON,
    )

    (offer,) = facts(north_practice, liaison)["organization"].offers

    assert offer.value == fields.OUT_OF_SIGHT


def test_other_specialties_are_listed_by_name(north_physician, liaison):
    north_physician.other_specialties.add(SpecialtyFactory(code="1", name="Echo"))

    assert facts(north_physician, liaison)["other_specialties"].value == "Echo"


def test_it_costs_the_same_however_much_there_is_to_tell(
    django_assert_max_num_queries, north_practice, liaison, manager
):
    for number in range(5):
        run = ImportRunFactory()
        told(north_practice, run=run, fax=f"615555010{number}", name=f"Clinic {number}")
        typed(north_practice, manager, city=f"City {number}", owner=manager)
        told(north_practice, run=run, city=f"Other {number}")
    practice = Practice.objects.select_related("organization").get()

    with django_assert_max_num_queries(4):
        found = facts(practice, liaison)

    assert len(found["city"].offers) == 5
    assert found["owner"].value == "Max Manager"


@pytest.mark.parametrize("model", [Practice, Physician, Organization])
def test_every_shared_field_is_a_field_of_its_model(model):
    for name, shared in fields.SHARED[model].items():
        assert shared.field.name == name
        assert shared.kind in fields.Kind


def test_a_value_that_is_no_choice_is_told_as_it_is(db):
    tier = fields.named(Practice, "tier")

    assert fields.in_words(tier, "Z", {}) == "Z"
    assert fields.label_of(Practice, "no_such_field") == "No such field"
