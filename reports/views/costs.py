"""What the programme costs, and what a referral is worth."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.money import typed
from liaison_crm.lib.pagination import page_of
from referrals.models import Margin, ServiceLine
from reports.forms import CostFilterForm, CostForm, MarginForm, MarginsForm
from reports.models import ProgrammeCost
from reports.services.costs import (
    delete_cost,
    save_cost,
    save_margin,
    save_margins,
    set_margin,
)


@require(Permission.COST_ENTER)
@require_GET
def cost_list(request):
    form = CostFilterForm(request.GET, user=request.user)
    costs = form.narrow(ProgrammeCost.objects.visible_to(request.user))
    page = page_of(
        costs.select_related("liaison").order_by("-month", "category", "pk"),
        request.GET.get("page"),
    )
    months = costs.by_month()
    context = {
        "form": form,
        "page": page,
        "months": [(month, months[month]) for month in sorted(months, reverse=True)],
        "total": sum(months.values()),
    }
    return render(request, "reports/cost_list.html", context)


@require(Permission.COST_ENTER)
@require_GET
def cost_export(request):
    form = CostFilterForm(request.GET, user=request.user)
    costs = form.narrow(ProgrammeCost.objects.visible_to(request.user))
    record_export(subject="Programme costs", query=request.GET, by=request.user)
    rows = costs.select_related("liaison").order_by("-month", "category", "pk")
    return table_response(
        request,
        "programme-costs",
        ["Month", "Category", "Amount (USD)", "Liaison", "Note"],
        (
            (
                f"{cost.month:%Y-%m}",
                cost.get_category_display(),
                typed(cost.amount_cents),
                cost.liaison.email if cost.liaison else "",
                cost.note,
            )
            for cost in rows.iterator()
        ),
    )


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def cost_create(request):
    form = CostForm(request.POST or None, user=request.user)
    if not form.is_valid():
        return render(request, "reports/cost_create.html", {"form": form})
    cost = save_cost(cost=form.save(commit=False), by=request.user)
    messages.success(request, f"Saved: {cost}.")
    return redirect("reports:cost-list")


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def cost_edit(request, pk):
    costs = ProgrammeCost.objects.visible_to(request.user)
    cost = get_object_or_404(costs, pk=pk)
    form = CostForm(request.POST or None, instance=cost, user=request.user)
    if not form.is_valid():
        context = {"form": form, "cost": costs.get(pk=pk)}
        return render(request, "reports/cost_edit.html", context)
    save_cost(cost=form.save(commit=False), by=request.user)
    messages.success(request, f"Saved: {cost}.")
    return redirect("reports:cost-list")


@require(Permission.COST_ENTER)
@require_POST
def cost_delete(request, pk):
    costs = ProgrammeCost.objects.visible_to(request.user)
    cost = get_object_or_404(costs, pk=pk)
    name = str(cost)
    delete_cost(cost=cost, by=request.user)
    messages.success(request, f"Deleted: {name}.")
    return redirect("reports:cost-list")


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def margin_edit(request):
    today = timezone.localdate()
    lines = ServiceLine.objects.with_margin(on=today).order_by("name")
    data = request.POST if request.method == "POST" else None
    form = MarginsForm(data, lines=lines)
    if not form.is_valid():
        return render(request, "reports/margin_edit.html", {"form": form})
    changed = save_margins(
        margins=form.changed_margins(),
        since=form.cleaned_data[form.SINCE],
        today=today,
        by=request.user,
    )
    messages.success(request, f"{changed} margins changed.")
    return redirect("reports:margin-edit")


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
    margins = list(line.margins.newest_last())
    ends = [*(margin.effective_from for margin in margins[1:]), None]
    context = {
        "line": line,
        "form": form,
        "margins": list(zip(margins, ends, strict=False))[::-1],
        "today": timezone.localdate(),
    }
    return render(request, "reports/margin_history.html", context)


@require(Permission.COST_ENTER)
@require_POST
def margin_delete(request, pk):
    margin = get_object_or_404(Margin.objects.select_related("service_line"), pk=pk)
    set_margin(margin=margin, cents=None, by=request.user)
    messages.success(request, f"Deleted a margin of {margin.service_line}.")
    return redirect("reports:margin-history", margin.service_line_id)
