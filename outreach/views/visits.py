"""Visits: the list, one of them, and what changes it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, can, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from outreach import services
from outreach.forms.filters import VisitFilterForm
from outreach.forms.visits import EndPlanForm, HeldVisitForm, PlanForm
from outreach.lists import VISITS
from outreach.models import Task, Visit
from outreach.views.overrides import record_override
from referrals.models import Practice
from referrals.pages import origins


@require(Permission.VISIT_READ)
@require_GET
def visit_list(request):
    form, visits, sort = _asked_visits(request)
    page = page_of(visits, request.GET.get("page"))
    context = {"form": form, "page": page, "sort": sort, "bar": VISITS.bar(request)}
    return render(request, "outreach/visit_list.html", context)


@require(Permission.VISIT_READ)
@require_GET
def visit_export(request):
    _, visits, _ = _asked_visits(request)
    record_export(
        subject="Visits", query=request.GET, by=request.user, rows=visits.count()
    )
    table = VISITS.table(request.GET, in_sight_still(visits, user=request.user))
    return table_response(request, "visits", *table)


@require(Permission.VISIT_READ)
@require_GET
def visit_detail(request, pk):
    user, day = request.user, timezone.localdate()
    visits = Visit.objects.visible_to(user).with_people().prefetch_related("topics")
    visit = get_object_or_404(visits.select_related("updated_by"), pk=pk)
    context = {
        "visit": visit,
        "tasks": Task.objects.visible_to(user).filter(visit=visit),
        "is_editable": Visit.objects.editable_by(user).filter(pk=pk).exists(),
        "next_stop": _next_stop_after(visit, user, day),
        "asked": _asked_after(visit, user, day),
        "today": day,
    }
    return render(request, "outreach/visit_detail.html", context)


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def visit_edit(request, pk):
    visits = Visit.objects.editable_by(request.user).changeable()
    visit = get_object_or_404(visits, pk=pk)
    form = (PlanForm if visit.is_planned else HeldVisitForm)(
        request.POST or None,
        instance=visit,
        user=request.user,
        now=timezone.localtime(),
        pinned=visit.practice,
    )
    if form.is_valid():
        try:
            services.edit_visit(
                visit=form.save(),
                met=form.met,
                version=form.cleaned_data["version"],
                by=request.user,
            )
        except services.EditedMeanwhile as conflict:
            form.show_conflict(conflict.visit)
        else:
            record_override(form, visit, by=request.user)
            messages.success(request, "Visit changed.")
            return redirect("outreach:visit-detail", visit.pk)
    return render(request, "outreach/visit_edit.html", {"form": form, "visit": visit})


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def visit_cancel(request, pk):
    return _end_plan(request, pk, services.cancel_visit, "outreach/visit_cancel.html")


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def visit_no_show(request, pk):
    return _end_plan(request, pk, services.miss_visit, "outreach/visit_no_show.html")


def _end_plan(request, pk, end, template):
    visit = get_object_or_404(Visit.objects.editable_by(request.user), pk=pk)
    form = EndPlanForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            end(visit=visit, reason=reason, by=request.user)
        except services.NotPlanned:
            form.add_error(None, "This visit is not planned any more.")
        else:
            record_override(form, visit, by=request.user)
            return redirect("outreach:visit-detail", visit.pk)
    return render(request, template, {"form": form, "visit": visit})


def _next_stop_after(visit, user, day):
    """After saving: the next stop of the day, for its liaison."""
    if visit.liaison != user or timezone.localdate(visit.updated_at) != day:
        return None
    stops = Visit.objects.visible_to(user).planned().filter(liaison=user)
    today = stops.filter(visited_on=day).select_related("practice")
    return today.exclude(pk=visit.pk).in_order_of_the_day().first()


def _asked_after(visit, user, day):
    """After saving: is what we know of the practice still right?"""
    is_fresh = timezone.localdate(visit.updated_at) == day
    if visit.liaison != user or not (visit.is_held and is_fresh):
        return None
    if not can(user, Permission.VISIT_LOG):
        return None
    in_sight = Practice.objects.visible_to(user).select_related("organization")
    practice = in_sight.filter(pk=visit.practice_id).first()
    return practice and origins.asked_of(practice, user=user, on=day)


def _asked_visits(request):
    form = VisitFilterForm(request.GET, user=request.user)
    visits = form.narrow(Visit.objects.visible_to(request.user)).with_people()
    visits, sort = VISITS.sorted(visits.prefetch_related("topics"), request.GET)
    return form, visits, sort
