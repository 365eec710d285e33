"""The stage of a practice, set by who works there."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from liaison_crm.lib.versions import ChangedMeanwhile
from outreach import stages
from outreach.forms.stages import StageForm
from referrals.models import Practice
from referrals.views.standing import row_or_404


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def practice_stage(request, pk):
    practice = row_or_404(Practice.objects.visible_to(request.user), pk)
    initial = dict.fromkeys(("stage", "seen"), practice.stage)
    initial["version"] = practice.version
    form = StageForm(request.POST or None, initial=initial)
    if form.is_valid() and changed(request, practice, form):
        return redirect("referrals:practice-detail", pk)
    return render(
        request,
        "outreach/practice_stage.html",
        {"form": form, "practice": practice, "definition": stages.__doc__},
    )


def changed(request, practice, form):
    """Set the stage, if the person saw the practice as it is; was it set?"""
    told = form.cleaned_data
    try:
        stages.say(practice=practice, **told, by=request.user, at=timezone.now())
    except ChangedMeanwhile:
        row_or_404(Practice.objects.visible_to(request.user), practice.pk)
        practice.refresh_from_db()
        form.data = form.data.copy()
        form.data["version"], form.data["seen"] = practice.version, practice.stage
        form.add_error(
            None,
            f"The practice was changed meanwhile; it is {practice.get_stage_display()} "
            "now. Save again if your stage still holds.",
        )
        return False
    form.record_override(
        by=request.user,
        about=f"Stage of {practice}",
        url=reverse("referrals:practice-detail", args=[practice.pk]),
    )
    messages.success(request, f"{practice}: {Practice.Stage(told['stage']).label}.")
    return True
