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
import datetime as dt
import itertools
import json
import logging
import os
import random
import statistics
import sys
import tempfile
import time


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
from django.utils import timezone

from accounts.models import Territory, TerritoryAssignment, TerritoryZip, User
from referrals.models import (
    Affiliation,
    Organization,
    Physician,
    Practice,
    RosterEntry,
    Specialty,
)
from tests.factories.referrals import npi_of

EMPTY = "/account/"
MOST_QUERIES, MOST_RATIO, MOST_RATIO_OF_LISTS = 12, 6, 12
BATCH = 5000
# As many last names as a state has: 1,331 of three syllables.
SYLLABLES = [
    "ba",
    "chen",
    "dor",
    "el",
    "fi",
    "gan",
    "hua",
    "is",
    "jo",
    "kar",
    "lo",
    "mi",
    "nu",
]
LAST = ["".join(parts).title() for parts in itertools.product(SYLLABLES, repeat=3)]
FIRST = ["Ada", "Ben", "Cara", "Dan", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon"]
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
}


def people():
    """A manager on one of two regions of nine territories, a liaison in one."""
    today = timezone.localdate()
    manager = User.objects.create_user("manager@bench.example", role="manager")
    liaison = User.objects.create_user("liaison@bench.example", role="liaison")
    code = 10_000
    for region in ("North", "South"):
        top = Territory.objects.create(name=region)
        for number in range(9):
            node = Territory.objects.create(name=f"{region} {number}", parent=top)
            TerritoryZip.objects.bulk_create(
                TerritoryZip(zip_code=str(code + at), territory=node)
                for at in range(50)
            )
            code += 50
        if region == "North":
            for user, territory in ((manager, top), (liaison, node)):
                TerritoryAssignment.objects.create(
                    user=user, territory=territory, starts_on=today
                )
    administrator = User.objects.create_user(
        "administrator@bench.example", role="administrator"
    )
    return {"manager": manager, "liaison": liaison, "administrator": administrator}


def directory(physicians: int):
    """Practices in 900 ZIP codes, five physicians to each, four roster rows each."""
    draw = random.Random(7)
    specialties = [*Specialty.objects.all()]
    organizations = Organization.objects.bulk_create(
        Organization(npi=npi_of(90_000_000 + n), name=f"Group {n:05d}")
        for n in range(physicians // 50)
    )
    practices = Practice.objects.bulk_create(
        (
            Practice(
                name=f"Clinic {n:05d}",
                zip_code=str(10_000 + n % 900),
                city="Nashville",
                state="TN",
                phone=f"615{n:07d}",
                tier=draw.choice(["A", "B", ""]),
                organization=draw.choice(organizations),
            )
            for n in range(physicians // 5)
        ),
        batch_size=BATCH,
    )
    made = Physician.objects.bulk_create(
        (
            Physician(
                npi=npi_of(n),
                last_name=draw.choice(LAST),
                first_name=draw.choice(FIRST),
                specialty=draw.choice(specialties),
            )
            for n in range(physicians)
        ),
        batch_size=BATCH,
    )
    Affiliation.objects.bulk_create(
        (
            Affiliation(physician=physician, practice=practices[n // 5])
            for n, physician in enumerate(made)
        ),
        batch_size=BATCH,
    )
    years = [dt.date(year, 1, 1) for year in (2022, 2023, 2024, 2025)]
    RosterEntry.objects.bulk_create(
        (
            RosterEntry(
                npi=physician.npi,
                network_status=draw.choice(RosterEntry.Status.values),
                effective_from=start,
                effective_to=end,
            )
            for physician in made
            for start, end in zip(years, [*years[1:], None], strict=True)
        ),
        batch_size=BATCH,
    )
    return {
        "practice": practices[0].pk,
        "physician": made[0].pk,
        "npi": made[0].npi,
        "organization": practices[0].organization_id,
    }


def opened(client: Client, url: str):
    """(seconds, queries, status) of one page, read to its end."""
    with CaptureQueriesContext(connection) as queries:
        start = time.perf_counter()
        response = client.get(url)
        _ = response.content
        seconds = time.perf_counter() - start
    return seconds, len(queries), response.status_code


def percentile(seconds: list[float]) -> float:
    """The 95th."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def measured(physicians: int, rounds: int):
    logging.disable()  # of pages that a role may not open
    call_command("migrate", verbosity=0)
    clients = {}
    for role, user in people().items():
        clients[role] = Client(SERVER_NAME="localhost")
        clients[role].force_login(user)
    known = directory(physicians)
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
            if found[role, name][0][2] == 200
        },
    }


def line(found, role, name):
    """What one page cost; the first round warms up."""
    empty = percentile([seconds for seconds, *_ in found[role, "empty"][1:]])
    seconds = percentile([seconds for seconds, *_ in found[role, name][1:]])
    queries = max(queries for _, queries, _ in found[role, name][1:])
    ratio = round(seconds / empty, 1)
    most = MOST_RATIO_OF_LISTS if name in LISTS else MOST_RATIO
    told = {"p95_ms": round(1000 * seconds, 1), "ratio": ratio, "queries": queries}
    if ratio > most or queries > MOST_QUERIES:
        told["over"] = True
    return told


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
