"""Pauses stop the clock of a call cycle; intervals are a setting."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from outreach import call_cycles, pauses
from outreach.call_cycles import State
from outreach.models import CallCycleSettings, CallPause
from outreach.services import KeyTaken
from referrals.models import Physician
from tests.factories.accounts import UserFactory
from tests.factories.outreach import (
    CallPauseFactory,
    VisitAttendeeFactory,
    VisitFactory,
)
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)

TODAY = dt.date(2026, 3, 31)

pytestmark = pytest.mark.django_db


def day(number):
    return dt.date(2026, 3, number)


@pytest.fixture
def physician():
    """Of tier A, every 14 days; spoken with on March 10."""
    physician = PhysicianFactory(tier="A")
    visit = VisitFactory(visited_on=day(10))
    VisitAttendeeFactory(visit=visit, physician=physician)
    return physician


def cycle_of(physician, on=TODAY):
    (cycle,) = call_cycles.of_panel(Physician.objects.filter(pk=physician.pk), on=on)
    return cycle


def paused(starts_on, ends_on, **of):
    return CallPauseFactory(
        starts_on=starts_on, ends_on=ends_on, **({"practice": None} | of)
    )


def test_a_pause_stops_the_clock(physician):
    """21 days since March 10; March 15 to 21 are 7 of them: 14 count, in time."""
    assert cycle_of(physician).state is State.OVERDUE

    paused(day(15), day(22), physician=physician)

    cycle = cycle_of(physician)
    assert (cycle.days_since, cycle.state) == (14, State.DUE_SOON)
    assert cycle.due_on == TODAY
    assert cycle.reason.endswith("last conversation 21 days ago, 7 of them paused")


def test_days_paused_twice_are_taken_out_once(physician):
    """March 15 to 21 and 18 to 23: nine days. The day of the visit never counts."""
    paused(day(15), day(22), physician=physician)
    paused(day(18), day(24), physician=physician)
    paused(day(1), day(11), physician=physician)

    assert cycle_of(physician).days_since == 12


def test_a_closed_main_practice_pauses_its_physicians(physician):
    main, other = PracticeFactory(), PracticeFactory()
    AffiliationFactory(physician=physician, practice=main, is_primary=True)
    AffiliationFactory(physician=physician, practice=other, is_primary=False)

    paused(day(20), day(24), practice=other)
    assert cycle_of(physician).days_since == 21

    paused(day(20), day(24), practice=main)
    assert cycle_of(physician).days_since == 17


def test_while_a_pause_runs_nobody_is_due(physician):
    everybody = Physician.objects.all()
    assert [cycle.physician for cycle in call_cycles.due(everybody, on=TODAY)]

    paused(day(31), dt.date(2026, 4, 10), physician=physician)
    paused(dt.date(2026, 4, 10), dt.date(2026, 4, 12), physician=physician)

    assert call_cycles.due(everybody, on=TODAY) == []
    assert cycle_of(physician).paused_until == dt.date(2026, 4, 12)
    assert "paused until Apr 12, 2026" in cycle_of(physician).reason
    assert call_cycles.due(everybody, on=dt.date(2026, 4, 12))


def test_a_pause_to_come_changes_nothing_today(physician):
    paused(dt.date(2026, 4, 2), dt.date(2026, 4, 10), physician=physician)

    assert cycle_of(physician).state is State.OVERDUE
    assert cycle_of(physician).paused_until is None


def test_an_interval_that_was_set_holds_from_then_on(physician, manager):
    settings = CallCycleSettings(a_days=30, b_days=None, c_days=90, d_days=365)
    pauses.save_settings(settings=settings, by=manager)

    assert call_cycles.intervals() == {"A": 30, "C": 90, "D": 365}
    assert (cycle_of(physician).state, cycle_of(physician).interval) == (
        State.ON_TRACK,
        30,
    )
    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert event.detail == {"tier A": 30, "tier C": 90, "tier D": 365}


def test_who_is_of_a_tier_without_interval_has_no_cycle(physician, manager):
    settings = CallCycleSettings(a_days=None, b_days=28, c_days=90, d_days=None)
    pauses.save_settings(settings=settings, by=manager)

    assert call_cycles.of_panel(Physician.objects.all(), on=TODAY) == []


def test_ended_a_pause_counts_from_that_day_on(physician):
    running = paused(day(20), dt.date(2026, 4, 10), physician=physician)
    ahead = paused(dt.date(2026, 4, 20), dt.date(2026, 4, 22), physician=physician)

    for pause in (running, ahead):
        pauses.end(pause=pause, on=TODAY)

    running.refresh_from_db()
    assert running.ends_on == TODAY
    assert not CallPause.objects.filter(pk=ahead.pk).exists()


def test_a_key_of_somebody_else_is_taken(physician, liaison):
    told = {"starts_on": day(1), "ends_on": day(2), "reason": "Leave"}
    key = "00000000-0000-0000-0000-000000000009"
    first = pauses.pause(**told, physician=physician, key=key, by=liaison)

    assert pauses.pause(**told, physician=physician, key=key, by=liaison) == first
    with pytest.raises(KeyTaken):
        pauses.pause(**told, physician=physician, key=key, by=UserFactory())


@pytest.mark.parametrize(
    "broken",
    [
        {"practice": None},
        {"ends_on": dt.date(2026, 3, 2)},
        {"physician": "both"},
    ],
)
def test_the_database_refuses_a_pause_of_nobody_of_two_or_of_no_day(broken, physician):
    if "physician" in broken:
        broken = {"physician": physician}
    with pytest.raises(IntegrityError), transaction.atomic():
        CallPauseFactory(**broken)


@pytest.mark.parametrize("broken", [{"pk": 2}, {"pk": 1, "a_days": 0}])
def test_the_database_refuses_two_settings_and_intervals_of_no_day(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        CallCycleSettings.objects.create(**broken)
