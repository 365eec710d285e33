"""The dashboard of managers, executives and administrators."""

import datetime as dt

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from reports.charts import line
from reports.metrics import activity
from reports.metrics import leakage as leakage_metric
from reports.metrics import roi as roi_metric
from reports.services import dashboard as board


def months_chart(months):
    """Referrals received by month; each point opens its rows."""
    url = reverse("referrals:referral-list")
    points = [
        line.Point(
            month.period.start,
            month.number,
            f"{url}?received_from={month.period.start}&received_to={month.last_day}",
        )
        for month in months
    ]
    return line.draw(
        "Referrals received by month",
        "Whole months, the newest last",
        [line.Series("Referrals", points)],
    )


@require(Permission.RETURN_READ)
@require_GET
def dashboard(request):
    today = timezone.localdate()
    as_of = board.newest_day(request.user, today=today)
    falls, rises = board.moves_for(request.user, on=as_of + dt.timedelta(days=1))
    received = board.received_for(request.user, on=as_of)
    context = {
        "today": today,
        "as_of": as_of,
        "leakage": board.leakage_for(request.user, on=today),
        "leakage_definition": leakage_metric.__doc__,
        "roi": board.roi_for(request.user),
        "roi_definition": roi_metric.__doc__,
        "received": received,
        "months_chart": months_chart(received.months),
        "team": board.team_for(request.user, on=today),
        "team_period": board.team_period(today),
        "falls": falls,
        "rises": rises,
        "activity_definition": activity.__doc__,
    }
    return render(request, "reports/dashboard.html", context)
