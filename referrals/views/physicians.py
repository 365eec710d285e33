"""Physicians: list, page, what people may set."""

from django.db.models import Prefetch
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from referrals.filters import PhysicianFilter
from referrals.lists import PHYSICIANS
from referrals.models import (
    Affiliation,
    Physician,
)
from referrals.views.exports import exported

EXPORTED_AT_ONCE = 10_000  # each time their practices are read, in one query


def found(request):
    """The filter of the request, and the physicians it finds, in its order."""
    today = timezone.localdate()
    chosen = PhysicianFilter(
        request.GET,
        queryset=Physician.objects.visible_to(request.user),
        request=request,
        on=today,
    )
    ordered, sort = PHYSICIANS.sorted(
        chosen.qs.with_network_status(on=today), request.GET
    )
    return chosen, ordered, sort


def as_shown(physicians, user):
    """The physicians with all that a row of the list shows."""
    today = timezone.localdate()
    places = places_in_sight(user).current(on=today)
    return (
        physicians.select_related("specialty__service_line", "owner")
        .with_network_status(on=today)
        .prefetch_related(Prefetch("affiliations", places))
    )


def places_in_sight(user):
    """Affiliations with practices that the person sees."""
    return Affiliation.objects.among_visible_to(user).select_related("practice")


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_list(request):
    chosen, physicians, sort = found(request)
    return render(
        request,
        "referrals/physician_list.html",
        {
            "page": page_of(
                physicians,
                request.GET.get("page"),
                # Read by keys that were found in scope.
                rows=as_shown(Physician.objects.all(), request.user),
            ),
            "filter": chosen,
            "sort": sort,
            "bar": PHYSICIANS.bar(request),
            "may_edit": can(request.user, Permission.DIRECTORY_EDIT),
        },
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_export(request):
    physicians = found(request)[1]
    exported(request, "Physicians", physicians)
    shown = as_shown(physicians, request.user)
    rows = in_sight_still(shown, user=request.user)
    table = PHYSICIANS.table(request.GET, rows)
    return table_response(request, "physicians", *table)
