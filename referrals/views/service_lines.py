"""Service lines: what the network counts together, and who edits them."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from referrals.forms.service_lines import SHOWN, CodesForm, ServiceLineForm
from referrals.models import Margin, ServiceLine, Specialty
from referrals.services import service_lines as services


@require(Permission.SERVICE_LINE_MANAGE)
@require_GET
def service_line_list(request):
    today = timezone.localdate()
    lines = ServiceLine.objects.with_specialty_count().with_margin(on=today)
    lines = list(lines.order_by("name").prefetch_related("procedure_ranges"))
    by_class = Margin.objects.by_class(today)
    for line in lines:
        line.class_margins = by_class.get(line.pk, [])
    return render(request, "referrals/service_line_list.html", {"lines": lines})


@require(Permission.SERVICE_LINE_MANAGE)
@require_http_methods(["GET", "POST"])
def service_line_create(request):
    form = ServiceLineForm(request.POST or None)
    if form.is_valid():
        line = done(
            form,
            lambda: services.add_service_line(**form.cleaned_data, by=request.user),
        )
        if line:
            messages.success(request, f"Added {line}. Which codes belong to it?")
            return redirect("referrals:service-line-codes", line.pk)
    return render(request, "referrals/service_line_create.html", {"form": form})


@require(Permission.SERVICE_LINE_MANAGE)
@require_http_methods(["GET", "POST"])
def service_line_edit(request, pk):
    today = timezone.localdate()
    lines = ServiceLine.objects.with_margin(on=today)
    line = get_object_or_404(lines, pk=pk)
    form = ServiceLineForm(request.POST or None, line=line)
    if form.is_valid():
        changed = done(
            form,
            lambda: services.change_service_line(
                line=line,
                **form.cleaned_data,
                seen=request.POST.get("seen", ""),
                by=request.user,
            ),
        )
        if changed:
            messages.success(request, f"Saved {changed}.")
            return redirect("referrals:service-line-list")
    context = {
        "form": form,
        "line": line,
        "class_margins": line.margins.by_class(today).get(line.pk, []),
        "seen": services.seen_of(line),
        "specialties": line.specialties.order_by("code"),
        "users": services.users_of(line),
    }
    return render(request, "referrals/service_line_edit.html", context)


def done(form, change):
    """Make the change that the form asks for; else say in it why not."""
    try:
        return change()
    except services.NotPossible as reason:
        form.add_error(reason.field, reason.message)
    except services.ChangedMeanwhile:
        form.add_error(
            None,
            "Somebody changed this service line while you were at it: compare what "
            "you typed with the list. Save again to replace that.",
        )
    return None


@require(Permission.SERVICE_LINE_MANAGE)
@require_POST
def service_line_delete(request, pk):
    line = get_object_or_404(ServiceLine, pk=pk)
    name = str(line)
    try:
        services.delete_service_line(line=line, by=request.user)
    except services.InUse as reason:
        messages.error(request, str(reason))
        return redirect("referrals:service-line-edit", pk)
    messages.success(request, f"Deleted {name}.")
    return redirect("referrals:service-line-list")


@require(Permission.SERVICE_LINE_MANAGE)
@require_http_methods(["GET", "POST"])
def service_line_codes(request, pk):
    """The taxonomy codes of a line: add, and look for more."""
    line = get_object_or_404(ServiceLine, pk=pk)
    form = CodesForm(request.POST or None)
    if form.is_valid():
        number = done(
            form,
            lambda: services.assign_specialties(
                **form.cleaned_data, line=line, by=request.user
            ),
        )
        if number is not None:
            messages.success(request, f"{number:,} codes are new in {line}.")
            return redirect("referrals:service-line-codes", pk)
    asked = request.GET.get("q", "").replace("\0", "")[:100].strip()
    context = {
        "line": line,
        "form": form,
        "asked": asked,
        "found": named(asked)[:SHOWN] if asked else None,
        "specialties": line.specialties.order_by("code"),
    }
    return render(request, "referrals/service_line_codes.html", context)


def named(text):
    """Specialties by code or by each word of their name."""
    found = Q()
    for word in text.split()[:10]:
        found &= Q(name__icontains=word)
    by_code = Q(code__istartswith=text)
    specialties = Specialty.objects.filter(by_code | found)
    return specialties.select_related("service_line").order_by("code")


@require(Permission.SERVICE_LINE_MANAGE)
@require_POST
def service_line_uncode(request, pk):
    """Take ticked codes away from a line."""
    line = get_object_or_404(ServiceLine, pk=pk)
    asked = request.POST.getlist("code")
    codes = list(
        line.specialties.filter(
            code__in=[code.replace("\0", "")[:10] for code in asked]
        ).values_list("code", flat=True)
    )
    number = services.assign_specialties(codes=codes, line=None, by=request.user)
    messages.success(request, f"{number:,} codes belong to no service line now.")
    return redirect("referrals:service-line-codes", pk)
