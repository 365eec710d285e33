"""What happens to visits and tasks, and what follows from it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from outreach.models import Task, Topic, Visit, VisitAttendee
from referrals.services.standing import hold


class KeyTaken(Exception):
    """The key belongs to a visit or a task that somebody else saved."""


class NotPlanned(Exception):
    """Only a planned visit can be held, cancelled or missed."""


class EditedMeanwhile(Exception):
    """Somebody saved the visit after this editor opened it."""

    def __init__(self, visit):
        super().__init__(f"Version {visit.version} was saved meanwhile.")
        self.visit = visit


@dataclass(frozen=True)
class Met:
    """Who is met at a visit, and what is talked about."""

    physicians: Sequence = ()
    staff: Sequence[str] = ()
    topics: Sequence[str] = ()


@dataclass(frozen=True)
class NextStep:
    """A promise: what, and until when."""

    title: str
    due_on: dt.date


@transaction.atomic
def log_visit(
    *, visit: Visit, met: Met, next_steps: Iterable[NextStep] = (), by
) -> Visit:
    """Save a held visit once, close the stop it fulfils, keep its promises.

    The same `uid` sent again answers the visit that was saved first. A stop
    planned for that day at that practice becomes this visit instead of
    staying open beside it. Raises KeyTaken, and as all here that write a practice
    or a physician down, MergedAway.
    """
    _hold(visit, met)
    visit.status = Visit.Status.HELD
    saved, is_new = _save_once(visit=visit, met=met, by=by)
    if is_new:
        _promise(saved, next_steps, by)
    return saved


@transaction.atomic
def plan_visit(*, visit: Visit, met: Met, by) -> Visit:
    """Save a planned visit once. Raises KeyTaken."""
    _hold(visit, met)
    visit.status = Visit.Status.PLANNED
    saved, _ = _save_once(visit=visit, met=met, by=by)
    return saved


@transaction.atomic
def hold_visit(
    *, visit: Visit, met: Met, next_steps: Iterable[NextStep] = (), by
) -> Visit:
    """Turn a planned visit, changed as told, into a held one.

    Sent again under the same `uid`, it changes nothing. Raises NotPlanned.
    """
    _hold(visit, met)
    claimed = Visit.objects.filter(pk=visit.pk, status=Visit.Status.PLANNED).update(
        status=Visit.Status.HELD, version=F("version") + 1
    )
    if not claimed:
        current = Visit.objects.get(pk=visit.pk)
        if current.is_held and current.uid == visit.uid:
            return current
        raise NotPlanned
    # Counted on from the row: somebody may have saved since it was read.
    visit.refresh_from_db(fields=["status", "version"])
    visit.updated_by = by
    visit.save()
    _set_met(visit, met)
    _promise(visit, next_steps, by)
    return visit


@transaction.atomic
def edit_visit(*, visit: Visit, met: Met, version: int | None, by) -> Visit:
    """Save a changed visit, if `version` is still the newest.

    Raises EditedMeanwhile, with the newer row, and then nothing is written.
    """
    _hold(visit, met)
    claimed = Visit.objects.filter(pk=visit.pk, version=version).update(
        version=F("version") + 1
    )
    if not claimed:
        raise EditedMeanwhile(Visit.objects.get(pk=visit.pk))
    visit.version = version + 1
    visit.updated_by = by
    visit.save()
    _set_met(visit, met)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by) -> Visit:
    """Take a planned visit off the day, with the reason. Raises NotPlanned."""
    return _end_plan(visit, Visit.Status.CANCELLED, reason, by)


@transaction.atomic
def miss_visit(*, visit: Visit, reason: str, by) -> Visit:
    """Record that a planned visit failed at the door. Raises NotPlanned."""
    return _end_plan(visit, Visit.Status.NO_SHOW, reason, by)


@transaction.atomic
def add_task(
    *, title: str, due_on, by, practice=None, visit=None, key: UUID | None = None
) -> Task:
    """Promise something: the task is its maker's until it is done.

    The same `key` sent again answers the task that was made first; that of
    somebody else raises KeyTaken.
    """
    hold(practice)
    told = {"title": title, "due_on": due_on, "practice": practice, "visit": visit}
    if key is None:
        return Task.objects.create(**told, owner=by)
    task, _ = Task.objects.get_or_create(key=key, defaults=told | {"owner": by})
    if task.owner_id != by.pk:
        raise KeyTaken
    return task


def change_task(*, task: Task) -> Task:
    """Write what was promised, and nothing that became of it meanwhile."""
    task.save(update_fields=["title", "due_on"])
    return task


def complete_task(*, task: Task, at: dt.datetime, by) -> Task:
    """Mark a task of one's own done; done again, the first moment stays."""
    Task.objects.filter(pk=task.pk, owner=by, done_at=None).update(done_at=at)
    task.refresh_from_db(fields=["done_at"])
    return task


