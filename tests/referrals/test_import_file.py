import io
import json

import pytest
from django.core.management import call_command

from referrals.models import ImportRun, RosterEntry
from tests.factories.referrals import ImportMappingFactory, npi_of
from tests.spreadsheets import xlsx

pytestmark = pytest.mark.django_db
NONE = {"read": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0}


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "npi,network_status,effective_from,note\n"
        f"{npi_of(1)},employed,2022-01-01,\n1,employed,2022-01-01,\n"
    )
    return str(path)


def import_file(*args, **options):
    """(exit status, what it printed)"""
    out = io.StringIO()
    try:
        call_command("import_file", *args, stdout=out, **options)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_summary_is_one_json_object(roster):
    status, text = import_file("roster", roster, "--json", "--source", "hr")

    assert status == 0
    assert json.loads(text) == {
        "run": ImportRun.objects.get().pk,
        "kind": "roster",
        "source": "hr",
        "status": "done",
        "rows": {**NONE, "read": 2, "created": 1, "rejected": 1},
        "ignored_columns": ["note"],
        "warnings": [],
        "error": None,
    }


def test_the_same_file_again_is_a_duplicate_and_no_error(roster):
    import_file("roster", roster)

    status, text = import_file("roster", roster, "--json")

    assert status == 0
    assert json.loads(text)["status"] == "duplicate"
    assert json.loads(text)["rows"] == NONE


def test_force_finds_all_rows_unchanged(roster):
    import_file("roster", roster)

    text = import_file("roster", roster, "--json", "--force")[1]

    assert json.loads(text)["rows"] == {
        **NONE,
        "read": 2,
        "unchanged": 1,
        "rejected": 1,
    }


def test_a_dry_run_changes_nothing(roster):
    text = import_file("roster", roster, "--json", "--dry-run")[1]

    assert json.loads(text)["rows"]["created"] == 1
    assert not RosterEntry.objects.exists()


def test_a_refused_file_is_exit_2_with_the_missing_columns(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("npi\n1\n")

    status, text = import_file("roster", str(path), "--json")

    told = json.loads(text)
    assert status == 2
    assert (told["status"], told["rows"]) == ("refused", NONE)
    assert "network_status, effective_from" in told["error"]
    assert ImportRun.objects.get().status == ImportRun.Status.REFUSED


@pytest.mark.parametrize(
    ("kind", "path", "word"),
    [
        ("nonsense", "roster.csv", "Kinds: "),
        ("roster", "/nowhere/at-all.csv", "There is no file"),
        ("roster", "/tmp", "There is no file"),
    ],
)
def test_what_cannot_be_begun_is_exit_2_in_words(kind, path, word):
    status, text = import_file(kind, path, "--json")

    assert status == 2
    assert word in json.loads(text)["error"]


def test_an_unknown_preset_is_refused(roster):
    status, text = import_file("roster", roster, "--json", "--preset", "rif-carrier")

    assert status == 2
    assert "preset" in json.loads(text)["error"]


def test_without_json_people_can_read_it(roster):
    text = import_file("roster", roster)[1]

    assert "2 read, 1 created" in text
    assert "Ignored columns: note" in text


@pytest.fixture
def theirs(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text(f"Who,State,Since\n{npi_of(1)},W2,2022-01-01\n")
    return str(path)


@pytest.mark.parametrize("told", [["--mapping"], ["--mapping", "HR"]])
def test_a_saved_mapping_is_used_when_it_is_asked_for(theirs, told):
    ImportMappingFactory(name="Older")
    ImportMappingFactory(name="HR", values={"network_status": {"w2": "employed"}})

    status, text = import_file("roster", theirs, "--json", "--source", "hr", *told)

    assert (status, json.loads(text)["rows"]["created"]) == (0, 1)
    assert ImportRun.objects.get().mapping["name"] == "HR"


def test_without_asking_no_mapping_is_used(theirs):
    ImportMappingFactory(name="HR")

    status, text = import_file("roster", theirs, "--json", "--source", "hr")

    assert status == 2
    assert "Missing column" in json.loads(text)["error"]


@pytest.mark.parametrize("told", [["--mapping"], ["--mapping", "HR"]])
def test_a_mapping_of_another_source_is_refused(theirs, told):
    ImportMappingFactory(name="HR", source="other")

    status, text = import_file("roster", theirs, "--json", "--source", "hr", *told)

    assert status == 2
    assert "is saved for roster from hr" in json.loads(text)["error"]


def test_a_sheet_of_a_spreadsheet_is_named(tmp_path):
    path = tmp_path / "book.xlsx"
    header = ["npi", "network_status", "effective_from"]
    rows = [header, [npi_of(1), "employed", "2022-01-01"]]
    path.write_bytes(xlsx(Cover=[["Hello"]], Data=rows))

    refused = import_file("roster", str(path), "--json")
    taken = import_file("roster", str(path), "--json", "--sheet", "Data")

    assert "Missing columns" in json.loads(refused[1])["error"]
    assert json.loads(taken[1])["rows"]["created"] == 1
