"""What a referral is worth, by service line and payer class, from day to day."""

from itertools import groupby

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from referrals.models import Margin, PayerClass, ServiceLine
from reports.forms.costs import (
    MarginForm,
    MarginsForm,
    PayerClassChoiceForm,
    set_meanwhile,
)
from reports.services.costs import (
    NONE,
    SetMeanwhile,
    delete_margin,
    save_margin,
    save_margins,
    seen_of,
)


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def margin_edit(request):
    today = timezone.localdate()
    payer_class = PayerClassChoiceForm(request.GET).chosen()
    seen, lines = margins_now(payer_class, today)
    form = MarginsForm(
        request.POST if request.method == "POST" else None,
        lines=lines,
        general=general_margins(today) if payer_class else None,
    )
    if form.is_valid():
        stale = margins_saved(request, form, payer_class, today)
        if not stale:
            return redirect(request.get_full_path())
        seen, lines = margins_now(payer_class, today)
        form.tell(stale, lines)
    context = {
        "form": form,
        "rows": [(*row, seen.get(row[0], NONE)) for row in form.margin_fields],
        "payer_class": payer_class,
        "classes": PayerClass.objects.order_by("name"),
    }
    return render(request, "reports/margin_edit.html", context)


def margins_saved(request, form, payer_class, today):
    """Set what was changed; else what others set meanwhile, by service line."""
    try:
        changed = save_margins(
            margins=form.changed_margins(),
            seen=form.seen,
            payer_class=payer_class,
            since=form.cleaned_data[form.SINCE],
            today=today,
            by=request.user,
        )
    except SetMeanwhile as they:
        return they.margins
    told = "One margin changed." if changed == 1 else f"{changed} margins changed."
    messages.success(request, told)
    return {}


def margins_now(payer_class, today):
    """(what a form sees, the service lines): the former is never the newer one."""
    seen = seen_of(Margin.objects.of_class(payer_class))
    lines = ServiceLine.objects.with_margin(on=today, payer_class=payer_class)
    return seen, list(lines.order_by("name"))


def general_margins(day):
    """{service line: cents} of those without a payer class."""
    lines = ServiceLine.objects.with_margin(on=day)
    return dict(lines.values_list("pk", "margin_cents"))


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def margin_history(request, pk):
    """The margins of one service line, from day to day."""
    line = get_object_or_404(ServiceLine, pk=pk)
    form = MarginForm(request.POST or None)
    if form.is_valid() and margin_saved(request, line, form):
        return redirect("reports:margin-history", pk)
    form.show(seen_of(line.margins.all()).get(pk, NONE))
    context = {
        "line": line,
        "form": form,
        "margins": with_ends(line.margins.select_related("payer_class")),
    }
    return render(request, "reports/margin_history.html", context)


def margin_saved(request, line, form):
    try:
        save_margin(line=line, **form.cleaned_data, by=request.user)
    except SetMeanwhile as they:
        form.add_error("cents", set_meanwhile(they.margins[line.pk]))
        return False
    messages.success(request, f"Saved a margin of {line}.")
    return True


def with_ends(margins):
    """(margin, the day it ends or None): general ones first, then class by class;
    within each the newest first."""
    found = []
    ordered = sorted(
        margins.newest_last(), key=lambda one: str(one.payer_class or "").casefold()
    )
    for _, its in groupby(ordered, key=lambda one: one.payer_class):
        its = list(its)
        ends = [*(margin.effective_from for margin in its[1:]), None]
        found += list(zip(its, ends, strict=True))[::-1]
    return found


@require(Permission.COST_ENTER)
@require_POST
def margin_delete(request, pk):
    margins = Margin.objects.select_related("service_line", "payer_class")
    margin = get_object_or_404(margins, pk=pk)
    try:
        delete_margin(margin=margin, seen=request.POST.get("seen", ""), by=request.user)
    except SetMeanwhile:
        messages.error(request, "It was changed meanwhile: please look at it again.")
    else:
        messages.success(request, f"Deleted a margin of {margin.service_line}.")
    return redirect("reports:margin-history", margin.service_line_id)
