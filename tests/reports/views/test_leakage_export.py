import csv
import io

import pytest

from accounts.models import AuditEvent
from tests.factories.referrals import PhysicianFactory
from tests.reports.events import event, many

pytestmark = pytest.mark.django_db
URL = "/leakage/export/"


def lines(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_exports_the_cut_with_exact_amounts(
    signed_in, manager, run_of, north_physician
):
    npi = north_physician.npi
    run_of(
        [
            event("in", referring_npi=npi, amount_cents=12_345),
            event("out", referring_npi=npi, amount_cents=5),
        ]
    )

    rows = lines(signed_in(manager).get(URL, {"cut": "referrer"}))

    assert [row["key"] for row in rows] == [npi]
    assert (rows[0]["amount_in"], rows[0]["amount_out"]) == ("123.45", "0.05")
    assert (rows[0]["leakage"], rows[0]["events"]) == ("0.5", "2")


def test_it_keeps_the_filters(signed_in, manager, run_of, north_physician):
    npi = north_physician.npi
    run_of([event(referring_npi=npi), event(referring_npi=npi, payer_name="Cash")])

    rows = lines(signed_in(manager).get(URL, {"payer": "Cash", "cut": "payer"}))

    assert [row["label"] for row in rows] == ["Cash"]


def test_it_holds_nothing_of_another_territory(
    signed_in, liaison, run_of, north_physician, south_physician
):
    run_of(
        [
            *many(12, referring_npi=north_physician.npi),
            *many(12, referring_npi=south_physician.npi, service_line="Urology"),
        ]
    )
    client = signed_in(liaison)

    for cut in ("service_line", "month", "referrer", "destination", "territory"):
        rows = lines(client.get(URL, {"cut": cut}))
        assert [row["events"] for row in rows] == ["12"]


def test_it_merges_small_rows_as_the_page_does(
    signed_in, liaison, run_of, north_physician
):
    npi = north_physician.npi
    run_of(
        [*many(20, referring_npi=npi), *many(3, referring_npi=npi, payer_name="Cash")]
    )

    rows = lines(signed_in(liaison).get(URL, {"cut": "payer"}))

    assert [(row["label"], row["events"]) for row in rows] == [("All others", "23")]


def test_it_has_no_dollars_per_physician_for_liaisons(
    signed_in, liaison, run_of, north_physician
):
    run_of(many(20, referring_npi=north_physician.npi))

    rows = lines(signed_in(liaison).get(URL, {"cut": "referrer"}))

    assert "amount_in" not in rows[0]


def test_names_are_inert(signed_in, manager, run_of, north_physician):
    PhysicianFactory(npi="2222222222", last_name="=1+1", first_name="", credential="")
    run_of([event(referring_npi=north_physician.npi)])

    rows = lines(signed_in(manager).get(URL, {"cut": "destination"}))

    assert rows[0]["label"] == "'=1+1"


def test_it_is_audited(signed_in, manager, run_of):
    run_of([event()])

    signed_in(manager).get(URL, {"cut": "month"})

    found = AuditEvent.objects.get(action=AuditEvent.Action.EXPORTED)
    assert (found.actor, found.subject) == (manager, "Leakage by month")


def test_a_wrong_filter_exports_nothing_and_leads_to_the_page(
    signed_in, manager, run_of
):
    run_of([event()])

    response = signed_in(manager).get(URL, {"from": "soon"})

    assert (response.status_code, response.url) == (302, "/leakage/?from=soon")
