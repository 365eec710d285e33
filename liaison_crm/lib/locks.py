"""One at a time, where no row stands for what must not be done twice."""

import functools
import hashlib

from django.db import connection, transaction

LOCK_SQL = "SELECT pg_advisory_xact_lock(%s)"


def lock_until_commit(name: str) -> None:
    """Wait until no other transaction holds `name`, and hold it to the end of this.

    SQLite has one writer at a time: a transaction there holds everything.
    """
    if connection.vendor == "postgresql":
        digest = hashlib.sha256(name.encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SQL, [int.from_bytes(digest[:8], "big", signed=True)])


def one_at_a_time(name: str):
    """The view checks and writes its form while nobody else writes under `name`.

    For what is kept right by looking at other rows: a tree, spans of days.
    """

    def decorate(view):
        @functools.wraps(view)
        def alone(request, *args, **kwargs):
            if request.method != "POST":
                return view(request, *args, **kwargs)
            with transaction.atomic():
                lock_until_commit(name)
                return view(request, *args, **kwargs)

        return alone

    return decorate
