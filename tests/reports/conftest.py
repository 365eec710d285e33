"""A kind of report that tests can bend: `toy`."""

import csv
import dataclasses
from pathlib import Path

import pytest
from django.utils import timezone

from referrals.imports import execution
from reports.services import registry
from reports.services.kinds import Kind, Result
from reports.services.runs import execute_run
from tests.factories.reports import ReportRunFactory
from tests.reports.events import write_events

PARAMETERS = {
    "from": None,
    "to": None,
    "gap_days": 90,
    "basis": "allowed",
    "roster_complete_since": None,
    "sources": [],
}


@dataclasses.dataclass
class Toy:
    """What the toy report does when it is executed."""

    act: object = None
    has_data: bool = True
    setting: int = 90

    def execute(self, run, *, beat):
        beat(50, "Half way")
        if self.act:
            self.act(run)
        return Result(summary={"answer": 42}, checksum="c", folder="f")


@pytest.fixture
def toy(monkeypatch):
    toy = Toy()
    kind = Kind(
        execute=toy.execute,
        standard_parameters=lambda: {"setting": toy.setting},
        depends_on=("claims", "roster"),
        has_data=lambda: toy.has_data,
    )
    monkeypatch.setitem(registry.KINDS, "leakage", kind)
    return toy


@pytest.fixture
def execute():
    def execute(run):
        return execute_run(run_id=run.pk, now=timezone.now)

    return execute


@pytest.fixture
def lake(tmp_path, settings):
    """The folder of the claims lake, empty."""
    settings.CLAIMS_LAKE_URL = str(tmp_path / "lake")
    return Path(settings.CLAIMS_LAKE_URL)


@pytest.fixture
def run_of(lake, db):
    """`run_of([event(...)])`: a finished leakage run with these events."""

    def run_of(events, **fields):
        run = ReportRunFactory(
            **{
                "status": "done",
                "parameters": PARAMETERS,
                "finished_at": timezone.now(),
                "started_at": timezone.now(),
                "checksum": "abc",
            }
            | fields
        )
        run.folder = f"runs/{run.uid}/1"
        run.save()
        write_events(lake / run.folder / "events.parquet", events)
        return run

    return run_of


@pytest.fixture
def import_claims(lake, tmp_path, db):
    """`import_claims([{"claim_id": ...}], source=...)`: through the importer."""

    def import_claims(lines, *, source="default"):
        columns = sorted({name for line in lines for name in line})
        path = tmp_path / f"claims-{source}-{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(lines)
        run = execution.begin(
            by=None,
            kind="claims",
            source=source,
            preset="",
            file_name=path.name,
            path=str(path),
        )
        ended = execution.execute(run)
        assert ended.status == "done", ended.error
        return ended

    return import_claims
