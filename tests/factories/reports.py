import datetime as dt

import factory

from reports.models import ProgrammeCost, ReportRun


class ReportRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReportRun

    kind = ReportRun.Kind.LEAKAGE


class ProgrammeCostFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProgrammeCost

    month = dt.date(2026, 3, 1)
    category = ProgrammeCost.Category.SALARIES
    amount_cents = 1_000_000
