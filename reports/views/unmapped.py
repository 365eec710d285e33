"""Codes that no service line claims, and the step that puts them into one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import PAGE_SIZE, page_of
from reports.forms.unmapped import UnmappedFilterForm, UnmappedForm
from reports.services import runs
from reports.services import unmapped as services


@require(Permission.SERVICE_LINE_MANAGE)
@require_http_methods(["GET", "POST"])
def unmapped_code_list(request):
    sort = UnmappedFilterForm(request.GET).chosen()
    found = services.unmapped_for(request.user, sort=sort)
    if request.method == "POST":
        page = None
        rows = [row for row in found.rows if row.mark in request.POST][:PAGE_SIZE]
        form = UnmappedForm(request.POST, rows=rows)
        if done(form, request):
            return redirect(request.get_full_path())
    else:
        page = page_of(found.rows, request.GET.get("page"))
        form = UnmappedForm(rows=list(page))
    context = {
        "found": found,
        "is_stale": found.run and runs.is_stale(found.run),
        "form": form,
        "page": page,
        "sort": sort,
    }
    return render(request, "reports/unmapped_code_list.html", context)


def done(form, request):
    """Do what the form says; else say in it why not."""
    if not form.is_valid():
        return False
    try:
        number = services.map_codes(answers=form.answers(), by=request.user)
    except services.Refused as reason:
        form.add_error(reason.row.mark, reason.message)
        return False
    messages.success(request, f"{number:,} codes have a service line now.")
    return True


@require(Permission.SERVICE_LINE_MANAGE)
@require_GET
def unmapped_code_export(request):
    sort = UnmappedFilterForm(request.GET).chosen()
    found = services.unmapped_for(request.user, sort=sort)
    record_export(subject="Unmapped codes", query=request.GET, by=request.user)
    return table_response(
        request,
        "unmapped-codes",
        services.EXPORT_HEADER,
        (row.export_row() for row in found.rows),
    )
