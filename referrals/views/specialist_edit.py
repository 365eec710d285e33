"""Keeping the directory of our own specialists: profiles and openings."""

from django.contrib import messages
from django.forms import all_valid
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.formats import phone
from liaison_crm.lib.pagination import page_of
from referrals.models import Physician, ServiceLine, SpecialistProfile, Term
from referrals.pages import specialist_history as specialist_history_page
from referrals.services import ChangedMeanwhile, specialist_changes, specialists
from referrals.services.journal import is_undoable
from referrals.specialists.cards import cards_of, with_parts
from referrals.specialists.forms import OpeningForm, ProfileForm
from referrals.views.standing import row_or_404

TABLE_SIZE = 50
ACTS = 25  # of a page of the history
MOST_CHANGES = 2000  # the newest, read for it
ORDER = ("physician__last_name", "physician__first_name", "pk")


def profile_of(request, pk):
    return get_object_or_404(
        SpecialistProfile.objects.visible_to(request.user).select_related(
            "physician", "reviewed_by"
        ),
        pk=pk,
    )


@require(Permission.SPECIALIST_EDIT)
@require_POST
def specialist_create(request, pk):
    """A profile for a physician in sight; one who has a profile keeps it."""
    physician = row_or_404(Physician.objects.visible_to(request.user), pk)
    profile = specialists.create_profile(physician=physician)
    return redirect("referrals:specialist-edit", profile.pk)


@require(Permission.SPECIALIST_EDIT)
@require_http_methods(["GET", "POST"])
def specialist_edit(request, pk):
    profile = profile_of(request, pk)
    before = specialists.values_of(profile)
    shown = {name: before[name] for name in SpecialistProfile.TERM_FIELDS}
    form = ProfileForm(
        request.POST or None,
        instance=profile,
        initial=shown | {"version": profile.version},
    )
    if form.is_valid() and saved(request, pk, form, before):
        return redirect("referrals:specialist-detail", pk)
    return render(
        request,
        "referrals/specialist_edit.html",
        {
            "form": form,
            "profile": profile,
            "names": Term.objects.order_by("kind", "key").values_list("kind", "name"),
        },
    )


def saved(request, pk, form, before):
    """Write the form, unless somebody wrote meanwhile: then say what they wrote."""
    profile = profile_of(request, pk)
    try:
        specialists.update_profile(
            profile=profile,
            values=form.values,
            version=form.cleaned_data["version"],
            by=request.user,
            at=timezone.now(),
        )
    except ChangedMeanwhile:
        form.add_error(None, told(profile, before, form.values))
        # Saving again is then a decision: it replaces what was shown just now.
        form.data = form.data.copy()
        form.data["version"] = profile.version
        return False
    form.record_override(
        by=request.user,
        about=f"Profile of {profile}",
        url=reverse("referrals:specialist-detail", args=[pk]),
    )
    messages.success(request, f"Saved {profile}.")
    return True


def told(profile, before, wanted):
    """What stands there now where the person wants something else, in words."""
    labels = {name: name.replace("_", " ") for name in before}
    other = [
        f"{labels[name]}: {in_words(before[name])}"
        for name in before
        if before[name] != wanted[name]
    ]
    who = f" by {profile.reviewed_by}" if profile.reviewed_by else ""
    return (
        f"Changed meanwhile{who}. Nothing of yours is lost: it stands below. "
        f"There now: {'; '.join(other) or 'the same as yours'}. "
        "Save again to replace that."
    )


def in_words(value):
    if isinstance(value, list):
        return ", ".join(value) or "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value in ("", None) else phone(str(value))


@require(Permission.SPECIALIST_EDIT)
@require_POST
def specialist_confirm(request, pk):
    """All of it is right: its age starts again."""
    profile = profile_of(request, pk)
    version = request.POST.get("version", "")
    try:
        if version != str(profile.version):
            raise ChangedMeanwhile
        specialists.confirm_profile(
            profile=profile,
            version=profile.version,
            by=request.user,
            at=timezone.now(),
        )
    except ChangedMeanwhile:
        messages.error(request, "Changed meanwhile: please look at it once more.")
    else:
        messages.success(request, f"{profile} is confirmed as of today.")
    return redirect("referrals:specialist-detail", pk)


@require(Permission.DIRECTORY_READ)
@require_GET
def specialist_history(request, pk):
    """Who changed what of the profile, newest first."""
    profile = profile_of(request, pk)
    changes = specialist_changes.changes_of(profile).select_related("by", "run")
    acts = specialist_history_page.acts_of(changes[:MOST_CHANGES])
    page = page_of(acts, request.GET.get("page"), size=ACTS)
    newest = acts[0][0] if acts else None
    return render(
        request,
        "referrals/specialist_history.html",
        {
            "profile": profile,
            "page": page,
            "entries": specialist_history_page.entries_of(page.object_list),
            "undoable": newest if is_undoable(newest) else None,
        },
    )


@require(Permission.SPECIALIST_EDIT)
@require_POST
def specialist_undo(request, pk):
    """Take back what a person did last to the profile."""
    profile, seen = profile_of(request, pk), numbers(request.POST.get("change"))
    try:
        specialist_changes.undo_newest(
            profile=profile,
            seen=seen[0] if seen else None,
            by=request.user,
            at=timezone.now(),
        )
    except ChangedMeanwhile:
        messages.error(request, "Not undone: the profile was changed since.")
    else:
        messages.success(request, "The last change is undone.")
    return redirect("referrals:specialist-history", pk)


@require(Permission.SPECIALIST_EDIT)
@require_http_methods(["GET", "POST"])
def specialist_openings(request):
    """A table of specialists and sites: dates typed in one go."""
    on, lines = timezone.localdate(), ServiceLine.objects.order_by("name")
    line = lines.filter(pk__in=numbers(request.GET.get("line"))).first()
    profiles = SpecialistProfile.objects.visible_to(request.user).ours(on=on)
    if line:
        profiles = profiles.filter(physician__specialty__service_line=line)
    page = page_of(
        with_parts(profiles, user=request.user, on=on).order_by(
            *SpecialistProfile._meta.ordering
        ),
        request.GET.get("page"),
        size=TABLE_SIZE,
    )
    forms = [
        OpeningForm(request.POST or None, card=card, site=site)
        for card in cards_of(page.object_list, on=on)
        for site in card.sites
    ]
    if request.method == "POST" and openings_saved(request, forms):
        return redirect(request.get_full_path())
    return render(
        request,
        "referrals/specialist_openings.html",
        {"forms": forms, "page": page, "lines": lines, "line": line},
    )


def numbers(text):
    text = text or ""
    return [int(text)] if text.isascii() and text.isdecimal() and len(text) < 10 else []


def openings_saved(request, forms):
    """Write what was typed and confirmed; False if something has to be mended."""
    sent = [form for form in forms if form.was_sent]
    if not all_valid(sent):
        return False
    entries = {
        specialists.Entry(
            form.card.profile.pk, form.site.practice.pk, kind, seen, day
        ): form
        for form in sent
        for kind, seen, day in form.typed()
    }
    left_out = specialists.set_openings(
        entries=entries, at=timezone.now(), by=request.user
    )
    for entry in left_out:
        entries[entry].add_error(entry.kind, "Changed meanwhile: please look again.")
    if written := len(entries) - len(left_out):
        messages.success(request, f"Checked {written} opening{'s' * (written > 1)}.")
    return not left_out
