"""Removing a guard is noticed: `visible_to` shows everything, for one model at a
time, and the suite must fail each time.

The suite runs in a process of its own with SABOTAGE naming the model;
`tests/conftest.py` takes the guard away there.
"""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings

SCOPED = sorted(
    model._meta.label
    for model in apps.get_models()
    if hasattr(model._default_manager.all(), "visible_to")
)


def test_the_scoped_models_are_the_ones_we_think():
    assert set(SCOPED) >= {
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
@pytest.mark.parametrize("label", SCOPED)
def test_the_suite_notices_when_scope_is_gone(label):
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
            "-m", "not browser and not worker and not long",
            "tests/accounts", "tests/referrals", "tests/outreach", "tests/reports",
        ],
        cwd=settings.BASE_DIR,
        env=os.environ | {"SABOTAGE": label},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stdout[-2000:]
    assert "FAILED" in done.stdout
