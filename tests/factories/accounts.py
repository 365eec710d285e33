import datetime as dt

import factory
from django.utils import timezone

from accounts.models import (
    Coverage,
    Notification,
    SavedView,
    Territory,
    TerritoryAssignment,
    TerritoryZip,
    User,
    WhatIf,
)

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    role = User.Role.LIAISON
    password = factory.django.Password(PASSWORD)


class TerritoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Territory

    name = factory.Sequence(lambda n: f"Territory {n}")


class TerritoryZipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TerritoryZip

    territory = factory.SubFactory(TerritoryFactory)
    zip_code = factory.Sequence(lambda n: f"{10000 + n}")


class TerritoryAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TerritoryAssignment

    user = factory.SubFactory(UserFactory)
    territory = factory.SubFactory(TerritoryFactory)
    starts_on = dt.date(2020, 1, 1)


class CoverageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Coverage

    covered = factory.SubFactory(UserFactory)
    covering = factory.SubFactory(UserFactory)
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + dt.timedelta(7))
    made_by = factory.SelfAttribute("covered")


class NotificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    text = "North gains 3 ZIP codes."
    url = "/practices/"
    at = factory.LazyFunction(timezone.now)


class SavedViewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SavedView

    owner = factory.SubFactory(UserFactory)
    list_name = "practices"
    name = factory.Sequence(lambda n: f"View {n}")
    query = "tier=A"


class WhatIfFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WhatIf

    name = factory.Sequence(lambda n: f"What if {n}")
    by = factory.SubFactory(UserFactory)
