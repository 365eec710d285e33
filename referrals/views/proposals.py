"""The queue of proposed changes: seen by all, decided by stewards."""

from collections import Counter
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guard import Guarded
from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.http import page_to_return_to
from liaison_crm.lib.pagination import page_of
from referrals.lists import PROPOSALS
from referrals.models import Proposal
from referrals.pages import proposal_queue
from referrals.pages.proposal_queue import ProposalFilter
from referrals.services import proposals
from referrals.views.exports import exported

PENDING = Proposal.Status.PENDING
MOST = 100  # decided at once, one by one
MOST_FOUND = 1000  # decided at once, all that a list finds
SHOWN = 20  # of these
RECENT = timedelta(days=14)
LONGEST_KEY = 12  # digits
TOO_LATE = "Somebody else has decided one of these meanwhile. Nothing was changed."
NOT_AS_SHOWN = (
    "Nothing was decided: the proposals, or what stands in their fields, are not as "
    "the preview showed them any more. Look at the list and decide again."
)
CHANGED = (
    "{} has changed since you saw it. Nothing was written: look at the new value "
    "and decide again."
)


class DecisionForm(Guarded, forms.Form):
    """What a steward decides about the chosen proposals."""

    guarded = ("reason",)

    decision = forms.ChoiceField(choices=[("accept", "Accept"), ("decline", "Decline")])
    reason = forms.CharField(required=False, max_length=300)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("decision") == "decline" and not cleaned.get("reason"):
            self.add_error("reason", "Say why you decline.")
        return cleaned


@require(Permission.DIRECTORY_READ)
@require_GET
def proposal_list(request):
    return shown(request)


def asked_for(request):
    """The filter of the request, and what it finds: if it says nothing, pending."""
    asked = request.GET.copy()
    asked["status"] = asked.get("status", PENDING) or proposal_queue.ANY
    rows = Proposal.objects.visible_to(request.user)
    found = ProposalFilter(
        asked, queryset=rows, request=request, on=timezone.localdate()
    )
    rows = proposal_queue.rows_of(found.qs).order_by("-created_at", "-pk")
    return found, rows


@require(Permission.DIRECTORY_READ)
@require_GET
def proposal_export(request):
    rows = asked_for(request)[1]
    exported(request, "Proposals", rows)
    lines = proposal_queue.lines_of([*rows], request.user)
    return table_response(request, "proposals", *PROPOSALS.table(request.GET, lines))


def shown(request, form=None, chosen=(), *, is_all=False):
    """The queue; pending ones, unless the filters say otherwise."""
    found, ordered = asked_for(request)
    # Read by keys that were found in scope.
    rows = proposal_queue.rows_of(Proposal.objects.all())
    page = page_of(ordered, request.GET.get("page"), rows=rows)
    return render(
        request,
        "referrals/proposal_list.html",
        {
            "filter": found,
            "page": page,
            "lines": proposal_queue.lines_of(page.object_list, request.user),
            "form": form,
            "chosen": chosen,
            "is_all": is_all,
            "is_pending": found.form.cleaned_data.get("status") == PENDING,
            "decided": decided_of(request.user),
            "bar": PROPOSALS.bar(request),
        },
    )


def decided_of(user):
    """What became of one's own proposals lately: [("accepted", 2), …]."""
    if not can(user, Permission.PROPOSE):
        return []
    ended = Proposal.objects.visible_to(user).filter(
        by=user, decided_at__gte=timezone.now() - RECENT
    )
    states = (Proposal.Status.ACCEPTED, Proposal.Status.DECLINED)
    counts = Counter(ended.filter(status__in=states).values_list("status", flat=True))
    return [(Proposal.Status(key).label.lower(), counts[key]) for key in sorted(counts)]


@require(Permission.PROPOSAL_DECIDE)
@require_http_methods(["GET", "POST"])
def proposal_decide(request):
    """All that are chosen, or none.

    Where it was refused, the queue is shown at this address: filtering, paging and
    reloading lead from there to the queue's own.
    """
    if request.method == "GET":
        return redirect(queue_of(request))
    form = DecisionForm(request.POST)
    if request.POST.get("all"):
        return decide_all(request, form)
    rows = chosen_of(request)
    if not rows:
        form.add_error(None, "Choose at least one proposal.")
    if form.is_valid() and decided(request, form, rows):
        return redirect(page_to_return_to(request) or "referrals:proposal-list")
    return shown(request, form, {row.pk for row in rows})


