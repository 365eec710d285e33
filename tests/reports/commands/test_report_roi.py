import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.models import ReportRun
from reports.services import roi_run
from tests.reports.metrics.roi_simulation import market

KEYS = {
    *("rate_ratio", "ci_low", "ci_high"),
    *("incremental_referrals", "incremental_low", "incremental_high"),
    *("incremental_margin", "programme_cost", "roi", "roi_low", "roi_high"),
    *("lead", "naive", "windows", "physicians_visited", "visits", "reason"),
}


@pytest.fixture
def facts(monkeypatch, db):
    """The simulated market instead of the database's rows."""
    inputs = market(seed=3, ratio=1.25)
    monkeypatch.setattr(roi_run, "collect", lambda: inputs)


def report(*arguments):
    out = StringIO()
    call_command("report", "roi", *arguments, stdout=out)
    return out.getvalue()


def test_json_is_one_object_with_the_published_keys(facts):
    found = json.loads(report("--json"))

    assert set(found) == KEYS
    assert found["ci_low"] < 1.25 < found["ci_high"]
    assert set(found["lead"]) == {"ratio", "ci_low", "ci_high", "verdict"}
    assert set(found["windows"]) == {"30", "60", "180"}
    assert found["reason"] is None
    assert found["programme_cost"].count(".") == 1


def test_the_run_is_kept(facts):
    report("--json")

    run = ReportRun.objects.get()
    assert (run.kind, run.status) == (ReportRun.Kind.ROI, ReportRun.Status.DONE)


def test_without_data_the_reason_is_said(db):
    found = json.loads(report("--json"))

    assert found["reason"]
    assert found["rate_ratio"] is None
    assert found["incremental_margin"] is None


def test_territories_are_rows_when_asked_for(facts):
    rows = json.loads(report("--by", "territory", "--json"))["rows"]

    assert [row["label"] for row in rows] == ["North", "South", "Region"]
    assert set(rows[0]) == KEYS | {"key", "label"}


def test_words_and_csv_say_the_same(facts):
    assert "more referrals" in report()
    assert "All territories" in report("--csv")


@pytest.mark.parametrize("month", ["2025-13", "x", "2025"])
def test_a_month_that_is_none_ends_with_two(db, month):
    with pytest.raises(CommandError) as refused:
        report("--from", month)

    assert refused.value.returncode == 2
