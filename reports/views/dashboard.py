"""The dashboard of managers, executives and administrators."""

import datetime as dt

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from reports.metrics import activity
from reports.metrics import leakage as leakage_metric
from reports.metrics import roi as roi_metric
from reports.services import dashboard as board


@require(Permission.RETURN_READ)
@require_GET
def dashboard(request):
    today = timezone.localdate()
    as_of = board.newest_day(request.user, today=today)
    falls, rises = board.moves_for(request.user, on=as_of + dt.timedelta(days=1))
    context = {
        "today": today,
        "as_of": as_of,
        "leakage": board.leakage_for(request.user, on=today),
        "leakage_definition": leakage_metric.__doc__,
        "roi": board.roi_for(request.user),
        "roi_definition": roi_metric.__doc__,
        "received": board.received_for(request.user, on=as_of),
        "team": board.team_for(request.user, on=today),
        "team_period": board.team_period(today),
        "falls": falls,
        "rises": rises,
        "activity_definition": activity.__doc__,
    }
    return render(request, "reports/dashboard.html", context)
