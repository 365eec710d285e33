"""Specialists to be found."""

import datetime as dt

import pytest
from django.utils import timezone

from referrals.specialists.criteria import Criteria
from referrals.specialists.search import search
from tests.factories.referrals import (
    AffiliationFactory,
    AvailabilityFactory,
    PhysicianFactory,
    PracticeFactory,
    SpecialistProfileFactory,
)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def franklin(db):
    return PracticeFactory(
        name="Franklin Joint Center", city="Franklin", zip_code="37064"
    )


@pytest.fixture
def memphis(db):
    return PracticeFactory(name="River Clinic", city="Memphis", zip_code="38103")


@pytest.fixture
def made(db, today):
    """`made("Knox", practice, in_days=3, terms=[...])`: a specialist of ours."""

    def make(
        name, *practices, in_days=None, checked_days_ago=0, specialty=None, **fields
    ):
        physician = PhysicianFactory(last_name=name, specialty=specialty)
        for practice in practices:
            AffiliationFactory(physician=physician, practice=practice)
        profile = SpecialistProfileFactory(physician=physician, **fields)
        if in_days is not None:
            AvailabilityFactory(
                profile=profile,
                practice=practices[0],
                next_available_on=today + dt.timedelta(days=in_days),
                checked_at=timezone.now() - dt.timedelta(days=checked_days_ago),
            )
        return profile

    return make


@pytest.fixture
def found(today):
    """`found(what=("knee",))`: last names, best first."""

    def names(**criteria):
        answer = search(Criteria(**criteria), on=today)
        return [one.name[0] for one in answer.found]

    return names
