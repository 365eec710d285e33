"""In which territory a referrer practised on the day, by hand."""

import datetime as dt

import pytest

from accounts.models import Territory, TerritoryZip
from referrals.models import Affiliation, Practice, TerritoryException
from reports.metrics.leakage import Stay
from reports.services import stays
from tests.factories.accounts import TerritoryZipFactory
from tests.factories.referrals import AffiliationFactory, PracticeFactory

pytestmark = pytest.mark.django_db
MARCH, JUNE, JULY = dt.date(2026, 3, 1), dt.date(2026, 6, 1), dt.date(2026, 7, 1)
BEGINNING = TerritoryZip._meta.get_field("starts_on").default


def names():
    return dict(Territory.objects.values_list("pk", "name"))


def now():
    practices = Practice.objects.all()
    return stays.now(practices, stays.seats(practices, on=JUNE), names=names(), on=JUNE)


def then():
    return stays.then(Practice.objects.all(), names=names())


@pytest.fixture
def referrer(north, north_practice):
    """Works at the northern practice since ever; the only affiliation there is."""
    affiliation = AffiliationFactory(practice=north_practice, effective_from=None)
    return affiliation.physician.npi


def move_to(territory, day):
    TerritoryZip.objects.filter(zip_code="37203").update(ends_on=day)
    TerritoryZipFactory(territory=territory, zip_code="37203", starts_on=day)


def test_a_territory_holds_until_the_day_its_zip_code_goes_elsewhere(referrer, south):
    move_to(south, MARCH)

    assert then() == [
        Stay(referrer, "North", BEGINNING, MARCH),
        Stay(referrer, "South", MARCH, None),
    ]


def test_that_of_now_holds_for_all_days(referrer, south):
    move_to(south, MARCH)

    assert now() == [Stay(referrer, "South", None, None)]


def test_an_exception_stands_before_the_zip_code_on_its_days(
    referrer, north_practice, south
):
    TerritoryException.objects.create(
        practice=north_practice, territory=south, starts_on=JUNE, ends_on=JULY
    )

    assert then() == [
        Stay(referrer, "North", BEGINNING, JUNE),
        Stay(referrer, "South", JUNE, JULY),
        Stay(referrer, "North", JULY, None),
    ]


def test_who_moves_to_another_practice_takes_the_days_since_along(
    referrer, south, south_practice
):
    old = Affiliation.objects.get(physician__npi=referrer)
    Affiliation.objects.update(effective_to=MARCH)
    AffiliationFactory(
        physician=old.physician, practice=south_practice, effective_from=JUNE
    )

    assert then() == [
        Stay(referrer, "North", BEGINNING, MARCH),
        Stay(referrer, "South", JUNE, None),
    ]


def test_the_primary_practice_counts_where_there_are_two(
    referrer, south, south_practice
):
    old = Affiliation.objects.get(physician__npi=referrer)
    Affiliation.objects.update(is_primary=False)
    AffiliationFactory(
        physician=old.physician,
        practice=south_practice,
        effective_from=None,
        is_primary=True,
    )

    assert then() == [Stay(referrer, "South", BEGINNING, None)]


def test_no_territory_is_no_stay(referrer):
    TerritoryZip.objects.all().delete()

    assert then() == []
    assert now() == []


def test_a_territory_that_is_not_named_to_the_viewer_is_elsewhere(referrer, north):
    found = stays.then(Practice.objects.all(), names={})

    assert {stay.territory for stay in found} == {"Elsewhere"}


def test_many_referrers_cost_no_more_queries(
    referrer, north, django_assert_num_queries
):
    for practice in PracticeFactory.create_batch(3, zip_code="37203"):
        AffiliationFactory(practice=practice)

    known = names()

    with django_assert_num_queries(4):
        stays.then(Practice.objects.all(), names=known)


def counties():
    return stays.counties(stays.seats(Practice.objects.all(), on=JUNE))


def test_the_county_is_that_of_the_primary_practice_of_the_day(referrer):
    old = Affiliation.objects.get(physician__npi=referrer)
    AffiliationFactory(
        physician=old.physician,
        practice=PracticeFactory(zip_code="37402"),
        effective_from=None,
        is_primary=False,
    )

    assert counties() == {referrer: "47037"}  # 37203 is Nashville, in Davidson

    Affiliation.objects.filter(pk=old.pk).update(effective_to=JUNE)

    assert counties() == {referrer: "47065"}  # 37402 is Chattanooga, in Hamilton


@pytest.mark.parametrize("zip_code", ["00000", ""])
def test_a_zip_code_without_a_known_middle_has_no_county(
    referrer, north_practice, zip_code
):
    Practice.objects.filter(pk=north_practice.pk).update(zip_code=zip_code)

    assert counties() == {}
