"""Territories: the tree, and one node of it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import planned
from accounts.forms.territories import TerritoryForm
from accounts.models import Territory
from accounts.permissions import Permission, require
from accounts.services import territories
from accounts.services.zips import shortened
from liaison_crm.lib.locks import one_at_a_time


def _territory(request, pk):
    visible = Territory.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("parent"), pk=pk)


@require(Permission.TERRITORY_WORK)
@require_GET
def territory_list(request):
    user, today = request.user, timezone.localdate()
    visible = Territory.objects.visible_to(user).with_counts(on=today)
    context = {
        "tree": visible.as_tree(),
        "planned": planned.changes_for(user, after=today),
    }
    return render(request, "accounts/territory_list.html", context)


@require(Permission.TERRITORY_WORK)
@require_GET
def territory_detail(request, pk):
    territory, today = _territory(request, pk), timezone.localdate()
    manageable = Territory.objects.manageable_by(request.user).filter(pk=pk)
    codes = territory.zips.current(on=today).values_list("zip_code", flat=True)
    context = {
        "territory": territory,
        "is_manageable": manageable.exists(),
        "children": territory.children.with_counts(on=today),
        "zip_count": len(codes),
        "zips": shortened(codes),
        "planned": planned.changes_for(request.user, after=today, of=territory),
        "assignments": territory.assignments.select_related("user"),
        "today": today,
    }
    return render(request, "accounts/territory_detail.html", context)


@require(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "POST"])
@one_at_a_time("territories")
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
@one_at_a_time("territories")
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
@one_at_a_time("territories")
def territory_delete(request, pk):
    territory = _territory(request, pk)
    if request.method == "GET":
        zips = territory.zips.current(on=timezone.localdate())
        context = {"territory": territory, "zip_count": zips.count()}
        return render(request, "accounts/territory_delete.html", context)
    try:
        territories.delete_territory(territory=territory, by=request.user)
    except territories.TerritoryInUse as error:
        messages.error(request, str(error))
        return redirect("accounts:territory-detail", pk)
    messages.success(request, f"{territory} was deleted.")
    return redirect("accounts:territory-list")