def queue_of(request):
    """The queue as it was filtered."""
    url, query = reverse("referrals:proposal-list"), request.GET.urlencode()
    return f"{url}?{query}" if query else url


def decide_all(request, form):
    """All that the queue finds: shown first, then decided whole or not at all."""
    found, rows = asked_for(request)
    rows = [*rows.pending().order_by("pk")[: MOST_FOUND + 1]]
    if not rows or found.form.errors:
        form.add_error(None, "There is nothing to decide here.")
    if len(rows) > MOST_FOUND:
        form.add_error(None, f"At most {MOST_FOUND:,} at once: narrow the list.")
    is_accepted = form.data.get("decision") == "accept"
    if is_accepted and form.is_valid():
        try:
            proposals.check_one_a_field(rows)
        except proposals.NotTakable as refusal:
            form.add_error(None, str(refusal))
    if not form.is_valid():
        return shown(request, form, is_all=True)
    if "seal" in request.POST:
        return all_decided(request, form, rows)
    lines = proposal_queue.lines_of(rows, request.user)
    stale = [line for line in lines if line.then is not None]
    context = {
        "lines": (stale + [line for line in lines if line.then is None])[:SHOWN],
        "rows": len(rows),
        "stale": len(stale),
        "seal": proposals.seal_of(rows),
        "reason": form.cleaned_data["reason"],
        "is_accepted": is_accepted,
        "queue": queue_of(request),
    }
    return render(request, "referrals/proposal_decide.html", context)


def all_decided(request, form, rows):
    is_accepted = form.cleaned_data["decision"] == "accept"
    try:
        proposals.decide_all(
            proposals=rows,
            seal=request.POST["seal"],
            is_accepted=is_accepted,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except (proposals.NotAsShown, proposals.AlreadyDecided, proposals.FieldChanged):
        messages.error(request, NOT_AS_SHOWN)
        return redirect(queue_of(request))
    except proposals.NotTakable as refusal:
        form.add_error(None, str(refusal))
        return shown(request, form, is_all=True)
    word = "Accepted" if is_accepted else "Declined"
    messages.success(request, f"{word}: {len(rows):,}.")
    return redirect(queue_of(request))


def chosen_of(request):
    """The proposals that the boxes name; 404 if one is not in sight."""
    keys = set(request.POST.getlist("proposal"))
    if any(not (key.isascii() and key.isdecimal()) for key in keys):
        raise Http404
    if len(keys) > MOST or any(len(key) > LONGEST_KEY for key in keys):
        raise Http404
    rows = Proposal.objects.visible_to(request.user).filter(pk__in=keys)
    rows = [*proposal_queue.rows_of(rows).order_by("pk")]
    if len(rows) < len(keys):
        raise Http404
    return rows


def decided(request, form, rows):
    """Carry the decision out; else say in the form why not."""
    reason = form.cleaned_data["reason"]
    told = {"proposals": rows, "reason": reason, "by": request.user}
    is_accepted = form.cleaned_data["decision"] == "accept"
    try:
        if is_accepted:
            seen = {row.pk: request.POST.get(f"seen-{row.pk}", "") for row in rows}
            proposals.accept(**told, seen=seen, at=timezone.now())
        else:
            proposals.decline(**told, at=timezone.now())
    except proposals.AlreadyDecided:
        form.add_error(None, TOO_LATE)
    except proposals.FieldChanged as changed:
        form.add_error(None, CHANGED.format(changed.args[0].subject))
    except proposals.NotTakable as refusal:
        form.add_error(None, str(refusal))
    else:
        form.record_override(
            by=request.user,
            about="Decision on proposals",
            url=reverse("referrals:proposal-list"),
        )
        word = "Accepted" if is_accepted else "Declined"
        messages.success(request, f"{word}: {len(rows)}.")
        return True
    return False


@require(Permission.PROPOSE)
@require_POST
def proposal_withdraw(request, pk):
    mine = Proposal.objects.visible_to(request.user).filter(by=request.user)
    subjects = mine.select_related("practice", "physician", "organization")
    proposal = get_object_or_404(subjects, pk=pk)
    try:
        proposals.withdraw(proposal=proposal, by=request.user, at=timezone.now())
    except proposals.AlreadyDecided:
        messages.info(request, "It has been decided already.")
    else:
        messages.success(request, "Withdrawn.")
    return redirect(
        page_to_return_to(request) or reverse("referrals:proposal-list") + "?who=me"
    )
