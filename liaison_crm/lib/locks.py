"""One at a time, where no row stands for what must not be done twice."""

import hashlib

from django.db import connection

LOCK_SQL = "SELECT pg_advisory_xact_lock(%s)"


def lock_until_commit(name: str) -> None:
    """Wait until no other transaction holds `name`, and hold it to the end of this.

    SQLite has one writer at a time: a transaction there holds everything.
    """
    if connection.vendor == "postgresql":
        digest = hashlib.sha256(name.encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SQL, [int.from_bytes(digest[:8], "big", signed=True)])
