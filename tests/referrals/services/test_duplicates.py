import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from referrals.models import Duplicate, Practice
from referrals.services import duplicates
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    SpecialtyFactory,
    npi_of,
)

TODAY = dt.date(2026, 3, 10)


def found():
    duplicates.find(at=timezone.now(), on=TODAY)
    return [(row.likelihood, *row.reasons) for row in Duplicate.objects.all()]


def test_practices_that_share_only_a_city_are_no_pair(db):
    PracticeFactory(name="Elm Dermatology")
    PracticeFactory(name="Oak Cardiology")

    assert found() == []


def test_the_same_address_under_two_organizations_is_a_pair(db):
    key = "1 ELM ST|NASHVILLE|TN|37203"
    for name in ("Elm Heart", "Vascular Partners"):
        PracticeFactory(
            name=name, address_key=key, organization=OrganizationFactory(name=name)
        )

    assert found() == [(70, "Same address")]


def test_reasons_add_up_but_never_to_certainty(db):
    for name in ("Elm Heart Group, PLLC", "The Elm Heart"):
        PracticeFactory(name=name, phone="6155550100")

    # 1 - 0.45 * 0.40 = 0.82
    assert found() == [(82, "Same phone", "Similar name in the same ZIP code")]


def test_a_typing_error_in_the_name_is_seen_through(db):
    PracticeFactory(name="Cumberland Orthopedics Clinic")
    PracticeFactory(name="Cumberland Orthopaedics Clinic")

    assert found() == [(60, "Similar name in the same ZIP code")]


def test_the_same_name_in_another_zip_code_is_no_pair(db):
    PracticeFactory(name="Elm Heart", zip_code="37203")
    PracticeFactory(name="Elm Heart", zip_code="37401")

    assert found() == []


def test_a_switchboard_is_no_reason(db):
    for number in range(13):
        PracticeFactory(name=f"Place{number * 7919}", phone="6155550100")

    assert found() == []


def test_one_name_at_one_practice_is_a_pair(db):
    practice = PracticeFactory()
    for first in ("Nora", "N."):
        physician = PhysicianFactory(last_name="Adams", first_name=first)
        AffiliationFactory(physician=physician, practice=practice)

    assert found() == [(70, "Same last name and initial at the same practice")]


def test_two_first_names_with_one_initial_are_two_people(db):
    practice = PracticeFactory()
    for first in ("Nora", "Nicholas"):
        physician = PhysicianFactory(last_name="Adams", first_name=first)
        AffiliationFactory(physician=physician, practice=practice)

    assert found() == []


def test_name_specialty_and_zip_code_make_a_pair(db):
    for _ in range(2):
        physician = PhysicianFactory(
            last_name="Adams", first_name="Nora", specialty=SpecialtyFactory()
        )
        AffiliationFactory(physician=physician)

    assert found() == [(50, "Same name, specialty and ZIP code")]


def test_an_npi_with_a_wrong_check_digit_is_paired_with_the_right_one(db):
    right = npi_of(5)
    wrong = right[:9] + str((int(right[9]) + 1) % 10)
    for npi in (right, wrong):
        PhysicianFactory(npi=npi, last_name=f"Name {npi}")

    assert found() == [(90, f"The same NPI but for its check digit ({wrong}, {right})")]


def test_organizations_whose_names_differ_in_their_legal_form_are_a_pair(db):
    OrganizationFactory(name="Northern Health, Inc.")
    OrganizationFactory(name="Northern Health LLC")

    assert found() == [(60, "Same name")]


def test_a_dismissed_pair_stays_dismissed(db, manager):
    for _ in range(2):
        PracticeFactory(name="Elm Heart")
    found()
    duplicates.dismiss(duplicate=Duplicate.objects.get(), by=manager, at=timezone.now())

    found()

    assert Duplicate.objects.get().dismissed_by == manager
    assert not Duplicate.objects.open().exists()


def test_a_pair_that_is_no_longer_alike_goes(db):
    for _ in range(2):
        PracticeFactory(name="Elm Heart")
    found()
    Practice.objects.filter(pk=Practice.objects.last().pk).update(name="Oak")

    assert found() == []


def test_a_pair_is_hidden_where_one_of_it_is_out_of_sight(
    liaison, manager, north_practice, south_practice
):
    Duplicate.objects.create(
        kind="practice",
        first=min(north_practice.pk, south_practice.pk),
        second=max(north_practice.pk, south_practice.pk),
        likelihood=80,
        found_at=timezone.now(),
    )

    assert not Duplicate.objects.visible_to(liaison).exists()
    assert not duplicates.of(north_practice, liaison).exists()
    assert duplicates.of(north_practice, manager).exists()


def test_a_pair_whose_row_is_gone_is_shown_to_nobody(administrator):
    Duplicate.objects.create(
        kind="practice", first=1, second=2, likelihood=80, found_at=timezone.now()
    )

    assert not Duplicate.objects.visible_to(administrator).exists()


@pytest.mark.parametrize("pair", [(2, 1), (1, 1)])
def test_a_pair_is_in_order(db, pair):
    with pytest.raises(IntegrityError), transaction.atomic():
        Duplicate.objects.create(
            kind="practice",
            first=pair[0],
            second=pair[1],
            likelihood=80,
            found_at=timezone.now(),
        )
