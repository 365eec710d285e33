"""Return on outreach: the page, the physicians behind it, a run of one's own."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from reports.charts import roi_chart
from reports.forms.runs import RoiPhysiciansForm, RoiRunForm, RunChoiceForm
from reports.metrics import roi as metric
from reports.models import ReportRun
from reports.services import roi_answers, roi_physicians, runs
from reports.tasks import wake_run


@require(Permission.RETURN_READ)
@require_GET
def roi(request):
    run = run_asked_for(request)
    newest = ReportRun.objects.visible_to(request.user).filter(kind=ReportRun.Kind.ROI)
    context = {"newest": newest.first(), "run": run, "definition": metric.__doc__}
    if run is None:
        return render(request, "reports/roi.html", context)
    answers = roi_answers.answers_for(request.user, run)
    answer = answer_asked_for(request, answers)
    context |= {
        "answers": answers,
        "answer": answer,
        "is_stale": run.is_standard and runs.is_stale(run),
        "chart": answer and chart_of(answer, is_whole=answer is answers[0]),
    }
    return render(request, "reports/roi.html", context)


@require(Permission.RETURN_READ)
@require_GET
def roi_export(request):
    run = run_asked_for(request)
    if run is None:
        raise Http404
    answers = roi_answers.answers_for(request.user, run)
    _record_export(request, run, "territories")
    return table_response(
        request,
        f"return-{run.pk}",
        roi_answers.EXPORT_HEADER,
        [answer.export_row() for answer in answers],
    )


@require(Permission.RETURN_READ)
@require_GET
def roi_physician_list(request):
    run = run_asked_for(request)
    if run is None:
        raise Http404
    answers = roi_answers.answers_for(request.user, run)
    form = RoiPhysiciansForm(request.GET, answers=answers)
    found = roi_physicians.rows_for(request.user, run, **form.choice())
    page = page_of(found, request.GET.get("page"))
    roi_physicians.name_rows(page.object_list)
    context = {
        "run": run,
        "form": form,
        "page": page,
        "sort": form.choice()["sort"],
        "span": answers[0] if answers else None,
    }
    return render(request, "reports/roi_physician_list.html", context)


@require(Permission.RETURN_READ)
@require_GET
def roi_physician_export(request):
    run = run_asked_for(request)
    if run is None:
        raise Http404
    answers = roi_answers.answers_for(request.user, run)
    form = RoiPhysiciansForm(request.GET, answers=answers)
    found = roi_physicians.rows_for(request.user, run, **form.choice())
    roi_physicians.name_rows(found)
    _record_export(request, run, "physicians")
    return table_response(
        request,
        f"return-{run.pk}-physicians",
        roi_physicians.EXPORT_HEADER,
        (row.export_row() for row in found),
    )


@require(Permission.REPORT_RUN)
@require_http_methods(["GET", "POST"])
def roi_run_create(request):
    form = RoiRunForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "reports/roi_run_create.html", {"form": form})
    run = runs.request_run(
        kind=ReportRun.Kind.ROI,
        parameters=form.parameters(),
        by=request.user,
        occasion=form.occasion(request.user),
    )
    wake_run(run)
    messages.success(request, "The run is queued; this page follows it.")
    return redirect("reports:run-detail", run.uid)


def run_asked_for(request):
    """The finished run of `?run=`, else the newest of the standard parameters."""
    form = RunChoiceForm(request.GET)
    if not form.is_valid():
        raise Http404
    found = ReportRun.objects.visible_to(request.user)
    if uid := form.cleaned_data["run"]:
        kinds = {"kind": ReportRun.Kind.ROI, "status": ReportRun.Status.DONE}
        return get_object_or_404(found, uid=uid, **kinds)
    return found.newest_done(ReportRun.Kind.ROI)


def answer_asked_for(request, answers):
    """The node of `?territory=`, else the first one; None when none is in sight."""
    key = request.GET.get("territory", "")
    if not key:
        return answers[0] if answers else None
    for answer in answers:
        if answer.key == key:
            return answer
    raise Http404


def chart_of(answer, *, is_whole):
    """The lists behind the months show all in sight: no links for a part of it."""
    if not is_whole:
        return roi_chart.draw(answer.cell)
    return roi_chart.draw(
        answer.cell,
        f"{reverse('referrals:referral-list')}?result=counted",
        f"{reverse('outreach:visit-list')}?status=held&kind=conversation",
    )


def _record_export(request, run, subject):
    record_export(
        subject=f"Return: {subject}",
        query=request.GET,
        by=request.user,
        run=str(run.uid),
    )
