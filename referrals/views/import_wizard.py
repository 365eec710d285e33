"""From a file or a pasted table to its import, step by step."""

import functools

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from referrals import tasks
from referrals.forms.imports import (
    ColumnsForm,
    ImportForm,
    StartForm,
    TableForm,
    WordsForm,
)
from referrals.imports import drafts, kinds, preview, registry, synonyms
from referrals.imports.registry import Refused
from referrals.models import ImportDraft, ImportMapping, ImportRun

STEPS = {"columns": "Columns", "values": "Values", "preview": "Preview"}


def with_draft(view):
    """Load the draft in scope. One that was started leads to its run."""

    @functools.wraps(view)
    def loaded(request, uid):
        waiting = ImportDraft.objects.visible_to(request.user).filter(
            kind__in=registry.kinds()
        )
        draft = waiting.select_related("mapping").filter(uid=uid).first()
        if draft and drafts.is_here(draft):
            return view(request, draft)
        if draft:
            drafts.discard(draft)
            messages.error(request, "The file is no longer here: upload it anew.")
            return redirect("referrals:import-create")
        started = ImportRun.objects.visible_to(request.user)
        return redirect(
            "referrals:import-detail", get_object_or_404(started, uid=uid).uid
        )

    return loaded


def context_of(draft, current, **more):
    """What the page of a step shows: the draft, and the way so far."""
    importer = registry.get(draft.kind)
    names = STEPS if importer.is_mappable else ["preview"]
    steps = [
        (STEPS[name], reverse(f"referrals:import-{name}", args=[draft.uid]), name)
        for name in names
    ]
    told = {"draft": draft, "importer": importer, "steps": steps, "current": current}
    return {**told, **more}


def saved_mappings(request, draft):
    visible = ImportMapping.objects.visible_to(request.user)
    return visible.of(draft.kind, draft.source)


def sent(request, stamp):
    """The form that was sent, be it empty: it may have no field to fill in.

    None if the page it stood on showed the draft as it no longer is.
    """
    if request.method != "POST":
        return None
    if request.POST.get("stamp", stamp) == stamp:
        return request.POST
    messages.warning(
        request, "The file was mapped anew in another window: this is how it is now."
    )
    return None


def after_columns(draft):
    step = "values" if drafts.unknown_words(draft) else "preview"
    return redirect(f"referrals:import-{step}", draft.uid)


@require(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
def import_create(request):
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        initial={"kind": request.GET.get("kind")},
        waiting=ImportDraft.objects.visible_to(request.user),
        is_too_large=getattr(request, "has_too_large_upload", False),
    )
    draft = _received(form, request.user) if request.method == "POST" else None
    if draft is None:
        context = {"form": form, "importers": registry.importers()}
        return render(request, "referrals/import_create.html", context)
    if not registry.get(draft.kind).is_mappable:
        return redirect("referrals:import-preview", draft.uid)
    if drafts.fits(draft):
        return after_columns(draft)
    return redirect("referrals:import-columns", draft.uid)


def _received(form, user):
    """The draft of what was sent; None if the form has to be shown again."""
    try:
        if form.is_valid():
            return drafts.receive(
                file=form.new_file,
                kept=form.cleaned_data["kept"],
                mappings=ImportMapping.objects.visible_to(user),
                by=user,
                **form.draft_fields(),
            )
        if form.good_file and form.is_text:
            form.keep(drafts.store(file=form.good_file, by=user))
    except kinds.OtherKind as other:
        form.add_error("kind", str(other))
        form.keep(other.draft)
    except Refused as reason:
        form.refuse(str(reason))
    return None


@require(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
@with_draft
def import_columns(request, draft):
    importer = registry.get(draft.kind)
    try:
        seen = drafts.look(draft)
    except Refused as reason:
        seen = None
        messages.error(request, str(reason))
    form = ColumnsForm(
        request.POST if seen and request.POST.get("read_as") == draft.read_as else None,
        importer=importer,
        columns=drafts.columns_in_order(draft, seen),
        names=dict(zip(seen.keys, seen.names, strict=True)) if seen else {},
    )
    if form.is_valid():
        drafts.set_mapping(draft, columns=form.mapped)
        return after_columns(draft)
    table = TableForm(draft=draft, mappings=saved_mappings(request, draft))
    groups = column_groups(form, draft, seen) if seen else {}
    context = context_of(draft, "columns", form=form, table=table, seen=seen, **groups)
    if not form.is_bound:
        context["missing"] = drafts.missing(draft)
    return render(request, "referrals/import_columns.html", context)


def column_groups(form, draft, seen):
    """The columns to look at, those known by name, and those of no use."""
    places = {key: place for place, key in enumerate(seen.keys)}
    to_see, known, unused = [], [], []
    is_long = len(places) > drafts.MANY_COLUMNS
    for key, field in form.parts:
        place = places.get(key)
        if place is None:
            continue
        name = seen.names[place].strip()
        is_hidden = synonyms.is_about_patients(name)
        column = {
            "name": name,
            "place": place + 1,
            "field": field,
            "is_hidden": is_hidden,
            "samples": [] if is_hidden else seen.samples(place),
        }
        if not field.errors and is_long and draft.columns[key] == key:
            known.append(column)
        elif not field.errors and is_long and not draft.columns[key]:
            unused.append(column)
        else:
            to_see.append(column)
    return {"to_see": to_see, "known": known, "unused": unused}


@require(Permission.IMPORT)
@require_POST
@with_draft
def import_table(request, draft):
    form = TableForm(request.POST, draft=draft, mappings=saved_mappings(request, draft))
    if not form.is_valid():
        for problem in form.errors.values():
            messages.error(request, problem[0])
        return redirect("referrals:import-columns", draft.uid)
    try:
        drafts.read_again(draft, **form.told)
    except Refused as reason:
        messages.error(request, str(reason))
    return redirect("referrals:import-columns", draft.uid)


@require(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
@with_draft
def import_values(request, draft):
    try:
        unknown = drafts.unknown_words(draft)
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect("referrals:import-columns", draft.uid)
    stamp = draft.stamp("columns")
    form = WordsForm(sent(request, stamp), unknown=unknown)
    if form.is_valid():
        drafts.set_mapping(draft, values=form.mapped(draft.values))
        return redirect("referrals:import-preview", draft.uid)
    context = context_of(draft, "values", form=form, stamp=stamp)
    return render(request, "referrals/import_values.html", context)


@require(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
@with_draft
def import_preview(request, draft):
    stamp = draft.stamp("columns", "values")
    form = StartForm(sent(request, stamp), draft=draft, user=request.user)
    if form.is_valid():
        run = drafts.start(draft=draft, by=request.user, **form.cleaned_data)
        if run:
            tasks.wake_run(run)
        return redirect("referrals:import-detail", draft.uid)
    seen = preview.of(draft) if registry.get(draft.kind).is_mappable else None
    context = context_of(draft, "preview", form=form, preview=seen, stamp=stamp)
    if earlier := drafts.earlier_of(draft):
        in_sight = ImportRun.objects.visible_to(request.user)
        context |= {
            "earlier": earlier,
            "sees_earlier": in_sight.filter(pk=earlier.pk).exists(),
        }
    return render(request, "referrals/import_preview.html", context)


@require(Permission.IMPORT)
@require_POST
@with_draft
def import_discard(request, draft):
    drafts.discard(draft)
    messages.info(request, f"{draft.file_name} was put away. Nothing was imported.")
    return redirect("referrals:import-list")
