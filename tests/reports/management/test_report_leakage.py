import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from referrals.models import Physician
from reports.models import ReportRun
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    RosterEntryFactory,
    npi_of,
)

pytestmark = pytest.mark.django_db
REFERRER, OURS, THEIRS, GROUP = npi_of(1), npi_of(2), npi_of(3), npi_of(4)


@pytest.fixture
def market(import_claims):
    """Two events in ($100.10 and $0.05), one out ($50), one unknown in 2025."""
    for npi, status in (
        (REFERRER, "employed"),
        (OURS, "affiliated"),
        (THEIRS, "competitor"),
    ):
        RosterEntryFactory(npi=npi, network_status=status)
    PhysicianFactory(npi=REFERRER, first_name="Rita", last_name="Ray", credential="MD")
    OrganizationFactory(npi=GROUP, name="Rival Group")
    columns = ("rendering_npi", "billing_npi", "allowed_amount", "service_date_from")
    rows = [
        (OURS, "", "100.10", "2026-03-02"),
        (OURS, "", "0.05", "2026-04-01"),
        (THEIRS, GROUP, "50", "2026-04-02"),
        (npi_of(9), "", "7", "2025-12-31"),
    ]
    import_claims(
        [
            dict(zip(columns, row, strict=True))
            | {
                "claim_id": f"C{number}",
                "patient_id": f"P{number}",
                "referring_npi": REFERRER,
                "service_line": "Cardiology",
            }
            for number, row in enumerate(rows)
        ]
    )


def report(*arguments):
    out = io.StringIO()
    call_command("report", "leakage", *arguments, stdout=out)
    return out.getvalue()


def as_json(*arguments):
    return json.loads(report(*arguments, "--json"))


def test_json_is_the_object_of_the_contract(market):
    found = as_json()

    run = ReportRun.objects.get()
    assert found == {
        "run": str(run.uid),
        "parameters": run.parameters,
        "overall": {
            "events": 4,
            "in_network": 2,
            "out_of_network": 1,
            "unknown": 1,
            "leakage": 1 / 3,
            "unknown_share": 0.25,
            "amount_in": "100.15",
            "amount_out": "50.00",
            "dollar_leakage": 5000 / 15015,
        },
        "rows": [],
    }


def test_rows_are_sorted_by_key_and_labelled(market):
    rows = as_json("--by", "destination")["rows"]

    assert [(row["key"], row["label"], row["events"]) for row in rows] == [
        ("", "No organization on the claim", 3),
        (GROUP, "Rival Group", 1),
    ]


def test_referrers_are_named(market):
    rows = as_json("--by", "referrer")["rows"]

    assert [(row["key"], row["label"]) for row in rows] == [(REFERRER, "Rita Ray, MD")]


def test_counties_are_those_of_the_referrers_practices(market):
    def by_county():
        rows = as_json("--by", "county")["rows"]
        return [(row["key"], row["label"], row["events"]) for row in rows]

    assert by_county() == [("", "County unknown", 4)]

    AffiliationFactory(
        physician=Physician.objects.get(npi=REFERRER),
        practice=PracticeFactory(zip_code="37203"),
    )

    assert by_county() == [("47037", "Davidson, TN", 4)]


def test_to_is_included_and_from_too(market):
    rows = as_json("--from", "2026-03", "--to", "2026-04", "--by", "month")["rows"]

    assert [row["key"] for row in rows] == ["2026-03", "2026-04"]


def test_a_rate_without_denominator_is_null(market):
    overall = as_json("--to", "2025-12")["overall"]

    assert (overall["leakage"], overall["dollar_leakage"]) == (None, None)
    assert overall["amount_in"] == "0.00"


def test_the_roster_can_be_declared_complete(market):
    found = as_json("--roster-complete-since", "2025-12-31")

    assert found["overall"]["out_of_network"] == 2
    assert found["parameters"]["roster_complete_since"] == "2025-12-31"


def test_it_leaves_a_finished_run(market):
    as_json("--gap-days", "30", "--basis", "paid", "--source", "default")

    run = ReportRun.objects.get()
    assert run.status == ReportRun.Status.DONE
    assert run.parameters["gap_days"] == 30
    assert not run.is_standard


def test_csv_has_a_line_a_row(market):
    lines = list(csv.DictReader(io.StringIO(report("--by", "month", "--csv"))))

    assert [line["events"] for line in lines] == ["1", "1", "2"]


def test_text_says_the_rate(market):
    assert "leakage 33.3 %" in report()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026"],
        ["--from", "2026-05", "--to", "2026-04"],
        ["--gap-days", "0"],
        ["--gap-days", "ninety"],
        ["--roster-complete-since", "soon"],
        ["--source", "nobody"],
    ],
)
def test_wrong_arguments_exit_with_two_and_make_no_run(market, arguments):
    with pytest.raises(CommandError) as raised:
        report(*arguments)

    assert raised.value.returncode == 2
    assert str(raised.value)
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize("arguments", [["--by", "planet"], ["--basis", "guess"]])
def test_a_value_that_is_no_choice_is_refused(market, arguments):
    with pytest.raises(CommandError, match="invalid choice"):
        report(*arguments)


def test_without_claims_it_says_why(lake):
    with pytest.raises(CommandError, match="no claims"):
        report()
