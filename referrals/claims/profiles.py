"""Who did and who sent what, by claim lines: written beside the events of a run.

One row for each of: side (rendering or referring), NPI, year, procedure code,
payer and patient, over the lines that count; a line to oneself refers nobody.
Of the two newest years, sorted by NPI, so that one NPI is read in milliseconds.
Patients are hashed once more: they can be told apart, and nothing else.
"""

from pathlib import Path

from referrals.claims import lake

PROFILES = "profiles.parquet"
YEARS = 2
GROUP_OF_ROWS = 20_000

PART_SQL = """
SELECT {side} AS side, {npi} AS npi, year(service_on)::SMALLINT AS year,
    upper(coalesce(procedure_code, '')) AS procedure_code,
    coalesce(payer_name, '') AS payer_name,
    hash(source, patient)::UBIGINT AS patient, count(*)::INTEGER AS lines
FROM counted
WHERE {npi} <> '' {and_more}
GROUP BY ALL
"""
SIDES = {
    "rendering": ("rendering_npi", ""),
    "referring": ("referring_npi", "AND referring_npi <> rendering_npi"),
}
GATHERED_SQL = " UNION ALL ".join(
    PART_SQL.format(side=lake.literal(side), npi=npi, and_more=more)
    for side, (npi, more) in SIDES.items()
)
# A date in the future is a slip, and must not push the years out.
WRITE_SQL = """
COPY (
    FROM gathered
    WHERE year > (
        SELECT coalesce(max(year), 0) FROM gathered
        WHERE year <= year(current_date)
    ) - {years} AND year <= year(current_date)
    ORDER BY npi, side
) TO {path} (FORMAT parquet, ROW_GROUP_SIZE {rows})
"""


def gather(engine) -> None:
    """Add the lines that count of these buckets (table `counted`)."""
    engine.rows(f"CREATE TEMP TABLE IF NOT EXISTS gathered AS {GATHERED_SQL} LIMIT 0")
    engine.rows(f"INSERT INTO gathered {GATHERED_SQL}")


def write(engine, destination: Path) -> None:
    path = lake.literal(str(destination / PROFILES))
    engine.rows(WRITE_SQL.format(years=YEARS, path=path, rows=GROUP_OF_ROWS))
