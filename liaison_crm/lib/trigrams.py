"""Words compared by their groups of three letters: PostgreSQL's pg_trgm.

A migration asks for the extension and makes its indexes; where it cannot be
had, and on SQLite, words are looked for as they are typed.
"""

import functools
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import (
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.models import Q, Value
from django.db.models.functions import Greatest, Least, Upper

# Of 1: "smtih" is not too far from "Smith". The settings tell connections the same.
ALIKE = 0.4
CREATE = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
IS_THERE = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
THRESHOLD = (
    "SELECT COALESCE(current_setting('pg_trgm.word_similarity_threshold', true), '')"
    " FROM pg_extension WHERE extname = 'pg_trgm'"
)


@functools.cache
def threshold() -> str | None:
    """From where on the connection calls words alike; None if it compares none."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(THRESHOLD)
        found = cursor.fetchone()
    return found and found[0]


def are_there() -> bool:
    """Can this database compare words?"""
    return threshold() is not None


def alike(words: Iterable[str], fields: Iterable[str]) -> Q:
    """The condition that every word is alike to one of the fields, by an index.

    Where a proxy has kept our threshold from the connection it asks for nothing:
    `likeness` then has to be worked out for every row.
    """
    if threshold() != str(ALIKE):
        return Q()
    found = Q()
    for word in words:
        found &= reduce(
            or_,
            (Q(TrigramWordSimilar(Upper(field), Value(word))) for field in fields),
        )
    return found


def likeness(words: Iterable[str], fields: Iterable[str]):
    """How much the least alike word resembles the field it resembles most."""
    of_words = [
        reduce(Greatest, (TrigramWordSimilarity(word, field) for field in fields))
        for word in words
    ]
    return reduce(lambda one, other: Least(one, other), of_words)


def make_indexes(schema_editor, columns: Iterable[tuple[str, str]]) -> None:
    """Indexes for parts of words in (table, column), if the extension is there.

    They are of what `icontains` asks for.
    """
    database = schema_editor.connection
    if database.vendor != "postgresql" or not has_extension(database):
        return
    for table, column in columns:
        schema_editor.execute(
            f'CREATE INDEX IF NOT EXISTS "{table}_{column}_parts" ON "{table}"'
            f' USING gin (UPPER("{column}"::text) gin_trgm_ops)'
        )


def drop_indexes(schema_editor, columns: Iterable[tuple[str, str]]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table, column in columns:
            schema_editor.execute(f'DROP INDEX IF EXISTS "{table}_{column}_parts"')


def has_extension(database) -> bool:
    """Is the extension there, or does the database let us have it?"""
    try:
        with transaction.atomic(using=database.alias), database.cursor() as cursor:
            cursor.execute(CREATE)
    except (InternalError, NotSupportedError, OperationalError, ProgrammingError):
        with database.cursor() as cursor:
            cursor.execute(IS_THERE)
            return cursor.fetchone() is not None
    return True
