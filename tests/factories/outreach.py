import datetime as dt

import factory

from outreach.models import CallPause, Task, Visit, VisitAttendee
from tests.factories.accounts import UserFactory
from tests.factories.referrals import PhysicianFactory, PracticeFactory


class VisitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Visit

    liaison = factory.SubFactory(UserFactory)
    practice = factory.SubFactory(PracticeFactory)
    visited_on = dt.date(2026, 3, 2)
    outcome = Visit.Outcome.POSITIVE


class VisitAttendeeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = VisitAttendee

    visit = factory.SubFactory(VisitFactory)
    physician = factory.SubFactory(PhysicianFactory)


class TaskFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Task

    title = "Send the new referral form"
    due_on = dt.date(2026, 3, 9)
    owner = factory.SubFactory(UserFactory)


class CallPauseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallPause

    practice = factory.SubFactory(PracticeFactory)
    starts_on = dt.date(2026, 3, 2)
    ends_on = dt.date(2040, 3, 9)
    reason = "Closed for a move"
    created_by = factory.SubFactory(UserFactory)
