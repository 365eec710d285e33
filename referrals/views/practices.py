"""Practices: list, page, what people may set."""

from urllib.parse import urlencode

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import csv_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.sorting import sorted_by
from referrals import actions, timeline, trend
from referrals.filters import PracticeFilter
from referrals.forms import PracticeForm
from referrals.models import Practice, Referral
from referrals.views.contacts import contact_edit
from referrals.views.exports import exported

SORTS = {
    "name": "name",
    "city": "city",
    "zip": "zip_code",
    "organization": "organization__name",
    "tier": "tier",
    "physicians": "physician_count",
}
MAP = "https://www.openstreetmap.org/search?"


def found(request):
    """The filter of the request, and the practices it finds, in its order."""
    today = timezone.localdate()
    practices = Practice.objects.visible_to(request.user).select_related("organization")
    chosen = PracticeFilter(request.GET, queryset=practices, request=request, on=today)
    practices = chosen.qs.with_physician_count(on=today)
    return chosen, *sorted_by(practices, request.GET.get("sort"), SORTS, default="name")


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_list(request):
    chosen, practices, sort = found(request)
    return render(
        request,
        "referrals/practice_list.html",
        {
            "page": page_of(practices, request.GET.get("page")),
            "filter": chosen,
            "sort": sort,
        },
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_export(request):
    practices = found(request)[1]
    exported(request, "Practices", practices)
    header = (
        "name address_line_1 address_line_2 city state zip phone fax "
        "organization organization_npi tier active physicians"
    )
    rows = map(row_of, practices.iterator(chunk_size=1000))
    return csv_response("practices.csv", header.split(), rows)


def row_of(practice):
    organization = practice.organization
    return [
        practice.name,
        practice.address_line_1,
        practice.address_line_2,
        practice.city,
        practice.state,
        practice.zip_code,
        practice.phone,
        practice.fax,
        organization and organization.name,
        organization and organization.npi,
        practice.tier,
        "yes" if practice.is_active else "no",
        practice.physician_count,
    ]


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_detail(request, pk):
    user, today = request.user, timezone.localdate()
    practice = get_object_or_404(
        Practice.objects.visible_to(user).select_related("organization"), pk=pk
    )
    context = {
        "practice": practice,
        "map_url": MAP + urlencode({"query": practice.address}),
        "page": page_of(people_of(practice, user, today), request.GET.get("page")),
        "today": today,
        "timeline": timeline.of(practice, user, asked=request.GET.get("entries")),
        "actions": actions.of(practice, user),
    }
    if can(user, Permission.REFERRAL_READ):
        referrals = Referral.objects.visible_to(user).made_by(practice)
        context["trend"] = trend.by_month(referrals, on=today)
        context["trend_query"] = f"practice={practice.pk}"
    return render(request, "referrals/practice_detail.html", context)


def people_of(practice, user, today):
    """Affiliations of the practice, current ones first."""
    return (
        practice.affiliations.seen_by(user, on=today)
        .with_network_status(on=today)
        .select_related("physician__specialty__service_line")
        .order_by("-is_current", "physician__last_name", "physician__first_name", "pk")
    )


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def practice_edit(request, pk):
    practice = get_object_or_404(Practice.objects.visible_to(request.user), pk=pk)
    url = reverse("referrals:practice-detail", args=[pk])
    return contact_edit(request, practice, PracticeForm, url)
