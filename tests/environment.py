"""The environment of the suite, set before Django reads its settings.

Each pytest process gets a VAR_DIR of its own. `TEST_DATABASE_URL` chooses the
database (SQLite by default), `TEST_REDIS_URL` the broker of the worker tests.
"""

import os
import tempfile

os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="liaison-crm-tests-")
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
os.environ["TESTING"] = "1"
os.environ["REQUIRE_MFA"] = "0"
os.environ["EMAIL_URL"] = "memorymail://"
os.mkdir(os.path.join(os.environ["VAR_DIR"], "static"))
