"""Referrals: the worklist, the list, and one referral on its way."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.http import page_to_return_to
from liaison_crm.lib.pagination import page_of
from referrals import closed_loop, services, worklist
from referrals.filters import ReferralFilter, WorklistFilter
from referrals.forms.referrals import StatusForm
from referrals.lists import REFERRALS
from referrals.models import Organization, Physician, Practice, Referral
from referrals.views.exports import exported

ENDPOINTS = (
    "service_line",
    "referring_physician",
    "referring_practice",
    "referred_to_physician",
    "referred_to_organization",
)


@require(Permission.REFERRAL_WORK)
@require_GET
def referral_worklist(request):
    today = timezone.localdate()
    referrals = Referral.objects.visible_to(request.user).open()
    chosen = WorklistFilter(request.GET, queryset=referrals, request=request, on=today)
    tabs = worklist.tabs(chosen.qs, on=today)
    group = worklist.chosen(request.GET.get("group"), tabs)
    waiting = worklist.waiting(chosen.qs, group)
    page = page_of(waiting, request.GET.get("page"), rows=whole())
    return render(
        request,
        "referrals/referral_worklist.html",
        {
            "tabs": tabs,
            "group": group,
            "page": page,
            "rows": worklist.rows(page, on=today),
            "filter": chosen,
            "norms": closed_loop.NORMS,
        },
    )


def whole():
    """Referrals with all that a line prints: to read a page by its keys."""
    return Referral.objects.select_related(*ENDPOINTS)


def found(request):
    """The filter of the request, and the referrals it finds, in its order."""
    referrals = Referral.objects.visible_to(request.user)
    chosen = ReferralFilter(
        request.GET, queryset=referrals, request=request, on=timezone.localdate()
    )
    return chosen, *REFERRALS.sorted(chosen.qs, request.GET)


@require(Permission.REFERRAL_READ)
@require_GET
def referral_list(request):
    chosen, referrals, sort = found(request)
    return render(
        request,
        "referrals/referral_list.html",
        {
            "page": page_of(referrals, request.GET.get("page"), rows=whole()),
            "filter": chosen,
            "practice": chosen.practice_chosen,
            "sort": sort,
            "bar": REFERRALS.bar(request),
        },
    )


@require(Permission.REFERRAL_READ)
@require_GET
def referral_export(request):
    referrals = found(request)[1]
    exported(request, "Referrals", referrals)
    rows = in_sight_still(referrals.select_related(*ENDPOINTS), user=request.user)
    return table_response(request, "referrals", *REFERRALS.table(request.GET, rows))


def in_sight(request, pk):
    referrals = Referral.objects.visible_to(request.user).select_related(*ENDPOINTS)
    return get_object_or_404(referrals, pk=pk)


@require(Permission.REFERRAL_READ)
@require_GET
def referral_detail(request, pk):
    referral = in_sight(request, pk)
    initial = {"status": request.GET.get("status", "")}
    if initial["status"] == Referral.Status.SEEN and referral.appointment_at:
        initial["at"] = min(referral.appointment_at, timezone.now())
    form = StatusForm(referral=referral, now=timezone.now(), initial=initial)
    return page_of_referral(request, referral, form)


def page_of_referral(request, referral, form, *, is_stale=False):
    user, today = request.user, timezone.localdate()
    return render(
        request,
        "referrals/referral_detail.html",
        {
            "referral": referral,
            "form": form if can(user, Permission.REFERRAL_WORK) else None,
            "is_stale": is_stale,
            "steps": closed_loop.steps_of(referral),
            "row": worklist.row(referral, on=today),
            "log": referral.status_changes.select_related("by").order_by("-at", "-pk"),
            "linked": linked(referral, user),
        },
    )


def linked(referral, user):
    """The ends of the referral whose pages the person may open."""
    people = {referral.referring_physician_id, referral.referred_to_physician_id}
    organizations = Organization.objects.visible_to(user)
    practices = Practice.objects.visible_to(user)
    return {
        "people": set(
            Physician.objects.visible_to(user)
            .filter(pk__in=people - {None})
            .values_list("pk", flat=True)
        ),
        "practice": practices.filter(pk=referral.referring_practice_id).exists(),
        "organization": organizations.filter(
            pk=referral.referred_to_organization_id
        ).exists(),
    }


@require(Permission.REFERRAL_WORK)
@require_POST
def referral_status(request, pk):
    referral = in_sight(request, pk)
    form = StatusForm(request.POST, referral=referral, now=timezone.now())
    if not form.is_valid():
        return page_of_referral(request, referral, form)
    try:
        services.change_status(referral=referral, by=request.user, **form.cleaned_data)
    except services.InvalidChange as refusal:
        form.add_error(refusal.field, refusal.message)
        return page_of_referral(request, referral, form)
    except services.ChangedMeanwhile:
        return page_of_referral(request, in_sight(request, pk), form, is_stale=True)
    form.record_override(
        by=request.user,
        about=referral,
        url=reverse("referrals:referral-detail", args=[pk]),
    )
    messages.success(request, f"{referral}: {referral.get_status_display()}.")
    return redirect(
        page_to_return_to(request) or reverse("referrals:referral-detail", args=[pk])
    )
