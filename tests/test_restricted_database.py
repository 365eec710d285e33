"""A PostgreSQL whose role may create tables, and no extension: no pg_trgm there.

Migrations pass; search finds the starts and parts of words, and forgives nothing.
"""

import os
import subprocess
import sys

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

NAME = "may_not_create_extensions"
SEARCH = """
from accounts.models import User
from accounts.search import found
from liaison_crm.lib import trigrams
from referrals.models import Practice

Practice.objects.create(name="Cumberland Heart", zip_code="37203")
user = User(email="a@example.org", role="administrator")

def hits(text):
    return [hit.title for group in found(text, user).groups for hit in group.hits]

print(trigrams.are_there(), hits("Cumb"), hits("berland hea"), hits("Cumbreland"))
"""


def run_as_owner(database, *statements):
    known = connection.settings_dict
    own = psycopg2.connect(
        dbname=database,
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"] or None,
    )
    own.autocommit = True
    with own.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    own.close()


@pytest.fixture
def restricted_url():
    """A database of its own, and a role that may fill it with tables."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    gone = [f"DROP DATABASE IF EXISTS {NAME}", f"DROP ROLE IF EXISTS {NAME}"]
    role = f"CREATE ROLE {NAME} LOGIN PASSWORD 'restricted'"
    run_as_owner("postgres", *gone, role, f"CREATE DATABASE {NAME}")
    run_as_owner(NAME, f"GRANT USAGE, CREATE ON SCHEMA public TO {NAME}")
    known = connection.settings_dict
    place = f"{known['HOST']}:{known['PORT'] or 5432}"
    yield f"postgres://{NAME}:restricted@{place}/{NAME}"
    run_as_owner("postgres", *gone)


@pytest.fixture
def manage(restricted_url, tmp_path):
    def run(*words):
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": restricted_url, "VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_without_the_right_to_trigrams_migrations_pass_and_search_finds_parts(manage):
    migrated = manage("migrate", "--verbosity", "0")
    searched = manage("shell", "--no-imports", "-c", SEARCH)

    assert (migrated.returncode, migrated.stderr) == (0, "")
    there = "['Cumberland Heart']"
    assert searched.stdout.strip() == f"False {there} {there} []", searched.stderr
