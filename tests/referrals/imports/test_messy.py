"""A spreadsheet as people send it, with the mapping that is saved for it."""

import io
import json

import pytest
from django.core.management import call_command

from referrals.models import ImportRun, RosterEntry
from tests.factories.referrals import ImportMappingFactory
from tests.messy import ROWS, WRONG_DATES, WRONG_NPIS, roster_workbook

WRONG = WRONG_NPIS + WRONG_DATES


@pytest.fixture
def take(db, tmp_path):
    """`take(...)`: what import_file says of the workbook."""
    ImportMappingFactory(
        name="HR",
        source="hr",
        columns={
            "provider npi": "npi",
            "in network?": "network_status",
            "start date": "effective_from",
            "term date": "effective_to",
            "doctor last name": "",
            "comments": "",
            "comments #2": "",
        },
        values={"network_status": {"w2": "employed", "pp": "independent"}},
    )
    path = tmp_path / "march.xlsx"
    path.write_bytes(roster_workbook())

    def run(*options):
        out = io.StringIO()
        told = ("--json", "--source", "hr", "--sheet", "Roster", "--mapping")
        call_command("import_file", "roster", str(path), *told, *options, stdout=out)
        return json.loads(out.getvalue())

    return run


def test_it_is_taken_by_its_saved_mapping_and_again_changes_nothing(take):
    first = take("HR")
    again = take()
    forced = take("--force")

    taken = ROWS - WRONG
    assert first["rows"] == {
        "read": ROWS,
        "created": taken,
        "updated": 0,
        "unchanged": 0,
        "rejected": WRONG,
    }
    assert again["status"] == "duplicate"
    assert forced["rows"]["unchanged"] == taken
    assert RosterEntry.objects.count() == taken


def test_rejected_rows_bear_the_row_of_the_sheet_and_no_column_left_out(take):
    take()

    run = ImportRun.objects.get()
    lines = [*run.rejected_rows.values_list("line", flat=True)]
    assert lines[:2] == [14, 18]
    assert all(
        set(row.values) <= {"npi", "network_status", "effective_from", "effective_to"}
        for row in run.rejected_rows.all()
    )
    assert run.mapping["name"] == "HR"
