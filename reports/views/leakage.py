"""The leakage explorer: where referrals go, and the rows behind each number."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, can, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from outreach.models import Visit
from reports import exports
from reports.forms.runs import EventFilterForm, LeakageFilterForm
from reports.metrics import leakage as metric
from reports.models import ReportRun
from reports.services import explorer, runs
from reports.views import leakage_page

EVENT_SORTS = ("event_on", "-event_on", "amount", "-amount")


@require(Permission.REPORT_READ)
@require_GET
def leakage(request):
    run = _chosen_run(request)
    if run is None:
        return render(request, "reports/leakage_none.html", runs.readiness("leakage"))
    form = _form(request, LeakageFilterForm)
    view = _view(request, run, form)
    context = {
        "run": run,
        "form": form,
        "view": view,
        "is_stale": run.is_standard and runs.is_stale(run),
        "definition": metric.__doc__,
        "has_roster": runs.has_roster(),
    }
    if view.explored:
        context |= _parts(request, form, view)
    return render(request, "reports/leakage.html", context)


@require(Permission.REPORT_READ)
@require_GET
def leakage_export(request):
    """The table of one cut as CSV, with the filters, scope and merging of the page."""
    run = _chosen_run(request)
    form = _form(request, LeakageFilterForm)
    if run is None or not form.is_valid():
        return _to_page(request)
    view = _view(request, run, form)
    cut = _cut(form)
    rows = getattr(view.explored, f"by_{cut}") if view.explored else []
    _record_export(request, run, cut=cut)
    shows = view.shows_amounts_of(rows)
    return table_response(
        request, f"leakage-by-{cut}", *exports.leakage_table(rows, shows_amounts=shows)
    )


@require(Permission.EVENT_READ)
@require_GET
def leakage_events(request):
    run = _chosen_run(request)
    if run is None:
        return redirect("reports:leakage")
    form = _form(request, EventFilterForm)
    events = _events(request, run, form)
    found = explorer.EventList(events, sort=_event_sort(request))
    return render(
        request,
        "reports/leakage_events.html",
        {
            "run": run,
            "form": form,
            "page": page_of(found, request.GET.get("page")),
            "cell": found.cell,
            "sort": found.sort,
            "leakage_url": leakage_page.links_of(form, opens_events=True).page(),
            "definition": metric.__doc__,
        },
    )


@require(Permission.EVENT_READ)
@require_GET
def leakage_events_export(request):
    run = _chosen_run(request)
    form = _form(request, EventFilterForm)
    if run is None or not form.is_valid():
        return _to_page(request)
    found = explorer.EventList(_events(request, run, form), sort=_event_sort(request))
    _record_export(request, run, cut="events")
    return table_response(request, "leakage-events", *exports.event_table(found))


def _chosen_run(request):
    """The finished run asked for (404 if there is none), else the newest."""
    done = ReportRun.objects.visible_to(request.user).filter(
        kind=ReportRun.Kind.LEAKAGE, status=ReportRun.Status.DONE
    )
    if not (uid := request.GET.get("run")):
        return done.newest_done(ReportRun.Kind.LEAKAGE)
    try:
        return done.get(uid=uid)
    except (ReportRun.DoesNotExist, ValidationError, ValueError):
        raise Http404 from None


def _form(request, form_class):
    seated = explorer.seats_of(request.user, on=timezone.localdate())
    return form_class(request.GET, user=request.user, seated=seated)


def _events(request, run, form):
    form.is_valid()  # what is wrong is said beside the field and not applied
    return explorer.events_seen(
        run=run,
        user=request.user,
        on=timezone.localdate(),
        seated=form.seated,
        **form.choices_made(),
    )


def _view(request, run, form):
    return explorer.explore(events=_events(request, run, form), user=request.user)


def _cut(form):
    cut = form.cleaned_data.get("cut")
    return cut if cut in leakage_page.CUT_LABELS else "service_line"


def _event_sort(request):
    sort = request.GET.get("sort")
    return sort if sort in EVENT_SORTS else "-event_on"


def _parts(request, form, view):
    """The table of the cut, the flows and the trend, ready to print."""
    cut = _cut(form)
    links = leakage_page.links_of(
        form, opens_events=can(request.user, Permission.EVENT_READ)
    )
    sort = leakage_page.sort_of(request.GET.get("sort"), cut=cut)
    rows = getattr(view.explored, f"by_{cut}")
    page = page_of(leakage_page.sorted_rows(rows, sort), request.GET.get("page"))
    flows = leakage_page.flow_list(view.explored.flows, links)
    visits = explorer.held_visits_by_month(
        Visit.objects.visible_to(request.user), referrer=view.events.referrer
    )
    trend = leakage_page.trend_rows(view.explored.by_month, visits, links)
    return {
        "cut": cut,
        "cuts": leakage_page.CUT_LABELS,
        "sort": sort,
        "page": page,
        "rows": leakage_page.table_rows(list(page), cut=cut, links=links),
        "cut_label": leakage_page.CUT_LABELS[cut],
        "links": leakage_page.headline_links(links),
        "money_note": leakage_page.money_note(view.explored.overall),
        "counts_note": leakage_page.counts_note(view.explored.overall),
        "export_url": links.export(cut=cut, sort=None),
        "shows_table_amounts": view.shows_amounts_of(rows),
        "flows": flows,
        "flow_chart": leakage_page.flow_chart(flows),
        "trend": trend,
        "trend_chart": leakage_page.trend_chart(trend),
    }


def _to_page(request):
    """From an export that cannot be made to the page, which says why."""
    page = request.path.removesuffix("export/")
    return redirect(f"{page}?{request.GET.urlencode()}")


def _record_export(request, run, *, cut):
    record_export(
        subject=f"Leakage by {cut}" if cut != "events" else "Leakage events",
        query=request.GET,
        by=request.user,
        run=str(run.uid),
    )
