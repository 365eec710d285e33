"""Files that are none, through every step of the wizard: a word, never a crash."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from referrals.imports import execution
from referrals.models import ImportDraft, ImportRun, Practice
from tests import spreadsheets

HEADER = "name,address_line_1,city,state,zip,phone\n"
GOOD = "Good,3 Elm St,Nashville,TN,37203,\n"
SHEET = [HEADER.strip().split(","), ["Good", "3 Elm St", "Nashville", "TN", 37203, ""]]


def archive():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("a.txt", "hello")
    return held.getvalue()


WIDE = ",".join(f"c{number}" for number in range(400))
FILES = {
    "empty.csv": b"",
    "empty.xlsx": b"",
    "photo.csv": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8,
    "photo.xlsx": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8,
    "archive.xlsx": archive(),
    "blank.xlsx": spreadsheets.xlsx([]),
    "sheets.xlsx": spreadsheets.xlsx(SHEET, [], [["x"]], merged=("A2:A3",)),
    "nul.csv": (HEADER + "Nul\0,1 Elm,Nashville,TN,37203,\n" + GOOD).encode(),
    "column.csv": b"name\nOnly a name\n",
    "header.csv": HEADER.encode(),
    "long.csv": ("x" * 10_000 + ",name\n1,Good\n").encode(),
    "wide.csv": f"name,{WIDE}\nWide{',1' * 400}\n".encode(),
    "wide16.csv": (HEADER + GOOD).encode("utf-16"),
    "quote.csv": (HEADER + '"never closed,1 Elm,Nash\n').encode(),
    "cell.csv": (HEADER + "y" * 200_000 + ",1 Elm,Nashville,TN,37203,\n").encode(),
    "formula.csv": (HEADER + GOOD.replace("Good", "\"=cmd|'/c calc'!A1\"")).encode(),
}


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["practices", "physicians", "roster"])
def test_each_step_answers_whatever_the_file_is(signed_in, manager, kind, name):
    client = signed_in(manager)
    sent = {"kind": kind, "source": "hostile"}
    sent["file"] = SimpleUploadedFile(name, FILES[name])

    answers = [client.post(reverse("referrals:import-create"), sent, follow=True)]
    if draft := ImportDraft.objects.first():
        for step in ("columns", "table", "values", "preview"):
            url = reverse(f"referrals:import-{step}", args=[draft.uid])
            answers.append(client.get(url, follow=True))
            if ImportDraft.objects.filter(pk=draft.pk).exists() and step != "table":
                answers.append(client.post(url, {}, follow=True))

    assert {answer.status_code for answer in answers} <= {200, 404, 405}


@pytest.mark.parametrize("start", [b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_a_picture_is_refused_as_one(signed_in, manager, start):
    file = SimpleUploadedFile("card.csv", start + bytes(range(256)))

    page = signed_in(manager).post(
        reverse("referrals:import-create"),
        {"kind": "practices", "source": "hostile", "file": file},
    )

    assert "This is a picture." in page.content.decode()
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize("name", FILES)
def test_the_command_takes_or_refuses_it_and_never_fails(bring_in, name):
    run = bring_in("practices", FILES[name], file_name=name)

    assert run.status in (ImportRun.Status.DONE, ImportRun.Status.REFUSED)
    summary = execution.summary(run)
    rows = summary["rows"]
    assert rows["read"] == sum(rows.values()) - rows["read"]
    assert summary["error"] or rows["read"] or name in ("header.csv", "blank.xlsx")


def test_a_formula_as_a_name_is_inert_in_the_export(bring_in, signed_in, administrator):
    bring_in("practices", FILES["formula.csv"])

    told = signed_in(administrator).get(reverse("referrals:practice-export"))

    assert Practice.objects.get().name.lower().startswith("=cmd")
    text = b"".join(told.streaming_content) if told.streaming else told.content
    assert b",=cmd" not in text.lower()
    assert b"'=cmd" in text.lower()
