import datetime as dt
import shutil

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from outreach.models import Visit
from referrals.models import Referral
from reports.metrics import roi_panel
from reports.models import ReportRun
from reports.services import roi_run, runs
from tests.factories.outreach import VisitAttendeeFactory
from tests.factories.referrals import (
    MarginFactory,
    PayerFactory,
    ReferralFactory,
    ServiceLineFactory,
)
from tests.factories.reports import ProgrammeCostFactory, ReportRunFactory
from tests.reports.metrics.roi_simulation import market

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def referral(north_physician):
    return ReferralFactory(referring_physician=north_physician, received_on=DAY)


@pytest.fixture
def visit(north_physician, north_practice):
    attendee = VisitAttendeeFactory(
        physician=north_physician,
        visit__practice=north_practice,
        visit__visited_on=DAY,
    )
    return attendee.visit


def rows(table):
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (Referral.Status.SEEN, True),
        (Referral.Status.RECEIVED, True),
        (Referral.Status.DECLINED, False),
        (Referral.Status.CANCELLED, False),
        (Referral.Status.LOST, False),
    ],
)
def test_only_referrals_that_may_be_seen_count(referral, status, counts):
    Referral.objects.update(status=status)

    assert roi_run.collect().referrals["counts"].to_pylist() == [counts]


def test_the_day_seen_is_that_of_the_local_clock(referral, settings):
    settings.TIME_ZONE = "America/Chicago"
    late = dt.datetime(2026, 3, 11, 2, 0, tzinfo=dt.UTC)
    Referral.objects.update(seen_at=late)

    seen = roi_run.collect().referrals["seen_on"].to_pylist()

    assert seen == [dt.date(2026, 3, 10)]


@pytest.mark.parametrize(
    ("kind", "status", "number"),
    [
        (Visit.Kind.IN_PERSON, Visit.Status.HELD, 1),
        (Visit.Kind.VIRTUAL, Visit.Status.HELD, 1),
        (Visit.Kind.PHONE, Visit.Status.HELD, 1),
        (Visit.Kind.DROP_OFF, Visit.Status.HELD, 0),
        (Visit.Kind.EVENT, Visit.Status.HELD, 0),
        (Visit.Kind.IN_PERSON, Visit.Status.PLANNED, 0),
        (Visit.Kind.IN_PERSON, Visit.Status.NO_SHOW, 0),
    ],
)
def test_only_held_conversations_are_visits(visit, kind, status, number):
    Visit.objects.update(kind=kind, status=status)

    assert len(roi_run.collect().visits) == number


def test_staff_met_without_a_physician_is_no_visit_to_one(visit):
    visit.attendees.update(physician=None, staff_name="Pat at the desk")

    assert len(roi_run.collect().visits) == 0


def test_a_practice_belongs_to_the_territory_of_its_zip_code(
    north_practice, north, region
):
    inputs = roi_run.collect()

    assert rows(inputs.practices) == [(north_practice.pk, north.pk)]
    assert (north.pk, region.pk, "North") in rows(inputs.territories)


def test_margins_not_entered_are_not_there(db):
    ServiceLineFactory(name="Urology")
    entered = ServiceLineFactory(name="Oncology")
    day = dt.date(2026, 1, 1)
    MarginFactory(service_line=entered, cents=130_000, effective_from=day)
    MarginFactory(service_line=entered, cents=120_000)

    assert rows(roi_run.collect().margins) == [
        (entered.pk, 120_000, None, None),
        (entered.pk, 130_000, day, None),
    ]


def test_a_referral_keeps_the_class_of_its_payer(referral):
    medicare = PayerFactory(name="Medicare Part B").payer_class
    Referral.objects.update(payer_name=" MEDICARE  part b")
    margin = MarginFactory(payer_class=medicare)

    inputs = roi_run.collect()

    assert inputs.referrals["payer_class"].to_pylist() == [medicare.pk]
    assert rows(inputs.margins) == [
        (margin.service_line_id, margin.cents, None, medicare.pk)
    ]


@pytest.mark.parametrize("name", ["", "Aetna"])
def test_a_payer_that_nobody_sorted_has_no_class(referral, name):
    PayerFactory(name="Medicare")
    Referral.objects.update(payer_name=name)

    assert roi_run.collect().referrals["payer_class"].to_pylist() == [None]


