import pytest

from accounts.models import AuditEvent
from tests.factories.accounts import TerritoryAssignmentFactory
from tests.reports.events import event, many

pytestmark = pytest.mark.django_db
URL = "/leakage/events/"
EXPORT = "/leakage/events/export/"


@pytest.fixture
def north_manager(manager, north):
    """A manager who sits on the north only."""
    manager.assignments.all().delete()
    TerritoryAssignmentFactory(user=manager, territory=north)
    return manager


@pytest.fixture
def events(run_of, north_physician, south_physician):
    return run_of(
        [
            event("in", referring_npi=north_physician.npi, payer_name="Cash"),
            event("out", referring_npi=north_physician.npi),
            event("out", referring_npi=south_physician.npi),
            event("out", referrer_status="independent"),
        ]
    )


def shown(response):
    return [(row["status"], row["referrer"]) for row in response.context["page"]]


def test_it_lists_the_events_behind_a_number(
    signed_in, manager, events, north_physician, south_physician
):
    response = signed_in(manager).get(URL, {"status": "out"})

    assert sorted(shown(response)) == sorted(
        [("out", str(north_physician)), ("out", str(south_physician))]
    )


def test_each_event_says_why_it_counts_so(signed_in, manager, events):
    response = signed_in(manager).get(URL, {"status": "out"})

    assert "Competitor, says the roster of that day" in response.text


def test_another_territorys_events_are_not_there(
    signed_in, north_manager, events, south_physician
):
    client = signed_in(north_manager)

    assert len(shown(client.get(URL))) == 2
    assert shown(client.get(URL, {"referrer": south_physician.npi})) == []


def test_no_patient_and_no_claim_number_is_shown(signed_in, manager, run_of):
    run_of([event(patient="PATIENTHASH", claim_id="CLAIM77")])

    response = signed_in(manager).get(URL)

    assert "PATIENTHASH" not in response.text
    assert "CLAIM77" not in response.text


def test_it_is_paged(signed_in, manager, run_of, north_physician):
    run_of(many(51, referring_npi=north_physician.npi))

    response = signed_in(manager).get(URL, {"page": 2})

    assert len(shown(response)) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"status": "leaked"},
        {"sort": "patient"},
        {"page": "-1"},
        {"page": "٣"},
        {"from": "\x00"},
        {"referrer": "none"},
    ],
)
def test_bad_values_are_answered_with_a_page(signed_in, manager, events, query):
    assert signed_in(manager).get(URL, query).status_code == 200


def test_without_a_run_it_leads_to_the_page(signed_in, manager):
    assert signed_in(manager).get(URL).url == "/leakage/"


def test_the_export_holds_the_same_rows_and_is_audited(
    signed_in, north_manager, events
):
    response = signed_in(north_manager).get(EXPORT, {"payer": "Cash"})

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert ",100.00," in text
    assert AuditEvent.objects.filter(subject="Leakage events").exists()


def test_an_export_with_a_wrong_filter_leads_to_the_page(signed_in, manager, events):
    response = signed_in(manager).get(EXPORT, {"status": "leaked"})

    assert response.url == "/leakage/events/?status=leaked"


def test_it_asks_the_database_a_fixed_number_of_questions(
    signed_in, manager, run_of, north_physician, django_assert_max_num_queries
):
    run_of(many(50, referring_npi=north_physician.npi))
    client = signed_in(manager)

    with django_assert_max_num_queries(20):
        client.get(URL)
