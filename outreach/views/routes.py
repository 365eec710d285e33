"""The way through a day's stops, and its opening in the phone's map."""

import datetime as dt
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from liaison_crm.lib import geography
from outreach import routes
from outreach.forms.routes import RouteForm
from outreach.models import Visit
from referrals.pages.locator import has_place, point_of

DIRECTIONS = "https://www.google.com/maps/dir/?"
MOST_ON_THE_WAY = 9  # that a map application takes between the ends


@require(Permission.VISIT_LOG)
@require_GET
def day_route(request):
    form = RouteForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    day = asked.get("on") or timezone.localdate()
    stops = (
        Visit.objects.visible_to(request.user)
        .filter(liaison=request.user, visited_on=day)
        .planned()
        .with_people()
        .in_order_of_the_day()
    )
    legs = routes.route(
        [
            routes.Stop(
                visit,
                point_of(visit.practice),
                visit.visited_at,
                is_approximate=not has_place(visit.practice),
            )
            for visit in stops
        ],
        start=geography.centroid(asked.get("start") or ""),
    )
    context = {
        "form": form,
        "day": day,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1),
        "legs": legs,
        "total": sum(leg.miles or 0 for leg in legs),
        "is_approximate": any(leg.is_approximate and leg.miles for leg in legs),
        "unplaced": sum(leg.stop.place is None for leg in legs),
        "directions": directions([leg.stop.of.practice for leg in legs]),
        "definition": routes.__doc__,
    }
    return render(request, "outreach/day_route.html", context)


def directions(practices) -> str:
    """Where a map application shows the way from here; "" if it cannot show all."""
    addresses = [practice.address for practice in practices if practice.address]
    if not addresses or len(addresses) > MOST_ON_THE_WAY + 1:
        return ""
    *between, last = addresses
    query = {"api": 1, "destination": last}
    if between:
        query["waypoints"] = "|".join(between)
    return DIRECTIONS + urlencode(query)
