"""What a dry run would change, looked at before it is taken."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from referrals import tasks
from referrals.forms.roster import DayField
from referrals.imports import execution, uploads
from referrals.imports.roster import COMPLETE_ON
from referrals.models import Difference
from referrals.views.imports import run_of


class CompleteForm(forms.Form):
    """The day on which the file is the whole roster."""

    complete_on = DayField(label="What is not in the file ends on")


def looked_at(request, uid):
    """The dry run whose difference is asked for; 404 for any other run."""
    run = run_of(request, uid)
    if not execution.can_be_taken(run):
        raise Http404
    return run


@require(Permission.IMPORT)
@require_GET
def import_difference(request, uid):
    run = looked_at(request, uid)
    sort = request.GET.get("sort")
    sort = sort if sort in Difference.Sort.values else Difference.Sort.NEW
    counts = [(one, run.difference_count(one)) for one in Difference.Sort]
    context = {
        "run": run,
        "sort": Difference.Sort(sort),
        "counts": counts,
        "count": run.difference_count(sort),
        "complete_on": run.options.get(COMPLETE_ON),
        "form": CompleteForm(initial={"complete_on": run.options.get(COMPLETE_ON)}),
        "page": page_of(
            run.differences.filter(sort=sort).order_by("pk"), request.GET.get("page")
        ),
    }
    return render(request, "referrals/import_difference.html", context)


def passed_on(request, run, **changes):
    """Queue a run of the same file; back to the dry run if the file is gone."""
    try:
        following = uploads.take(run=run, by=request.user, **changes)
    except uploads.NotRetriable as reason:
        messages.error(request, str(reason))
        return redirect("referrals:import-detail", run.uid)
    tasks.wake_run(following)
    return redirect("referrals:import-detail", following.uid)


@require(Permission.IMPORT)
@require_POST
def import_take(request, uid):
    """Take the file as the dry run did, this time for real."""
    return passed_on(request, looked_at(request, uid), is_dry_run=False)


@require(Permission.IMPORT)
@require_POST
def import_complete(request, uid):
    """Look again: what if the file is the whole roster on a day?"""
    run = looked_at(request, uid)
    form = CompleteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose the day on which the file is complete.")
        return redirect("referrals:import-difference", run.uid)
    day = form.cleaned_data["complete_on"].isoformat()
    return passed_on(request, run, options=run.options | {COMPLETE_ON: day})
