import datetime as dt

import pytest

from liaison_crm.lib.periods import Period
from outreach.models import Task, Visit
from referrals.models import Referral
from reports.metrics import activity
from reports.metrics.activity import Conversion, Move, Work
from tests.factories.outreach import TaskFactory, VisitFactory
from tests.factories.referrals import PhysicianFactory, ReferralFactory

DAY = dt.date(2026, 3, 2)
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))


def received(day, *, seen=None, number=1, **fields):
    at = seen and dt.datetime.combine(seen, dt.time(18), tzinfo=dt.UTC)
    return [
        ReferralFactory(received_on=day, seen_at=at, **fields) for _ in range(number)
    ]


def test_the_first_day_of_a_period_counts_and_its_end_does_not(db):
    for day in (dt.date(2026, 2, 28), MARCH.start, dt.date(2026, 3, 31), MARCH.end):
        received(day)

    assert activity.received(Referral.objects.all(), MARCH) == 2


def test_conversion_counts_who_was_seen_within_thirty_days(db):
    received(DAY, seen=DAY)
    received(DAY, seen=DAY + dt.timedelta(days=30))
    received(DAY, seen=DAY + dt.timedelta(days=31))
    received(DAY)

    found = activity.conversion(Referral.objects.all(), MARCH)

    assert found == Conversion(received=4, seen=2)
    assert found.rate == 0.5


def test_conversion_of_nothing_is_no_data():
    assert Conversion(0, 0).rate is None


def test_work_counts_held_visits_and_tasks_by_person(liaison, south_liaison):
    VisitFactory(liaison=liaison, visited_on=DAY)
    VisitFactory(liaison=liaison, visited_on=DAY, status=Visit.Status.PLANNED)
    VisitFactory(liaison=liaison, visited_on=MARCH.end)
    TaskFactory(owner=south_liaison, due_on=DAY)
    TaskFactory(owner=south_liaison, due_on=DAY + dt.timedelta(days=1))
    TaskFactory(
        owner=liaison, done_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC), due_on=DAY
    )

    found = activity.work(
        Visit.objects.all(),
        Task.objects.all(),
        MARCH,
        on=DAY + dt.timedelta(days=1),
    )

    assert found == [
        Work(liaison.pk, "Lea Liaison", 1, 0, 0),
        Work(south_liaison.pk, "Sid Southern", 0, 2, 1),
    ]


@pytest.fixture
def movers(db):
    """One physician fell from 12 to 2 between two spans of 8 weeks, one rose."""
    falling, rising, steady = PhysicianFactory.create_batch(3)
    before, after = DAY - dt.timedelta(days=57), DAY - dt.timedelta(days=56)
    for physician, first, second in ((falling, 12, 2), (rising, 1, 3), (steady, 2, 2)):
        received(before, number=first, referring_physician=physician)
        received(after, number=second, referring_physician=physician)
    return falling, rising


def test_moves_compare_eight_weeks_with_the_eight_before(movers):
    falling, rising = movers

    falls, rises = activity.moves(Referral.objects.all(), on=DAY)

    assert falls == [Move(falling.pk, 12, 2)]
    assert rises == [Move(rising.pk, 1, 3)]


def test_moves_leave_out_today_and_what_is_too_old(movers):
    falling, _ = movers
    received(DAY, number=9, referring_physician=falling)
    received(DAY - dt.timedelta(days=113), number=9, referring_physician=falling)

    assert activity.moves(Referral.objects.all(), on=DAY)[0][0].difference == -10


def test_small_moves_can_be_left_out(movers):
    assert activity.moves(Referral.objects.all(), on=DAY, least=11) == ([], [])
