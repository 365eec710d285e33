"""Visits: the list, one of them, and what changes it."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from outreach.models import Visit


@require(Permission.VISIT_READ)
@require_GET
def visit_list(request):
    visits = Visit.objects.visible_to(request.user).with_people()
    return render(request, "outreach/visit_list.html", {"visits": visits[:50]})


@require(Permission.VISIT_READ)
@require_GET
def visit_detail(request, pk):
    visits = Visit.objects.visible_to(request.user).with_people()
    visit = get_object_or_404(visits, pk=pk)
    return render(request, "outreach/visit_detail.html", {"visit": visit})
