import datetime as dt

import pytest

from outreach import call_cycles
from outreach.call_cycles import State
from outreach.models import Visit
from referrals.models import Physician
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)

TODAY = dt.date(2026, 3, 31)


def days_ago(days):
    return TODAY - dt.timedelta(days=days)


@pytest.fixture
def physician(db):
    return PhysicianFactory(tier="A", last_name="Amber")


@pytest.fixture
def meet():
    """`meet(physician, 12)`: a visit so many days before today."""

    def visit(physician, days, **fields):
        visit = VisitFactory(visited_on=days_ago(days), **fields)
        VisitAttendeeFactory(visit=visit, physician=physician)
        return visit

    return visit


def cycle_of(physician):
    (cycle,) = call_cycles.of_panel(Physician.objects.filter(pk=physician.pk), on=TODAY)
    return cycle


@pytest.mark.parametrize(
    ("tier", "days", "state"),
    [
        ("A", 0, State.ON_TRACK),
        ("A", 11, State.ON_TRACK),  # 11 of 14: below four fifths (11.2)
        ("A", 12, State.DUE_SOON),
        ("A", 14, State.DUE_SOON),
        ("A", 15, State.OVERDUE),
        ("B", 22, State.ON_TRACK),  # four fifths of 28 are 22.4
        ("B", 23, State.DUE_SOON),
        ("B", 28, State.DUE_SOON),
        ("B", 29, State.OVERDUE),
        ("C", 72, State.ON_TRACK),  # four fifths of 90 are 72: not above it
        ("C", 73, State.DUE_SOON),
        ("C", 90, State.DUE_SOON),
        ("C", 91, State.OVERDUE),
    ],
)
def test_state_turns_on_the_day_the_definition_says(db, meet, tier, days, state):
    physician = PhysicianFactory(tier=tier)
    meet(physician, days)

    assert cycle_of(physician).state is state


def test_nobody_met_yet_is_never(physician):
    cycle = cycle_of(physician)

    assert cycle.state is State.NEVER
    assert cycle.due_on is None
    assert cycle.reason == "A tier, every 14 days; no conversation yet"


def test_reason_says_rule_and_last_conversation(physician, meet):
    meet(physician, 31)

    cycle = cycle_of(physician)

    assert cycle.reason == "A tier, every 14 days; last conversation 31 days ago"
    assert cycle.due_on == days_ago(17)


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today"), (1, "yesterday"), (2, "2 days ago")]
)
def test_reason_speaks_of_days_as_people_do(physician, meet, days, words):
    meet(physician, days)

    assert cycle_of(physician).reason.endswith(f"last conversation {words}")


@pytest.mark.parametrize("kind", ["in_person", "virtual", "phone"])
def test_a_conversation_resets_the_clock(physician, meet, kind):
    meet(physician, 30)
    meet(physician, 3, kind=kind)

    assert cycle_of(physician).days_since == 3


@pytest.mark.parametrize("kind", ["drop_off", "event"])
def test_what_is_no_conversation_does_not_reset_it(physician, meet, kind):
    meet(physician, 30)
    meet(physician, 3, kind=kind)

    assert cycle_of(physician).days_since == 30


@pytest.mark.parametrize("status", ["planned", "cancelled", "no_show"])
def test_a_visit_that_was_not_held_does_not_reset_it(physician, meet, status):
    meet(physician, 3, status=status)

    assert cycle_of(physician).state is State.NEVER


def test_a_conversation_after_the_day_asked_for_does_not_count(physician, meet):
    meet(physician, -1)

    assert cycle_of(physician).state is State.NEVER


def test_a_colleagues_conversation_counts(physician, meet):
    meet(physician, 20)
    meet(physician, 5)

    assert cycle_of(physician).days_since == 5


@pytest.mark.parametrize("tier", ["D", ""])
def test_tier_d_and_no_tier_have_no_cycle(db, tier):
    PhysicianFactory(tier=tier)

    assert call_cycles.of_panel(Physician.objects.all(), on=TODAY) == []


def test_the_practices_tier_stands_in_for_a_missing_one(db):
    physician = PhysicianFactory(tier="")
    AffiliationFactory(physician=physician, practice=PracticeFactory(tier="B"))

    assert cycle_of(physician).tier == "B"


def test_the_physicians_own_tier_wins_over_the_practices(physician):
    AffiliationFactory(physician=physician, practice=PracticeFactory(tier="C"))

    assert cycle_of(physician).tier == "A"


def test_the_primary_practices_tier_wins_over_another(db):
    physician = PhysicianFactory(tier="")
    AffiliationFactory(
        physician=physician, practice=PracticeFactory(tier="A"), is_primary=False
    )
    AffiliationFactory(physician=physician, practice=PracticeFactory(tier="C"))

    assert cycle_of(physician).tier == "C"


def test_a_former_practice_lends_no_tier(db):
    physician = PhysicianFactory(tier="")
    AffiliationFactory(
        physician=physician,
        practice=PracticeFactory(tier="A"),
        effective_to=TODAY,
    )

    assert call_cycles.of_panel(Physician.objects.all(), on=TODAY) == []


def test_inactive_physicians_have_no_cycle(db):
    PhysicianFactory(tier="A", is_active=False)

    assert call_cycles.of_panel(Physician.objects.all(), on=TODAY) == []


def test_due_ranks_overdue_then_never_then_due_soon(db, meet):
    soon = PhysicianFactory(tier="A", last_name="Soon")
    meet(soon, 13)
    PhysicianFactory(tier="B", last_name="Never")
    late = PhysicianFactory(tier="B", last_name="Late")
    meet(late, 42)  # one and a half intervals
    later = PhysicianFactory(tier="A", last_name="Later")
    meet(later, 28)  # two intervals
    fine = PhysicianFactory(tier="A", last_name="Fine")
    meet(fine, 1)

    due = call_cycles.due(Physician.objects.all(), on=TODAY)

    names = [cycle.physician.last_name for cycle in due]
    assert names == ["Later", "Late", "Never", "Soon"]


def test_who_is_planned_is_not_due(physician, meet):
    meet(physician, -2, status=Visit.Status.PLANNED)

    assert call_cycles.due(Physician.objects.all(), on=TODAY) == []
    assert cycle_of(physician).planned_on == days_ago(-2)


def test_a_plan_that_was_missed_leaves_the_physician_due(physician, meet):
    meet(physician, 2, status=Visit.Status.PLANNED)

    assert len(call_cycles.due(Physician.objects.all(), on=TODAY)) == 1


def test_a_panel_is_five_queries(db, meet, django_assert_num_queries):
    for place in range(20):
        meet(PhysicianFactory(tier="A"), place)

    with django_assert_num_queries(5):
        cycles = call_cycles.due(Physician.objects.all(), on=TODAY)

    assert len(cycles) == 8  # of days 0 to 19, those from 12 on
