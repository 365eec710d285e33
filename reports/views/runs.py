"""Report runs: what was computed, from what, by whom."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from reports.models import ReportRun


@require(Permission.REPORT_READ)
@require_GET
def run_list(request):
    runs = ReportRun.objects.visible_to(request.user).select_related("requested_by")
    return render(
        request,
        "reports/run_list.html",
        {"page": page_of(runs, request.GET.get("page"))},
    )
