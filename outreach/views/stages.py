"""The stage of a practice, set by who works there."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from liaison_crm.lib.versions import ChangedMeanwhile
from outreach import stages
from outreach.forms.stages import StageForm
from referrals.models import Practice
from referrals.services import directory


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def practice_stage(request, pk):
    practice = get_object_or_404(Practice.objects.visible_to(request.user), pk=pk)
    initial = {"stage": practice.stage, "version": practice.version}
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
        directory.change(
            subject=practice,
            values={"stage": told["stage"]},
            version=told["version"],
            by=request.user,
            at=timezone.now(),
            reason=told["reason"],
        )
    except ChangedMeanwhile:
        practice.refresh_from_db()
        form.data = form.data.copy()
        form.data["version"] = practice.version
        form.add_error(
            None,
            f"The practice was changed meanwhile; it is {practice.get_stage_display()} "
            "now. Save again if your stage still holds.",
        )
        return False
    messages.success(request, f"{practice}: {Practice.Stage(told['stage']).label}.")
    return True
