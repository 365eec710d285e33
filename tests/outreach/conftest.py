"""A day to stand on, and answers that a form takes."""

import datetime as dt
import uuid

import pytest
import time_machine

from outreach.models import Visit
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory

# A Tuesday, 10:00 in Chicago: the default time zone of the settings.
NOW = dt.datetime(2026, 3, 10, 15, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 10)


@pytest.fixture
def tuesday():
    """The clock stands on Tuesday, March 10, 2026, 10 o'clock."""
    with time_machine.travel(NOW, tick=False):
        yield TODAY


@pytest.fixture
def answers(north_physician):
    """The three answers that a save needs, under a fresh key."""
    return {
        "uid": str(uuid.uuid4()),
        "physicians": [north_physician.pk],
        "kind": "in_person",
        "outcome": "positive",
    }


@pytest.fixture
def planned_visit(tuesday, liaison, north_practice, north_physician):
    """A stop of the liaison, today at nine."""
    visit = VisitFactory(
        liaison=liaison,
        practice=north_practice,
        status=Visit.Status.PLANNED,
        visited_on=tuesday,
        visited_at=dt.time(9),
        outcome="",
        purpose="Introduce the new clinic",
    )
    VisitAttendeeFactory(visit=visit, physician=north_physician)
    return visit
