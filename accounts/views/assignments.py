"""Who works a territory, from when to when."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.territories import AssignmentForm
from accounts.models import Territory, TerritoryAssignment
from accounts.permissions import Permission, require
from accounts.services import territories
from liaison_crm.lib.locks import one_at_a_time


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
@one_at_a_time("territories")
def assignment_create(request, pk):
    today = timezone.localdate()
    manageable = Territory.objects.manageable_by(request.user)
    territory = get_object_or_404(manageable, pk=pk)
    form = AssignmentForm(
        request.POST or None,
        by=request.user,
        on=today,
        instance=TerritoryAssignment(territory=territory),
        initial={"starts_on": today},
    )
    if not form.is_valid():
        context = {"form": form, "territory": territory}
        return render(request, "accounts/assignment_create.html", context)
    assignment = form.save(commit=False)
    territories.assign_territory(
        assignment=assignment, by=request.user, at=timezone.now()
    )
    messages.success(request, f"{assignment.user} works {territory}.")
    return redirect("accounts:territory-detail", pk)


def _assignment(request, pk):
    manageable = TerritoryAssignment.objects.manageable_by(request.user)
    return get_object_or_404(manageable.select_related("territory", "user"), pk=pk)


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
@one_at_a_time("territories")
def assignment_edit(request, pk):
    assignment = _assignment(request, pk)
    form = AssignmentForm(
        request.POST or None,
        by=request.user,
        on=timezone.localdate(),
        instance=assignment,
    )
    if not form.is_valid():
        context = {"form": form, "assignment": _assignment(request, pk)}
        return render(request, "accounts/assignment_edit.html", context)
    territories.change_assignment(
        assignment=form.save(commit=False), by=request.user, at=timezone.now()
    )
    messages.success(request, "The assignment was changed.")
    return redirect("accounts:territory-detail", assignment.territory_id)


@require(Permission.TERRITORY_WORK)
@require_POST
@one_at_a_time("territories")
def assignment_end(request, pk):
    assignment = _assignment(request, pk)
    territories.end_assignment(
        assignment=assignment,
        by=request.user,
        on=timezone.localdate(),
        at=timezone.now(),
    )
    messages.success(
        request, f"{assignment.user} no longer works {assignment.territory}."
    )
    return redirect("accounts:territory-detail", assignment.territory_id)
