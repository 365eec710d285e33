"""Installations are made once for the session and copied for each test."""

import datetime as dt
import os
import uuid

import pytest

from reports.demo.load import write_files
from reports.demo.market import generate
from tests.workers.installation import PASSWORD, Installation

ADMINISTRATOR = f"""
from accounts.models import User
User.objects.create_user(
    "admin@example.org", "{PASSWORD}", name="Ari Admin", role="administrator"
)
answer = None
"""


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """kind -> path of the demo market's files."""
    folder = tmp_path_factory.mktemp("market")
    return dict(write_files(generate(dt.date(2026, 11, 16)), folder))


@pytest.fixture(scope="session")
def before_claims(tmp_path_factory, files):
    """An installation with an administrator, a directory and a roster."""
    made = Installation(
        tmp_path_factory.mktemp("before"),
        database_url=os.environ.get("TEST_DATABASE_URL", ""),
    )
    made.make_database()
    made.manage("migrate", "--verbosity", "0")
    made.evaluate(ADMINISTRATOR)
    for kind in ("service-lines", "nppes", "roster"):
        made.manage("import_file", kind, files[kind])
    yield made
    made.remove()


@pytest.fixture(scope="session")
def after_claims(tmp_path_factory, before_claims, files):
    made = before_claims.copy(tmp_path_factory.mktemp("after") / uuid.uuid4().hex)
    made.manage("import_file", "claims", files["claims"])
    yield made
    made.remove()


@pytest.fixture(scope="session")
def undisturbed(after_claims):
    """What `report leakage` says when nobody kills anything."""
    return after_claims.leakage()


@pytest.fixture(params=["filesystem", "redis"])
def broker(request):
    """The URL of each broker that can be had; empty for the filesystem's."""
    if request.param == "filesystem":
        return ""
    return os.environ.get("TEST_REDIS_URL") or pytest.skip("no Redis answers here")


@pytest.fixture
def installation(after_claims, broker, tmp_path):
    """A copy of the installation with claims, on each broker."""
    made = after_claims.copy(tmp_path / "var", redis_url=broker)
    yield made
    made.remove()


@pytest.fixture
def without_claims(before_claims, broker, tmp_path):
    made = before_claims.copy(tmp_path / "var", redis_url=broker)
    yield made
    made.remove()
