"""Duplicates: the pairs found, side by side, made one, made two again."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals import tasks
from referrals.forms.merges import DuplicateFilterForm, MergeForm, PairForm
from referrals.models import Duplicate, Merge
from referrals.pages import comparison
from referrals.services import duplicates, merges

TOLD_AGAIN = "One of the two was changed since you opened this page. Look again."


def pair_of(request, pk):
    """A pair of which both rows are in the person's sight, with them."""
    pair = get_object_or_404(Duplicate.objects.visible_to(request.user), pk=pk)
    return duplicates.with_rows([pair])[0]


@require(Permission.DUPLICATE_MERGE)
@require_GET
def duplicate_list(request):
    form = DuplicateFilterForm(request.GET or None)
    pairs = form.narrow(Duplicate.objects.visible_to(request.user))
    page = page_of(pairs.order_by("-likelihood", "pk"), request.GET.get("page"))
    page.object_list = duplicates.with_rows(page.object_list)
    return render(
        request, "referrals/duplicate_list.html", {"page": page, "form": form}
    )


@require(Permission.DUPLICATE_MERGE)
@require_POST
def duplicate_search(request):
    """Ask for the search that otherwise runs at night."""
    tasks.wake_duplicate_search()
    messages.info(request, "The search has been asked for: look again in a minute.")
    return redirect("referrals:duplicate-list")


@require(Permission.DUPLICATE_MERGE)
@require_http_methods(["GET", "POST"])
def duplicate_create(request):
    """Put two rows beside each other that the search did not pair."""
    form = PairForm(request.POST or request.GET or None, user=request.user)
    is_asked = form.is_valid() and form.cleaned_data["other"]
    if request.method == "POST" and is_asked:
        pair = duplicates.put_together(*form.pair, by=request.user, at=timezone.now())
        return redirect("referrals:duplicate-detail", pair.pk)
    return render(request, "referrals/duplicate_create.html", {"form": form})


@require(Permission.DUPLICATE_MERGE)
@require_http_methods(["GET", "POST"])
def duplicate_detail(request, pk):
    pair = pair_of(request, pk)
    rows = [pair.one, pair.other]
    kept, removed = rows[::-1] if request.GET.get("keep") == "other" else rows
    lines = comparison.lines(kept, removed)
    form = MergeForm(request.POST or None, kept=kept, removed=removed, lines=lines)
    if form.is_valid() and (merged := merged_as(request, form)):
        return redirect(f"referrals:{merged.kind}-detail", kept.pk)
    context = {
        "form": form,
        "kept": kept,
        "removed": removed,
        "pair": pair,
        "attached": comparison.attached(kept, removed),
    }
    return render(request, "referrals/duplicate_detail.html", context)


def merged_as(request, form):
    """The merge that the form asks for; None if the form now says why not."""
    try:
        merge = merges.merge(**form.as_asked(), by=request.user, at=timezone.now())
    except ChangedMeanwhile:
        form.add_error(None, TOLD_AGAIN)
    except merges.CannotMerge as reason:
        form.add_error(None, str(reason))
    else:
        messages.success(request, f"{form.removed} is now a part of {form.kept}.")
        return merge


@require(Permission.DUPLICATE_MERGE)
@require_POST
def duplicate_dismiss(request, pk):
    pair = pair_of(request, pk)
    duplicates.dismiss(duplicate=pair, by=request.user, at=timezone.now())
    messages.success(request, f"{pair.one} and {pair.other} stay two.")
    return redirect("referrals:duplicate-list")


@require(Permission.DUPLICATE_MERGE)
@require_GET
def merge_list(request):
    found = Merge.objects.visible_to(request.user).select_related(
        "practice", "physician", "organization", "by", "undone_by"
    )
    page = page_of(found.order_by("-at", "-pk"), request.GET.get("page"))
    return render(request, "referrals/merge_list.html", {"page": page})


@require(Permission.DUPLICATE_MERGE)
@require_http_methods(["GET", "POST"])
def merge_undo(request, pk):
    merge = get_object_or_404(Merge.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        return render(request, "referrals/merge_undo.html", {"merge": merge})
    try:
        kept = merges.undo(merge=merge, by=request.user, at=timezone.now())[1]
    except merges.CannotUndo as reason:
        messages.error(request, str(reason))
    else:
        left = f" {kept} changes stay, changed since." if kept else ""
        messages.success(request, f"{merge.removed_name} is back.{left}")
    return redirect(reverse("referrals:merge-list"))
