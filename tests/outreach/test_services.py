import datetime as dt
import uuid

import pytest

from outreach import services
from outreach.models import Task, Topic, Visit
from outreach.services import Met, NextStep
from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)
from tests.factories.referrals import PhysicianFactory

DAY = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


@pytest.fixture
def new_visit(north_practice):
    """`new_visit(purpose="...")`: not saved yet."""

    def build(**fields):
        return Visit(
            practice=north_practice,
            visited_on=DAY,
            outcome=Visit.Outcome.POSITIVE,
            **fields,
        )

    return build


@pytest.fixture
def planned_visit(liaison, north_practice, north_physician):
    visit = VisitFactory(
        liaison=liaison,
        practice=north_practice,
        status=Visit.Status.PLANNED,
        visited_on=DAY,
        outcome="",
        purpose="Introduce the new clinic",
    )
    VisitAttendeeFactory(visit=visit, physician=north_physician)
    return visit


def test_logging_keeps_people_topics_and_promises(liaison, new_visit, north_physician):
    visit = services.log_visit(
        visit=new_visit(),
        met=Met([north_physician], ["Dana"], ["Access"]),
        next_steps=[NextStep("Send the form", DAY + dt.timedelta(days=7))],
        by=liaison,
    )

    task = Task.objects.get()
    assert visit.liaison == liaison
    assert visit.status == Visit.Status.HELD
    assert visit.met == "Nora Northrup, MD, Dana"
    assert [topic.name for topic in visit.topics.all()] == ["Access"]
    assert (task.owner, task.visit, task.practice) == (liaison, visit, visit.practice)
    assert task.due_on == dt.date(2026, 3, 9)


def test_the_same_uid_logged_again_is_the_first_visit(liaison, new_visit):
    uid = uuid.uuid4()
    first = services.log_visit(
        visit=new_visit(uid=uid, notes="first"), met=Met(), by=liaison
    )

    second = services.log_visit(
        visit=new_visit(uid=uid, notes="second"),
        met=Met(),
        next_steps=[NextStep("Call", DAY)],
        by=liaison,
    )

    assert second == first
    assert Visit.objects.get().notes == "first"
    assert not Task.objects.exists()


def test_a_uid_of_somebody_else_is_refused(liaison, south_visit, new_visit):
    with pytest.raises(services.KeyTaken):
        services.log_visit(visit=new_visit(uid=south_visit.uid), met=Met(), by=liaison)

    assert Visit.objects.get() == south_visit


def test_logging_closes_the_stop_it_fulfils(
    liaison, new_visit, planned_visit, north_physician
):
    visit = services.log_visit(
        visit=new_visit(notes="Went well"), met=Met([north_physician]), by=liaison
    )

    saved = Visit.objects.get()
    assert visit.pk == saved.pk == planned_visit.pk
    assert saved.status == Visit.Status.HELD
    assert saved.notes == "Went well"
    assert saved.purpose == "Introduce the new clinic"
    assert saved.version == planned_visit.version + 1
    assert saved.created_at == planned_visit.created_at
    assert list(saved.physicians.all()) == [north_physician]


def test_a_stop_fulfilled_by_a_log_sent_twice_stays_one_visit(
    liaison, new_visit, planned_visit, north_physician
):
    uid = uuid.uuid4()

    for _ in range(2):
        services.log_visit(
            visit=new_visit(uid=uid), met=Met([north_physician]), by=liaison
        )

    assert Visit.objects.get().pk == planned_visit.pk


def test_a_stop_for_another_person_stays_planned(liaison, new_visit, planned_visit):
    services.log_visit(visit=new_visit(), met=Met([PhysicianFactory()]), by=liaison)

    planned_visit.refresh_from_db()
    assert planned_visit.is_planned
    assert Visit.objects.count() == 2


def test_a_colleagues_stop_stays_planned(
    manager, new_visit, planned_visit, north_physician
):
    services.log_visit(visit=new_visit(), met=Met([north_physician]), by=manager)

    planned_visit.refresh_from_db()
    assert planned_visit.is_planned


def test_topics_are_found_however_they_are_capitalised(liaison, new_visit):
    topic = Topic.objects.create(name="Access")

    services.log_visit(visit=new_visit(), met=Met(topics=["ACCESS"]), by=liaison)

    assert Topic.objects.get() == topic


def test_holding_a_stop_keeps_its_liaison(manager, planned_visit, north_physician):
    visit = services.hold_visit(
        visit=planned_visit, met=Met([north_physician]), by=manager
    )

    visit.refresh_from_db()
    assert visit.is_held
    assert visit.updated_by == manager
    assert visit.liaison.name == "Lea Liaison"


def test_holding_twice_promises_once(liaison, planned_visit):
    for _ in range(2):
        services.hold_visit(
            visit=Visit.objects.get(pk=planned_visit.pk),
            met=Met(),
            next_steps=[NextStep("Call", DAY)],
            by=liaison,
        )

    assert Task.objects.count() == 1


