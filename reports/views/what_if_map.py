"""A what-if on a map: ZIP codes and counties are painted, nobody is moved."""

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import cuts, maps
from accounts.forms.paint import PaintForm
from accounts.models import Territory
from accounts.permissions import Permission, require
from accounts.services import what_ifs, zips
from liaison_crm.lib import shapes
from reports.views.what_ifs import open_what_if


def _page(request, what_if, form):
    today = timezone.localdate()
    nodes = what_ifs.nodes_of(what_if)
    manageable = nodes & Territory.objects.manageable_by(request.user)
    brushes = cuts.brushes(nodes, manageable, on=today)
    _, then = what_ifs.cut_of(what_if, on=today)
    chosen = request.GET.get("state", "")
    states = maps.states_of(then, also=chosen)
    context = {
        "what_if": what_if,
        "form": form,
        "brushes": brushes,
        "states": states,
        "settings": cuts.settings_of(
            brushes, states, reverse("reports:what-if-zips", args=[what_if.pk])
        ),
        "all_states": [(code, one.name) for code, one in shapes.states().items()],
        "chosen": chosen,
    }
    return render(request, "reports/what_if_map.html", context)


def _form(request, what_if, data=None):
    manageable = Territory.objects.manageable_by(request.user)
    return PaintForm(data, territories=what_ifs.nodes_of(what_if) & manageable)


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_map(request, pk):
    what_if = open_what_if(request, pk)
    return _page(request, what_if, _form(request, what_if))


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_zips(request, pk):
    """Whose each ZIP code of a state would be, of what the what-if is about."""
    what_if = open_what_if(request, pk)
    on = timezone.localdate()
    now, then = what_ifs.cut_of(what_if, on=on)
    held = {code: key for code, key in cuts.cut(on=on).items() if code not in now}
    keys = set(what_ifs.nodes_of(what_if).values_list("pk", flat=True))
    return JsonResponse(cuts.zips_of(request.GET.get("state", ""), held | then, keys))


@require(Permission.TERRITORY_WORK)
@require_POST
def what_if_paint(request, pk):
    what_if = open_what_if(request, pk)
    form = _form(request, what_if, request.POST)
    if form.is_valid():
        try:
            what_ifs.move(
                what_if=what_if,
                targets=form.cleaned_data["targets"],
                on=timezone.localdate(),
            )
        except zips.Refused as refused:
            form.refuse(refused)
        else:
            return redirect("reports:what-if-detail", pk)
    return _page(request, what_if, form)
