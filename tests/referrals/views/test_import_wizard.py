"""The steps between a file and its import."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, ZipShapes
from referrals import tasks
from referrals.forms.imports import field_of
from referrals.imports import preview
from referrals.models import ImportDraft, ImportMapping, ImportRun, RosterEntry
from tests import spreadsheets
from tests.factories.referrals import (
    PhysicianFactory,
    RosterEntryFactory,
    ServiceLineFactory,
    npi_of,
)
from tests.outlines import archive, geojson, square

ONE_SHAPE = {"19901": [square("19901")]}
STEPS = ["columns", "table", "values", "preview", "discard"]
MESSY = (
    "Roster of March\n\n"
    "Provider NPI,Relationship,Start date,Patient name,Remark\n"
    f"{npi_of(1)},W2,2022-01-01,Jane Roe,fine\n"
    f"{npi_of(2)},Nobody knows,2022-01-01,John Doe,\n"
    f"12345,employed,2022-01-01,,\n"
)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


@pytest.fixture
def client_of(signed_in, manager):
    return signed_in(manager)


@pytest.fixture
def prepare(client_of):
    """`prepare(content)`: the draft of an upload."""

    def send(content=MESSY, *, kind="roster", name="messy.csv", **fields):
        content = content if isinstance(content, bytes) else content.encode()
        file = SimpleUploadedFile(name, content)
        data = {"kind": kind, "source": "hr", "file": file, **fields}
        client_of.post(reverse("referrals:import-create"), data)
        return ImportDraft.objects.latest("pk")

    return send


def url(name, draft):
    return reverse(f"referrals:import-{name}", args=[draft.uid])


def fields_of(draft, **chosen):
    """What the columns page sends: as it is, but for what was chosen by key."""
    columns = draft.columns | chosen
    fields = {field_of(key): ours for key, ours in columns.items()}
    return fields | {"read_as": draft.read_as}


def words_on(page):
    """{their word: name of its field} of the values page."""
    form = page.context["form"]
    return {word.text: field.name for _, words in form.parts for word, field in words}


@pytest.mark.parametrize("name", STEPS)
def test_a_file_that_somebody_else_prepares_is_not_found(
    prepare, signed_in, administrator, name
):
    draft = prepare()
    client = signed_in(administrator)

    assert client.post(url(name, draft)).status_code == 404
    if name not in ("table", "discard"):
        assert client.get(url(name, draft)).status_code == 404
    assert ImportDraft.objects.count() == 1


# Columns --------------------------------------------------------------------------


def test_columns_are_shown_with_their_first_values(prepare, client_of):
    page = client_of.get(url("columns", prepare())).content.decode()

    assert npi_of(1) in page
    assert "Relationship" in page
    assert "Roster of March" not in page


def test_values_that_may_be_about_patients_are_neither_shown_nor_kept(
    prepare, client_of
):
    draft = prepare()

    pages = [client_of.get(url(name, draft)) for name in ("columns", "preview")]

    assert not any("Jane Roe" in page.content.decode() for page in pages)
    assert "may be about patients" in pages[0].content.decode()
    kept = json.dumps([draft.columns, draft.values])
    assert "Jane" not in kept


def test_columns_that_we_drop_are_no_choice(prepare, client_of):
    draft = prepare("referral_id,received_on,npi,patient_name\n", kind="referrals")

    assert "patient_name" not in draft.columns
    page = client_of.get(url("columns", draft)).content.decode()
    assert 'value="patient_name"' not in page


def test_columns_stand_in_the_order_of_the_file(prepare, client_of):
    draft = prepare("zz,npi,a,Network_Status,effective_from\n1,2,3,4,5\n")

    page = client_of.get(url("columns", draft))

    assert [key for key, _ in page.context["form"].parts] == [
        *("zz", "npi", "a", "network_status", "effective_from")
    ]


def test_chosen_columns_are_kept_and_lead_on(prepare, client_of):
    draft = prepare()

    response = client_of.post(url("columns", draft), fields_of(draft, remark=""))

    draft.refresh_from_db()
    assert response.url == url("values", draft)
    assert draft.columns["relationship"] == "network_status"


def test_two_columns_to_one_of_ours_are_refused(prepare, client_of):
    draft = prepare()

    page = client_of.post(url("columns", draft), fields_of(draft, remark="npi"))

    assert "Provider NPI is mapped to npi too." in page.content.decode()
    draft.refresh_from_db()
    assert draft.columns["remark"] == ""


def test_a_needed_column_that_is_left_out_is_said(prepare, client_of):
    draft = prepare()

    page = client_of.post(
        url("columns", draft), fields_of(draft, **{"provider npi": ""})
    )

    assert "Missing column: npi." in page.content.decode()


@pytest.mark.parametrize("value", ["nonsense", "a\0b", "x" * 10_000, "patient_name"])
def test_a_column_that_is_none_of_ours_is_refused(prepare, client_of, value):
    draft = prepare()

    page = client_of.post(url("columns", draft), fields_of(draft, remark=value))

    assert page.status_code == 200
    draft.refresh_from_db()
    assert draft.columns["remark"] == ""


def test_a_page_of_before_the_table_was_read_anew_changes_nothing(prepare, client_of):
    draft = prepare()

    data = fields_of(draft, remark="effective_to") | {"read_as": "1"}
    page = client_of.post(url("columns", draft), data)

    assert page.status_code == 200
    draft.refresh_from_db()
    assert draft.columns["remark"] == ""


def test_of_many_columns_those_known_are_folded_away(prepare, client_of):
    more = ",".join(f"other {number}" for number in range(300))
    header = f"npi,Status,effective_from,{more}"
    draft = prepare(f"{header}\n{npi_of(1)},employed,2022-01-01{',' * 300}\n")

    page = client_of.get(url("columns", draft))

    assert "2 columns recognised by name" in page.content.decode()
    assert "300 columns left out" in page.content.decode()
    assert [column["name"] for column in page.context["to_see"]] == ["Status"]
    assert len(page.content) < 500_000


def test_another_sheet_and_another_header_are_read(prepare, client_of):
    rows = [["npi", "network_status", "effective_from"], [npi_of(1), "employed", "x"]]
    book = spreadsheets.xlsx(Cover=[["Hello"]], Data=[["a", "b", "c"], *rows])
    draft = prepare(book, name="book.xlsx")

    client_of.post(url("table", draft), {"sheet": "Data", "header_row": "1"})

    draft.refresh_from_db()
    assert (draft.sheet, draft.header_row) == ("Data", 2)
    client_of.post(url("table", draft), {"sheet": "Data", "header_row": "1"})
    draft.refresh_from_db()
    assert [*draft.columns] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "data",
    [
        {"header_row": "0"},
        {"header_row": "x"},
        {"header_row": "99999999999999999999"},
        {"header_row": "900"},
        {"header_row": "3", "mapping": "99999999999999999999"},
    ],
)
def test_a_table_that_is_not_there_changes_nothing(prepare, client_of, data):
    draft = prepare()
    before = draft.columns

    response = client_of.post(url("table", draft), data, follow=True)

    assert response.status_code == 200
    draft.refresh_from_db()
    assert (draft.columns, draft.header_row) == (before, 3)


def test_a_sheet_that_is_not_there_changes_nothing(prepare, client_of):
    draft = prepare(spreadsheets.xlsx(A=[["npi"]], B=[["npi"]]), name="book.xlsx")

    client_of.post(url("table", draft), {"sheet": "C", "header_row": "1"})

    draft.refresh_from_db()
    assert draft.sheet == "A"


def test_from_an_empty_sheet_there_is_a_way_back(prepare, client_of):
    rows = [["npi", "network_status", "effective_from"], [npi_of(1), "employed", "x"]]
    draft = prepare(spreadsheets.xlsx(Data=rows, Blank=[]), name="book.xlsx")

    page = client_of.post(
        url("table", draft), {"sheet": "Blank", "header_row": "1"}, follow=True
    )
    assert "The file is empty." in page.content.decode()
    client_of.post(url("table", draft), {"sheet": "Data", "header_row": "1"})

    draft.refresh_from_db()
    assert (draft.sheet, draft.columns["npi"]) == ("Data", "npi")


@pytest.mark.parametrize("name", STEPS)
def test_a_draft_whose_file_is_gone_is_put_away(prepare, client_of, name):
    draft = prepare()
    Path(draft.path).unlink()

    page = client_of.post(url(name, draft), {}, follow=True)

    assert page.redirect_chain[-1][0] == reverse("referrals:import-create")
    assert not ImportDraft.objects.exists()
    assert not ImportRun.objects.exists()


# Values ---------------------------------------------------------------------------


def test_unknown_words_are_listed_with_their_rows_and_a_suggestion(prepare, client_of):
    page = client_of.get(url("values", prepare()))

    form = page.context["form"]
    found = {
        word.text: (word.rows, field.initial)
        for _, words in form.parts
        for word, field in words
    }
    assert found == {"W2": (1, "employed"), "Nobody knows": (1, "")}


def test_chosen_words_are_kept(prepare, client_of):
    draft = prepare()
    names = words_on(client_of.get(url("values", draft)))

    response = client_of.post(
        url("values", draft), {names["W2"]: "affiliated", names["Nobody knows"]: "-"}
    )

    draft.refresh_from_db()
    assert response.url == url("preview", draft)
    assert draft.values == {"network_status": {"w2": "affiliated", "nobody knows": ""}}


def test_a_word_that_is_none_of_ours_is_refused(prepare, client_of):
    draft = prepare()
    names = words_on(client_of.get(url("values", draft)))

    page = client_of.post(url("values", draft), {names["W2"]: "nonsense"})

    assert page.status_code == 200
    draft.refresh_from_db()
    assert draft.values == {}


def test_at_most_a_hundred_words_of_a_column_are_listed(prepare, client_of):
    rows = "".join(f"{npi_of(n)},word {n},2022-01-01\n" for n in range(1, 131))
    draft = prepare(f"npi,network_status,effective_from\n{rows}")

    page = client_of.get(url("values", draft))

    assert len(words_on(page)) == 100
    assert "Only the first 100 words" in page.content.decode()


# Preview --------------------------------------------------------------------------


def test_the_preview_says_what_would_come_of_each_row_and_changes_nothing(
    prepare, client_of
):
    draft = prepare()

    page = client_of.get(url("preview", draft))

    seen = page.context["preview"]
    assert [one.outcome for one in seen.rows] == ["rejected"] * 3
    ImportDraft.objects.update(values={"network_status": {"w2": "employed"}})
    seen = client_of.get(url("preview", draft)).context["preview"]
    assert {one.row.line: one.outcome for one in seen.rows} == {
        4: "created",
        5: "rejected",
        6: "rejected",
    }
    assert (seen.counts.read, seen.counts.created, seen.counts.rejected) == (3, 1, 2)
    assert not RosterEntry.objects.exists()
    assert not ImportRun.objects.exists()
    assert not AuditEvent.objects.filter(action="import_started").exists()


def test_the_cell_that_is_wrong_is_marked(prepare, client_of):
    seen = client_of.get(url("preview", prepare())).context["preview"]

    wrong = [
        [cell.value for cell in one.cells if cell.is_wrong] for one in seen.rejected
    ]
    assert wrong == [["W2"], ["Nobody knows"], ["12345"]]


def test_a_file_that_would_be_refused_says_why(prepare, client_of):
    draft = prepare("a,b\n1,2\n")

    page = client_of.get(url("preview", draft)).content.decode()

    assert "Missing columns: npi, network_status, effective_from." in page


def test_a_long_file_is_looked_at_only_in_part(prepare, client_of):
    rows = "".join(f"{npi_of(n)},employed,2022-01-01\n" for n in range(1, 402))
    draft = prepare(f"npi,network_status,effective_from\n{rows}")

    seen = client_of.get(url("preview", draft)).context["preview"]

    assert (len(seen.rows), seen.is_whole) == (200, False)


@pytest.mark.parametrize("limit", ["READING_SECONDS", "TAKING_SECONDS"])
def test_where_there_is_no_time_the_page_shows_what_was_looked_at(
    prepare, client_of, monkeypatch, limit
):
    monkeypatch.setattr(preview, limit, 0)
    draft = prepare()

    page = client_of.get(url("preview", draft))

    assert page.status_code == 200
    assert not page.context["preview"].is_whole
    assert "no rows below" not in page.content.decode()


def test_what_comes_of_each_row_is_told_where_it_differs(prepare, client_of):
    for number in (2, 5, 6):
        RosterEntryFactory(
            npi=npi_of(number),
            network_status="employed",
            effective_from=dt.date(2022, 1, 1),
        )
    words = ["employed"] * 5 + ["affiliated", "nonsense"]
    rows = "".join(
        f"{npi_of(number)},{word},2022-01-01\n" for number, word in enumerate(words, 1)
    )
    draft = prepare(f"npi,network_status,effective_from\n{rows}")

    seen = client_of.get(url("preview", draft)).context["preview"]

    assert [one.outcome for one in seen.rows] == [
        *("created", "unchanged", "created", "created", "unchanged", "updated"),
        "rejected",
    ]


def test_referrals_are_previewed_through_their_own_importer(prepare, client_of):
    ServiceLineFactory(name="Primary Care")
    PhysicianFactory(npi=npi_of(1))
    draft = prepare(
        f"Order number,Date received,Ref NPI,Specialty\nR1,1/2/2026,{npi_of(1)},PCP\n",
        kind="referrals",
    )
    names = words_on(client_of.get(url("values", draft)))
    client_of.post(url("values", draft), {names["PCP"]: "Primary Care"})

    seen = client_of.get(url("preview", draft)).context["preview"]

    assert seen.columns == [
        *("referral_id", "received_on", "referring_npi", "service_line")
    ]
    assert [cell.value for cell in seen.rows[0].cells][-1] == "Primary Care"
    assert seen.counts.created == 1


# Start ----------------------------------------------------------------------------


def test_the_import_takes_the_file_its_mapping_and_is_audited(
    prepare, client_of, manager, uploads, django_capture_on_commit_callbacks
):
    draft = prepare()
    names = words_on(client_of.get(url("values", draft)))
    client_of.post(url("values", draft), {names["W2"]: "employed"})

    response = client_of.post(url("preview", draft), {"save_as": "HR"})

    run = ImportRun.objects.get()
    assert response.url == reverse("referrals:import-detail", args=[run.uid])
    assert (run.uid, run.started_by, run.path) == (draft.uid, manager, draft.path)
    assert run.mapping == {
        "name": "HR",
        "header_row": 3,
        "columns": {
            "provider npi": "npi",
            "relationship": "network_status",
            "start date": "effective_from",
        },
        "values": {"network_status": {"w2": "employed"}},
    }
    assert not ImportDraft.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(run_id=run.pk)
    run.refresh_from_db()
    assert (run.rows_created, run.rows_rejected) == (1, 2)
    assert list(uploads.iterdir()) == []
    actions = AuditEvent.objects.filter(actor=manager).values_list("action", flat=True)
    assert {"import_started", "import_ended"} <= {*actions}


TAKEN = "This very file was taken before"
ROSTER = f"npi,network_status,effective_from\n{npi_of(1)},employed,2022-01-01\n"


@pytest.fixture
def taken(prepare, client_of, django_capture_on_commit_callbacks):
    """The run of a roster that was taken through these pages."""
    with django_capture_on_commit_callbacks(execute=True):
        client_of.post(url("preview", prepare(ROSTER)))
    run = ImportRun.objects.get()
    tasks.run_import(run_id=run.pk)
    return run


def test_the_preview_says_that_the_very_file_was_taken_before(
    prepare, client_of, taken
):
    page = client_of.get(url("preview", prepare(ROSTER, name="again.csv"))).text

    assert TAKEN in page
    assert reverse("referrals:import-detail", args=[taken.uid]) in page


@pytest.mark.parametrize(
    "sent",
    [
        {"content": ROSTER, "is_forced": "on"},
        {"content": ROSTER, "source": "other"},
        {"content": ROSTER.replace("2022", "2023")},
    ],
    ids=["forced", "another source", "another file of the same size"],
)
def test_what_would_be_taken_is_not_called_taken(prepare, client_of, taken, sent):
    page = client_of.get(url("preview", prepare(**sent))).text

    assert TAKEN not in page


def test_a_run_out_of_sight_is_no_link_on_the_preview(
    prepare, client_of, taken, administrator
):
    ImportRun.objects.update(started_by=administrator)

    page = client_of.get(url("preview", prepare(ROSTER))).text

    assert TAKEN in page
    assert reverse("referrals:import-detail", args=[taken.uid]) not in page


@pytest.mark.parametrize("content", [geojson("19901"), archive(ONE_SHAPE)])
def test_shapes_are_taken_as_they_are_text_or_archive(
    prepare, client_of, uploads, django_capture_on_commit_callbacks, content
):
    draft = prepare(content, kind="zcta", name="shapes", state="DE")

    page = client_of.get(url("preview", draft))
    client_of.post(url("preview", draft))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(run_id=ImportRun.objects.get().pk)

    assert "there are no columns to map" in page.text
    assert ImportRun.objects.get().rows_created == 1
    assert ZipShapes.objects.current().get().state == "DE"
    assert list(uploads.iterdir()) == []


def test_an_archive_of_shapes_is_no_broken_spreadsheet_when_the_source_is_missing(
    client_of, uploads
):
    file = SimpleUploadedFile("shapes.zip", archive(ONE_SHAPE))

    page = client_of.post(
        reverse("referrals:import-create"), {"kind": "zcta", "source": "", "file": file}
    )

    assert "This field is required" in page.text
    assert "spreadsheet could not be read" not in page.text
    assert not ImportDraft.objects.exists()


def test_a_run_shows_what_was_mapped(prepare, client_of):
    draft = prepare()
    client_of.post(url("preview", draft), {"save_as": "HR of March"})

    page = client_of.get(reverse("referrals:import-detail", args=[draft.uid]))

    assert "HR of March" in page.content.decode()
    assert "relationship" in page.content.decode()


def test_a_form_sent_twice_makes_one_import(prepare, client_of):
    draft = prepare()
    client_of.post(url("preview", draft))

    again = client_of.post(url("preview", draft))
    back = client_of.get(url("columns", draft))

    detail = reverse("referrals:import-detail", args=[draft.uid])
    assert (again.url, back.url) == (detail, detail)
    assert ImportRun.objects.count() == 1


def test_what_another_window_mapped_anew_is_shown_before_it_is_taken(
    prepare, client_of
):
    draft = prepare()
    stamp = client_of.get(url("preview", draft)).context["stamp"]
    client_of.post(url("columns", draft), fields_of(draft, remark="effective_to"))

    page = client_of.post(url("preview", draft), {"stamp": stamp})

    assert "mapped anew in another window" in page.content.decode()
    assert not ImportRun.objects.exists()
    client_of.post(url("preview", draft), {"stamp": page.context["stamp"]})
    assert ImportRun.objects.exists()


def test_words_of_a_column_that_another_window_took_away_are_not_taken(
    prepare, client_of
):
    draft = prepare()
    page = client_of.get(url("values", draft))
    told = dict.fromkeys(words_on(page).values(), "")
    told["stamp"] = page.context["stamp"]
    client_of.post(
        url("columns", draft),
        fields_of(draft, relationship="", remark="network_status"),
    )

    page = client_of.post(url("values", draft), told)

    assert "mapped anew in another window" in page.content.decode()
    assert "fine" in words_on(page)


def test_going_back_to_the_words_and_on_again_is_no_other_window(prepare, client_of):
    draft = prepare()
    page = client_of.get(url("values", draft))
    told = {"stamp": page.context["stamp"], words_on(page)["W2"]: "employed"}
    client_of.post(url("values", draft), told)

    again = client_of.post(url("values", draft), told)

    assert again.url == url("preview", draft)


def test_a_mapping_of_the_same_name_is_replaced(prepare, client_of, manager):
    for _ in range(2):
        client_of.post(url("preview", prepare()), {"save_as": "HR"})

    saved = ImportMapping.objects.get()
    assert (saved.made_by, saved.kind, saved.source) == (manager, "roster", "hr")


@pytest.mark.parametrize("name", ["x" * 81, "a\0b"])
def test_a_name_that_cannot_be_kept_starts_nothing(prepare, client_of, name):
    page = client_of.post(url("preview", prepare()), {"save_as": name})

    assert page.status_code == 200
    assert not ImportRun.objects.exists()


def test_a_dead_broker_leaves_the_run_queued(
    prepare, client_of, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.run_import, "apply_async", refuse)
    draft = prepare()

    with django_capture_on_commit_callbacks(execute=True):
        response = client_of.post(url("preview", draft))

    assert response.status_code == 302
    assert ImportRun.objects.get().status == ImportRun.Status.QUEUED


# What is left behind --------------------------------------------------------------


def test_what_is_put_away_is_gone_with_its_file(
    prepare, client_of, uploads, django_capture_on_commit_callbacks
):
    book = spreadsheets.xlsx([["npi"], ["1"]])
    draft = prepare(book, name="b.xlsx")

    with django_capture_on_commit_callbacks(execute=True):
        client_of.post(url("discard", draft))

    assert not ImportDraft.objects.exists()
    assert list(uploads.iterdir()) == []


def test_what_nobody_goes_on_with_is_swept_after_a_day(
    prepare, uploads, django_capture_on_commit_callbacks
):
    old, young = prepare(), prepare()
    yesterday = timezone.now() - dt.timedelta(days=1, hours=1)
    ImportDraft.objects.filter(pk=old.pk).update(created_at=yesterday)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.delete_leftover_uploads()

    assert ImportDraft.objects.get() == young
    assert [str(path) for path in uploads.iterdir()] == [young.path]


def test_a_file_of_a_draft_is_no_leftover_however_old_it_is(prepare, settings):
    draft = prepare()
    ImportDraft.objects.update(created_at=timezone.now() + dt.timedelta(days=9))

    tasks.uploads.delete_leftovers(at=timezone.now() + dt.timedelta(days=9))

    assert Path(draft.path).exists()


def test_the_list_leads_back_to_what_was_begun(prepare, client_of):
    draft = prepare()

    page = client_of.get(reverse("referrals:import-list")).content.decode()

    assert url("columns", draft) in page


@pytest.mark.parametrize("name", ["columns", "values", "preview"])
def test_a_file_that_is_gone_is_said(prepare, client_of, name):
    draft = prepare()
    Path(draft.path).unlink()

    page = client_of.get(url(name, draft), follow=True)

    assert page.status_code == 200
    assert "no longer here" in page.content.decode()
