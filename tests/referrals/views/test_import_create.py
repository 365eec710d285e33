from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from referrals.imports import nppes_entry
from referrals.models import ImportDraft, ImportMapping, ImportRun
from tests import spreadsheets
from tests.factories.referrals import npi_of

URL = reverse("referrals:import-create")
ROSTER = f"npi,network_status,effective_from\n{npi_of(1)},employed,2022-01-01\n"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


def upload(client, content=ROSTER, *, name="roster.csv", **fields):
    content = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(name, content)
    return client.post(URL, {"kind": "roster", "source": "hr", "file": file, **fields})


def step(name):
    return reverse(f"referrals:import-{name}", args=[ImportDraft.objects.get().uid])


def test_the_page_says_what_each_kind_needs(signed_in, manager):
    page = signed_in(manager).get(URL).content.decode()

    assert "network_status" in page
    assert "liaison_email" in page


def test_a_file_whose_header_fits_goes_straight_to_its_preview(
    signed_in, manager, uploads
):
    response = upload(signed_in(manager))

    draft = ImportDraft.objects.get()
    assert response.url == step("preview")
    assert (draft.kind, draft.source, draft.started_by) == ("roster", "hr", manager)
    assert [str(path) for path in uploads.iterdir()] == [draft.path]
    assert "roster" not in Path(draft.path).name
    assert not ImportRun.objects.exists()


def test_a_header_of_other_names_leads_to_its_columns(signed_in, manager):
    response = upload(signed_in(manager), ROSTER.replace("npi", "Provider NPI"))

    assert response.url == step("columns")
    assert ImportDraft.objects.get().columns["provider npi"] == "npi"


def test_a_name_that_stands_twice_leads_to_the_columns(signed_in, manager):
    header, row = ROSTER.splitlines()

    response = upload(signed_in(manager), f"{header},npi\n{row},{npi_of(2)}\n")

    assert response.url == step("columns")


def test_a_pasted_table_may_have_line_breaks_in_its_cells(signed_in, manager):
    pasted = 'Our practices\r\n"NPI\r\n"\tnetwork_status\teffective_from\tnotes\r\n'
    pasted += f'{npi_of(1)}\temployed\t2022-01-01\t"a\r\nb\t""c"""\r\n'

    response = upload(signed_in(manager), file="", pasted=pasted)
    page = signed_in(manager).get(response.url)

    assert page.context["preview"].counts.created == 1
    assert ImportDraft.objects.get().header_row == 2


def test_words_that_are_not_known_lead_to_the_values(signed_in, manager):
    response = upload(signed_in(manager), ROSTER.replace("employed", "W2"))

    assert response.url == step("values")


def test_a_saved_mapping_of_the_source_is_where_the_next_file_begins(
    signed_in, manager
):
    saved = ImportMapping.objects.create(
        name="HR",
        kind="roster",
        source="hr",
        columns={"who": "npi", "npi": ""},
        values={"network_status": {"w2": "employed"}},
        made_by=manager,
    )

    response = upload(
        signed_in(manager), "who,npi,network_status,effective_from\n1,2,W2,2022-01-01\n"
    )

    draft = ImportDraft.objects.get()
    assert response.url == step("columns")
    assert (draft.mapping, draft.values) == (saved, saved.values)
    assert draft.columns == {
        "who": "npi",
        "npi": "",
        "network_status": "network_status",
        "effective_from": "effective_from",
    }


def test_a_table_can_be_pasted(signed_in, manager):
    response = upload(
        signed_in(manager), file="", pasted=ROSTER.replace(",", "\t"), source="mail"
    )

    draft = ImportDraft.objects.get()
    assert response.url == step("preview")
    assert draft.file_name == "Pasted table"
    assert "\t" in Path(draft.path).read_text()


def test_a_spreadsheet_is_read_beside_the_upload(signed_in, manager, uploads):
    book = spreadsheets.xlsx(
        Notes=[["Made by HR"]],
        Roster=[["npi", "network_status", "effective_from"]],
    )

    upload(signed_in(manager), book, name="roster.xlsx")

    draft = ImportDraft.objects.get()
    assert (draft.sheets, draft.sheet) == (["Notes", "Roster"], "Notes")
    assert {str(path) for path in uploads.iterdir()} == {draft.path, draft.text_path}


def test_claims_go_to_their_preview_as_they_are(signed_in, manager):
    response = upload(signed_in(manager), "claim_id\n1\n", kind="claims")

    assert response.url == step("preview")


BAD = [
    ({"kind": "nonsense"}, "nonsense"),
    ({"kind": ""}, "required"),
    ({"source": "x" * 61}, "60"),
    ({"source": "a\0b"}, "Null"),
    ({"preset": "rif-carrier"}, "layout"),
]


