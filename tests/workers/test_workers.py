"""Real workers, real brokers, real kills. The market is the demo's."""

import pytest

from tests.workers.installation import wait_until

pytestmark = pytest.mark.worker

NEWEST = """
from {module} import {model}
run = {model}.objects.order_by("-pk").first()
answer = {{"status": run.status, "attempt": run.attempt, "error": run.error}}
"""
REPORT = "reports.models", "ReportRun"
IMPORT = "referrals.models", "ImportRun"

REQUEST_LEAKAGE = """
from reports.services import runs
from reports.services.registry import KINDS
parameters = KINDS["leakage"].standard_parameters()
answer = runs.request_run(kind="leakage", by=None, parameters=parameters).pk
"""
QUEUE_CLAIMS = """
from pathlib import Path
from referrals.models import ImportRun
path = Path({path!r})
answer = ImportRun.objects.create(
    kind="claims", file_name=path.name, path=str(path),
    file_size=path.stat().st_size,
).pk
"""
KILL_HALF_WAY = """
import os, signal, time
from {module} import {model}
end = time.monotonic() + 60
answer = None
while answer is None and time.monotonic() < end:
    run = {model}.objects.order_by("-pk").first()
    if run.status == "running" and run.progress >= 20:
        os.killpg({pid}, signal.SIGKILL)
        answer = run.progress
    time.sleep(0.002)
"""
VISIBLE_CLAIMS = """
from referrals.models import ClaimsImport
answer = ClaimsImport.objects.count()
"""


def newest(installation, kind):
    module, model = kind
    return installation.evaluate(NEWEST.format(module=module, model=model))


def wait_until_done(installation, kind):
    """The newest run, once it is done. Silence is noticed after 30 seconds."""
    return wait_until(
        lambda: (run := newest(installation, kind))["status"] == "done" and run,
        seconds=120,
        every=1,
    )


def kill_half_way(installation, worker, kind):
    module, model = kind
    progress = installation.evaluate(
        KILL_HALF_WAY.format(module=module, model=model, pid=worker.pid)
    )
    worker.wait()
    assert progress is not None
    assert newest(installation, kind)["status"] == "running"


def test_a_worker_computes_a_leakage_run_to_its_page(installation):
    installation.start_worker()
    web = installation.start_web()
    web.sign_in("admin@example.org")

    web.post("/runs/new/", gap_days="90", basis="allowed")

    assert wait_until_done(installation, REPORT)["attempt"] == 1
    page = web.get("/leakage/")
    assert "Orthopedics" in page
    assert "computed" in page.lower()


def test_a_run_is_picked_up_though_the_broker_lost_its_message(installation):
    installation.evaluate(REQUEST_LEAKAGE)

    installation.start_worker()
    installation.start_beat()

    assert wait_until_done(installation, REPORT)["attempt"] == 1


def test_a_leakage_run_killed_in_the_middle_ends_as_undisturbed(
    installation, undisturbed
):
    installation.evaluate(REQUEST_LEAKAGE)
    worker = installation.start_worker()
    installation.start_beat()
    kill_half_way(installation, worker, REPORT)

    installation.start_worker()

    assert wait_until_done(installation, REPORT)["attempt"] == 2
    assert installation.leakage() == undisturbed


def test_a_claims_import_killed_in_the_middle_ends_as_undisturbed(
    without_claims, files, undisturbed
):
    without_claims.evaluate(QUEUE_CLAIMS.format(path=str(files["claims"])))
    worker = without_claims.start_worker()
    without_claims.start_beat()
    kill_half_way(without_claims, worker, IMPORT)
    assert without_claims.evaluate(VISIBLE_CLAIMS) == 0

    without_claims.start_worker()

    assert wait_until_done(without_claims, IMPORT)["attempt"] == 2
    assert without_claims.evaluate(VISIBLE_CLAIMS) == 1
    assert without_claims.leakage() == undisturbed
