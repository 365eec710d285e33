"""Practices against their ZIP codes: which days are whose, who is told, who may."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Notification, User
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import Change, Practice, TerritoryException
from referrals.services import exceptions
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
)
from tests.factories.referrals import PracticeFactory, TerritoryExceptionFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def day(number):
    return TODAY + dt.timedelta(number)


def said(number):
    return f"{day(number):%b} {day(number).day}, {day(number).year}"


@pytest.fixture
def excepted(manager, north_practice):
    """`excepted(south, 0, 9)`: from today, for nine days."""

    def excepted(territory, first=0, last=None, **change):
        exceptions.except_practices(
            **{
                "practices": [north_practice],
                "territory": territory,
                "starts_on": day(first),
                "ends_on": None if last is None else day(last),
                "reason": "Asked us",
                "by": manager,
                "at": timezone.now(),
            }
            | change
        )

    return excepted


def spans():
    """(territory, first day, day after the last) of all there are, by their days."""
    rows = TerritoryException.objects.order_by("starts_on")
    return [
        (
            one.territory.name,
            (one.starts_on - TODAY).days,
            one.ends_on and (one.ends_on - TODAY).days,
        )
        for one in rows.select_related("territory")
    ]


def texts_of(user):
    return [one.text for one in Notification.objects.visible_to(user)]


def test_from_the_day_on_the_practice_is_anothers(
    excepted, north_practice, south, liaison, south_liaison
):
    excepted(south)

    assert north_practice not in Practice.objects.visible_to(liaison)
    assert north_practice in Practice.objects.visible_to(south_liaison)


@pytest.mark.parametrize(
    ("stood", "asked", "left"),
    [
        # What stood, what is asked for South, what stands then. Today is 0.
        ((-9, None), (3, None), [("North", -9, 3), ("South", 3, None)]),
        ((-9, None), (3, 5), [("North", -9, 3), ("South", 3, 5), ("North", 5, None)]),
        ((-9, 4), (3, 5), [("North", -9, 3), ("South", 3, 5)]),
        ((2, 9), (3, 5), [("North", 2, 3), ("South", 3, 5), ("North", 5, 9)]),
        ((3, 5), (3, 5), [("South", 3, 5)]),
        ((4, None), (3, None), [("South", 3, None)]),
        ((7, 9), (3, 5), [("South", 3, 5), ("North", 7, 9)]),
        ((5, 9), (3, 5), [("South", 3, 5), ("North", 5, 9)]),
        ((-9, -3), (0, None), [("North", -9, -3), ("South", 0, None)]),
    ],
)
def test_what_stood_gives_way_on_these_days_and_goes_on_after_them(
    excepted, north_practice, north, south, stood, asked, left
):
    TerritoryExceptionFactory(
        practice=north_practice,
        territory=north,
        starts_on=day(stood[0]),
        ends_on=None if stood[1] is None else day(stood[1]),
    )

    excepted(south, *asked)

    assert spans() == left


def test_days_that_are_over_stay_as_they_were(excepted, south):
    with pytest.raises(exceptions.Refused, match="over stay"):
        excepted(south, -1)

    assert spans() == []


def test_ending_keeps_what_was_until_then(excepted, north_practice, south):
    TerritoryExceptionFactory(
        practice=north_practice, territory=south, starts_on=day(-9)
    )

    excepted(None, 2)

    assert spans() == [("South", -9, 2)]


def test_who_gains_and_who_loses_is_told_with_the_name(
    excepted, liaison, south_liaison, south
):
    excepted(south, 3, 8)

    start = f"From {said(3)} until {said(8)}, against the ZIP code"
    assert texts_of(liaison) == [f"{start}: North loses North Clinic."]
    assert texts_of(south_liaison) == [f"{start}: South gains North Clinic."]


def test_the_end_is_told_to_both(
    excepted, north_practice, liaison, south_liaison, south
):
    TerritoryExceptionFactory(practice=north_practice, territory=south)

    excepted(None)

    start = f"From {said(0)}, by the ZIP code again"
    assert texts_of(liaison) == [f"{start}: North gains North Clinic."]
    assert texts_of(south_liaison) == [f"{start}: South loses North Clinic."]


def test_several_are_told_as_a_number(
    excepted, north_practice, liaison, south_liaison, south
):
    more = PracticeFactory.create_batch(3, zip_code="37203")

    excepted(south, practices=[north_practice, *more])

    assert texts_of(liaison)[0].endswith("North loses 4 practices.")
    assert texts_of(south_liaison)[0].endswith("South gains 4 practices.")


def test_what_changes_nothing_that_day_is_told_to_nobody(
    excepted, liaison, south_liaison, north
):
    excepted(north)

    assert spans() == [("North", 0, None)]
    assert not Notification.objects.exists()


def test_it_goes_into_the_journal(excepted, manager, south):
    excepted(south)

    kept = Change.objects.get(model="referrals.territoryexception")
    assert (kept.before, kept.by) == (None, manager)


@pytest.fixture
def beside(region):
    """A territory of another region, which the manager does not see."""
    territory = TerritoryFactory(name="Elsewhere")
    TerritoryZipFactory(territory=territory, zip_code="38101")
    return territory


def test_no_practice_goes_to_a_territory_that_is_not_ones_own(
    excepted, north_practice, beside, liaison
):
    with pytest.raises(exceptions.NotYours, match="North Clinic") as raised:
        excepted(beside)

    assert "Elsewhere" not in str(raised.value)
    assert spans() == []
    assert texts_of(liaison) == []


def test_a_practice_of_ones_own_node_is_not_ones_to_move(
    excepted, region, south, north_practice
):
    """Who works a node moves what lies below it, not what is the node's own."""
    TerritoryExceptionFactory(practice=north_practice, territory=region)

    with pytest.raises(exceptions.NotYours):
        excepted(south)


