"""The roster of one NPI: its entries as a line of time, and how to change them."""

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from referrals.forms.roster import (
    RosterAddForm,
    RosterEndForm,
    RosterEntryForm,
    RosterStatusForm,
)
from referrals.models import Organization, Physician, RosterEntry
from referrals.pages.history import entries_of_roster
from referrals.pages.roster_history import history_of
from referrals.services import roster as services

CHANGES_SHOWN = 20


def entries_of(npi):
    """The entries of what stands in the address, the first one first."""
    if not re.fullmatch(r"[0-9]{10}", npi):
        raise Http404
    return RosterEntry.objects.filter(npi=npi).order_by("effective_from")


def holder_of(npi, user):
    """{physician, organization}: whose number it is, as far as in sight."""
    return {
        "physician": Physician.objects.among_visible_to(user).filter(npi=npi).first(),
        "organization": Organization.objects.among_visible_to(user)
        .filter(npi=npi)
        .first(),
    }


def page_of_npi(request, template, npi, **context):
    holder = holder_of(npi, request.user)
    return render(request, template, {"npi": npi, **holder, **context})


def done(form, change):
    """Make the change that the form asks for; else say in it why not."""
    try:
        return change()
    except services.NotPossible as reason:
        form.add_error(reason.field, reason.message)
    except services.ChangedMeanwhile:
        form.add_error(
            None,
            "Somebody changed this entry while you were at it. Compare what you "
            "typed with what the roster says now, and save again to replace that.",
        )
    return None


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_detail(request, npi):
    entries = list(entries_of(npi))
    today = timezone.localdate()
    changes = services.changes_of(npi).select_related("by", "run").order_by("-pk")
    page = page_of(changes, request.GET.get("page"), size=CHANGES_SHOWN)
    newest = page.object_list[0] if page.number == 1 and page.object_list else None
    return page_of_npi(
        request,
        "referrals/roster_detail.html",
        npi,
        history=history_of(entries, on=today),
        has_open=any(entry.effective_to is None for entry in entries),
        today=today,
        page=page,
        changes=entries_of_roster(page.object_list, request.user),
        undoable=newest if services.is_undoable(newest) else None,
    )


@require(Permission.ROSTER_EDIT)
@require_POST
def roster_undo(request, npi):
    """Take back what a person did last to the entries of this NPI."""
    entries_of(npi)
    try:
        services.undo_newest(
            npi=npi,
            seen=number_of(request, "change"),
            by=request.user,
            at=timezone.now(),
        )
    except services.ChangedMeanwhile:
        messages.error(request, "Not undone: the entries were changed since.")
    except services.NotPossible as reason:
        messages.error(request, f"Not undone: {reason.message}")
    else:
        messages.success(request, "The last change is undone.")
    return redirect("referrals:roster-detail", npi)


@require(Permission.ROSTER_EDIT)
@require_http_methods(["GET", "POST"])
def roster_entry_create(request):
    initial = {"npi": request.GET.get("npi", "")[:20]}
    form = RosterAddForm(request.POST or None, initial=initial)
    if form.is_valid():
        npi = form.cleaned_data["npi"]
        entry = done(
            form,
            lambda: services.add_roster_entry(
                npi=npi, values=form.values(), by=request.user
            ),
        )
        if entry:
            messages.success(request, f"On the roster: {npi}, {entry.span}.")
            return redirect("referrals:roster-detail", npi)
    return render(request, "referrals/roster_entry_create.html", {"form": form})


@require(Permission.ROSTER_EDIT)
@require_http_methods(["GET", "POST"])
def roster_status(request, npi):
    """Close the open entry and open the next one, in one step."""
    current = entries_of(npi).filter(effective_to=None).first()
    initial = {"since": timezone.localdate()}
    if current:
        initial["organization_npi"] = current.organization_npi
    form = RosterStatusForm(request.POST or None, initial=initial)
    if form.is_valid():
        entry = done(
            form,
            lambda: services.change_network_status(
                npi=npi,
                status=form.cleaned_data["network_status"],
                organization_npi=form.cleaned_data["organization_npi"],
                since=form.cleaned_data["since"],
                seen=request.POST.get("seen", ""),
                by=request.user,
            ),
        )
        if entry:
            messages.success(request, f"{npi} is {entry.span}.")
            return redirect("referrals:roster-detail", npi)
    return page_of_npi(
        request,
        "referrals/roster_status.html",
        npi,
        form=form,
        current=current,
        seen=services.seen_of(current),
    )


def entry_form(request, pk, form, template):
    """Take the form of an entry; whoever is second is told what the first wrote."""
    entry = get_object_or_404(RosterEntry, pk=pk)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.base_fields}
        changed = done(
            form,
            lambda: services.change_roster_entry(
                entry=entry,
                values=values,
                version=number_of(request, "version"),
                by=request.user,
            ),
        )
        if changed:
            messages.success(request, f"Saved: {changed.span}.")
            return redirect("referrals:roster-detail", entry.npi)
    return page_of_npi(request, template, entry.npi, form=form, entry=entry)


def number_of(request, name):
    """The number that the page sent along; 0 for nonsense."""
    text = request.POST.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


@require(Permission.ROSTER_EDIT)
@require_http_methods(["GET", "POST"])
def roster_entry_edit(request, pk):
    entry = get_object_or_404(RosterEntry, pk=pk)
    initial = {name: getattr(entry, name) for name in RosterEntryForm.base_fields}
    form = RosterEntryForm(request.POST or None, initial=initial)
    return entry_form(request, pk, form, "referrals/roster_entry_edit.html")


@require(Permission.ROSTER_EDIT)
@require_http_methods(["GET", "POST"])
def roster_entry_end(request, pk):
    entry = get_object_or_404(RosterEntry, pk=pk)
    initial = {"effective_to": entry.effective_to or timezone.localdate()}
    form = RosterEndForm(request.POST or None, initial=initial, entry=entry)
    return entry_form(request, pk, form, "referrals/roster_entry_end.html")


@require(Permission.ROSTER_EDIT)
@require_POST
def roster_entry_delete(request, pk):
    entry = get_object_or_404(RosterEntry, pk=pk)
    try:
        services.delete_roster_entry(
            entry=entry, version=number_of(request, "version"), by=request.user
        )
    except services.ChangedMeanwhile:
        messages.error(
            request,
            "Not deleted: somebody changed the entry meanwhile. Look at it again.",
        )
    else:
        messages.success(request, f"Deleted: {entry.span}.")
    return redirect("referrals:roster-detail", entry.npi)
