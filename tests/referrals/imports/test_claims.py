"""Claims through the framework: published whole, or not at all."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from referrals.claims import lake
from referrals.imports import claims, execution
from referrals.models import ClaimsImport, ImportRun
from tests.factories.referrals import npi_of

HEADER = "claim_id,patient_id,service_date_from,billing_npi,allowed_amount"


@pytest.fixture(autouse=True)
def own_lake(settings, tmp_path):
    settings.CLAIMS_LAKE_URL = str(tmp_path / "lake")


def rows(amounts):
    return [
        HEADER,
        *(
            f"C{number},P{number},2024-01-05,{npi_of(1)},{amount}"
            for number, amount in enumerate(amounts)
        ),
    ]


def test_the_lines_of_a_file_become_visible_with_the_end_of_its_run(bring_in, counts):
    run = bring_in("claims", rows([1, 2, "x"]))

    published = ClaimsImport.objects.visible().get()
    assert run.status == ImportRun.Status.DONE
    assert counts(run) == (3, 2, 0, 0, 1)
    assert (published.run, published.lines, published.sequence) == (run, 2, 1)
    assert published.first_service_on.isoformat() == "2024-01-05"
    assert lake.files_of(published.folder)


def test_the_same_file_again_is_a_duplicate(bring_in):
    bring_in("claims", rows([1, 2]))

    assert bring_in("claims", rows([1, 2])).is_duplicate
    assert ClaimsImport.objects.count() == 1


def test_the_same_file_forced_again_finds_all_rows_unchanged(bring_in, counts):
    bring_in("claims", rows([1, 2]))
    bring_in("claims", rows([3, 2]))

    run = bring_in("claims", rows([1, 2]), is_forced=True)

    assert counts(run) == (2, 0, 0, 2, 0)
    assert ClaimsImport.objects.count() == 2


def test_the_same_file_of_another_source_is_another_world(bring_in, counts):
    bring_in("claims", rows([1]))

    run = bring_in("claims", rows([1]), source="payer")

    assert counts(run) == (1, 1, 0, 0, 0)
    assert [part.sequence for part in ClaimsImport.objects.visible()] == [1, 2]


def test_a_dry_run_publishes_nothing_and_leaves_no_file(bring_in, counts):
    run = bring_in("claims", rows([1, 2]), is_dry_run=True)

    assert counts(run) == (2, 2, 0, 0, 0)
    assert not ClaimsImport.objects.exists()
    assert lake.line_folders() == []


def test_a_refused_file_leaves_nothing(bring_in):
    run = bring_in("claims", ["BENE_ID|CLM_ID|RFR_PHYSN_NPI|PRF_PHYSN_NPI", "1|2|3|4"])

    assert run.status == ImportRun.Status.REFUSED
    assert "--preset rif-carrier" in run.error
    assert lake.line_folders() == []


def test_the_summary_says_what_can_count_as_a_referral(bring_in):
    run = bring_in("claims", rows([1, 2]))

    assert run.warnings[0].startswith("0 of 2 lines can count as referrals.")


def test_an_attempt_that_was_cancelled_leaves_nothing(bring_in, monkeypatch):
    def cancel(run):
        ImportRun.objects.filter(pk=run.pk).update(is_cancel_asked=True)
        return f"lines/{run.uid.hex}-{run.attempt}"

    monkeypatch.setattr(claims, "folder_of", cancel)
    monkeypatch.setattr(claims, "sweep", lambda: None)
    monkeypatch.setattr("referrals.imports.work.BEAT_SECONDS", 0)

    run = bring_in("claims", rows([1]))

    assert run.status == ImportRun.Status.CANCELLED
    assert lake.line_folders() == []
    assert not ClaimsImport.objects.exists()


def test_a_full_disk_fails_the_import_and_leaves_nothing(bring_in, monkeypatch):
    def full(engine, statement, parameters):
        if "COPY" in statement:
            raise duckdb.IOException("Could not write: No space left on device")
        return rows_of(engine, statement, parameters)

    rows_of = lake.Engine._rows
    monkeypatch.setattr(lake.Engine, "_rows", full)

    run = bring_in("claims", rows([1]))

    assert run.status == ImportRun.Status.FAILED
    assert "No space is left in the claims lake" in run.error
    assert lake.line_folders() == []
    assert not ClaimsImport.objects.exists()


def test_only_what_dead_attempts_left_is_swept(bring_in, tmp_path):
    bring_in("claims", rows([1]))
    queued = execution.queue(by=None, kind="claims", file_name="x", path="x")
    own = lake.path(claims.folder_of(queued))
    dead = lake.path("lines/dead-1")
    for folder in (own, dead):
        folder.mkdir()

    claims.sweep()

    assert own.is_dir()
    assert not dead.exists()
    assert lake.files_of(ClaimsImport.objects.get().folder)


class Process:
    """manage.py in processes of its own, on a SQLite file and a lake of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            **os.environ,
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'liaison.sqlite3'}",
            "CLAIMS_LAKE_URL": str(folder / "lake"),
        }

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=django_settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return output

    def published(self):
        code = (
            "from referrals.models import ClaimsImport;"
            "print([p.folder for p in ClaimsImport.objects.visible()])"
        )
        return self.run("shell", "-v0", "-c", code).decode().strip()


def wait_for_file(folder: Path, pattern: str, seconds=60):
    until = time.monotonic() + seconds
    while not any(folder.glob(pattern)):
        assert time.monotonic() < until, f"no {pattern} after {seconds} s"
        time.sleep(0.005)


def test_an_import_killed_in_the_middle_leaves_nothing_half_seen(tmp_path):
    process = Process(tmp_path)
    process.run("migrate", "-v0")
    file = tmp_path / "claims.csv"
    file.write_text("\n".join(rows(range(150_000))))

    killed = process.start("import_file", "claims", str(file), "--json")
    wait_for_file(tmp_path / "lake" / "lines", "*/bucket=*/*.parquet")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    seen = process.published()
    summary = json.loads(process.run("import_file", "claims", str(file), "--json"))

    assert killed.returncode == -signal.SIGKILL
    assert seen == "[]"
    assert summary["status"] == "done"
    assert summary["rows"]["created"] == 150_000
    assert process.published().count("lines/") == 1


def test_a_run_taken_up_again_gives_what_an_undisturbed_one_gives(
    bring_in, counts, tmp_path
):
    undisturbed = bring_in("claims", rows([1, 2, "x"]), source="other")
    path = tmp_path / "claims.csv"
    long_ago = timezone.now() - dt.timedelta(hours=1)
    run = execution.begin(by=None, kind="claims", file_name="x", path=str(path))
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
    left = lake.path(claims.folder_of(run)) / "bucket=0"
    left.mkdir(parents=True)

    again = ImportRun.objects.claim(run.pk, at=timezone.now())
    ended = execution.execute(again)

    assert ended.attempt == 2
    assert counts(ended) == counts(undisturbed)
    assert ended.rejected_rows.count() == 1
    assert not left.exists()
