"""Physicians: list, page, what people may set."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import csv_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.sorting import sorted_by
from referrals import actions, timeline, trend
from referrals.filters import PhysicianFilter
from referrals.forms import PhysicianForm
from referrals.models import (
    Affiliation,
    Physician,
    Practice,
    Referral,
    RosterEntry,
)
from referrals.views.contacts import contact_edit
from referrals.views.exports import exported

SORTS = {
    "name": "last_name",
    "npi": "npi",
    "specialty": "specialty__code",
    "service_line": "specialty__service_line__name",
    "tier": "tier",
    "network": "network_status",
}


def found(request):
    """The filter of the request, and the physicians it finds, in its order."""
    today = timezone.localdate()
    physicians = (
        Physician.objects.visible_to(request.user)
        .select_related("specialty__service_line")
        .with_network_status(on=today)
    )
    chosen = PhysicianFilter(
        request.GET, queryset=physicians, request=request, on=today
    )
    ordered, sort = sorted_by(chosen.qs, request.GET.get("sort"), SORTS, default="name")
    places = places_in_sight(request.user).current(on=today)
    return chosen, ordered.prefetch_related(Prefetch("affiliations", places)), sort


def places_in_sight(user):
    """Affiliations with practices that the person sees."""
    return Affiliation.objects.filter(
        practice__in=Practice.objects.visible_to(user)
    ).select_related("practice")


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_list(request):
    chosen, physicians, sort = found(request)
    return render(
        request,
        "referrals/physician_list.html",
        {
            "page": page_of(physicians, request.GET.get("page")),
            "filter": chosen,
            "sort": sort,
        },
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_export(request):
    physicians = found(request)[1]
    exported(request, "Physicians", physicians)
    header = (
        "npi last_name first_name credential taxonomy_code service_line tier "
        "network_status phone email active deactivated_on replacement_npi practices"
    )
    rows = map(row_of, physicians.iterator(chunk_size=1000))
    return csv_response("physicians.csv", header.split(), rows)


def row_of(physician):
    specialty = physician.specialty
    return [
        physician.npi,
        physician.last_name,
        physician.first_name,
        physician.credential,
        specialty and specialty.code,
        specialty and specialty.service_line,
        physician.tier,
        physician.network_status,
        physician.phone,
        physician.email,
        "yes" if physician.is_active else "no",
        physician.deactivated_on,
        physician.replacement_npi,
        "; ".join(place.practice.name for place in physician.affiliations.all()),
    ]


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_detail(request, pk):
    user, today = request.user, timezone.localdate()
    physician = get_object_or_404(
        Physician.objects.visible_to(user)
        .select_related("specialty__service_line")
        .with_network_status(on=today),
        pk=pk,
    )
    context = {
        "physician": physician,
        "replacement": replacement_of(physician, user),
        "roster": RosterEntry.objects.filter(npi=physician.npi).order_by(
            "-effective_from"
        ),
        "places": places_in_sight(user)
        .filter(physician=physician)
        .seen_by(user, on=today)
        .order_by("-is_current", "-is_primary", "practice__name", "pk"),
        "timeline": timeline.of(physician, user, asked=request.GET.get("entries")),
        "actions": actions.of(physician, user),
        "today": today,
    }
    if can(user, Permission.REFERRAL_READ):
        referrals = Referral.objects.visible_to(user).made_by(physician)
        context["trend"] = trend.by_month(referrals, on=today)
        context["trend_query"] = f"referrer={physician.npi}"
    return render(request, "referrals/physician_detail.html", context)


def replacement_of(physician, user):
    """The physician whom the replacement NPI names, if in sight."""
    if not physician.replacement_npi:
        return None
    in_sight = Physician.objects.visible_to(user)
    return in_sight.filter(npi=physician.replacement_npi).first()


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def physician_edit(request, pk):
    physician = get_object_or_404(Physician.objects.visible_to(request.user), pk=pk)
    url = reverse("referrals:physician-detail", args=[pk])
    return contact_edit(request, physician, PhysicianForm, url)
