"""How often whom, set by who leads; when not, said by who knows."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from outreach import call_cycles, pauses
from outreach.forms.call_cycles import CallCycleSettingsForm, CallPauseForm
from outreach.models import CallPause
from outreach.services import KeyTaken
from referrals.models import Physician, Practice
from referrals.views.standing import row_or_404


@require(Permission.CALL_CYCLE_SET)
@require_http_methods(["GET", "POST"])
def settings_edit(request):
    form = CallCycleSettingsForm(
        request.POST or None, instance=call_cycles.current_settings()
    )
    if not form.is_valid():
        context = {"form": form, "definition": call_cycles.__doc__}
        return render(request, "outreach/call_cycle_settings_edit.html", context)
    pauses.save_settings(settings=form.save(commit=False), by=request.user)
    messages.success(request, "Saved. It holds from now on.")
    return redirect("outreach:call-cycle-settings-edit")


@require(Permission.VISIT_READ)
@require_GET
def pause_list(request):
    day = timezone.localdate()
    running = (
        CallPause.objects.visible_to(request.user)
        .running(on=day)
        .select_related("physician", "practice", "created_by")
        .order_by("ends_on", "pk")
    )
    context = {"page": page_of(running, request.GET.get("page")), "today": day}
    return render(request, "outreach/call_pause_list.html", context)


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def practice_pause(request, pk):
    practice = row_or_404(Practice.objects.visible_to(request.user), pk)
    back = reverse("referrals:practice-detail", args=[pk])
    return _pause(request, back, practice=practice)


@require(Permission.VISIT_LOG)
@require_http_methods(["GET", "POST"])
def physician_pause(request, pk):
    physician = row_or_404(Physician.objects.visible_to(request.user), pk)
    back = reverse("referrals:physician-detail", args=[pk])
    return _pause(request, back, physician=physician)


def _pause(request, back, **of):
    (subject,) = of.values()
    form = CallPauseForm(request.POST or None, on=timezone.localdate())
    if not form.is_valid():
        context = {"form": form, "of": subject, "back": back}
        return render(request, "outreach/call_pause_create.html", context)
    try:
        pauses.pause(**form.cleaned_data, **of, by=request.user)
    except KeyTaken:
        raise Http404 from None
    form.record_override(by=request.user, about=f"Pause of {subject}", url=back)
    messages.success(request, f"Paused: {subject}.")
    return redirect("outreach:call-pause-list")


@require(Permission.VISIT_LOG)
@require_POST
def pause_end(request, pk):
    day = timezone.localdate()
    running = CallPause.objects.visible_to(request.user).running(on=day)
    pause = get_object_or_404(running, pk=pk)
    pauses.end(pause=pause, on=day)
    messages.success(request, f"{pause.of} counts again.")
    return redirect("outreach:call-pause-list")
