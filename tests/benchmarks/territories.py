"""Territories at their largest: what scope costs a list, and 5,000 ZIP codes moving.

`python -m tests.benchmarks.territories [--rounds N] [--database URL]` makes 40,000
ZIP codes in 300 territories with 10,000 practices and 100 people, opens the list of
practices as a liaison, a manager of half and an administrator, moves 5,000 ZIP codes,
and prints one JSON object: processor seconds, those of the PostgreSQL server's process
with ours, and queries (the best of the rounds counts), and each person's list beside
the same list without `visible_to`. A database that is given must be empty, and stays as
the moves left it.
"""

import argparse
import contextlib
import datetime as dt
import functools
import json
import os
import random
import sys
import tempfile
import time
from unittest import mock

GIVEN = sys.argv[sys.argv.index("--database") + 1] if "--database" in sys.argv else ""
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="liaison-crm-bench-")
os.environ["DATABASE_URL"] = GIVEN or f"sqlite:///{os.environ['VAR_DIR']}/bench.sqlite3"
os.environ["TESTING"] = "1"
os.environ["REQUIRE_MFA"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    Notification,
    Territory,
    TerritoryAssignment,
    TerritoryZip,
    User,
)
from accounts.services import zips
from referrals.models import Practice
from referrals.models.directory import PracticeQuerySet

ZIPS, TERRITORIES, PRACTICES, PEOPLE, MOVED = 40_000, 300, 10_000, 100, 5_000
URL = "/practices/"
OPENED = 10  # times in each round


def market():
    """Two regions with half of the territories each; the people by what they see."""
    today = timezone.localdate()
    regions = [Territory.objects.create(name=name) for name in ("North", "South")]
    nodes = Territory.objects.bulk_create(
        Territory(name=f"Territory {number:03d}", parent=regions[number % 2])
        for number in range(TERRITORIES - len(regions))
    )
    TerritoryZip.objects.bulk_create(
        TerritoryZip(zip_code=f"{10_000 + n}", territory=nodes[n % len(nodes)])
        for n in range(ZIPS)
    )
    draw = random.Random(7)
    Practice.objects.bulk_create(
        Practice(name=f"Clinic {n:05d}", zip_code=f"{10_000 + draw.randrange(ZIPS)}")
        for n in range(PRACTICES)
    )
    people = User.objects.bulk_create(
        User(email=f"person{n}@bench.example", name=f"Person {n}", role="liaison")
        for n in range(PEOPLE - 2)
    )
    manager = User.objects.create_user("manager@bench.example", role="manager")
    administrator = User.objects.create_user(
        "administrator@bench.example", role="administrator"
    )
    TerritoryAssignment.objects.bulk_create(
        TerritoryAssignment(user=person, territory=node, starts_on=today)
        for number, person in enumerate(people)
        for node in nodes[number * 3 : number * 3 + 3]
    )
    TerritoryAssignment.objects.create(
        user=manager, territory=regions[0], starts_on=today
    )
    return {"liaison": people[0], "manager": manager, "administrator": administrator}


def measured(act, times=1):
    """(processor seconds, seconds, queries) of one act, the mean of so many times.

    The server tells its own in hundredths of a second: a page takes several.
    """
    with CaptureQueriesContext(connection) as queries:
        wall, start = time.perf_counter(), time.process_time() + database_cpu()
        for _ in range(times):
            act()
        cpu = time.process_time() + database_cpu() - start
        spent = cpu / times, (time.perf_counter() - wall) / times
    return *spent, len(queries) // times


def database_cpu() -> float:
    """Processor seconds of the server process that answers us; SQLite is in ours."""
    if connection.vendor == "sqlite":
        return 0
    with open(f"/proc/{connection.connection.info.backend_pid}/stat") as file:
        user, system = file.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def lists(people, rounds):
    """(role, is it scoped) -> what the list took."""
    found = {(role, scoped): [] for role in people for scoped in (True, False)}
    clients = {role: Client(SERVER_NAME="localhost") for role in people}
    for role, person in people.items():
        clients[role].force_login(person)
        clients[role].get(URL)
    for _ in range(rounds):
        for role, scoped in found:
            open_it = functools.partial(clients[role].get, URL)
            with contextlib.nullcontext() if scoped else unscoped():
                found[role, scoped].append(measured(open_it, times=OPENED))
    return {key: min(results) for key, results in found.items()}


def unscoped():
    """Everybody sees every practice."""
    return mock.patch.object(PracticeQuerySet, "visible_to", lambda rows, user: rows)


def moves(administrator, rounds):
    """Each time other codes, to territories spread over the whole tree."""
    nodes = list(Territory.objects.exclude(parent=None).values_list("pk", flat=True))
    draw, results = random.Random(9), []
    for number in range(rounds):
        codes = draw.sample(range(10_000, 10_000 + ZIPS), MOVED)
        targets = {f"{code}": draw.choice(nodes) for code in codes}
        day = timezone.localdate() + dt.timedelta(number)
        results.append(
            measured(
                lambda targets=targets, day=day: zips.reassign(
                    targets=targets, on=day, by=administrator, at=timezone.now()
                )
            )
        )
    return min(results)


def report(rounds):
    call_command("migrate", verbosity=0)
    people = market()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    pages = lists(people, rounds)
    moved = moves(people["administrator"], rounds)
    shown = ("cpu_seconds", "seconds", "queries")
    return {
        "database": connection.vendor,
        "pages": {
            role if scoped else f"{role}, without scope": dict(
                zip(shown, (round(one, 3) for one in best), strict=True)
            )
            for (role, scoped), best in pages.items()
        },
        "ratio to the list without scope": {
            role: round(pages[role, True][0] / pages[role, False][0], 2)
            for role in people
        },
        f"{MOVED} ZIP codes moved": dict(
            zip(shown, (round(one, 3) for one in moved), strict=True)
        ),
        "notifications": Notification.objects.count(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    print(json.dumps(report(options.rounds), indent=1))


if __name__ == "__main__":
    main()
