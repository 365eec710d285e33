"""The practices behind the figures of a what-if: of one territory, today or then."""

import datetime as dt

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.forms.what_ifs import SideForm
from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from reports import exports
from reports.metrics import workload
from reports.services import what_ifs as comparison
from reports.views.what_ifs import open_what_if


def found(request, pk):
    """The what-if, the form of the request, and the rows it asks for, in its order."""
    what_if = open_what_if(request, pk)
    form = SideForm(request.GET, what_if=what_if)
    if not form.is_valid():
        raise Http404
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in comparison.SORTS else "name"
    rows = comparison.rows_in(
        what_if,
        **form.cleaned_data,
        user=request.user,
        on=timezone.localdate(),
        sort=sort,
    )
    return what_if, form, rows, sort


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_practice_list(request, pk):
    what_if, form, rows, sort = found(request, pk)
    today = timezone.localdate()
    context = {
        "what_if": what_if,
        "form": form,
        "page": page_of(rows, request.GET.get("page")),
        "planned": sum(row.stop.planned for row in rows),
        "referrals": sum(row.stop.referrals for row in rows),
        "sort": sort,
        "today": today,
        "visits_until": today + dt.timedelta(days=workload.DAYS - 1),
        "referrals_since": today - dt.timedelta(days=workload.YEAR - 1),
        "definition": workload.__doc__,
    }
    return render(request, "reports/what_if_practice_list.html", context)


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_practice_export(request, pk):
    what_if, _, rows, _ = found(request, pk)
    record_export(subject=what_if, query=request.GET, by=request.user, rows=len(rows))
    table = exports.what_if_practices_table(rows)
    return table_response(request, "what-if-practices", *table)