def test_facts_kept_before_payer_classes_are_read_and_have_their_checksum(
    referral, visit, execute
):
    run = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    for name in ("referrals", "margins"):
        path = roi_run.lake_path(run.folder) / f"{name}.parquet"
        pq.write_table(pq.read_table(path).drop_columns(["payer_class"]), path)

    again = execute(runs.repeat_run(run=run, by=None))

    assert (again.status, again.checksum) == (ReportRun.Status.DONE, run.checksum)


def test_a_run_repeated_keeps_the_payer_classes_it_had(referral, visit, execute):
    Referral.objects.update(payer_name="Aetna")
    payer = PayerFactory(name="Aetna")
    first = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    payer.delete()

    again = execute(runs.repeat_run(run=first, by=None))
    new = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))

    assert again.checksum == first.checksum
    assert new.checksum != first.checksum


def test_a_payer_put_into_a_class_makes_the_run_stale(referral, visit, execute):
    run = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))

    PayerFactory()

    assert runs.is_stale(run)


def test_costs_of_a_month_are_one_sum(db):
    ProgrammeCostFactory(amount_cents=100)
    ProgrammeCostFactory(amount_cents=250)

    assert rows(roi_run.collect().costs) == [(dt.date(2026, 3, 1), 350)]


def test_a_run_keeps_its_facts_and_its_figures_can_be_computed_again(
    referral, visit, execute
):
    run = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))

    inputs = roi_run.kept(roi_run.lake_path(run.folder))
    assert run.status == ReportRun.Status.DONE
    assert roi_run.figures(inputs, run.parameters) == run.summary
    assert run.summary["overall"]["reason"]


def test_the_same_data_gives_the_same_checksum(referral, visit, execute):
    first = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    again = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))

    assert first.checksum
    assert again.checksum == first.checksum
    assert again.folder != first.folder


def test_another_visit_gives_another_checksum(referral, visit, execute):
    first = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    Visit.objects.update(visited_on=DAY + dt.timedelta(days=1))

    again = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))

    assert again.checksum != first.checksum


def test_kept_facts_are_those_collected(tmp_path):
    inputs = market(seed=1, physicians=10)

    roi_run.keep(inputs, tmp_path / "facts")

    found = roi_run.kept(tmp_path / "facts")
    for name in roi_panel.SCHEMAS:
        assert getattr(found, name).equals(getattr(inputs, name))


def test_territories_are_computed_by_their_key(referral, visit, region, north):
    summary = roi_run.figures(roi_run.collect(), {"from": None, "to": None})

    assert set(summary["territories"]) == {str(region.pk), str(north.pk)}
    assert summary["territories"][str(north.pk)]["name"] == "North"


def test_months_asked_for_are_both_included():
    span = roi_run.span_of({"from": "2025-11", "to": "2025-12"})

    assert span == {"start": dt.date(2025, 11, 1), "end": dt.date(2026, 1, 1)}


def test_a_new_margin_or_cost_makes_the_run_stale(referral, visit, execute):
    run = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    assert not runs.is_stale(run)

    ProgrammeCostFactory()

    assert runs.is_stale(run)


def test_without_visits_no_run_is_due(referral):
    assert runs.queue_due_run(kind=ReportRun.Kind.ROI) is None


def test_visits_and_referrals_call_for_a_run(referral, visit):
    run = runs.queue_due_run(kind=ReportRun.Kind.ROI)

    assert run.is_standard
    assert run.created_at <= timezone.now()


def test_a_run_repeated_gives_the_same_checksum_whatever_came_since(
    referral, visit, execute
):
    first = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    Visit.objects.update(visited_on=DAY + dt.timedelta(days=1))

    again = execute(runs.repeat_run(run=first, by=None))

    assert again.parameters["repeats"] == str(first.uid)
    assert (again.status, again.checksum) == (ReportRun.Status.DONE, first.checksum)


def test_a_run_whose_facts_are_gone_cannot_be_repeated(referral, visit, execute):
    first = execute(ReportRunFactory(kind=ReportRun.Kind.ROI))
    shutil.rmtree(roi_run.lake_path(first.folder))

    again = execute(runs.repeat_run(run=first, by=None))

    assert (again.status, again.attempt) == (ReportRun.Status.FAILED, 1)
    assert again.error == "The facts of the run to repeat are gone."
