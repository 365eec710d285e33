import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record

Action = AuditEvent.Action


@pytest.fixture
def officer(signed_in, compliance_officer):
    return signed_in(compliance_officer)


@pytest.fixture
def events(liaison, manager):
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=timezone.get_current_timezone())
    with time_machine.travel(noon, tick=False):
        record(action=Action.SIGN_IN, by=liaison, subject=liaison, address="10.0.0.7")
    with time_machine.travel(noon + dt.timedelta(days=1), tick=False):
        record(
            action=Action.ROLE_CHANGED,
            by=manager,
            subject="Sid",
            detail={"role": ["liaison", "manager"]},
        )


def actions(response):
    return [event.action for event in response.context["page"]]


def test_the_newest_event_stands_first_with_its_detail(officer, events):
    response = officer.get("/audit/")

    assert actions(response) == ["role_changed", "sign_in"]
    assert "role: liaison → manager" in response.content.decode()
    assert "10.0.0.7" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("action=sign_in", ["sign_in"]),
        ("q=lea", ["sign_in"]),
        ("q=manager@", ["role_changed"]),
        ("q=Sid", ["role_changed"]),
        ("since=2026-03-03", ["role_changed"]),
        ("until=2026-03-02", ["sign_in"]),
        ("since=2026-03-03&until=2026-03-02", []),
    ],
)
def test_filters_narrow_the_list(query, expected, officer, events):
    assert actions(officer.get(f"/audit/?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "action=nonsense",
        "q=%00",
        "since=tomorrow",
        "until=9999-12-31",
        "since=0001-01-01",
        "until=9999-12-30",
        "since=2026-03-08T02:30",
    ],
)
def test_a_query_that_makes_no_sense_shows_everything(query, officer, events):
    assert len(actions(officer.get(f"/audit/?{query}"))) == 2


def test_a_page_of_events_takes_few_queries(
    officer, liaison, manager, django_assert_max_num_queries
):
    for person in [liaison, manager] * 20:
        record(action=Action.SIGN_IN, by=person, subject=person)

    with django_assert_max_num_queries(6):
        officer.get("/audit/")


def test_the_export_respects_the_filters_and_is_itself_audited(
    officer, events, compliance_officer
):
    response = officer.get("/audit/export/?action=sign_in")

    text = b"".join(response.streaming_content).decode()
    assert "Signed in" in text
    assert "Role changed" not in text
    assert AuditEvent.objects.get(action=Action.EXPORTED).actor == compliance_officer


def test_what_somebody_typed_at_sign_in_leaves_inert(officer):
    record(action=Action.SIGN_IN_FAILED, by=None, subject="=cmd|'/c calc'!A1")

    text = b"".join(officer.get("/audit/export/").streaming_content).decode()

    assert "'=cmd" in text
