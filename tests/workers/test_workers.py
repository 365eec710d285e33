"""Real workers, real brokers, real kills. The market is the demo's."""

import datetime as dt

import pytest

from reports.demo.load import write_files
from reports.demo.market import generate
from tests.workers.installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.worker

ADMINISTRATOR = f"""
from accounts.models import User
User.objects.create_user(
    "admin@example.org", "{PASSWORD}", name="Ari Admin", role="administrator"
)
answer = None
"""
NEWEST = """
from {module} import {model}
run = {model}.objects.order_by("-pk").first()
answer = run and {{
    "pk": run.pk, "status": run.status, "attempt": run.attempt,
    "progress": run.progress, "error": run.error,
}}
"""


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """kind -> path of the demo market's files."""
    folder = tmp_path_factory.mktemp("market")
    return dict(write_files(generate(dt.date(2026, 11, 16)), folder))


@pytest.fixture(scope="session")
def undisturbed(files, tmp_path_factory):
    """What `report leakage` says when nobody kills anything."""
    installation = Installation(tmp_path_factory.mktemp("undisturbed"))
    installation.manage("migrate", "--verbosity", "0")
    bring_in(installation, files, "service-lines", "nppes", "roster", "claims")
    return cells(installation)


def bring_in(installation, files, *kinds):
    for kind in kinds:
        installation.manage("import_file", kind, files[kind])


def cells(installation):
    report = installation.json("report", "leakage", "--by", "service_line")
    return report["overall"], report["rows"]


def newest(installation, model="ReportRun", module="reports.models"):
    return installation.evaluate(NEWEST.format(model=model, module=module))


def test_a_worker_computes_a_leakage_run_to_its_page(brokered, files):
    brokered.evaluate(ADMINISTRATOR)
    bring_in(brokered, files, "service-lines", "nppes", "roster", "claims")
    brokered.start_worker()
    web = brokered.start_web()
    web.sign_in("admin@example.org")

    web.post("/runs/new/", gap_days="90", basis="allowed")

    run = wait_until(
        lambda: (found := newest(brokered)) and found["status"] == "done" and found,
        seconds=60,
        every=1,
    )
    assert run["attempt"] == 1
    page = web.get("/leakage/")
    assert "Orthopedics" in page
    assert "computed" in page.lower()


def test_a_run_is_picked_up_though_the_broker_lost_its_message(brokered, files):
    """The row is there, no message is: beat finds it within 15 seconds."""
    bring_in(brokered, files, "service-lines", "nppes", "roster", "claims")
    brokered.evaluate(
        "from reports.services import runs\n"
        "from reports.services.registry import KINDS\n"
        "answer = runs.request_run(kind='leakage', by=None,"
        " parameters=KINDS['leakage'].standard_parameters()).pk"
    )
    brokered.start_worker()
    brokered.start_beat()

    wait_until(lambda: newest(brokered)["status"] == "done", seconds=60, every=1)


def test_a_leakage_run_killed_in_the_middle_ends_as_undisturbed(
    brokered, files, undisturbed
):
    bring_in(brokered, files, "service-lines", "nppes", "roster", "claims")
    brokered.evaluate(
        "from reports.services import runs\n"
        "from reports.services.registry import KINDS\n"
        "answer = runs.request_run(kind='leakage', by=None,"
        " parameters=KINDS['leakage'].standard_parameters()).pk"
    )
    worker = brokered.start_worker()
    brokered.start_beat()
    kill_while_running(brokered, worker, "ReportRun", "reports.models")
    assert newest(brokered)["status"] == "running"

    brokered.start_worker()

    done = wait_until(
        lambda: (run := newest(brokered))["status"] == "done" and run,
        seconds=90,
        every=1,
    )
    assert done["attempt"] == 2
    assert cells(brokered) == undisturbed


def test_a_claims_import_killed_in_the_middle_ends_as_undisturbed(
    brokered, files, undisturbed
):
    brokered.evaluate(ADMINISTRATOR)
    bring_in(brokered, files, "service-lines", "nppes", "roster")
    queue_claims(brokered, files["claims"])
    worker = brokered.start_worker()
    brokered.start_beat()
    kill_while_running(brokered, worker, "ImportRun", "referrals.models")
    assert "no data" in brokered.manage("report", "leakage", check=False).lower() or (
        brokered.evaluate(
            "from referrals.models import ClaimsImport\n"
            "answer = ClaimsImport.objects.count()"
        )
        == 0
    )

    brokered.start_worker()

    wait_until(
        lambda: newest(brokered, "ImportRun", "referrals.models")["status"] == "done",
        seconds=90,
        every=1,
    )
    assert cells(brokered) == undisturbed


def queue_claims(installation, path):
    installation.evaluate(
        "from pathlib import Path\n"
        "from referrals.models import ImportRun\n"
        f"path = Path({str(path)!r})\n"
        "answer = ImportRun.objects.create(kind='claims', file_name=path.name,"
        " path=str(path), file_size=path.stat().st_size).pk"
    )


def kill_while_running(installation, worker, model, module):
    """SIGKILL to the worker as soon as the run is seen half-way."""
    progress = installation.evaluate(
        f"""
import os, signal, time
from {module} import {model}
end = time.monotonic() + 60
answer = None
while answer is None and time.monotonic() < end:
    run = {model}.objects.order_by("-pk").first()
    if run.status == "running" and run.progress >= 20:
        os.killpg({worker.pid}, signal.SIGKILL)
        answer = run.progress
    time.sleep(0.002)
"""
    )
    assert progress is not None
    worker.wait()
