"""Report runs: what was computed, from what, by whom."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from reports.forms.runs import LeakageRunForm, ReportSettingsForm
from reports.models import ReportRun
from reports.services import runs
from reports.services.settings import current_settings, save_settings
from reports.tasks import wake_run


@require(Permission.REPORT_READ)
@require_GET
def run_list(request):
    found = ReportRun.objects.visible_to(request.user).select_related("requested_by")
    return render(
        request,
        "reports/run_list.html",
        {"page": page_of(found, request.GET.get("page"))},
    )


@require(Permission.REPORT_READ)
@require_GET
def run_detail(request, uid):
    run = get_object_or_404(ReportRun.objects.visible_to(request.user), uid=uid)
    context = {"run": run, "repeated": runs.repeated_by(run)}
    return render(request, "reports/run_detail.html", context)


@require(Permission.REPORT_READ)
@require_GET
def run_progress(request, uid):
    """The part that polls; when the run has ended, the page is loaded anew."""
    run = get_object_or_404(ReportRun.objects.visible_to(request.user), uid=uid)
    response = render(
        request, "components/_run_progress.html", {"run": run, "url": request.path}
    )
    if request.htmx and not run.is_open:
        response.headers["HX-Refresh"] = "true"
    return response


@require(Permission.REPORT_RUN)
@require_http_methods(["GET", "POST"])
def run_create(request):
    settings = current_settings()
    form = LeakageRunForm(
        request.POST or None,
        initial={
            "gap_days": settings.gap_days,
            "basis": settings.basis,
            "roster_complete_since": settings.roster_complete_since,
        },
    )
    if not form.is_valid():
        return render(request, "reports/run_create.html", {"form": form})
    run = runs.request_run(
        kind=ReportRun.Kind.LEAKAGE,
        parameters=form.parameters(),
        by=request.user,
        occasion=form.occasion(request.user),
    )
    wake_run(run)
    return redirect("reports:run-detail", run.uid)


@require(Permission.REPORT_RUN)
@require_POST
def run_cancel(request, uid):
    run = get_object_or_404(ReportRun.objects.visible_to(request.user), uid=uid)
    runs.cancel_run(run=run, at=timezone.now())
    messages.info(request, "The run stops at its next step.")
    return redirect("reports:run-detail", run.uid)


@require(Permission.REPORT_RUN)
@require_POST
def run_repeat(request, uid):
    run = get_object_or_404(ReportRun.objects.visible_to(request.user), uid=uid)
    again = runs.repeat_run(run=run, by=request.user)
    wake_run(again)
    return redirect("reports:run-detail", again.uid)


@require(Permission.REPORT_RUN)
@require_http_methods(["GET", "POST"])
def settings_edit(request):
    form = ReportSettingsForm(request.POST or None, instance=current_settings())
    if not form.is_valid():
        return render(request, "reports/settings_edit.html", {"form": form})
    save_settings(settings=form.save(commit=False), by=request.user)
    messages.success(request, "Saved. New runs start from these settings.")
    return redirect("reports:settings-edit")
