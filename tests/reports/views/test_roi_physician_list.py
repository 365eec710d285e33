import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from tests.reports.roi_runs import cell, finished

URL = reverse("reports:roi-physician-list")
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def run(north, south, north_physician, south_physician):
    def row(physician, visits, last, referrals, reached):
        place = physician.affiliations.get().practice_id
        return (physician.pk, place, visits, last, referrals, reached, 90)

    return finished(
        overall=cell(),
        territories={north: cell(), south: cell()},
        rows=[
            row(north_physician, 3, DAY, 40, 12),
            row(south_physician, 0, None, 55, 0),
        ],
    )


def shown(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return [row.person.last_name for row in response.context["page"]]


def test_visited_and_never_visited_physicians_stand_behind_the_return(
    signed_in, executive, run
):
    client = signed_in(executive)

    assert shown(client) == ["Northrup", "Southey"]
    assert shown(client, visited="yes") == ["Northrup"]
    assert shown(client, visited="no") == ["Southey"]


def test_the_list_sorts_by_what_it_names_only(signed_in, executive, run):
    client = signed_in(executive)

    assert shown(client, sort="-referrals") == ["Southey", "Northrup"]
    assert shown(client, sort="last_visit_on") == ["Southey", "Northrup"]
    assert shown(client, sort="person__email") == ["Northrup", "Southey"]


def test_small_counts_are_for_who_may_see_them(
    signed_in, executive, manager, north, north_physician
):
    place = north_physician.affiliations.get().practice_id
    finished(
        overall=cell(),
        territories={north: cell()},
        rows=[(north_physician.pk, place, 1, DAY, 40, 7, 90)],
    )

    assert b"fewer than 11" in signed_in(executive).get(URL).content
    assert b"fewer than 11" not in signed_in(manager).get(URL).content


def test_a_territory_narrows_the_list(signed_in, executive, run, south):
    assert shown(signed_in(executive), territory=south.pk) == ["Southey"]


def test_a_manager_sees_only_the_own_territory(signed_in, manager, run, north, region):
    manager.assignments.update(territory=north)
    client = signed_in(manager)

    assert shown(client) == ["Northrup"]
    assert shown(client, visited="no") == []


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-1"},
        {"page": "x"},
        {"territory": "9" * 40},
        {"territory": "\x00"},
        {"visited": "maybe"},
        {"sort": "--visits"},
    ],
)
def test_nonsense_in_the_query_is_no_error(signed_in, executive, run, query):
    assert signed_in(executive).get(URL, query).status_code == 200


def test_without_a_run_there_is_no_list(signed_in, executive):
    assert signed_in(executive).get(URL).status_code == 404


def test_the_export_follows_filter_and_scope(signed_in, manager, run, north, region):
    manager.assignments.update(territory=north)
    response = signed_in(manager).get(reverse("reports:roi-physician-export"))

    text = b"".join(response.streaming_content).decode()
    assert "Northrup" in text
    assert "Southey" not in text
    assert AuditEvent.objects.filter(action=AuditEvent.Action.EXPORTED).exists()


def test_the_list_takes_few_queries(
    signed_in, executive, run, django_assert_max_num_queries
):
    client = signed_in(executive)

    with django_assert_max_num_queries(12):
        client.get(URL)


def test_conversations_and_referrals_link_to_exactly_their_rows(
    signed_in, executive, run, north_physician
):
    response = signed_in(executive).get(URL)

    span = response.context["span"]
    since, until = span.coverage["start"], span.coverage["visited_until"]
    assert (
        f"?physician={north_physician.pk}&amp;status=held&amp;kind=conversation"
        f"&amp;since={since}&amp;until={until}"
    ) in response.text
    assert (
        f"?referrer={north_physician.npi}&amp;result=counted&amp;received_from={since}"
    ) in response.text
