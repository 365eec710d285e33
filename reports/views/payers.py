"""Payers: the names of the data, sorted into classes that margins may differ by."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import PAGE_SIZE, page_of
from referrals.models import PayerClass
from reports.forms.costs import PayerClassForm, PayerFilterForm, PayersForm
from reports.services import payers as services


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def payer_list(request):
    chosen = PayerFilterForm(request.GET)
    if request.method == "POST":
        form = PayersForm(request.POST, rows=posted(request))
        if done(form, request.user, request):
            return redirect(request.get_full_path())
        page = None
    else:
        rows = services.payers_for(request.user, **chosen.choice())
        page = page_of(rows, request.GET.get("page"))
        form = PayersForm(rows=list(page))
    context = {
        "form": form,
        "filter": chosen,
        "page": page,
        "sort": chosen.choice()["sort"],
    }
    return render(request, "reports/payer_list.html", context)


def posted(request):
    """The payers of the page that was answered."""
    rows = services.payers_for(request.user, sort="name")
    return [row for row in rows if row.mark in request.POST][:PAGE_SIZE]


def done(form, by, request):
    """Do what the form says; else say in it why not."""
    if not form.is_valid():
        return False
    try:
        number = services.classify_payers(answers=form.answers(), by=by)
    except services.Changed as others:
        form.tell(others.keys)
        return False
    messages.success(request, f"{number:,} payers changed their class.")
    return True


@require(Permission.COST_ENTER)
@require_GET
def payer_export(request):
    chosen = PayerFilterForm(request.GET).choice()
    record_export(subject="Payers", query=request.GET, by=request.user)
    return table_response(
        request,
        "payers",
        ["Payer", "Class", "Referrals", "Claim lines"],
        (
            (row.name, row.payer_class or "", row.referrals, row.lines)
            for row in services.payers_for(request.user, **chosen)
        ),
    )


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def payer_class_list(request):
    form = PayerClassForm(request.POST or None)
    if form.is_valid():
        added = services.save_payer_class(
            payer_class=form.save(commit=False), by=request.user
        )
        messages.success(request, f"Added {added}.")
        return redirect("reports:payer-class-list")
    classes = PayerClass.objects.with_counts().order_by("name")
    context = {"form": form, "classes": classes}
    return render(request, "reports/payer_class_list.html", context)


@require(Permission.COST_ENTER)
@require_http_methods(["GET", "POST"])
def payer_class_edit(request, pk):
    payer_class = get_object_or_404(PayerClass.objects.with_counts(), pk=pk)
    name = payer_class.name
    form = PayerClassForm(request.POST or None, instance=payer_class)
    if form.is_valid():
        services.save_payer_class(payer_class=form.save(commit=False), by=request.user)
        messages.success(request, f"{name} is called {payer_class} now.")
        return redirect("reports:payer-class-list")
    context = {"form": form, "payer_class": payer_class, "name": name}
    return render(request, "reports/payer_class_edit.html", context)


@require(Permission.COST_ENTER)
@require_POST
def payer_class_delete(request, pk):
    payer_class = get_object_or_404(PayerClass, pk=pk)
    try:
        services.delete_payer_class(payer_class=payer_class, by=request.user)
    except services.InUse as reason:
        messages.error(request, str(reason))
        return redirect("reports:payer-class-edit", pk)
    messages.success(request, f"Deleted {payer_class}.")
    return redirect("reports:payer-class-list")
