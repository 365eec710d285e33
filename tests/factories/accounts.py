import datetime as dt

import factory

from accounts.models import (
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
