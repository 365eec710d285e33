"""Covering a colleague's panel: who, when, and what they have to know."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.forms.coverage import CoverageForm
from accounts.models import Coverage
from accounts.permissions import Permission, require
from accounts.services import coverage as services
from liaison_crm.lib.pagination import page_of

BACK = "accounts:coverage-list"


@require(Permission.COVERAGE_ARRANGE)
@require_GET
def coverage_list(request):
    user, today = request.user, timezone.localdate()
    manageable = Coverage.objects.manageable_by(user, on=today)
    running = manageable.filter(ends_on__gt=today)
    rows = Coverage.objects.visible_to(user).select_related("covered", "covering")
    context = {
        "page": page_of(rows.order_by("-ends_on", "-pk"), request.GET.get("page")),
        "manageable": set(running.values_list("pk", flat=True)),
        "today": today,
    }
    return render(request, "accounts/coverage_list.html", context)


@require(Permission.COVERAGE_ARRANGE)
@require_http_methods(["GET", "POST"])
def coverage_create(request):
    user, today = request.user, timezone.localdate()
    form = CoverageForm(
        request.POST or None,
        by=user,
        on=today,
        initial={"covered": user.pk, "starts_on": today},
    )
    if not form.is_valid():
        return render(request, "accounts/coverage_create.html", {"form": form})
    coverage = form.save(commit=False)
    services.arrange(coverage=coverage, by=user, at=timezone.now())
    form.record_override(by=user, about=f"Coverage of {coverage.covered}")
    messages.success(request, f"{coverage.covering} covers for {coverage.covered}.")
    return redirect(BACK)


def _manageable(request, pk):
    today = timezone.localdate()
    mine = Coverage.objects.manageable_by(request.user, on=today)
    running = mine.filter(ends_on__gt=today).select_related("covered", "covering")
    return get_object_or_404(running, pk=pk)


@require(Permission.COVERAGE_ARRANGE)
@require_http_methods(["GET", "POST"])
def coverage_edit(request, pk):
    coverage = _manageable(request, pk)
    form = CoverageForm(
        request.POST or None,
        by=request.user,
        on=timezone.localdate(),
        instance=coverage,
    )
    if not form.is_valid():
        context = {"form": form, "coverage": _manageable(request, pk)}
        return render(request, "accounts/coverage_edit.html", context)
    services.change(
        coverage=form.save(commit=False), by=request.user, at=timezone.now()
    )
    form.record_override(by=request.user, about=f"Coverage of {coverage.covered}")
    messages.success(request, "The coverage was changed.")
    return redirect(BACK)


@require(Permission.COVERAGE_ARRANGE)
@require_POST
def coverage_end(request, pk):
    coverage = _manageable(request, pk)
    services.end(
        coverage=coverage,
        on=timezone.localdate(),
        by=request.user,
        at=timezone.now(),
    )
    messages.success(
        request, f"{coverage.covering} no longer covers for {coverage.covered}."
    )
    return redirect(BACK)
