"""What a mapping or a draft counts on is gone by the time it is needed."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from referrals.forms.imports import field_of
from referrals.imports import drafts, execution
from referrals.models import ImportDraft, ImportMapping, ImportRun, ServiceLine
from tests.factories.referrals import ServiceLineFactory, npi_of

CREATE = reverse("referrals:import-create")
ROSTER = f"npi,network_status,effective_from\n{npi_of(1)},W2,2022-01-01\n"
REFERRALS = (
    "referral_id,received_on,referring_npi,service_line\n"
    f"R1,2026-01-05,{npi_of(1)},Bones\n"
)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def client_of(signed_in, manager):
    return signed_in(manager)


@pytest.fixture
def saved(manager):
    """`saved("roster", columns=..., values=...)`: a mapping of before."""

    def save(kind, **told):
        named = {"name": "Before", "source": "hr", "made_by": manager}
        return ImportMapping.objects.create(kind=kind, **named, **told)

    return save


@pytest.fixture
def send(client_of):
    def upload(kind, content):
        file = SimpleUploadedFile("file.csv", content.encode())
        sent = {"kind": kind, "source": "hr", "file": file}
        client_of.post(CREATE, sent)
        return ImportDraft.objects.get()

    return upload


def url(name, draft):
    return reverse(f"referrals:import-{name}", args=[draft.uid])


def take(client, draft):
    """Start the import of a draft as it stands, and work on it."""
    page = client.get(url("preview", draft))
    client.post(url("preview", draft), {"stamp": page.context["stamp"]})
    run = ImportRun.objects.get(uid=draft.uid)
    return execution.execute(ImportRun.objects.claim(run.pk, at=timezone.now()))


def test_a_saved_mapping_whose_columns_are_gone_leaves_them_to_be_mapped(
    saved, send, client_of
):
    saved("roster", columns={"who": "npi", "state": "network_status"})
    renamed = ROSTER.replace("npi", "Whose").replace("network_status", "Tie")

    draft = send("roster", renamed)
    page = client_of.get(url("columns", draft)).content.decode()
    chosen = {"whose": "npi", "tie": "network_status"}
    chosen["effective_from"] = "effective_from"
    fields = {field_of(key): ours for key, ours in chosen.items()}
    kept = client_of.post(url("columns", draft), fields | {"read_as": draft.read_as})

    assert draft.columns["whose"] == ""
    assert "Missing columns: npi, network_status" in page
    assert kept.url == url("values", draft)


def test_a_word_mapped_to_what_is_no_choice_any_more_is_asked_for_again(
    saved, send, client_of
):
    saved("roster", values={"network_status": {"w2": "allied"}})

    draft = send("roster", ROSTER)
    page = client_of.get(url("values", draft))
    field = field_of("network_status", "w2")
    refused = client_of.post(url("values", draft), {field: "allied"})
    told = client_of.post(url("values", draft), {field: "employed"})

    assert page.context["form"].fields[field].label == "Ours for W2"
    assert refused.status_code == 200
    assert told.url == url("preview", draft)
    assert take(client_of, draft).rows_created == 1


def test_a_service_line_deleted_since_is_said_to_be_made_anew(saved, send, client_of):
    ServiceLineFactory(name="Orthopedics")
    saved("referrals", values={"service_line": {"bones": "Orthopedics"}})
    draft = send("referrals", REFERRALS)
    ServiceLine.objects.all().delete()

    run = take(client_of, draft)

    assert run.rows_created == 1
    assert any("Orthopedics" in warning for warning in run.warnings)


def test_a_file_gone_before_the_worker_came_fails_with_words_and_changes_nothing(
    send, client_of, manager
):
    draft = send("roster", ROSTER.replace("W2", "employed"))
    Path(draft.path).unlink()
    run = drafts.start(draft=draft, by=manager)

    run = execution.execute(ImportRun.objects.claim(run.pk, at=timezone.now()))
    told = client_of.get(reverse("referrals:import-detail", args=[run.uid]))
    retried = client_of.post(
        reverse("referrals:import-retry", args=[run.uid]), follow=True
    )

    assert (run.status, run.rows_read) == (ImportRun.Status.FAILED, 0)
    assert "The file is no longer there." in told.content.decode()
    assert "upload it anew" in retried.content.decode()
    assert ImportRun.objects.count() == 1
