"""Procedures, volumes and payer mix of a practice or a physician, from claims."""

from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from liaison_crm.lib.htmx import render_page_or_part
from referrals.models import Physician, Practice
from referrals.views.standing import row_or_404
from reports.metrics import profile
from reports.services.profiles import profile_for


@require(Permission.REPORT_READ)
@require_GET
def practice_profile(request, pk):
    return profile_of(request, Practice, pk)


@require(Permission.REPORT_READ)
@require_GET
def physician_profile(request, pk):
    return profile_of(request, Physician, pk)


def profile_of(request, model, pk):
    subject = row_or_404(model.objects.visible_to(request.user), pk)
    found = profile_for(subject, request.user, on=timezone.localdate())
    return render_page_or_part(
        request,
        "reports/profile.html",
        "reports/_profile.html",
        {
            "subject": subject,
            "found": found,
            "is_practice": model is Practice,
            "definition": profile.__doc__,
        },
    )
