"""What the programme costs."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.money import typed
from liaison_crm.lib.pagination import page_of
from reports.forms.costs import CostFilterForm, CostForm
from reports.models import ProgrammeCost
from reports.services.costs import (
    add_cost,
    delete_cost,
    save_cost,
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
    cost, key = form.save(commit=False), form.cleaned_data["key"]
    cost = add_cost(cost=cost, key=key, by=request.user)
    record_override(form, cost, by=request.user)
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
    record_override(form, cost, by=request.user)
    messages.success(request, f"Saved: {cost}.")
    return redirect("reports:cost-list")


def record_override(form, cost, *, by):
    url = reverse("reports:cost-edit", args=[cost.pk])
    form.record_override(by=by, about=f"Cost: {cost}", url=url)


@require(Permission.COST_ENTER)
@require_POST
def cost_delete(request, pk):
    costs = ProgrammeCost.objects.visible_to(request.user)
    cost = get_object_or_404(costs, pk=pk)
    name = str(cost)
    delete_cost(cost=cost, by=request.user)
    messages.success(request, f"Deleted: {name}.")
    return redirect("reports:cost-list")
