"""Notes about a practice: written, changed, taken away."""

import re

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.forms.pages import NoteForm
from referrals.models import Note
from referrals.services import notes as services
from referrals.views.practice_pages import practice_of

TAKEN = "This form was used before. Look at the page, and send the note once more."


def place_of(practice):
    """Where the notes of a practice stand."""
    return f"{reverse('referrals:practice-detail', args=[practice.pk])}#notes"


@require(Permission.NOTE_WRITE)
@require_http_methods(["GET", "POST"])
def note_create(request, pk):
    practice = practice_of(request, pk)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        note = services.add_note(
            practice=practice,
            text=form.cleaned_data["text"],
            is_pinned=form.cleaned_data["is_pinned"],
            key=form.cleaned_data["key"],
            by=request.user,
        )
        if note:
            record_override(form, practice, by=request.user)
            messages.success(request, "Note saved.")
            return redirect(place_of(practice))
        form.add_error(None, TAKEN)
    return render(
        request,
        "referrals/note_create.html",
        {"form": form, "practice": practice, "url": place_of(practice)},
    )


@require(Permission.NOTE_WRITE)
@require_http_methods(["GET", "POST"])
def note_edit(request, pk):
    notes = Note.objects.editable_by(request.user).select_related("practice")
    note = get_object_or_404(notes, pk=pk)
    now = {"text": note.text, "version": note.version}
    form = NoteForm(request.POST or None, instance=note)
    if form.is_valid() and changed(request, note, form):
        record_override(form, note.practice, by=request.user)
        return redirect(place_of(note.practice))
    return render(
        request,
        "referrals/note_edit.html",
        {
            "form": form,
            "practice": note.practice,
            "url": place_of(note.practice),
            "now": now,
        },
    )


def record_override(form, practice, *, by):
    form.record_override(by=by, about=f"Note about {practice}", url=place_of(practice))


def changed(request, note, form):
    """Write it, if the person saw the newest version; was it written?"""
    asked = request.POST.get("version", "")
    try:
        services.change_note(
            note=note,
            text=form.cleaned_data["text"],
            is_pinned=form.cleaned_data["is_pinned"],
            version=int(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0,
            by=request.user,
            at=timezone.now(),
        )
    except ChangedMeanwhile:
        form.add_error(
            None,
            "The note was changed while you were at it. What you typed is kept; "
            "save again to replace what it says now.",
        )
        return False
    messages.success(request, "Note saved.")
    return True


@require(Permission.NOTE_WRITE)
@require_POST
def note_delete(request, pk):
    notes = Note.objects.deletable_by(request.user)
    note = get_object_or_404(notes.select_related("practice", "author"), pk=pk)
    services.delete_note(note=note, by=request.user, at=timezone.now())
    messages.success(request, "Note deleted.")
    return redirect(place_of(note.practice))
