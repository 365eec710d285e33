"""Imports: bring a file in, watch it, see what came of it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.exports import csv_response
from liaison_crm.lib.pagination import page_of
from referrals import tasks
from referrals.forms.imports import ImportFilterForm
from referrals.imports import execution, registry, undo, uploads
from referrals.models import ImportDraft, ImportRun
from referrals.views.exports import exported

HISTORY = (
    *("started (UTC)", "by", "kind", "source", "file", "mapping", "status"),
    *("read", "created", "updated", "unchanged", "rejected", "sha256"),
)


def run_of(request, uid):
    return get_object_or_404(ImportRun.objects.visible_to(request.user), uid=uid)


@require(Permission.IMPORT)
@require_GET
def import_list(request):
    form = ImportFilterForm(request.GET or None, user=request.user)
    runs = form.narrow(ImportRun.objects.visible_to(request.user))
    context = {
        "page": page_of(runs.select_related("started_by"), request.GET.get("page")),
        "form": form,
        "drafts": ImportDraft.objects.visible_to(request.user).exclude(kind=""),
    }
    return render(request, "referrals/import_list.html", context)


@require(Permission.IMPORT)
@require_GET
def import_export(request):
    form = ImportFilterForm(request.GET or None, user=request.user)
    runs = form.narrow(ImportRun.objects.visible_to(request.user))
    exported(request, "Imports", runs)
    rows = runs.select_related("started_by").iterator(chunk_size=1000)
    return csv_response("imports.csv", HISTORY, (history_row(run) for run in rows))


def history_row(run):
    return [
        *(f"{run.created_at:%Y-%m-%d %H:%M}", run.started_by or "command line"),
        *(
            registry.title_of(run.kind),
            run.source,
            run.file_name,
            run.mapping.get("name", ""),
        ),
        "Duplicate" if run.is_duplicate else run.get_status_display(),
        run.rows_read,
        *(run.rows_created, run.rows_updated, run.rows_unchanged, run.rows_rejected),
        run.sha256,
    ]


@require(Permission.IMPORT)
@require_GET
def import_detail(request, uid):
    run = run_of(request, uid)
    earlier = execution.earlier_of(run, run.sha256) if run.is_duplicate else None
    context = {
        "run": run,
        "can_undo": undo.is_possible(run),
        "earlier": earlier,
        "has_difference": execution.can_be_taken(run),
        "sees_earlier": earlier
        and ImportRun.objects.visible_to(request.user).filter(pk=earlier.pk).exists(),
        "page": page_of(run.rejected_rows.all(), request.GET.get("page")),
    }
    return render(request, "referrals/import_detail.html", context)


@require(Permission.IMPORT)
@require_GET
def import_progress(request, uid):
    """The part that polls; when the run has ended, the page is loaded anew."""
    run = run_of(request, uid)
    response = render(
        request, "components/_run_progress.html", {"run": run, "url": request.path}
    )
    if request.htmx and not run.is_open:
        response.headers["HX-Refresh"] = "true"
    return response


@require(Permission.IMPORT)
@require_POST
def import_cancel(request, uid):
    run = run_of(request, uid)
    uploads.cancel(run=run, at=timezone.now())
    messages.info(request, "The import stops at its next step.")
    return redirect("referrals:import-detail", run.uid)


@require(Permission.IMPORT)
@require_POST
def import_retry(request, uid):
    run = run_of(request, uid)
    try:
        again = uploads.retry(run=run, by=request.user)
    except uploads.NotRetriable as reason:
        messages.error(request, str(reason))
        return redirect("referrals:import-detail", run.uid)
    tasks.wake_run(again)
    return redirect("referrals:import-detail", again.uid)


@require(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
def import_undo(request, uid):
    run = run_of(request, uid)
    if request.method == "GET":
        return render(request, "referrals/import_undo.html", {"run": run})
    try:
        undo.ask(run=run, by=request.user)
    except undo.NotUndoable as reason:
        messages.error(request, str(reason))
    else:
        tasks.wake_run(run)
    return redirect("referrals:import-detail", run.uid)


@require(Permission.IMPORT)
@require_GET
def import_rejected(request, uid):
    run = run_of(request, uid)
    rows = run.rejected_rows.all()
    exported(request, f"Rejected rows of {registry.name_of(run)}", rows)
    columns = registry.columns_of(run.kind)
    return csv_response(
        f"rejected-{run.kind}-{run.pk}.csv",
        ["line", "reason", *columns],
        (
            [row.line, row.reason, *(row.values.get(name, "") for name in columns)]
            for row in rows.iterator(chunk_size=1000)
        ),
    )
