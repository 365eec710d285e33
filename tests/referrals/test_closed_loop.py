"""Norms, groups, transitions and the line of clocks."""

import datetime as dt

import pytest

from referrals import closed_loop, worklist
from referrals.closed_loop import Group, Norm
from referrals.models import Referral
from tests.factories.referrals import ReferralFactory

Status = Referral.Status
# Monday, 2 March 2026.
MONDAY = dt.date(2026, 3, 2)


def day(number):
    return MONDAY + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("waited", "norm"),
    [(0, "in_time"), (2, "in_time"), (3, "due"), (4, "due"), (5, "breached")],
)
def test_an_answer_has_two_business_days_and_two_of_grace(waited, norm):
    found = closed_loop.norm_of(Group.ANSWER, "consult", MONDAY, day(waited))

    assert found == norm


def test_a_weekend_is_no_business_day():
    friday, following_thursday = day(4), day(10)

    found = closed_loop.norm_of(Group.ANSWER, "consult", friday, following_thursday)

    assert found == Norm.DUE


@pytest.mark.parametrize(("waited", "norm"), [(5, "in_time"), (6, "breached")])
def test_a_report_has_five_days_after_the_visit(waited, norm):
    found = closed_loop.norm_of(Group.REPORT, "consult", MONDAY, day(waited))

    assert found == norm


def test_a_transfer_has_no_norm_in_days():
    assert closed_loop.norm_of(Group.ANSWER, "transfer", MONDAY, day(30)) is None


@pytest.mark.parametrize("number", range(14))
def test_the_counted_breaches_are_those_that_wear_the_badge(number):
    on = day(number + 20)
    limit = closed_loop.received_before_breach(on)

    for waited in range(12):
        since = on - dt.timedelta(days=waited)
        norm = closed_loop.norm_of(Group.ANSWER, "consult", since, on)
        assert (since < limit) == (norm == Norm.BREACHED)


def test_every_open_status_waits_for_something():
    waiting = [
        status for statuses in closed_loop.GROUPS.values() for status in statuses
    ]

    assert sorted(waiting) == sorted(set(Status) - set(Referral.ENDS))


def test_every_status_leads_somewhere_and_no_transition_to_nowhere():
    assert set(closed_loop.TRANSITIONS) == set(Status)
    assert all(set(after) <= set(Status) for after in closed_loop.TRANSITIONS.values())


@pytest.mark.django_db
def test_the_tabs_count_waiting_and_breached_in_one_query(
    django_assert_num_queries,
):
    ReferralFactory(received_on=MONDAY)
    ReferralFactory(received_on=MONDAY, kind="transfer")
    ReferralFactory(received_on=day(7), status="incomplete")
    ReferralFactory(status="seen", seen_at=dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC))
    ReferralFactory(status="closed")

    with django_assert_num_queries(1):
        tabs = worklist.tabs(Referral.objects.open(), on=day(8))

    assert [(tab.count, tab.breached) for tab in tabs] == [
        (3, 1),
        (0, 0),
        (0, 0),
        (1, 1),
        (0, 0),
    ]


@pytest.mark.django_db
def test_the_line_of_clocks_names_the_end_and_the_days_between():
    referral = ReferralFactory(
        received_on=MONDAY,
        status=Status.DECLINED,
        acknowledged_at=dt.datetime(2026, 3, 4, 18, tzinfo=dt.UTC),
        closed_at=dt.datetime(2026, 3, 9, 18, tzinfo=dt.UTC),
    )

    steps = {step.label: step for step in closed_loop.steps_of(referral)}

    assert steps["Acknowledged"].days == 2
    assert steps["Declined"].days == 5
    assert steps["Declined"].is_current
    assert steps["Seen"].at is None