def reopen_task(*, task: Task, by) -> Task:
    """Undo: the task is open again."""
    Task.objects.filter(pk=task.pk, owner=by).update(done_at=None)
    task.refresh_from_db(fields=["done_at"])
    return task


def _hold(visit, met):
    """Nobody merges away, meanwhile, where it was and whom it was with."""
    hold(visit.practice, *met.physicians)


def _save_once(*, visit, met, by):
    """The visit saved under its uid, and whether this call saved it."""
    if before := saved_before(visit.uid, by=by):
        return before, False
    visit.liaison = by
    visit.updated_by = by
    if visit.is_held and (plan := _plan_fulfilled_by(visit, met)):
        if not _claimed(plan):  # the same save, sent twice at once, was faster
            return _save_once(visit=visit, met=met, by=by)
        _take_over(visit, plan)
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError:
        # Two sends at once: the other one was faster.
        if before := saved_before(visit.uid, by=by):
            return before, False
        raise
    _set_met(visit, met)
    return visit, True


def _take_over(visit, plan):
    """Make `visit` the row of `plan`: what is not told anew is kept of it."""
    visit.pk = plan.pk
    visit._state.adding = False
    visit.version = plan.version + 1
    for name in ("created_at", "source", "external_id"):
        setattr(visit, name, getattr(plan, name))
    for name in ("purpose", "service_line", "notes"):
        setattr(visit, name, getattr(visit, name) or getattr(plan, name))


def _claimed(plan):
    """Take the stop for this save alone: whoever comes second waits, then loses."""
    planned = Visit.objects.filter(pk=plan.pk, status=Visit.Status.PLANNED)
    return bool(planned.update(status=Visit.Status.HELD))


def saved_before(uid: UUID, *, by) -> Visit | None:
    """The visit that `by` saved under this key. Raises KeyTaken for another's."""
    before = Visit.objects.filter(uid=uid).first()
    if before and before.liaison_id != by.pk:
        raise KeyTaken
    return before


def _plan_fulfilled_by(visit, met):
    """The stop of that day at that practice, with one of these people or nobody."""
    people = {physician.pk for physician in met.physicians}
    plans = (
        Visit.objects.planned()
        .select_for_update()
        .filter(
            liaison=visit.liaison,
            practice=visit.practice,
            visited_on=visit.visited_on,
        )
        .in_order_of_the_day()
    )
    for plan in plans.prefetch_related("attendees"):
        expected = {attendee.physician_id for attendee in plan.attendees.all()}
        expected.discard(None)
        if not expected or not people or expected & people:
            return plan
    return None


def _end_plan(visit, status, reason, by):
    claimed = Visit.objects.filter(pk=visit.pk, status=Visit.Status.PLANNED).update(
        status=status, version=F("version") + 1
    )
    visit.refresh_from_db()
    if claimed:
        visit.end_reason = reason
        visit.updated_by = by
        visit.save(update_fields=["end_reason", "updated_by", "updated_at"])
    elif visit.status != status:
        raise NotPlanned
    return visit


def _promise(visit, next_steps, by):
    for step in next_steps:
        add_task(
            title=step.title,
            due_on=step.due_on,
            practice=visit.practice,
            visit=visit,
            by=by,
        )


def _set_met(visit, met):
    """Make the attendees and topics of the visit exactly these."""
    visit.attendees.exclude(physician__in=met.physicians).exclude(
        staff_name__in=met.staff, physician=None
    ).delete()
    known = set(visit.attendees.values_list("physician", "staff_name"))
    VisitAttendee.objects.bulk_create(
        [
            VisitAttendee(visit=visit, physician=physician)
            for physician in met.physicians
            if not any(physician.pk == pk for pk, _ in known)
        ]
        + [
            VisitAttendee(visit=visit, staff_name=name)
            for name in met.staff
            if (None, name) not in known
        ]
    )
    visit.topics.set([_topic(name) for name in met.topics])


def _topic(name):
    """The topic of that name, however it is capitalised."""
    return Topic.objects.get_or_create(name__iexact=name, defaults={"name": name})[0]
