"""What outreach adds to the page of a practice or a physician."""

from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission, can
from outreach.models import Task, Visit
from referrals.models import Practice
from referrals.pages.actions import Action
from referrals.pages.timeline import Entry


def visits_of(subject, user, limit):
    """Visits to the practice, or at which the physician was met or is expected."""
    if not can(user, Permission.VISIT_READ):
        return []
    visits = Visit.objects.visible_to(user).with_people()
    if isinstance(subject, Practice):
        visits = visits.filter(practice=subject)
    else:
        visits = visits.filter(attendees__physician=subject)
    return [
        Entry(
            at=visit.visited_on,
            kind="Visit",
            title=_title(visit),
            text=" · ".join(
                filter(None, [visit.met, visit.purpose, visit.end_reason, visit.notes])
            ),
            url=reverse("outreach:visit-detail", args=[visit.pk]),
        )
        for visit in visits.order_by("-visited_on", "-pk")[:limit]
    ]


def tasks_of(subject, user, limit):
    """Promises at the practice or of visits to the physician: open ones by the day
    they are due, others by the day they were kept."""
    if not can(user, Permission.VISIT_READ):
        return []
    tasks = Task.objects.visible_to(user).select_related("owner")
    if isinstance(subject, Practice):
        tasks = tasks.filter(practice=subject)
    else:
        tasks = tasks.filter(visit__attendees__physician=subject)
    return [
        Entry(
            at=timezone.localdate(task.done_at) if task.is_done else task.due_on,
            kind="Task",
            title=task.title,
            text=f"Done by {task.owner}"
            if task.is_done
            else f"Promised by {task.owner}",
        )
        for task in tasks.order_by("-due_on", "-pk")[:limit]
    ]


def actions_of(subject, user):
    if not can(user, Permission.VISIT_LOG):
        return []
    name = "practice" if isinstance(subject, Practice) else "physician"
    query = urlencode({name: subject.pk})
    actions = [
        Action(
            "Log visit", f"{reverse('outreach:visit-create')}?{query}", is_primary=True
        ),
        Action("Plan visit", f"{reverse('outreach:visit-plan')}?{query}"),
        Action("Pause visits", reverse(f"outreach:{name}-pause", args=[subject.pk])),
    ]
    if isinstance(subject, Practice):
        actions.append(Action("Add task", f"{reverse('outreach:task-create')}?{query}"))
    return actions


def last_visits_of(practices, user):
    """The day of the last visit that was held, by practice."""
    if not can(user, Permission.VISIT_READ):
        return {}
    held = Visit.objects.visible_to(user).held()
    there = held.filter(practice__in=practices.order_by().values("pk"))
    days = there.order_by().values("practice").annotate(last=Max("visited_on"))
    return dict(days.values_list("practice", "last"))


def _title(visit):
    parts = [visit.get_kind_display()]
    if visit.is_held:
        parts.append(visit.get_outcome_display())
    else:
        parts.append(visit.get_status_display())
    return f"{', '.join(filter(None, parts))}: {visit.practice} ({visit.liaison})"
