"""Removing a guard is noticed: one rule of scope shows everything, for one model at
a time, and the suite must fail each time.

The suite runs in a process of its own with SABOTAGE naming the rule, as in
"referrals.Note visible_to"; `tests/conftest.py` takes it away there.
"""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings

RULES = sorted(
    (model._meta.label, rule)
    for model in apps.get_models()
    for rule in ("visible_to", "among_visible_to")
    if hasattr(model._default_manager.all(), rule)
)


def test_the_scoped_models_are_the_ones_we_think():
    assert {label for label, _ in RULES} >= {
        "accounts.Territory",
        "outreach.Task",
        "outreach.Visit",
        "referrals.ImportRun",
        "referrals.Organization",
        "referrals.Physician",
        "referrals.Practice",
        "referrals.Referral",
    }


@pytest.mark.long
@pytest.mark.parametrize(("label", "rule"), RULES)
def test_the_suite_notices_when_scope_is_gone(label, rule):
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
            "-m", "not browser and not worker and not long",
            "tests/accounts", "tests/referrals", "tests/outreach", "tests/reports",
            "tests/test_scope.py",
        ],
        cwd=settings.BASE_DIR,
        env=os.environ | {"SABOTAGE": f"{label} {rule}"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stdout[-2000:]
    assert "FAILED" in done.stdout