@pytest.mark.parametrize(("fields", "message"), BAD)
def test_a_file_is_kept_when_something_else_is_wrong(
    signed_in, manager, fields, message
):
    client = signed_in(manager)

    page = upload(client, **fields).content.decode()

    kept = ImportDraft.objects.get()
    assert message in page
    assert "roster.csv is here already" in page
    assert "'hr'" not in page
    assert f'value="{kept.uid}"' in page

    upload(client, file="", kept=kept.uid)

    draft = ImportDraft.objects.get()
    assert (draft.pk, draft.kind, draft.source) == (kept.pk, "roster", "hr")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"content": ""}, "empty"),
        ({"content": "PK\x03\x04..."}, "damaged"),
        ({"content": b"\x1f\x8b..."}, "compressed"),
        ({"content": '"npi,\n'}, "quote"),
        ({"file": ""}, "required"),
        ({"file": "", "pasted": " \n "}, "required"),
        ({"pasted": "npi\n1"}, "either"),
        ({"file": "", "pasted": "npi\0"}, "Null"),
        ({"file": "", "pasted": "n" * 2_000_001}, "2000000"),
        ({"file": "", "kept": "nonsense"}, "required"),
        ({"content": '{"resourceType": "Bundle"}'}, "This is a FHIR Bundle (JSON)."),
        ({"file": "", "pasted": '[{"npi": 1}]'}, "This is a JSON file."),
    ],
)
def test_a_bad_file_shows_its_error_and_keeps_nothing(
    signed_in, manager, uploads, fields, message
):
    response = upload(signed_in(manager), **fields)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert not ImportDraft.objects.filter(file_name__gt="", kind="roster").exists()


def test_nothing_lies_about_after_a_file_that_is_no_table(
    signed_in, manager, uploads, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upload(signed_in(manager), "PK\x03\x04...")
        upload(signed_in(manager), '"npi,\n')

    assert not ImportDraft.objects.exists()
    assert list(uploads.iterdir()) == []


def test_a_file_that_somebody_else_keeps_is_not_found(
    signed_in, manager, administrator
):
    theirs = ImportDraft.objects.create(started_by=administrator, path="/nowhere")

    page = upload(signed_in(manager), file="", kept=theirs.uid)

    assert "required" in page.content.decode()
    assert ImportDraft.objects.get() == theirs


def test_a_file_beyond_the_limit_is_refused_in_words(signed_in, manager, settings):
    settings.UPLOAD_LIMIT = 100

    response = upload(signed_in(manager), ROSTER * 10)

    assert "larger than" in response.content.decode()
    assert not ImportDraft.objects.exists()


def test_what_the_form_does_not_show_is_not_set(signed_in, manager, administrator):
    upload(
        signed_in(manager),
        started_by=administrator.pk,
        path="/etc/passwd",
        columns='{"x": "npi"}',
    )

    draft = ImportDraft.objects.get()
    assert draft.started_by == manager
    assert draft.path != "/etc/passwd"
    assert "x" not in draft.columns


def test_a_hostile_file_name_does_no_harm(signed_in, manager, uploads):
    client = signed_in(manager)
    upload(client, name="../../<script>\u202e.csv")

    draft = ImportDraft.objects.get()
    page = client.get(step("preview"))
    assert Path(draft.path).parent == uploads
    assert "<script>\u202e" not in page.content.decode()


@pytest.mark.parametrize(
    "header",
    [
        "x" * 10_000,
        ",".join(["npi"] * 50),
        "=cmd|' /C calc'!A0,@SUM(1),\u202egpj.exe,<script>",
        ",".join(f"c{number}" for number in range(3000)),
        "npi,\x01\x02,effective_from",
    ],
)
def test_a_hostile_header_is_shown_as_text(signed_in, manager, header):
    client = signed_in(manager)

    response = upload(client, f"{header}\n1\n")
    page = client.get(response.url)

    assert response.url == step("columns")
    assert page.status_code == 200
    assert "<script>," not in page.content.decode()


def test_a_file_of_another_kind_is_kept_while_the_kind_is_told_anew(
    signed_in, manager, uploads
):
    client = signed_in(manager)

    page = upload(client, kind="nppes")

    assert "Network roster (roster)" in page.context["form"].errors["kind"][0]
    draft = ImportDraft.objects.get()
    assert (draft.kind, len([*uploads.iterdir()])) == ("", 1)
    again = client.post(URL, {"kind": "roster", "source": "hr", "kept": draft.uid})
    assert again.url == step("preview")


REGISTRY = ",".join(["NPI", *nppes_entry.COLUMNS]) + f"\n{npi_of(1)}\n"


@pytest.mark.parametrize("kind", ["physicians", "practices"])
def test_the_whole_registry_is_not_taken_for_a_list_of_ours(signed_in, manager, kind):
    page = upload(signed_in(manager), REGISTRY, kind=kind)

    assert "(nppes)" in page.context["form"].errors["kind"][0]


def test_the_registry_read_by_a_saved_mapping_is_theirs_to_say(signed_in, manager):
    columns = {"npi": "npi", nppes_entry.LAST: "last_name"}
    ImportMapping.objects.create(
        made_by=manager, kind="physicians", source="hr", name="HR", columns=columns
    )

    response = upload(signed_in(manager), REGISTRY, kind="physicians")

    assert response.url == step("columns")


def test_a_list_cut_out_of_the_registry_is_one_of_physicians(signed_in, manager):
    names = ["NPI", nppes_entry.LAST, nppes_entry.FIRST, nppes_entry.CREDENTIAL]
    content = ",".join(names) + f"\n{npi_of(1)},Adams,Ada,MD\n"

    response = upload(signed_in(manager), content, kind="physicians")

    assert response.status_code == 302
