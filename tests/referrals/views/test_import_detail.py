import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from referrals.imports import uploads
from referrals.models import ImportRun, RejectedRow
from tests.factories.referrals import ImportRunFactory

Status = ImportRun.Status
NAMES = ["detail", "progress", "rejected", "cancel", "retry", "undo"]


def url(name, run):
    return reverse(f"referrals:import-{name}", args=[run.uid])


@pytest.fixture
def done(manager):
    run = ImportRunFactory(
        started_by=manager,
        status=Status.DONE,
        rows_read=1234,
        rows_rejected=1,
        warnings=["The file is not UTF-8."],
        ignored_columns=["Shoe size"],
    )
    RejectedRow.objects.create(
        run=run, line=7, reason="npi is missing.", values={"network_status": "=1+1"}
    )
    return run


def test_the_page_shows_counts_warnings_and_rejected_rows(signed_in, manager, done):
    page = signed_in(manager).get(url("detail", done)).content.decode()

    for text in ("1,234", "not UTF-8", "Shoe size", "npi is missing.", "=1+1"):
        assert text in page


@pytest.mark.parametrize("name", NAMES)
def test_somebody_elses_import_is_not_found(signed_in, manager, name, administrator):
    run = ImportRunFactory(started_by=administrator)
    client = signed_in(manager)

    answer = client.post if name in ("cancel", "retry", "undo") else client.get

    assert answer(url(name, run)).status_code == 404
    run.refresh_from_db()
    assert (run.status, run.is_cancel_asked) == (Status.QUEUED, False)


def test_an_administrator_sees_every_import(signed_in, administrator, done):
    assert signed_in(administrator).get(url("detail", done)).status_code == 200


def test_rejected_rows_go_out_inert_and_audited(signed_in, manager, done):
    response = signed_in(manager).get(url("rejected", done))
    text = b"".join(response.streaming_content).decode()

    assert "7,npi is missing.," in text
    assert "'=1+1" in text
    assert AuditEvent.objects.filter(
        action=AuditEvent.Action.EXPORTED, actor=manager
    ).exists()


def test_the_progress_loads_the_page_anew_when_the_run_has_ended(
    signed_in, manager, done, managers_import
):
    client = signed_in(manager)

    ended = client.get(url("progress", done), headers={"HX-Request": "true"})
    waiting = client.get(url("progress", managers_import), headers={"HX-Request": "1"})

    assert ended.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in waiting.headers


def test_a_waiting_import_is_cancelled_at_once(signed_in, manager, managers_import):
    signed_in(manager).post(url("cancel", managers_import))

    managers_import.refresh_from_db()
    assert managers_import.status == Status.CANCELLED


def test_a_running_import_is_asked_to_stop(signed_in, manager):
    run = ImportRunFactory(started_by=manager, status=Status.RUNNING)

    signed_in(manager).post(url("cancel", run))

    run.refresh_from_db()
    assert (run.status, run.is_cancel_asked) == (Status.RUNNING, True)


def test_an_ended_import_cannot_be_cancelled(signed_in, manager, done):
    signed_in(manager).post(url("cancel", done))

    done.refresh_from_db()
    assert (done.status, done.is_cancel_asked) == (Status.DONE, False)


def test_a_failed_import_is_tried_again_with_its_file(signed_in, manager, tmp_path):
    file = tmp_path / "roster"
    file.write_text("npi\n")
    run = ImportRunFactory(
        started_by=manager, status=Status.FAILED, path=str(file), is_upload=True
    )

    signed_in(manager).post(url("retry", run))

    again = ImportRun.objects.get(status=Status.QUEUED)
    assert (again.path, again.is_upload) == (str(file), True)


def test_an_import_whose_file_is_gone_is_not_tried_again(signed_in, manager):
    run = ImportRunFactory(started_by=manager, status=Status.FAILED, path="/nowhere")

    page = signed_in(manager).post(url("retry", run), follow=True)

    assert "no longer here" in page.content.decode()
    assert ImportRun.objects.count() == 1


def test_a_duplicate_names_the_day_of_the_first(signed_in, manager):
    same = {"kind": "roster", "sha256": "ab", "status": Status.DONE}
    first = ImportRunFactory(started_by=manager, **same)
    second = ImportRunFactory(started_by=manager, is_duplicate=True, **same)

    page = signed_in(manager).get(url("detail", second)).content.decode()

    assert "the same file was imported on" in page
    assert url("detail", first) in page


@pytest.mark.parametrize("page", ["-1", "x", "99999999999999999999", "%00"])
def test_a_nonsense_page_is_no_error(signed_in, manager, done, page):
    answer = signed_in(manager).get(url("detail", done) + f"?page={page}")

    assert answer.status_code == 200


def test_uploads_nobody_needs_are_removed_after_a_day(settings, tmp_path, db):
    settings.UPLOADS_DIR = tmp_path
    for name in ("stray", "needed"):
        (tmp_path / name).write_text("x")
    ImportRunFactory(path=str(tmp_path / "needed"), is_upload=True)

    removed = uploads.delete_leftovers(at=timezone.now() + dt.timedelta(days=2))

    assert removed == 1
    assert (tmp_path / "needed").exists()


def test_of_two_who_retry_at_once_one_makes_a_run(manager, tmp_path):
    path = tmp_path / "upload"
    path.write_text("x")
    run = ImportRunFactory(
        kind="roster", status=Status.FAILED, path=str(path), is_upload=True
    )
    seen_by_the_other = ImportRun.objects.get(pk=run.pk)

    uploads.retry(run=run, by=manager)

    with pytest.raises(uploads.NotRetriable):
        uploads.retry(run=seen_by_the_other, by=manager)
    assert ImportRun.objects.count() == 2
