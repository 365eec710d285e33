"""Practices: list, page, what people may set."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from referrals.filters import PracticeFilter
from referrals.lists import PRACTICES
from referrals.models import Practice
from referrals.views.exports import exported


def found(request):
    """The filter of the request, and the practices it finds, in its order."""
    today = timezone.localdate()
    practices = Practice.objects.visible_to(request.user)
    chosen = PracticeFilter(request.GET, queryset=practices, request=request, on=today)
    practices = chosen.qs.with_physician_count(on=today)
    return chosen, *PRACTICES.sorted(practices, request.GET)


def as_shown(practices):
    """The practices with all that a row of the list shows."""
    practices = practices.select_related("organization", "owner")
    return practices.with_physician_count(on=timezone.localdate())


def map_url(request):
    """The same practices on the map."""
    return f"{reverse('referrals:practice-map')}?{PRACTICES.asked(request.GET)}"


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_list(request):
    chosen, practices, sort = found(request)
    return render(
        request,
        "referrals/practice_list.html",
        {
            "page": page_of(
                practices,
                request.GET.get("page"),
                # Read by keys that were found in scope.
                rows=as_shown(Practice.objects.all()),
            ),
            "filter": chosen,
            "sort": sort,
            "bar": PRACTICES.bar(request),
            "map_url": map_url(request),
            "may_edit": can(request.user, Permission.DIRECTORY_EDIT),
        },
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_export(request):
    practices = found(request)[1]
    exported(request, "Practices", practices)
    rows = in_sight_still(as_shown(practices), user=request.user)
    table = PRACTICES.table(request.GET, rows)
    return table_response(request, "practices", *table)
