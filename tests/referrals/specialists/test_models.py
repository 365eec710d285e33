"""Terms, profiles and openings: what the database holds, and who sees it."""

import pytest
from django.db import IntegrityError, transaction

from referrals.models import Availability, SpecialistProfile, Synonym, Term
from tests.factories.referrals import AvailabilityFactory, TermFactory


def seen_by(user):
    return list(SpecialistProfile.objects.visible_to(user))


def test_every_specialist_of_ours_is_seen_whatever_the_territory(
    made, liaison, coordinator, sibling_manager, executive, south_practice
):
    profile = made("Southwell", south_practice)

    for person in (liaison, coordinator, sibling_manager, executive):
        assert seen_by(person) == [profile]


def test_who_is_not_ours_is_seen_by_who_sees_the_physician(
    south_candidate, liaison, manager, administrator
):
    assert seen_by(liaison) == []
    assert seen_by(manager) == [south_candidate]
    assert seen_by(administrator) == [south_candidate]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["knee pain", "KNEE PAIN", " Knee  pain ", "Knee pain"]
)
def test_a_term_is_named_once_of_its_kind(name):
    TermFactory(name="Knee pain")

    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(kind="condition", name=name)
    assert Term.objects.create(kind="procedure", name=name)


@pytest.mark.django_db
def test_a_synonym_may_be_one_of_several_terms_but_once_of_each():
    Synonym.objects.create(term=TermFactory(name="Knee pain"), name="joint")
    Synonym.objects.create(term=TermFactory(name="Hip pain"), name="joint")

    with pytest.raises(IntegrityError), transaction.atomic():
        Synonym.objects.create(term=TermFactory(name="Hip pain"), name="Joint")


def test_the_oldest_patient_is_no_younger_than_the_youngest(made):
    profile = made("Knox", min_age=18)

    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialistProfile.objects.filter(pk=profile.pk).update(max_age=17)


def test_a_site_has_one_opening_of_a_kind(made, franklin):
    profile = made("Knox", franklin, in_days=0)

    with pytest.raises(IntegrityError), transaction.atomic():
        AvailabilityFactory(profile=profile, practice=franklin)
    assert AvailabilityFactory(profile=profile, practice=franklin, kind="follow_up")


@pytest.mark.parametrize("checked_days_ago", [0, 7, 8])
@pytest.mark.parametrize("in_days", [-1, 0, 5])
def test_the_rule_of_an_answer_is_one_for_rows_and_queries(
    made, franklin, today, in_days, checked_days_ago
):
    profile = made("Knox", franklin, in_days=in_days, checked_days_ago=checked_days_ago)

    row = profile.openings.get()

    assert row.answers(on=today) == Availability.objects.answering(on=today).exists()
