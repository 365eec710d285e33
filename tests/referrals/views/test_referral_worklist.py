import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from tests.factories.referrals import ReferralFactory

URL = reverse("referrals:referral-worklist")


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def rows(signed_in, coordinator):
    """`rows("?group=..")`: the rows that the coordinator then sees."""

    def shown(query=""):
        return signed_in(coordinator).get(URL + query).context["rows"]

    return shown


def numbers(rows):
    return [row.referral.external_id for row in rows]


def test_only_referrals_in_sight_wait(rows, north_referral, south_referral):
    assert numbers(rows()) == ["N-1"]


@pytest.mark.parametrize(
    ("status", "group"),
    [
        ("received", "answer"),
        ("incomplete", "answer"),
        ("awaiting_authorization", "answer"),
        ("acknowledged", "schedule"),
        ("unreachable", "schedule"),
        ("waitlisted", "schedule"),
        ("no_show", "schedule"),
        ("scheduled", "see"),
        ("seen", "report"),
        ("report_sent", "close"),
        ("report_received", "close"),
    ],
)
def test_a_status_waits_for_its_next_step(rows, north_physician, status, group):
    ReferralFactory(
        external_id="R-7", referring_physician=north_physician, status=status
    )

    assert numbers(rows(f"?group={group}")) == ["R-7"]


def test_ended_referrals_wait_for_nothing(signed_in, coordinator, north_physician):
    for status in ("closed", "declined", "cancelled", "lost"):
        ReferralFactory(referring_physician=north_physician, status=status)

    tabs = signed_in(coordinator).get(URL).context["tabs"]

    assert [tab.count for tab in tabs] == [0] * 5


def test_who_waits_longest_comes_first_with_days_and_norm(rows, north_physician):
    for number, day in (("late", 2), ("fresh", 9)):
        ReferralFactory(
            external_id=number,
            referring_physician=north_physician,
            received_on=dt.date(2026, 3, day),
        )

    first, second = rows()

    assert (first.referral.external_id, first.days, first.norm) == (
        "late",
        8,
        "breached",
    )
    assert (second.referral.external_id, second.days, second.norm) == (
        "fresh",
        1,
        "in_time",
    )


def test_the_first_group_with_somebody_waiting_opens(rows, north_physician):
    ReferralFactory(
        external_id="R-7", referring_physician=north_physician, status="seen"
    )

    assert numbers(rows()) == ["R-7"]


@pytest.mark.parametrize("query", ["?urgency=urgent", "?q=zzz"])
def test_filters_narrow_rows_and_counts(signed_in, coordinator, north_referral, query):
    context = signed_in(coordinator).get(URL + query).context

    assert context["rows"] == []
    assert context["tabs"][0].count == 0


def test_an_appointment_that_passed_is_marked(text_of, coordinator, north_physician):
    ReferralFactory(
        referring_physician=north_physician,
        status="scheduled",
        appointment_at=dt.datetime(2026, 3, 9, 18, tzinfo=dt.UTC),
    )

    assert "Appointment passed" in text_of(coordinator, URL)


def test_the_filter_keeps_the_group(text_of, coordinator, north_referral):
    text = text_of(coordinator, f"{URL}?group=report")

    assert '<input type="hidden" name="group" value="report"' in text


def test_nonsense_in_the_query_is_no_error(
    text_of, coordinator, north_referral, nonsense
):
    assert "Worklist" in text_of(coordinator, f"{URL}?{nonsense}")


def test_ten_pages_need_as_few_queries_as_one(
    signed_in, coordinator, north_physician, django_assert_max_num_queries
):
    ReferralFactory.create_batch(120, referring_physician=north_physician)
    client = signed_in(coordinator)

    with django_assert_max_num_queries(9):
        client.get(f"{URL}?page=2")
