from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from referrals import tasks
from referrals.models import ImportRun, RosterEntry
from tests.factories.referrals import npi_of

URL = reverse("referrals:import-create")
ROSTER = f"npi,network_status,effective_from\n{npi_of(1)},employed,2022-01-01\n"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


def upload(client, content=ROSTER, *, name="roster.csv", **fields):
    file = SimpleUploadedFile(name, content.encode())
    return client.post(URL, {"kind": "roster", "source": "hr", "file": file, **fields})


def test_the_page_says_what_each_kind_needs(signed_in, manager):
    page = signed_in(manager).get(URL).content.decode()

    assert "network_status" in page
    assert "liaison_email" in page


def test_an_upload_is_stored_under_a_random_name_and_queued(
    signed_in, manager, uploads
):
    response = upload(signed_in(manager))

    run = ImportRun.objects.get()
    assert response.url == reverse("referrals:import-detail", args=[run.uid])
    assert (run.kind, run.source, run.started_by) == ("roster", "hr", manager)
    assert run.status == ImportRun.Status.QUEUED
    assert [str(path) for path in uploads.iterdir()] == [run.path]
    assert "roster" not in Path(run.path).name


def test_the_worker_takes_it_and_the_file_goes(
    signed_in, manager, uploads, django_capture_on_commit_callbacks
):
    upload(signed_in(manager))
    run = ImportRun.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(run_id=run.pk)

    run.refresh_from_db()
    assert run.status == ImportRun.Status.DONE
    assert RosterEntry.objects.count() == 1
    assert list(uploads.iterdir()) == []


def test_start_and_end_are_in_the_audit(signed_in, manager):
    upload(signed_in(manager))
    tasks.run_import(run_id=ImportRun.objects.get().pk)

    actions = AuditEvent.objects.filter(actor=manager).values_list("action", flat=True)
    assert {"import_started", "import_ended"} <= set(actions)


def test_a_dead_broker_leaves_the_run_queued(
    signed_in, manager, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.run_import, "apply_async", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        response = upload(signed_in(manager))

    assert response.status_code == 302
    assert ImportRun.objects.get().status == ImportRun.Status.QUEUED


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "nonsense"}, "nonsense"),
        ({"kind": ""}, "required"),
        ({"source": "x" * 61}, "60"),
        ({"source": "a\0b"}, "Null"),
        ({"preset": "rif-carrier"}, "layout"),
        ({"content": ""}, "empty"),
        ({"content": "PK\x03\x04..."}, "spreadsheet"),
        ({"file": ""}, "required"),
    ],
)
def test_a_bad_upload_shows_its_error_and_queues_nothing(
    signed_in, manager, uploads, fields, message
):
    response = upload(signed_in(manager), **fields)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert not ImportRun.objects.exists()
    assert not uploads.exists() or not list(uploads.iterdir())


def test_a_file_beyond_the_limit_is_refused_in_words(signed_in, manager, settings):
    settings.UPLOAD_LIMIT = 100

    response = upload(signed_in(manager), ROSTER * 10)

    assert "larger than" in response.content.decode()
    assert not ImportRun.objects.exists()


def test_what_the_form_does_not_show_is_not_set(signed_in, manager, administrator):
    upload(
        signed_in(manager),
        started_by=administrator.pk,
        path="/etc/passwd",
        status="done",
        is_upload="",
    )

    run = ImportRun.objects.get()
    assert (run.started_by, run.is_upload) == (manager, True)
    assert run.path != "/etc/passwd"


def test_a_hostile_file_name_does_no_harm(signed_in, manager, uploads):
    upload(signed_in(manager), name="../../<script>\u202e.csv")

    run = ImportRun.objects.get()
    page = signed_in(manager).get(reverse("referrals:import-detail", args=[run.uid]))
    assert Path(run.path).parent == uploads
    assert "<script>\u202e" not in page.content.decode()
