"""A large directory: what each of its pages costs beside an empty one.

`python -m tests.benchmarks.directory [--physicians N] [--rounds N] [--database URL]`
makes a directory of N physicians, N / 5 practices and 4 N roster rows in a
database of its own, opens every page as a manager of half of it, a liaison of a
ninth and an administrator, all pages in turn in each round, and prints one JSON
object: queries, the 95th percentile of the server's time, and its ratio to that
of an empty signed-in page in the same run. `--database` names a PostgreSQL server;
the database `liaison_crm_bench` is made there and dropped again.
"""

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from typing import NamedTuple


def chosen_database():
    """The database must be named before Django starts."""
    if "--database" in sys.argv:
        return sys.argv[sys.argv.index("--database") + 1].rstrip("/")
    return ""


SERVER = chosen_database()
NAME = "liaison_crm_bench"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="liaison-crm-bench-")
os.environ["DATABASE_URL"] = (
    f"{SERVER}/{NAME}" if SERVER else f"sqlite:///{os.environ['VAR_DIR']}/bench.sqlite3"
)
os.environ["TESTING"] = "1"
os.environ["REQUIRE_MFA"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")

import django

django.setup()

import psycopg2
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.directory_rows import directory, people

EMPTY = "/account/"
MOST_QUERIES, MOST_RATIO, MOST_RATIO_OF_LISTS = 12, 6, 12
LISTS = {
    "practices": "/practices/",
    "practices, searched": "/practices/?q=clinic+77",
    "practices, last page": "/practices/?page=999999",
    "practices, by physicians": "/practices/?sort=-physicians",
    "physicians": "/physicians/",
    "physicians, searched": "/physicians/?q=huami",
    "physicians, last page": "/physicians/?page=999999",
    "physicians, by network status": "/physicians/?sort=network",
    "organizations": "/organizations/",
    "roster": "/roster/",
    "roster, by name": "/roster/?npi=Chenlomi",
    "duplicates": "/duplicates/",
    "proposals": "/proposals/",
    "proposals decided": "/proposals/?status=accepted",
    "merges": "/merges/",
    "specialists": "/specialists/",
    "specialists, asked": "/specialists/?what=knee&insurer=Aetna&when=week",
    "prospects": "/prospects/",
    "payments to whom": "/payments/suggestions/",
}
PAGES = {
    "practice": "/practices/{practice}/",
    "physician": "/physicians/{physician}/",
    "organization": "/organizations/{organization}/",
    "roster of an NPI": "/roster/{npi}/",
    "search": "/search/?q=huami",
    "search, middle of a name": "/search/?q=uami",
    "search, nothing found": "/search/?q=zzzzqq",
    "edit a practice": "/practices/{practice}/edit/",
    "edit a physician": "/physicians/{physician}/edit/",
    "activity of a practice": "/practices/{practice}/activity/",
    "activity of a physician": "/physicians/{physician}/activity/",
    "specialist": "/specialists/{specialist}/",
    "search, a number": "/search/?q=61500012",
}


class Opened(NamedTuple):
    """`database_cpu`: of the server's process; on SQLite it is in `cpu`."""

    seconds: float
    cpu: float
    database_cpu: float
    queries: int
    status: int


def opened(client: Client, url: str):
    """What one page took, read to its end, and its status."""
    with CaptureQueriesContext(connection) as queries:
        start, cpu, base = time.perf_counter(), time.process_time(), database_cpu()
        response = client.get(url)
        _ = response.content
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        base = database_cpu() - base
    return Opened(seconds, cpu, base, len(queries), response.status_code)


def database_cpu() -> float:
    """Processor seconds of the server process that answers us, in hundredths."""
    if not SERVER:
        return 0
    with open(f"/proc/{connection.connection.info.backend_pid}/stat") as file:
        user, system = file.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def percentile(seconds: list[float]) -> float:
    """The 95th; of one alone that one."""
    if len(seconds) == 1:
        return seconds[0]
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def measured(physicians: int, rounds: int):
    logging.disable()  # of pages that a role may not open
    call_command("migrate", verbosity=0)
    clients, users = {}, people()
    for role, user in users.items():
        clients[role] = Client(SERVER_NAME="localhost")
        clients[role].force_login(user)
    known = directory(physicians, users)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    urls = {name: url.format(**known) for name, url in {**LISTS, **PAGES}.items()}
    found = {(role, name): [] for role in clients for name in ("empty", *urls)}
    for _ in range(rounds + 1):
        for role, client in clients.items():
            for name, url in {"empty": EMPTY, **urls}.items():
                found[role, name].append(opened(client, url))
    return {
        "physicians": physicians,
        "database": connection.vendor,
        "pages": {
            f"{name} ({role})": line(found, role, name)
            for role, name in found
            if found[role, name][0].status == 200
        },
    }


def line(found, role, name):
    """What one page cost; the first round warms up."""
    empty, page = (cost(found[role, one][1:]) for one in ("empty", name))
    told = {
        "p95_ms": round(1000 * page[0], 1),
        "ratio": round(page[0] / empty[0], 1),
        "cpu_ms": round(1000 * page[1], 1),
        "cpu_ratio": round(page[1] / empty[1], 1),
        "queries": max(one.queries for one in found[role, name][1:]),
    }
    most = MOST_RATIO_OF_LISTS if name in LISTS else MOST_RATIO
    marks = {"ratio": most, "cpu_ratio": most, "queries": MOST_QUERIES}
    if over := [part for part, mark in marks.items() if told[part] > mark]:
        told["over"] = over
    return told


def cost(found) -> tuple[float, float]:
    """The 95th percentile of seconds, and of processor seconds.

    What the database server took is told in hundredths of a second, so that its
    share is a mean.
    """
    base = statistics.mean(one.database_cpu for one in found)
    return (
        percentile([one.seconds for one in found]),
        percentile([one.cpu for one in found]) + base,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--physicians", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    if SERVER:
        make_database()
    try:
        result = measured(options.physicians, options.rounds)
    finally:
        connection.close()
        if SERVER:
            make_database(again=False)
    print(json.dumps(result, indent=1))


def make_database(*, again=True):
    """Drop what is left of an earlier run; make it anew."""
    session = psycopg2.connect(f"{SERVER}/postgres")
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        if again:
            cursor.execute(f"CREATE DATABASE {NAME}")
    session.close()


if __name__ == "__main__":
    main()
