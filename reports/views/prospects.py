"""Prospects: whom to work next, by what they send, added to a panel in bulk."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from referrals import bulk
from referrals.models import Physician
from referrals.views.bulk import change_rows
from reports.lists import PROSPECTS
from reports.metrics import flow
from reports.prospect_filters import ProspectFilter
from reports.services import prospects as service

COUNTED = 1000  # of a long list; each has to be asked for in several tables


def found(request):
    """The filter of the request, and the prospects it finds, in no order."""
    today = timezone.localdate()
    rows = service.prospects_of(request.user, on=today)
    chosen = ProspectFilter(request.GET, queryset=rows, request=request, on=today)
    return chosen, chosen.qs


def ranking_of(request, chosen, rows):
    known = service.KnownFlow(request.user, service_lines=chosen.flow_chosen)
    return service.Ranking(
        rows,
        user=request.user,
        on=timezone.localdate(),
        known=known,
        sort=request.GET.get("sort", ""),
    )


@require(Permission.PANEL_EDIT)
@require_GET
def prospect_list(request):
    chosen, rows = found(request)
    ranking = ranking_of(request, chosen, rows)
    page = page_of(ranking.keys, request.GET.get("page"), counted=COUNTED)
    page.object_list = ranking.shown(page.object_list)
    return render(
        request,
        "reports/prospect_list.html",
        {
            "page": page,
            "filter": chosen,
            "sort": ranking.sort,
            "known": ranking.known,
            "flow_file": ranking.estimated.file,
            "bar": PROSPECTS.bar(request),
            "definition": f"{service.__doc__}\n{flow.__doc__}",
        },
    )


@require(Permission.PANEL_EDIT)
@require_GET
def prospect_export(request):
    ranking = ranking_of(request, *found(request))
    run, keys = ranking.known.run, list(ranking.keys)
    record_export(
        subject=PROSPECTS.label,
        query=request.GET,
        by=request.user,
        rows=len(keys),
        run=str(run.uid) if run else "",
    )
    table = PROSPECTS.table(request.GET, ranking.in_pieces(keys))
    return table_response(request, "prospects", *table)


@require(Permission.PANEL_EDIT)
@require_POST
def prospect_add(request):
    return change_rows(
        request, PROSPECTS, Physician, found(request), forms_for=bulk.panel_forms_for
    )
