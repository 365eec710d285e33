"""Confirming that what stands there is still right, and the history of a record."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, require
from liaison_crm.lib.http import page_to_return_to
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals import fields
from referrals.models import Organization, Physician, Practice
from referrals.pages import events, history, origins
from referrals.services import directory
from referrals.views.contacts import page_of_subject, subject_of


def contact_confirm(request, model, pk):
    """Field by field, or all at once: is this still right?"""
    subject = subject_of(request, model, pk)
    error = ""
    if request.method == "POST":
        error = confirmed(request, subject)
        if not error:
            return redirect(page_to_return_to(request) or page_of_subject(subject))
        subject = subject_of(request, model, pk)
    asked = origins.asked_of(subject, user=request.user, on=timezone.localdate())
    return render(
        request,
        "referrals/contact_confirm.html",
        {"subject": subject, "asked": asked, "error": error},
    )


def confirmed(request, subject):
    """Confirm what the boxes name; else why not."""
    known = fields.asked_of(type(subject))
    names = [name for name in known if name in request.POST.getlist("field")]
    if not names:
        return "Choose at least one."
    seen = request.POST.get("seen", "")
    try:
        directory.confirm(
            subject=subject,
            names=names,
            by=request.user,
            at=timezone.now(),
            version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
        )
    except ChangedMeanwhile:
        return "Somebody has changed this meanwhile. Look again, then confirm."
    labels = ", ".join(fields.label_of(type(subject), name) for name in names)
    messages.success(request, f"Confirmed: {labels}.")
    return ""


def contact_history(request, model, pk):
    subject = subject_of(request, model, pk)
    found = events.events_of(subject, request.user)
    page = page_of(found, request.GET.get("page"), size=25)
    return render(
        request,
        "referrals/contact_history.html",
        {
            "subject": subject,
            "page": page,
            "entries": history.entries_of(subject, page.object_list, request.user),
            "url": page_of_subject(subject),
        },
    )


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def practice_confirm(request, pk):
    return contact_confirm(request, Practice, pk)


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def physician_confirm(request, pk):
    return contact_confirm(request, Physician, pk)


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_history(request, pk):
    return contact_history(request, Practice, pk)


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_history(request, pk):
    return contact_history(request, Physician, pk)


@require(Permission.DIRECTORY_READ)
@require_GET
def organization_history(request, pk):
    return contact_history(request, Organization, pk)