def test_a_cancelled_visit_cannot_be_held(liaison, planned_visit):
    services.cancel_visit(
        visit=Visit.objects.get(pk=planned_visit.pk), reason="Snow", by=liaison
    )

    with pytest.raises(services.NotPlanned):
        services.hold_visit(visit=planned_visit, met=Met(), by=liaison)

    assert Visit.objects.get().status == Visit.Status.CANCELLED


def test_an_ended_plan_keeps_its_first_reason(liaison, planned_visit):
    for reason in ("Nobody there", "again"):
        services.miss_visit(visit=planned_visit, reason=reason, by=liaison)

    visit = Visit.objects.get()
    assert visit.status == Visit.Status.NO_SHOW
    assert visit.end_reason == "Nobody there"


def test_a_held_visit_cannot_be_cancelled(liaison, north_visit):
    with pytest.raises(services.NotPlanned):
        services.cancel_visit(visit=north_visit, reason="Oops", by=liaison)

    north_visit.refresh_from_db()
    assert north_visit.is_held


def test_editing_replaces_who_was_met(liaison, north_visit, north_physician):
    gone = VisitAttendeeFactory(visit=north_visit)
    VisitAttendeeFactory(visit=north_visit, physician=None, staff_name="Dana")
    VisitAttendeeFactory(visit=north_visit, physician=None, staff_name="Kim")

    services.edit_visit(
        visit=north_visit,
        met=Met([north_physician], ["Kim", "Lee"]),
        version=1,
        by=liaison,
    )

    names = {str(attendee) for attendee in north_visit.attendees.all()}
    assert names == {str(north_physician), "Kim", "Lee"}
    assert str(gone.physician) not in names
    assert north_visit.version == 2


def test_the_second_editor_writes_nothing(liaison, manager, north_visit):
    stale = Visit.objects.get(pk=north_visit.pk)
    north_visit.notes = "Mine"
    services.edit_visit(visit=north_visit, met=Met(), version=1, by=liaison)
    stale.notes = "Yours"

    with pytest.raises(services.EditedMeanwhile) as refused:
        services.edit_visit(visit=stale, met=Met(), version=1, by=manager)

    assert refused.value.visit.notes == "Mine"
    assert Visit.objects.get().notes == "Mine"


def test_a_task_done_twice_keeps_the_first_moment(liaison, task):
    services.complete_task(task=task, at=NOON, by=liaison)
    services.complete_task(task=task, at=NOON + dt.timedelta(days=1), by=liaison)

    task.refresh_from_db()
    assert task.done_at == NOON


def test_a_task_can_be_opened_again(liaison, task):
    services.complete_task(task=task, at=NOON, by=liaison)

    services.reopen_task(task=task, by=liaison)

    assert not Task.objects.get().is_done


def test_a_colleagues_task_stays_open(liaison):
    task = TaskFactory()

    services.complete_task(task=task, at=NOON, by=liaison)

    assert not Task.objects.get().is_done


def test_a_fulfilled_stop_keeps_what_is_not_told_anew(
    liaison, new_visit, planned_visit, north_physician
):
    planned_visit.source, planned_visit.external_id = "Old CRM", "V-7"
    planned_visit.notes = "Bring the brochure"
    planned_visit.save()

    services.log_visit(visit=new_visit(), met=Met([north_physician]), by=liaison)

    saved = Visit.objects.get()
    assert (saved.source, saved.external_id) == ("Old CRM", "V-7")
    assert saved.notes == "Bring the brochure"


def test_holding_a_stop_that_was_changed_meanwhile_counts_versions_on(
    liaison, planned_visit
):
    opened = Visit.objects.get()
    services.edit_visit(
        visit=planned_visit, met=Met(), version=planned_visit.version, by=liaison
    )

    held = services.hold_visit(visit=opened, met=Met(), by=liaison)

    assert Visit.objects.get().version == held.version == 3


def test_a_stop_taken_by_the_same_save_sent_at_once_is_not_taken_again(
    planned_visit, liaison, north_practice, north_physician, monkeypatch
):
    uid, met = uuid.uuid4(), services.Met(physicians=[north_physician])
    steps = [services.NextStep("Call", planned_visit.visited_on)]

    def save():
        visit = Visit(
            uid=uid,
            practice=north_practice,
            visited_on=planned_visit.visited_on,
            outcome=Visit.Outcome.POSITIVE,
        )
        return services.log_visit(visit=visit, met=met, next_steps=steps, by=liaison)

    def found_while_the_other_saves(visit, met):
        monkeypatch.undo()
        save()
        return planned_visit

    monkeypatch.setattr(services, "_plan_fulfilled_by", found_while_the_other_saves)

    saved = save()

    assert saved.pk == planned_visit.pk
    assert Visit.objects.count() == 1
    assert Task.objects.count() == 1
