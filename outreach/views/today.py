from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Territory
from accounts.permissions import Permission, require
from outreach.models import Visit

DUE_SHOWN = 8


@require(Permission.VISIT_LOG)
@require_GET
def today(request):
    user, day = request.user, timezone.localdate()
    mine = Visit.objects.visible_to(user).filter(liaison=user)
    planned = mine.planned().with_people().in_order_of_the_day()
    context = {
        "today": day,
        "has_territory": Territory.objects.visible_to(user).exists(),
        "stops": planned.filter(visited_on=day),
        "missed": planned.filter(visited_on__lt=day),
    }
    return render(request, "outreach/today.html", context)
