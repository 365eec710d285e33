"""Long lists: what scope, depth and search cost, as ratios within one run.

`python -m tests.benchmarks.lists [--referrals N] [--rounds N]` makes a market in
a SQLite database of its own, opens pages as a manager who sees half of it and as
an administrator who sees all, and prints one JSON object: processor seconds and
queries of each page (the best of the rounds counts), and what they are to each
other.
"""

import argparse
import datetime as dt
import itertools
import json
import os
import random
import tempfile
import time

os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="liaison-crm-bench-")
os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['VAR_DIR']}/bench.sqlite3"
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

from accounts.models import Territory, TerritoryAssignment, TerritoryZip, User
from referrals.models import Affiliation, Physician, Practice, Referral
from tests.factories.referrals import npi_of

REFERRERS_EACH = 2  # physicians to a practice
REFERRALS_EACH = 4  # referrals to a practice
LAST_PAGE = "?page=999999"
PAGES = {
    "unscoped": ("administrator", "/referrals/"),
    "scoped": ("manager", "/referrals/"),
    "scoped, last page": ("manager", f"/referrals/{LAST_PAGE}"),
    "unscoped, last page": ("administrator", f"/referrals/{LAST_PAGE}"),
    "worklist": ("manager", "/referrals/worklist/"),
    "physicians": ("manager", "/physicians/"),
    "physicians, last page": ("manager", f"/physicians/{LAST_PAGE}"),
    "practices": ("manager", "/practices/"),
    "search everything": ("manager", "/search/?q=lin"),
    "search while typing": ("manager", "/visits/people/?search=clinic+1"),
    "today": ("manager", "/today/"),
    "export": ("manager", "/referrals/export/"),
}
RATIOS = {
    "scope": ("scoped", "unscoped"),
    "depth, scoped": ("scoped, last page", "scoped"),
    "depth, unscoped": ("unscoped, last page", "unscoped"),
    "depth, physicians": ("physicians, last page", "physicians"),
    "worklist to list": ("worklist", "scoped"),
    "search everything to list": ("search everything", "scoped"),
    "search to list": ("search while typing", "scoped"),
    "today to list": ("today", "scoped"),
}


def people():
    """A manager on one of two regions, with nine territories in each."""
    today = timezone.localdate()
    zips = (f"{number}" for number in itertools.count(10_000))
    manager = User.objects.create_user("manager@bench.example", role="manager")
    for region in ("North", "South"):
        top = Territory.objects.create(name=region)
        if region == "North":
            TerritoryAssignment.objects.create(
                user=manager, territory=top, starts_on=today
            )
        for number in range(9):
            node = Territory.objects.create(name=f"{region} {number}", parent=top)
            TerritoryZip.objects.bulk_create(
                TerritoryZip(zip_code=next(zips), territory=node) for _ in range(50)
            )
    administrator = User.objects.create_user(
        "administrator@bench.example", role="administrator"
    )
    return {"manager": manager, "administrator": administrator}


def market(referrals: int):
    draw, today = random.Random(7), timezone.localdate()
    practices = Practice.objects.bulk_create(
        Practice(name=f"Clinic {number}", zip_code=str(10_000 + number % 900), tier="B")
        for number in range(referrals // REFERRALS_EACH)
    )
    physicians = Physician.objects.bulk_create(
        Physician(npi=npi_of(number), last_name=f"Name {number:06d}", first_name="Ann")
        for number in range(len(practices) * REFERRERS_EACH)
    )
    Affiliation.objects.bulk_create(
        Affiliation(physician=physician, practice=practices[number // REFERRERS_EACH])
        for number, physician in enumerate(physicians)
    )
    Referral.objects.bulk_create(
        Referral(
            external_id=f"R-{number}",
            received_on=today - dt.timedelta(draw.randrange(400)),
            referring_physician=draw.choice(physicians),
            referring_practice=draw.choice(practices) if number % 2 else None,
            status=draw.choice([Referral.Status.RECEIVED, Referral.Status.CLOSED]),
        )
        for number in range(referrals)
    )


def opened(client: Client, url: str):
    """(processor seconds, queries) of one page, read to its end."""
    with CaptureQueriesContext(connection) as queries:
        start = time.process_time()
        response = client.get(url)
        b"".join(response)
        seconds = time.process_time() - start
    assert response.status_code == 200, url
    return seconds, len(queries)


def measured(referrals: int, rounds: int):
    call_command("migrate", verbosity=0)
    clients = {}
    for role, user in people().items():
        clients[role] = Client(SERVER_NAME="localhost")
        clients[role].force_login(user)
    market(referrals)
    found = {name: [] for name in PAGES}
    for _ in range(rounds):
        for name, (role, url) in PAGES.items():
            found[name].append(opened(clients[role], url))
    best = {name: min(results) for name, results in found.items()}
    return {
        "referrals": referrals,
        "pages": {
            name: {"cpu_seconds": round(seconds, 3), "queries": queries}
            for name, (seconds, queries) in best.items()
        },
        "ratio": {
            name: round(best[above][0] / best[below][0], 2)
            for name, (above, below) in RATIOS.items()
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measured(options.referrals, options.rounds), indent=1))


if __name__ == "__main__":
    main()
