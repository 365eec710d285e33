"""What people write into a practice, a physician or an organization: changes,
proposals of those who may not change, confirmations, and the history of it all.
"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from referrals import fields, services
from referrals.forms.directory import FORMS, NoteForm
from referrals.models import Change, Organization, Physician, Practice
from referrals.services import directory, proposals
from referrals.views.standing import row_or_404


def subject_of(request, model, pk):
    return row_or_404(model.objects.visible_to(request.user), pk)


def page_of_subject(subject):
    return reverse(f"referrals:{subject._meta.model_name}-detail", args=[subject.pk])


def form_of(request, subject):
    return FORMS[type(subject)](
        request.POST or None,
        subject=subject,
        user=request.user,
        on=timezone.localdate(),
    )


def shown(request, subject, form, **context):
    """The form; it carries the version that it shows."""
    return render(
        request,
        "referrals/contact_edit.html",
        {"form": form, "subject": subject, "url": page_of_subject(subject), **context},
    )


def contact_edit(request, model, pk):
    """Show and take the form; whoever is second is told what the first wrote."""
    subject = subject_of(request, model, pk)
    form = form_of(request, subject)
    seen = subject.version
    if form.is_valid():
        if saved(request, subject, form):
            return redirect(where_to(request, subject))
        seen = subject.version
    elif form.is_bound:
        seen = request.POST.get("seen", "")[:10]
    return shown(request, subject, form, seen=seen, submit="Save")


def where_to(request, subject):
    """Its page, or the list if it has left one's sight with its ZIP code."""
    in_sight = type(subject).objects.visible_to(request.user)
    if in_sight.filter(pk=subject.pk).exists():
        return page_of_subject(subject)
    return reverse("referrals:practice-list")


def saved(request, subject, form):
    """Write the form, if the person saw the newest version; was it written?"""
    asked = request.POST.get("seen", "")
    try:
        directory.change(
            subject=subject,
            values=form.typed,
            version=int(asked) if asked.isdecimal() and len(asked) < 10 else 0,
            by=request.user,
            at=timezone.now(),
        )
    except services.ChangedMeanwhile:
        subject_of(request, type(subject), subject.pk)  # not merged away
        subject.refresh_from_db()
        if not is_news(subject, form.typed):
            return True  # the same form, sent twice
        form.meet(subject)
        form.add_error(None, told_of_conflict(subject, form))
        return False
    except directory.AddressTaken as taken:
        form.add_error("address_line_1", told_of_address(request.user, taken.practice))
        return False
    told = ", ".join(in_words(form))
    messages.success(request, f"Saved {subject}: {told or 'nothing was different'}.")
    return True


def is_news(subject, values):
    """Is any of the values another than what stands there?"""
    text = proposals.provenance
    return any(
        text.as_text(subject, name, value) != text.text_of(subject, name)
        for name, value in values.items()
    )


def told_of_conflict(subject, form):
    label = subject._meta.label_lower
    last = Change.objects.filter(model=label, row=subject.pk).select_related("by")
    change = last.order_by("-pk").first()
    who = change.by if change and change.by else "Somebody"
    theirs = ", ".join(
        f"{label.lower()} {value}" for label, value, _, _ in form.differences
    )
    return (
        f"Changed meanwhile to {theirs or 'a newer version'} ({who}). What you typed "
        "is kept below. Save again to replace that."
    )


def told_of_address(user, practice):
    if practice and Practice.objects.visible_to(user).filter(pk=practice.pk).exists():
        return f"{practice} of the same organization stands at this address already."
    return directory.CANNOT_STAND_HERE


def in_words(form):
    """ "phone (615) 555-0100", for each field that was typed."""
    for name in form.typed:
        told = form.in_words(name, form.data.get(name, ""))
        if fields.SHARED[type(form.subject)][name].kind is fields.Kind.PHONE:
            told = fields.phone(form.cleaned_data[name]) or "empty"
        yield f"{form.fields[name].label.lower()} {told}"


def contact_propose(request, model, pk):
    """The same form, from which each difference becomes a proposal."""
    subject = subject_of(request, model, pk)
    form, note = form_of(request, subject), NoteForm(request.POST or None)
    if form.is_valid() and note.is_valid():
        made = proposals.propose(
            subject=subject,
            values=form.typed,
            note=note.cleaned_data["note"],
            by=request.user,
            at=timezone.now(),
        )
        note.record_override(
            by=request.user,
            about=f"Proposal for {subject}",
            url=page_of_subject(subject),
        )
        if made:
            told = ", ".join(fields.label_of(model, one.field) for one in made)
            messages.success(request, f"Under review now: {told}.")
        else:
            messages.info(request, "Nothing new to propose: it stands there already.")
        return redirect(page_of_subject(subject))
    return shown(request, subject, form, note=note, submit="Propose")


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def practice_edit(request, pk):
    return contact_edit(request, Practice, pk)


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def physician_edit(request, pk):
    return contact_edit(request, Physician, pk)


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def organization_edit(request, pk):
    return contact_edit(request, Organization, pk)


@require(Permission.PROPOSE)
@require_http_methods(["GET", "POST"])
def practice_propose(request, pk):
    return contact_propose(request, Practice, pk)


@require(Permission.PROPOSE)
@require_http_methods(["GET", "POST"])
def physician_propose(request, pk):
    return contact_propose(request, Physician, pk)


@require(Permission.PROPOSE)
@require_http_methods(["GET", "POST"])
def organization_propose(request, pk):
    return contact_propose(request, Organization, pk)
