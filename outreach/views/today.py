"""What a liaison opens in the morning, and whom the call cycles ask for."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Coverage, Territory
from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from outreach import call_cycles, people
from outreach.forms.filters import CycleFilterForm
from outreach.models import Task, Visit
from referrals.models import Physician

DUE_SHOWN = 8


@require(Permission.VISIT_LOG)
@require_GET
def today(request):
    user, day = request.user, timezone.localdate()
    if not Territory.objects.visible_to(user).exists():
        return render(request, "outreach/today_without_territory.html")
    planned = (
        Visit.objects.visible_to(user)
        .filter(liaison=user)
        .planned()
        .with_people()
        .in_order_of_the_day()
    )
    due = call_cycles.due(Physician.objects.visible_to(user), on=day)
    people.attach_places([cycle.physician for cycle in due[:DUE_SHOWN]], user, on=day)
    tasks = Task.objects.visible_to(user).filter(owner=user).due(on=day)
    context = {
        "today": day,
        "covering": Coverage.objects.held_by(user, on=day),
        "stops": planned.filter(visited_on=day).with_owed(user),
        "missed": planned.filter(visited_on__lt=day),
        "tasks": tasks.select_related("practice", "visit"),
        "due": due[:DUE_SHOWN],
        "due_count": len(due),
    }
    return render(request, "outreach/today.html", context)


@require(Permission.VISIT_LOG)
@require_GET
def call_cycle_list(request):
    day = timezone.localdate()
    form = CycleFilterForm(request.GET)
    cycles = call_cycles.of_panel(Physician.objects.visible_to(request.user), on=day)
    page = page_of(form.narrow(cycles), request.GET.get("page"))
    people.attach_places([cycle.physician for cycle in page], request.user, on=day)
    context = {"form": form, "page": page, "definition": call_cycles.__doc__}
    return render(request, "outreach/call_cycle_list.html", context)
