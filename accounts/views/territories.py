"""Territories: the tree, one node, its ZIP codes and who works there."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.forms.territories import (
    AssignmentForm,
    TerritoryForm,
    TerritoryZipsForm,
)
from accounts.models import Territory, TerritoryAssignment
from accounts.permissions import Permission, require
from accounts.services import territories


def _territory(request, pk):
    visible = Territory.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("parent"), pk=pk)


@require(Permission.TERRITORY_MANAGE)
@require_GET
def territory_list(request):
    visible = Territory.objects.visible_to(request.user)
    tree = visible.with_counts(on=timezone.localdate()).as_tree()
    return render(request, "accounts/territory_list.html", {"tree": tree})


@require(Permission.TERRITORY_MANAGE)
@require_GET
def territory_detail(request, pk):
    territory = _territory(request, pk)
    today = timezone.localdate()
    context = {
        "territory": territory,
        "children": territory.children.with_counts(on=today),
        "zip_count": territory.zips.count(),
        "zips": territories.shortened(
            territory.zips.values_list("zip_code", flat=True)
        ),
        "assignments": territory.assignments.select_related("user"),
        "today": today,
    }
    return render(request, "accounts/territory_detail.html", context)


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
def territory_create(request):
    initial = {"parent": request.GET.get("parent", "")[:20]}
    form = TerritoryForm(request.POST or None, user=request.user, initial=initial)
    if not form.is_valid():
        return render(request, "accounts/territory_create.html", {"form": form})
    territory = form.save(commit=False)
    territories.create_territory(territory=territory, by=request.user)
    messages.success(request, f"{territory} was added. Now give it ZIP codes.")
    return redirect("accounts:territory-detail", territory.pk)


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
def territory_edit(request, pk):
    territory = _territory(request, pk)
    form = TerritoryForm(request.POST or None, user=request.user, instance=territory)
    if not form.is_valid():
        context = {"form": form, "territory": _territory(request, pk)}
        return render(request, "accounts/territory_edit.html", context)
    territories.change_territory(territory=form.save(commit=False), by=request.user)
    messages.success(request, f"{territory} was changed.")
    return redirect("accounts:territory-detail", pk)


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
def territory_delete(request, pk):
    territory = _territory(request, pk)
    if request.method == "GET":
        context = {"territory": territory, "zip_count": territory.zips.count()}
        return render(request, "accounts/territory_delete.html", context)
    try:
        territories.delete_territory(territory=territory, by=request.user)
    except territories.TerritoryInUse as error:
        messages.error(request, str(error))
        return redirect("accounts:territory-detail", pk)
    messages.success(request, f"{territory} was deleted.")
    return redirect("accounts:territory-list")


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
def territory_zips(request, pk):
    territory = _territory(request, pk)
    form = TerritoryZipsForm(request.POST or None, territory=territory)
    if form.is_valid():
        try:
            added, gone = territories.set_zips(
                territory=territory, **form.cleaned_data, by=request.user
            )
        except territories.ZipsTaken as taken:
            form.add_error("zip_codes", f"These belong elsewhere. {taken}")
        else:
            messages.success(request, f"{added} ZIP codes added, {gone} removed.")
            return redirect("accounts:territory-detail", pk)
    context = {"form": form, "territory": territory}
    return render(request, "accounts/territory_zips.html", context)


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
def assignment_create(request, pk):
    territory = _territory(request, pk)
    form = AssignmentForm(
        request.POST or None,
        instance=TerritoryAssignment(territory=territory),
        initial={"starts_on": timezone.localdate()},
    )
    if not form.is_valid():
        context = {"form": form, "territory": territory}
        return render(request, "accounts/assignment_create.html", context)
    assignment = form.save(commit=False)
    territories.assign_territory(assignment=assignment, by=request.user)
    messages.success(request, f"{assignment.user} works {territory}.")
    return redirect("accounts:territory-detail", pk)


def _assignment(request, pk):
    visible = TerritoryAssignment.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("territory", "user"), pk=pk)


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
def assignment_edit(request, pk):
    assignment = _assignment(request, pk)
    form = AssignmentForm(request.POST or None, instance=assignment)
    if not form.is_valid():
        context = {"form": form, "assignment": _assignment(request, pk)}
        return render(request, "accounts/assignment_edit.html", context)
    territories.change_assignment(assignment=form.save(commit=False), by=request.user)
    messages.success(request, "The assignment was changed.")
    return redirect("accounts:territory-detail", assignment.territory_id)


@require(Permission.TERRITORY_MANAGE)
@require_POST
def assignment_end(request, pk):
    assignment = _assignment(request, pk)
    territories.end_assignment(
        assignment=assignment, by=request.user, on=timezone.localdate()
    )
    messages.success(
        request, f"{assignment.user} no longer works {assignment.territory}."
    )
    return redirect("accounts:territory-detail", assignment.territory_id)
