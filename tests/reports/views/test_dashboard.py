import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.outreach import TaskFactory, VisitFactory
from tests.factories.referrals import ReferralFactory
from tests.reports.roi_runs import cell, few_cell, finished

URL = reverse("reports:dashboard")


@pytest.fixture
def today():
    return timezone.localdate()


def text(client):
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_dashboard_says_what_to_do_next(signed_in, manager):
    shown = text(signed_in(manager))

    assert "No leakage computed yet" in shown
    assert reverse("reports:roi-run-create") in shown
    assert reverse("outreach:visit-create") in shown


def test_executives_are_not_offered_what_they_may_not_do(signed_in, executive):
    shown = text(signed_in(executive))

    assert "No return computed yet" in shown
    assert reverse("reports:roi-run-create") not in shown
    assert reverse("referrals:import-list") not in shown
    assert reverse("outreach:visit-create") not in shown


def test_it_says_whose_territories_count(signed_in, manager):
    shown = text(signed_in(manager))

    assert "Territories: those of today, whatever the day of a referral" in shown


def test_the_return_is_that_of_the_viewers_top_node(signed_in, manager, region, north):
    finished(overall=few_cell(), territories={region: cell(), north: few_cell()})

    shown = text(signed_in(manager))

    assert "Middle Tennessee" in shown
    assert "more referrals in the 90 days after a visit" in shown
    assert "Computed at" in shown
    assert "Poisson regression" in shown


def test_referrals_of_this_month_are_those_in_sight(
    signed_in, manager, north, north_physician, south_physician, today
):
    manager.assignments.update(territory=north)
    ReferralFactory(received_on=today, referring_physician=north_physician)
    ReferralFactory(received_on=today, referring_physician=south_physician)

    response = signed_in(manager).get(URL)

    assert response.context["received"].now == 1


def test_the_team_is_the_one_in_sight(
    signed_in, manager, north, liaison, south_liaison, north_practice, south_practice
):
    manager.assignments.update(territory=north)
    day = timezone.localdate()
    VisitFactory(liaison=liaison, practice=north_practice, visited_on=day)
    VisitFactory(liaison=south_liaison, practice=south_practice, visited_on=day)
    TaskFactory(owner=liaison, practice=north_practice, due_on=day - dt.timedelta(9))

    team = signed_in(manager).get(URL).context["team"]

    assert [(p.name, p.visits, p.overdue_tasks) for p in team] == [
        ("Lea Liaison", 1, 1)
    ]


def test_a_decline_is_shown_to_who_may_see_small_counts(
    signed_in, manager, executive, north_physician, today
):
    for _ in range(4):
        ReferralFactory(
            received_on=today - dt.timedelta(days=80),
            referring_physician=north_physician,
        )

    assert "Northrup" in text(signed_in(manager))
    assert "Northrup" not in text(signed_in(executive))


def test_the_same_days_of_last_month_are_compared(signed_in, manager, region):
    received = signed_in(manager).get(URL).context["received"]

    assert received.month.start.day == received.earlier.start.day == 1
    assert received.earlier.end <= received.month.start


def test_the_dashboard_takes_few_queries(
    signed_in, manager, region, north, liaison, django_assert_max_num_queries
):
    finished(overall=cell(), territories={region: cell(), north: cell()})
    client = signed_in(manager)

    with django_assert_max_num_queries(26):
        client.get(URL)


def test_the_chart_shows_whole_months_from_the_first_with_a_referral(
    signed_in, manager, region, north_physician
):
    for day in ("2026-02-03", "2026-04-30", "2026-05-02"):
        ReferralFactory(received_on=day, referring_physician=north_physician)

    response = signed_in(manager).get(URL)

    months = response.context["received"].months
    assert [(f"{m.period.start:%Y-%m}", m.number) for m in months] == [
        ("2026-02", 1),
        ("2026-03", 0),
        ("2026-04", 1),
    ]
    assert "received_from=2026-04-01&amp;received_to=2026-04-30" in (
        response.content.decode()
    )


def test_small_months_are_not_counted_out_to_executives(
    signed_in, executive, region, north_physician
):
    for day in ("2026-04-30", "2026-05-02"):
        ReferralFactory(received_on=day, referring_physician=north_physician)

    response = signed_in(executive).get(URL)

    assert [m.number for m in response.context["received"].months] == [None]
    assert "fewer than 11" in response.content.decode()
