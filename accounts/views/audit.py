"""The audit: who did what, when, and from where."""

import json

from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.forms.audit import AuditFilterForm
from accounts.models import AuditEvent
from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of

EXPORT_HEADER = ("at", "action", "person", "email", "subject", "detail", "address")


def _listed(request):
    form = AuditFilterForm(request.GET)
    events = AuditEvent.objects.select_related("actor").order_by("-at", "-pk")
    return form.applied_to(events), form


@require(Permission.AUDIT_READ)
@require_GET
def audit_list(request):
    events, form = _listed(request)
    context = {"page": page_of(events, request.GET.get("page")), "form": form}
    return render(request, "accounts/audit_list.html", context)


@require(Permission.AUDIT_READ)
@require_GET
def audit_export(request):
    events, _ = _listed(request)
    record_export(subject="Audit", query=request.GET, by=request.user)
    rows = (
        (
            event.at.isoformat(),
            event.get_action_display(),
            event.actor.name if event.actor else "",
            event.actor.email if event.actor else "",
            event.subject,
            json.dumps(event.detail, sort_keys=True) if event.detail else "",
            event.address,
        )
        for event in events.iterator()
    )
    return table_response(request, "audit", EXPORT_HEADER, rows)