def test_an_end_that_would_give_a_practice_to_another_region_is_refused(
    excepted, beside, south
):
    foreign = PracticeFactory(name="Lent Clinic", zip_code="38101")
    TerritoryExceptionFactory(practice=foreign, territory=south)

    with pytest.raises(exceptions.NotYours):
        excepted(None, practices=[foreign])

    assert spans()[0][2] is None


def test_a_practice_lent_to_ones_region_goes_on_within_it(
    excepted, beside, north, south
):
    foreign = PracticeFactory(name="Lent Clinic", zip_code="38101")
    TerritoryExceptionFactory(practice=foreign, territory=south, starts_on=day(-9))

    excepted(north, practices=[foreign])

    assert spans() == [("South", -9, 0), ("North", 0, None)]


def test_a_day_to_come_on_which_it_would_be_anothers_counts_as_well(
    excepted, north_practice, beside, south
):
    """North's today, another region's in a week: not to be taken from it."""
    TerritoryExceptionFactory(
        practice=north_practice, territory=beside, starts_on=day(7)
    )

    with pytest.raises(exceptions.NotYours):
        excepted(south)

    excepted(south, 0, 7)
    assert spans() == [("South", 0, 7), ("Elsewhere", 7, None)]


def test_an_administrator_moves_between_regions(excepted, administrator, beside):
    excepted(beside, by=administrator)

    assert spans() == [("Elsewhere", 0, None)]


def test_the_second_of_two_editors_is_told(
    manager, administrator, north_practice, north, south
):
    seen = exceptions.state_of(north_practice)
    change = {"starts_on": TODAY, "reason": "Asked us", "at": timezone.now()}

    def ask(territory, by):
        exceptions.except_practice(
            practice=north_practice, seen=seen, territory=territory, by=by, **change
        )

    ask(south, manager)
    with pytest.raises(ChangedMeanwhile):
        ask(north, administrator)

    assert spans() == [("South", 0, None)]


def test_the_audit_tells_before_and_after(manager, north_practice, south):
    exceptions.except_practice(
        practice=north_practice,
        seen=exceptions.state_of(north_practice),
        territory=south,
        starts_on=TODAY,
        reason="Asked us",
        by=manager,
        at=timezone.now(),
    )

    event = AuditEvent.objects.get(action=AuditEvent.Action.EXCEPTION_CHANGED)
    assert event.detail == {
        "before": [],
        "after": [{"territory": "South", "from": TODAY.isoformat(), "until": None}],
        "reason": "Asked us",
    }


def test_many_practices_cost_a_fixed_number_of_queries(
    manager, north, south, django_assert_max_num_queries
):
    practices = PracticeFactory.create_batch(30, zip_code="37203")
    TerritoryAssignmentFactory(
        user=UserFactory(role=User.Role.LIAISON), territory=north
    )

    with django_assert_max_num_queries(16):
        exceptions.except_practices(
            practices=practices,
            territory=south,
            starts_on=TODAY,
            by=manager,
            at=timezone.now(),
        )
