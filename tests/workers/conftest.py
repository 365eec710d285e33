import os
import uuid

import pytest

from tests.workers.installation import (
    Installation,
    drop_postgres_database,
    make_postgres_database,
)


@pytest.fixture
def installation(tmp_path):
    """An empty installation on the database of this leg, filesystem broker."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    database = make_postgres_database(url, f"workers_{uuid.uuid4().hex}") if url else ""
    made = Installation(tmp_path, database_url=database)
    made.manage("migrate", "--verbosity", "0")
    yield made
    made.stop()
    if database:
        drop_postgres_database(database)


@pytest.fixture(params=["filesystem", "redis"])
def brokered(request, installation):
    """The installation on each broker that can be had."""
    if request.param == "redis":
        installation.redis_url = os.environ.get("TEST_REDIS_URL", "")
        if not installation.redis_url:
            pytest.skip("no Redis answers here")
    return installation
