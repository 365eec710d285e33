import socket
import time

import pytest
from celery import current_app
from django.urls import reverse

from accounts.models import AuditEvent
from reports import tasks
from reports.models import ReportRun, ReportSettings
from tests.factories.referrals import ImportRunFactory
from tests.factories.reports import ReportRunFactory
from tests.reports.conftest import PARAMETERS

pytestmark = pytest.mark.django_db
FORM = {"gap_days": "90", "basis": "allowed"}


def url(name, run):
    return reverse(f"reports:{name}", args=[run.uid])


def test_the_list_shows_each_run(signed_in, executive, manager):
    run = ReportRunFactory(requested_by=manager, status="failed")

    response = signed_in(executive).get("/runs/")

    assert url("run-detail", run) in response.text
    assert "Max Manager" in response.text
    assert "Failed" in response.text


def test_runs_of_the_return_are_for_who_reads_the_return(signed_in, liaison):
    run = ReportRunFactory(kind=ReportRun.Kind.ROI)
    client = signed_in(liaison)

    assert list(client.get("/runs/").context["page"]) == []
    assert client.get(url("run-detail", run)).status_code == 404
    assert client.get(url("run-progress", run)).status_code == 404


def test_the_list_asks_a_fixed_number_of_questions(
    signed_in, manager, django_assert_max_num_queries
):
    ReportRunFactory.create_batch(20, requested_by=manager)
    client = signed_in(manager)

    with django_assert_max_num_queries(8):
        client.get("/runs/")


@pytest.mark.parametrize("page", ["-1", "x", "\x00", "9" * 30])
def test_a_wrong_page_number_is_answered(signed_in, manager, page):
    assert signed_in(manager).get("/runs/", {"page": page}).status_code == 200


def test_the_detail_shows_parameters_cut_off_and_checksum(signed_in, manager):
    run = ReportRunFactory(
        status="done",
        parameters=PARAMETERS,
        checksum="c0ffee",
        cut_off={"claims_sequence": 7},
    )

    text = signed_in(manager).get(url("run-detail", run)).text

    assert "c0ffee" in text
    assert "up to number 7" in text
    assert "Gap days" in text


def test_the_detail_shows_each_sources_share_and_overlaps(signed_in, manager):
    month = {"first_month": "2026-01", "last_month": "2026-03"}
    run = ReportRunFactory(
        status="done",
        summary={
            "sources": [
                {"source": "acme", "events": 3, **month},
                {"source": "other", "events": 1, **month},
            ],
            "overlaps": [{"payer": "Medicare", "months": 2, **month}],
            "payers": [{"payer_name": "Medicare", "lines": 8, "with_referrer": 6}],
        },
    )

    text = signed_in(manager).get(url("run-detail", run)).text

    assert "Two sources cover Medicare" in text
    assert text.count("75.0 %") == 2


def test_the_detail_counts_no_lines_for_who_may_not_see_small_rows(signed_in, liaison):
    source = {"source": "acme", "events": 3}
    run = ReportRunFactory(status="done", summary={"sources": [source]})

    assert "acme" not in signed_in(liaison).get(url("run-detail", run)).text


def test_a_repeated_run_says_whether_it_is_the_same(signed_in, manager):
    first = ReportRunFactory(status="done", checksum="c0ffee")
    again = ReportRunFactory(
        status="done", checksum="c0ffee", parameters={"repeats": str(first.uid)}
    )

    text = signed_in(manager).get(url("run-detail", again)).text

    assert "the same checksum" in text


def test_an_open_run_polls_its_progress(signed_in, manager):
    run = ReportRunFactory(status="running", progress=40, step="Summing up")
    client = signed_in(manager)

    page = client.get(url("run-detail", run))
    part = client.get(url("run-progress", run), headers={"hx-request": "true"})

    assert f'hx-get="{url("run-progress", run)}"' in page.text
    assert "Summing up" in part.text
    assert "HX-Refresh" not in part.headers


def test_a_finished_run_reloads_the_page_that_polls(signed_in, manager):
    run = ReportRunFactory(status="done")

    part = signed_in(manager).get(
        url("run-progress", run), headers={"hx-request": "true"}
    )

    assert part.headers["HX-Refresh"] == "true"


def test_a_person_starts_a_run(signed_in, manager):
    response = signed_in(manager).post(
        "/runs/new/", FORM | {"first_month": "2026-01", "last_month": "2026-06"}
    )

    run = ReportRun.objects.get()
    assert response.url == url("run-detail", run)
    assert run.requested_by == manager
    assert run.status == ReportRun.Status.QUEUED
    assert run.parameters == PARAMETERS | {"from": "2026-01", "to": "2026-06"}


def test_a_double_click_starts_one_run(signed_in, manager):
    client = signed_in(manager)
    key = client.get("/runs/new/").context["form"]["key"].value()

    answers = [client.post("/runs/new/", FORM | {"key": key}) for _ in range(2)]

    assert ReportRun.objects.count() == 1
    assert answers[0].url == answers[1].url


