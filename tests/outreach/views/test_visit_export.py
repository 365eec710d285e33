from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.outreach import VisitFactory

URL = reverse("outreach:visit-export")


def lines_of(response):
    return b"".join(response).decode().splitlines()


def test_the_file_holds_what_is_in_sight_and_asked_for(
    signed_in, liaison, north_visit, south_visit, north_practice
):
    VisitFactory(practice=north_practice, kind="phone")

    header, *rows = lines_of(signed_in(liaison).get(URL, {"kind": "in_person"}))

    assert "Date,Time,Practice,Met" in header
    assert len(rows) == 1
    assert "North Clinic" in rows[0]


def test_a_nonsense_filter_exports_nothing(signed_in, liaison, north_visit):
    assert len(lines_of(signed_in(liaison).get(URL, {"since": "nonsense"}))) == 1


def test_formulas_are_inert(signed_in, liaison, north_practice):
    VisitFactory(liaison=liaison, practice=north_practice, notes="=HYPERLINK(1)")

    assert "'=HYPERLINK(1)" in "\n".join(lines_of(signed_in(liaison).get(URL)))


def test_the_export_is_audited(signed_in, liaison, north_visit):
    lines_of(signed_in(liaison).get(URL, {"kind": "in_person"}))

    event = AuditEvent.objects.get(action=AuditEvent.Action.EXPORTED)
    assert event.actor == liaison
    assert event.detail == {"rows": 1, "filters": "kind=in_person"}


def test_the_file_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    VisitFactory.create_batch(20, liaison=liaison, practice=north_practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(16):
        lines_of(client.get(URL))
