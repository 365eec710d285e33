"""Territories on a map: ZIP codes and counties are painted, then saved."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import cuts, maps
from accounts.forms.paint import TerritoryPaintForm
from accounts.models import Territory
from accounts.permissions import Permission, require
from accounts.services import zips
from liaison_crm.lib import shapes


def _page(request, form):
    today = timezone.localdate()
    visible = Territory.objects.visible_to(request.user)
    manageable = Territory.objects.manageable_by(request.user)
    brushes = cuts.brushes(visible, manageable, on=today)
    names = {brush.key: brush.name for brush in brushes}
    held = cuts.cut(on=today)
    chosen = request.GET.get("state", "")
    mine = [code for code, key in held.items() if key in names]
    states = maps.states_of(mine, also=chosen)
    context = {
        "form": form,
        "brushes": brushes,
        "states": states,
        "settings": cuts.settings_of(
            brushes, states, reverse("accounts:territory-map-zips")
        ),
        "all_states": [(code, one.name) for code, one in shapes.states().items()],
        "chosen": chosen,
        "holes": cuts.holes(states, held),
        "overlaps": cuts.overlaps(visible),
        "without_shape": cuts.without_shape(held, names),
    }
    return render(request, "accounts/territory_map.html", context)


def _form(request, data=None):
    manageable = Territory.objects.manageable_by(request.user)
    return TerritoryPaintForm(data, territories=manageable, on=timezone.localdate())


@require(Permission.TERRITORY_WORK)
@require_GET
def territory_map(request):
    return _page(request, _form(request))


@require(Permission.TERRITORY_WORK)
@require_GET
def territory_map_zips(request):
    """Whose each ZIP code of the state `state` is, as far as it is in sight."""
    visible = Territory.objects.visible_to(request.user)
    held = cuts.cut(on=timezone.localdate())
    keys = set(visible.values_list("pk", flat=True))
    return JsonResponse(cuts.zips_of(request.GET.get("state", ""), held, keys))


@require(Permission.TERRITORY_WORK)
@require_POST
def territory_paint(request):
    form = _form(request, request.POST)
    if form.is_valid():
        try:
            moves = zips.reassign(
                targets=form.cleaned_data["targets"],
                by=request.user,
                at=timezone.now(),
                **form.days(),
            )
        except zips.Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{len(moves):,} ZIP codes moved.")
            return redirect("accounts:territory-map")
    return _page(request, form)
