"""Tasks: promises with a date, until they are done."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.http import page_to_return_to
from liaison_crm.lib.pagination import page_of
from outreach import services
from outreach.forms.filters import TaskFilterForm
from outreach.forms.tasks import TaskForm
from outreach.lists import TASKS
from outreach.models import Task
from outreach.views.asked import row_asked_for
from referrals.models import Practice


@require(Permission.VISIT_LOG)
@require_GET
def task_list(request):
    form, tasks, sort = _asked_tasks(request)
    page = page_of(tasks, request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "sort": sort,
        "bar": TASKS.bar(request),
        "today": timezone.localdate(),
    }
    return render(request, "outreach/task_list.html", context)


@require(Permission.VISIT_LOG)
@require_GET
def task_export(request):
    _, tasks, _ = _asked_tasks(request)
    record_export(
        subject="Tasks", query=request.GET, by=request.user, rows=tasks.count()
    )
    table = TASKS.table(request.GET, in_sight_still(tasks, user=request.user))
    return table_response(request, "tasks", *table)


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def task_create(request):
    in_sight = Practice.objects.visible_to(request.user)
    practice = row_asked_for(request, "practice", in_sight)
    form = TaskForm(request.POST or None, on=timezone.localdate())
    if not form.is_valid():
        context = {"form": form, "practice": practice}
        return render(request, "outreach/task_create.html", context)
    try:
        services.add_task(**form.cleaned_data, practice=practice, by=request.user)
    except services.KeyTaken:
        raise Http404 from None
    form.record_override(by=request.user, about=about(practice))
    messages.success(request, "Task added.")
    return redirect("outreach:task-list")


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def task_edit(request, pk):
    task = get_object_or_404(_own(request), pk=pk)
    form = TaskForm(request.POST or None, instance=task, on=timezone.localdate())
    if not form.is_valid():
        context = {"form": form, "task": task}
        return render(request, "outreach/task_edit.html", context)
    services.change_task(task=form.save(commit=False))
    form.record_override(by=request.user, about=about(task.practice))
    messages.success(request, "Task changed.")
    return redirect("outreach:task-list")


@require(Permission.VISIT_LOG)
@require_POST
def task_done(request, pk):
    task = get_object_or_404(_own(request), pk=pk)
    services.complete_task(task=task, at=timezone.now(), by=request.user)
    return _row_or_back(request, task)


@require(Permission.VISIT_LOG)
@require_POST
def task_reopen(request, pk):
    task = get_object_or_404(_own(request), pk=pk)
    services.reopen_task(task=task, by=request.user)
    return _row_or_back(request, task)


def about(practice):
    """A task in the audit: never by its title."""
    return f"Task at {practice}" if practice else "Task"


def _own(request):
    return (
        Task.objects.visible_to(request.user)
        .filter(owner=request.user)
        .select_related("practice", "visit")
    )


def _asked_tasks(request):
    form = TaskFilterForm(request.GET)
    tasks = form.narrow(_own(request), on=timezone.localdate())
    return form, *TASKS.sorted(tasks, request.GET)


def _row_or_back(request, task):
    if request.htmx:
        context = {"task": task, "today": timezone.localdate()}
        return render(request, "outreach/_task_row.html", context)
    return redirect(page_to_return_to(request) or "outreach:task-list")