def test_a_double_click_retries_once(signed_in, manager):
    failed = ReportRunFactory(status="failed", parameters=PARAMETERS)
    client = signed_in(manager)

    for _ in range(2):
        client.post(url("run-repeat", failed))

    assert ReportRun.objects.count() == 2


def test_the_form_starts_from_the_settings(signed_in, manager):
    ReportSettings.objects.create(pk=1, gap_days=365)

    response = signed_in(manager).get("/runs/new/")

    assert 'value="365"' in response.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gap_days", "0"),
        ("gap_days", "1e5"),
        ("gap_days", "-5"),
        ("gap_days", "9" * 30),
        ("gap_days", "\x00"),
        ("basis", "guess"),
        ("first_month", "2026-13"),
        ("first_month", "٢٠٢٦-٠١"),
        ("roster_complete_since", "2026-02-30"),
        ("sources", "nobody"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(signed_in, manager, field, value):
    response = signed_in(manager).post("/runs/new/", FORM | {field: value})

    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not ReportRun.objects.exists()


def test_what_the_form_does_not_show_is_not_set(signed_in, manager, executive):
    hidden = {"status": "done", "requested_by": executive.pk, "summary": "{}"}

    signed_in(manager).post("/runs/new/", FORM | hidden)

    run = ReportRun.objects.get()
    assert (run.status, run.requested_by) == ("queued", manager)


def test_a_run_is_cancelled_with_a_button(signed_in, manager, leakage_run):
    response = signed_in(manager).post(url("run-cancel", leakage_run))

    leakage_run.refresh_from_db()
    assert response.status_code == 302
    assert leakage_run.status == ReportRun.Status.CANCELLED


def test_a_failed_run_is_retried_with_a_button(signed_in, manager):
    failed = ReportRunFactory(status="failed", parameters=PARAMETERS, attempt=5)
    client = signed_in(manager)

    assert "Retry" in client.get(url("run-detail", failed)).text
    client.post(url("run-repeat", failed))

    again = ReportRun.objects.exclude(pk=failed.pk).get()
    assert (again.status, again.parameters) == ("queued", PARAMETERS)


@pytest.mark.parametrize("name", ["run-cancel", "run-repeat"])
def test_a_link_changes_nothing(signed_in, manager, leakage_run, name):
    assert signed_in(manager).get(url(name, leakage_run)).status_code == 405


def test_settings_are_saved_and_audited(signed_in, administrator):
    signed_in(administrator).post(
        "/report-settings/",
        {"gap_days": "365", "basis": "paid", "roster_complete_since": "2025-01-01"},
    )

    saved = ReportSettings.objects.get()
    assert (saved.pk, saved.gap_days, saved.basis) == (1, 365, "paid")
    assert AuditEvent.objects.get().action == AuditEvent.Action.SETTING_CHANGED


def test_wrong_settings_are_not_saved(signed_in, manager):
    response = signed_in(manager).post(
        "/report-settings/", {"gap_days": "0", "basis": "paid"}
    )

    assert response.context["form"].errors["gap_days"]
    assert not ReportSettings.objects.exists()


def forget_connections():
    current_app._pool = current_app.amqp._producer_pool = None


@pytest.fixture
def hung_broker():
    """A broker that takes connections and never answers."""
    conf = current_app.conf
    before = {
        "broker_url": conf.broker_url,
        "broker_transport_options": conf.broker_transport_options,
    }
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        conf.update(
            broker_url=f"redis://127.0.0.1:{listener.getsockname()[1]}/0",
            broker_transport_options={
                "socket_timeout": 1,
                "socket_connect_timeout": 1,
                "max_retries": 0,
            },
        )
        forget_connections()
        yield
        conf.update(before)
        forget_connections()


def test_with_a_hung_broker_the_run_is_kept_and_the_page_answers(
    signed_in, manager, hung_broker, django_capture_on_commit_callbacks
):
    client = signed_in(manager)
    start = time.monotonic()

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/runs/new/", FORM, follow=True)

    assert time.monotonic() - start < 3
    assert "the run is kept and starts by itself" in response.text
    assert ReportRun.objects.get().status == ReportRun.Status.QUEUED


def test_the_task_executes_the_run(toy, leakage_run):
    tasks.run_report(run_id=leakage_run.pk)

    leakage_run.refresh_from_db()
    assert leakage_run.status == ReportRun.Status.DONE


def test_a_run_that_is_gone_is_no_error(toy):
    tasks.run_report(run_id=12345)


def test_the_beat_queues_what_a_finished_import_calls_for(toy):
    ImportRunFactory(kind="claims", status="done")

    tasks.queue_due_reports()
    tasks.queue_due_reports()

    assert ReportRun.objects.filter(kind="leakage").count() == 1
