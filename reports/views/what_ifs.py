"""What-ifs: another cut of territories, beside today's, until it is applied."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.what_ifs import ApplyForm, MoveForm, WhatIfForm
from accounts.models import WhatIf
from accounts.permissions import Permission, require
from accounts.services import record_export, what_ifs, zips
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.versions import ChangedMeanwhile
from reports import exports
from reports.metrics import workload
from reports.services import what_ifs as comparison


def _what_if(request, pk):
    visible = WhatIf.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("root", "by", "applied_by"), pk=pk)


def open_what_if(request, pk):
    """One that can still be changed; what was applied is history."""
    what_if = _what_if(request, pk)
    if not what_if.is_open:
        raise Http404
    return what_if


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_list(request):
    rows = WhatIf.objects.visible_to(request.user).with_move_count()
    page = page_of(rows.select_related("root", "by"), request.GET.get("page"))
    return render(request, "reports/what_if_list.html", {"page": page})


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def what_if_create(request):
    form = WhatIfForm(request.POST or None, user=request.user)
    if not form.is_valid():
        return render(request, "reports/what_if_create.html", {"form": form})
    what_if = what_ifs.start(what_if=form.save(commit=False), by=request.user)
    return redirect("reports:what-if-detail", what_if.pk)


def _page(request, what_if, form):
    today = timezone.localdate()
    lines = []
    if what_if.is_open:
        lines = comparison.compare(what_if, user=request.user, on=today)
    context = {
        "what_if": what_if,
        "groups": what_ifs.groups_of(what_if, on=today),
        "lines": lines,
        "spread_now": comparison.spread(lines, "now"),
        "spread_then": comparison.spread(lines, "then"),
        "form": form,
        "definition": workload.__doc__,
    }
    return render(request, "reports/what_if_detail.html", context)


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_detail(request, pk):
    what_if = _what_if(request, pk)
    return _page(request, what_if, MoveForm(what_if=what_if, user=request.user))


@require(Permission.TERRITORY_WORK)
@require_POST
def what_if_move(request, pk):
    what_if = _what_if(request, pk)
    form = MoveForm(request.POST, what_if=what_if, user=request.user)
    if not form.is_valid():
        return _page(request, what_if, form)
    try:
        what_ifs.move(
            what_if=what_if,
            targets=form.targets,
            on=timezone.localdate(),
        )
    except zips.Refused as error:
        form.add_error("zip_codes", str(error))
        return _page(request, what_if, form)
    return redirect("reports:what-if-detail", pk)


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def what_if_apply(request, pk):
    what_if = _what_if(request, pk)
    now = timezone.now()
    today = timezone.localdate(now)
    form = ApplyForm(
        request.POST or None,
        today=today,
        initial={"on": today, "version": what_if.version},
    )
    if form.is_valid() and (
        done := _applied(form, what_if, on=form.cleaned_data["on"], by=request, at=now)
    ):
        messages.success(request, done)
        return redirect("reports:what-if-detail", pk)
    groups = what_ifs.groups_of(what_if, on=today)
    context = {"what_if": what_if, "form": form, "groups": groups}
    return render(request, "reports/what_if_apply.html", context)


def _applied(form, what_if, *, on, by, at):
    """What was done, as a sentence; empty with the reason beside the form."""
    try:
        number = what_ifs.apply(
            what_if=what_if,
            version=form.cleaned_data["version"],
            on=on,
            by=by.user,
            at=at,
        )
    except ChangedMeanwhile:
        form.add_error(None, "Somebody moved ZIP codes meanwhile. Look at them again.")
    except zips.Refused as error:
        form.add_error(None, str(error))
    else:
        return f"{number:,} ZIP codes change hands on {on:%b} {on.day}, {on.year}."
    return ""


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def what_if_delete(request, pk):
    what_if = _what_if(request, pk)
    if request.method == "GET":
        return render(request, "reports/what_if_delete.html", {"what_if": what_if})
    try:
        what_ifs.delete(what_if=what_if, by=request.user)
    except what_ifs.AlreadyApplied as error:
        messages.error(request, str(error))
        return redirect("reports:what-if-detail", pk)
    messages.success(request, f"{what_if} was deleted. Nothing else changed.")
    return redirect("reports:what-if-list")


@require(Permission.TERRITORY_WORK)
@require_GET
def what_if_export(request, pk):
    what_if = _what_if(request, pk)
    today = timezone.localdate()
    lines = comparison.compare(what_if, user=request.user, on=today)
    record_export(subject=what_if, query=request.GET, by=request.user)
    return table_response(request, "what-if", *exports.what_if_table(lines))
