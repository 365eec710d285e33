"""What a referral is worth, by service line and payer class, from day to day."""

from itertools import groupby

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from referrals.models import Margin, PayerClass, ServiceLine
from reports.forms.costs import MarginForm, MarginsForm, PayerClassChoiceForm
from reports.services.costs import save_margin, save_margins, set_margin


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def margin_edit(request):
    today = timezone.localdate()
    payer_class = PayerClassChoiceForm(request.GET).chosen()
    lines = ServiceLine.objects.with_margin(on=today, payer_class=payer_class)
    form = MarginsForm(
        request.POST if request.method == "POST" else None,
        lines=lines.order_by("name"),
        general=general_margins(today) if payer_class else None,
    )
    if not form.is_valid():
        context = {
            "form": form,
            "payer_class": payer_class,
            "classes": PayerClass.objects.order_by("name"),
        }
        return render(request, "reports/margin_edit.html", context)
    changed = save_margins(
        margins=form.changed_margins(),
        payer_class=payer_class,
        since=form.cleaned_data[form.SINCE],
        today=today,
        by=request.user,
    )
    messages.success(request, f"{changed} margins changed.")
    return redirect(request.get_full_path())


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
    if form.is_valid():
        save_margin(line=line, **form.cleaned_data, by=request.user)
        messages.success(request, f"Saved a margin of {line}.")
        return redirect("reports:margin-history", pk)
    context = {
        "line": line,
        "form": form,
        "margins": with_ends(line.margins.select_related("payer_class")),
    }
    return render(request, "reports/margin_history.html", context)


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
    set_margin(margin=margin, cents=None, by=request.user)
    messages.success(request, f"Deleted a margin of {margin.service_line}.")
    return redirect("reports:margin-history", margin.service_line_id)
