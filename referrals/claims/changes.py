"""Lines just read, against what the lake knows of their source.

(patient, claim_id, claim_line) is the key. Lines are counted as new, changed or
known; what changes nothing is left out of what will be published.
"""

import os

import pyarrow.parquet as pq

from referrals.claims import lake

FRESH = 1 << 40  # the sequence of lines that have none yet: behind all others
KEY = "hash(patient, claim_id, claim_line)"
NO_KNOWN_KEYS_SQL = """
CREATE OR REPLACE TEMP TABLE known_keys AS
SELECT key, false AS is_same FROM fresh WHERE false
"""
# The newest version wins: by adjudicated_on (none first), sequence, row. A key is
# the same if the newest line of the file is the newest of the lake, or an older
# one that the lake has had already.
KNOWN_KEYS_SQL = """
CREATE OR REPLACE TEMP TABLE known_keys AS
WITH was AS (
    SELECT key, arg_max(content, (adjudicated_on, sequence, row)) AS content,
        list(content) AS contents, max(adjudicated_on) AS adjudicated_on
    FROM known SEMI JOIN fresh USING (key) GROUP BY ALL
), is_now AS (
    SELECT key, arg_max(content, (adjudicated_on, sequence, row)) AS content,
        max(adjudicated_on) AS adjudicated_on
    FROM fresh GROUP BY ALL
)
SELECT key, is_now.content = was.content OR (
    is_now.adjudicated_on < was.adjudicated_on
    AND list_contains(was.contents, is_now.content)
) AS is_same
FROM is_now JOIN was USING (key)
"""
# Lines that repeat a key within the file update it, unless they say the same.
COUNT_SQL = """
WITH keys AS (
    SELECT key, count(*) AS lines FROM fresh GROUP BY ALL
), judged AS (
    SELECT lines, is_same IS NOT NULL AS is_known, coalesce(is_same, false) AS is_same
    FROM keys LEFT JOIN known_keys USING (key)
), repeats AS (
    SELECT count(*) AS lines FROM (
        SELECT content, lag(content) OVER (PARTITION BY key ORDER BY row) AS before
        FROM fresh SEMI JOIN (FROM keys WHERE lines > 1) USING (key)
        ANTI JOIN (FROM known_keys WHERE is_same) USING (key)
    ) WHERE content = before
), counts AS (
    SELECT count(*) FILTER (NOT is_known) AS created,
        coalesce(sum(lines), 0)::BIGINT AS lines,
        coalesce(sum(lines) FILTER (is_same), 0)::BIGINT AS left_out
    FROM judged
)
SELECT created, counts.lines - created - left_out - repeats.lines,
    left_out + repeats.lines, left_out
FROM counts, repeats
"""


def judge(task, engine, brought):
    """Count what is new, changed and known; leave out what changes nothing."""
    known = [part.folder for part in task.known]
    for buckets, _ in lake.portions([task.folder, *known]):
        left_out = _count_portion(task, engine, buckets, brought)
        if left_out:
            brought.lines -= left_out
            for bucket in buckets:
                _leave_out(task, engine, bucket)
        share = (100 - lake.READ_SHARE) * buckets[-1] // lake.BUCKETS
        engine.beat(lake.READ_SHARE + share)


def _count_portion(task, engine, buckets, brought):
    """Count the lines of the buckets; how many of them change nothing."""
    fresh = lake.files_of(task.folder, buckets)
    if not fresh:
        return 0
    known = [
        (part.sequence, files)
        for part in task.known
        if (files := lake.files_of(part.folder, buckets))
    ]
    values = _values_of([fresh, *(files for _, files in known)])
    parts = [_keyed(files, values, sequence) for sequence, files in known]
    shown = " UNION ALL ".join(parts) or _keyed(fresh, values, 0) + " WHERE false"
    engine.rows(f"CREATE OR REPLACE TEMP VIEW known AS {shown}")
    engine.rows(f"CREATE OR REPLACE TEMP VIEW fresh AS {_keyed(fresh, values, FRESH)}")
    engine.rows(KNOWN_KEYS_SQL if known else NO_KNOWN_KEYS_SQL)
    [(created, updated, unchanged, left_out)] = engine.rows(COUNT_SQL)
    brought.created += created
    brought.updated += updated
    brought.unchanged += unchanged
    return left_out


def _values_of(parts):
    """Every column of a line but its key and place, as any of the parts has it."""
    names = {name for files in parts for name in pq.read_schema(files[0]).names}
    return sorted(names - {"patient", "claim_id", "claim_line", "row"})


def _keyed(files, values, sequence):
    """The lines of the files: key, content (both hashed) and place."""
    there = pq.read_schema(files[0]).names
    content = ", ".join(name if name in there else "''" for name in values)
    return (
        f"SELECT {KEY} AS key, hash({content}) AS content, row, "
        f"{sequence}::BIGINT AS sequence, "
        "coalesce(adjudicated_on, DATE '0001-01-01') AS adjudicated_on "
        f"FROM {lake.parquet(files)}"
    )


def _leave_out(task, engine, bucket):
    """Write the bucket again without the lines that change nothing."""
    files = lake.files_of(task.folder, [bucket])
    kept = lake.path(task.folder) / f"bucket={bucket}" / "kept.parquet"
    if files:
        engine.rows(
            f"""
            COPY (
                FROM {lake.parquet(files)} WHERE {KEY} NOT IN (
                    SELECT key FROM known_keys WHERE is_same
                )
            ) TO {lake.literal(str(kept))} (FORMAT parquet)
            """
        )
    for file in files:
        os.unlink(file)
