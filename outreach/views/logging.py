"""Logging and planning a visit, and what its form asks while one types."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, require
from liaison_crm.lib.htmx import render_page_or_part
from outreach import people, services
from outreach.forms.logging import LogForm
from outreach.forms.visits import PlanForm
from outreach.models import Visit
from outreach.views.asked import row_asked_for
from outreach.views.overrides import record_override
from referrals.models import Physician, Practice


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def visit_create(request):
    planned = row_asked_for(request, "visit", Visit.objects.editable_by(request.user))
    if planned and not planned.is_planned:
        return redirect("outreach:visit-detail", planned.pk)
    context = _context_of(request, guess=people.guessed)
    form = LogForm(request.POST or None, instance=planned, **context)
    if not form.is_valid():
        return render(request, "outreach/visit_create.html", {"form": form})
    save = services.hold_visit if planned else services.log_visit
    try:
        visit = save(
            visit=form.save(),
            met=form.met,
            next_steps=form.next_steps,
            by=request.user,
        )
    except services.KeyTaken:
        raise Http404 from None
    except services.NotPlanned:
        return redirect("outreach:visit-detail", planned.pk)
    record_override(form, visit, by=request.user)
    messages.success(request, "Visit saved.")
    return redirect("outreach:visit-detail", visit.pk)


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def visit_plan(request):
    context = _context_of(request, guess=people.guessed_for_plan)
    form = PlanForm(request.POST or None, **context)
    if not form.is_valid():
        return render(request, "outreach/visit_plan.html", {"form": form})
    try:
        visit = services.plan_visit(visit=form.save(), met=form.met, by=request.user)
    except services.KeyTaken:
        raise Http404 from None
    record_override(form, visit, by=request.user)
    messages.success(request, "Visit planned.")
    return redirect("outreach:visit-detail", visit.pk)


@require(Permission.VISIT_LOG)
@require_GET
def physician_search(request):
    text, today = request.GET.get("search", ""), timezone.localdate()
    context = {
        "text": text[: people.LONGEST],
        "physicians": people.search_physicians(request.user, text, on=today),
        "practices": people.search_practices(request.user, text),
    }
    return render_page_or_part(
        request,
        "outreach/physician_search.html",
        "outreach/_found_people.html",
        context,
    )


@require(Permission.VISIT_LOG)
@require_GET
def visit_places(request):
    """The practices of the people chosen so far: a part of the visit form."""
    pinned = row_asked_for(request, "pinned", Practice.objects.visible_to(request.user))
    form = LogForm(
        request.GET, user=request.user, now=timezone.localtime(), pinned=pinned
    )
    return render(request, "outreach/_visit_places.html", {"places": form.places()})


def _context_of(request, *, guess):
    """What the form needs to know: whose, when, and from which page it came."""
    user, now = request.user, timezone.localtime()
    practice = row_asked_for(request, "practice", Practice.objects.visible_to(user))
    physician = row_asked_for(request, "physician", Physician.objects.visible_to(user))
    if practice:
        guesses = people.guessed_at(practice, user, on=now.date())
    else:
        guesses = guess(user, on=now.date())
    return {
        "user": user,
        "now": now,
        "pinned": practice,
        "guesses": guesses,
        "initial": {"physicians": [physician.pk]} if physician else {},
    }
