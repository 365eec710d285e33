"""Service lines: what the network counts together."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, require
from referrals import services
from referrals.forms import ServiceLineForm
from referrals.models import ServiceLine


@require(Permission.SERVICE_LINE_MANAGE)
@require_GET
def service_line_list(request):
    lines = ServiceLine.objects.with_specialty_count().order_by("name")
    return render(
        request,
        "referrals/service_line_list.html",
        {"lines": lines.prefetch_related("procedure_ranges")},
    )


@require(Permission.SERVICE_LINE_MANAGE)
@require_http_methods(["GET", "POST"])
def service_line_edit(request, pk):
    line = get_object_or_404(ServiceLine, pk=pk)
    form = ServiceLineForm(request.POST or None, instance=line)
    if form.is_valid():
        services.set_service_line(
            service_line=form.save(commit=False),
            ranges=form.cleaned_data["ranges"],
            by=request.user,
        )
        messages.success(request, f"Saved {line}.")
        return redirect("referrals:service-line-list")
    return render(
        request,
        "referrals/service_line_edit.html",
        {"form": form, "line": line, "specialties": line.specialties.order_by("code")},
    )
