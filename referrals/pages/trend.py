"""Referrals by month: twelve bars, drawn on the server."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncMonth

MONTHS = 12
SLOT = 30  # width of a month in the drawing
HEIGHT = 60


@dataclass(frozen=True)
class Bar:
    """A month, its count, and where its bar stands in the drawing."""

    month: dt.date
    count: int
    x: int
    y: int
    height: int

    @property
    def last_day(self):
        following = (self.month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        return following - dt.timedelta(days=1)


@dataclass(frozen=True)
class Trend:
    bars: list[Bar]
    total: int
    width: int = MONTHS * SLOT
    height: int = HEIGHT


def by_month(referrals, *, on: dt.date) -> Trend:
    """The referrals received in the month of `on` and the eleven before it."""
    last = on.year * 12 + on.month - 1
    months = [
        dt.date(number // 12, number % 12 + 1, 1)
        for number in range(last - MONTHS + 1, last + 1)
    ]
    rows = (
        referrals.filter(received_on__gte=months[0], received_on__lte=on)
        .order_by()
        .annotate(month=TruncMonth("received_on"))
        .values_list("month")
        .annotate(number=Count("pk"))
    )
    counts = dict(rows)
    most = max(counts.values(), default=0)
    bars = []
    for place, month in enumerate(months):
        number = counts.get(month, 0)
        height = round(HEIGHT * number / most) if most else 0
        bars.append(Bar(month, number, place * SLOT, HEIGHT - height, height))
    return Trend(bars, sum(counts.values()))
