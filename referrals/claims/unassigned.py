"""Which codes the lines bear that no rule gives a service line.

Written beside the events of a run: for each procedure code, and each taxonomy
code of who rendered or billed, the lines that count as referrals, fell to
`Unassigned`, and their patients. Code "" of kind `all`: all such lines; of kind
`none`: those without any code to go by.
"""

from pathlib import Path

import pyarrow as pa

from referrals.claims import events, lake
from referrals.models import Organization, Physician

UNASSIGNED = "unassigned.parquet"
NPIS_AT_ONCE = 5000
SCHEMA = pa.schema({"npi": pa.string(), "code": pa.string()})
FOUND_SQL = """
SELECT upper(coalesce(procedure_code, '')) AS procedure_code, rendering_npi,
    billing_npi, hash(source, patient)::UBIGINT AS patient, count(*)::BIGINT AS lines
FROM ({placed}) WHERE service_line = {unassigned} GROUP BY ALL
"""
NPIS_SQL = "SELECT DISTINCT {npi} FROM unassigned WHERE {npi} <> '' ORDER BY 1"
WRITE_SQL = """
COPY (
    WITH told AS (
        SELECT procedure_code, patient, lines,
            list_distinct([rendering.code, billing.code]) AS taxonomies
        FROM unassigned
        LEFT JOIN taxonomies_of_physicians AS rendering
            ON rendering.npi = rendering_npi
        LEFT JOIN taxonomies_of_organizations AS billing ON billing.npi = billing_npi
    ), coded AS (
        SELECT 'all' AS kind, '' AS code, patient, lines FROM told
        UNION ALL
        SELECT 'none', '', patient, lines FROM told
        WHERE procedure_code = '' AND len(taxonomies) = 0
        UNION ALL
        SELECT 'procedure', procedure_code, patient, lines FROM told
        WHERE procedure_code <> ''
        UNION ALL
        SELECT 'taxonomy', unnest(taxonomies), patient, lines FROM told
    )
    SELECT kind, code, sum(lines)::BIGINT AS lines,
        count(DISTINCT patient)::BIGINT AS patients
    FROM coded GROUP BY kind, code ORDER BY kind, code
) TO {path} (FORMAT parquet)
"""


def gather(engine, placed: str) -> None:
    """Add the lines of these buckets; `placed` selects them with service line."""
    found = FOUND_SQL.format(placed=placed, unassigned=lake.literal(events.UNASSIGNED))
    engine.rows(f"CREATE TEMP TABLE IF NOT EXISTS unassigned AS {found} LIMIT 0")
    engine.rows(f"INSERT INTO unassigned {found}")


def write(engine, destination: Path) -> None:
    for name, model, npi in (
        ("taxonomies_of_physicians", Physician, "rendering_npi"),
        ("taxonomies_of_organizations", Organization, "billing_npi"),
    ):
        npis = [npi for (npi,) in engine.rows(NPIS_SQL.format(npi=npi))]
        engine.ibis.con.register(name, _taxonomies(model, npis))
    path = lake.literal(str(destination / UNASSIGNED))
    engine.rows(WRITE_SQL.format(path=path))


def _taxonomies(model, npis):
    known = model.objects.exclude(specialty=None)
    rows = [
        row
        for first in range(0, len(npis), NPIS_AT_ONCE)
        for row in known.filter(npi__in=npis[first : first + NPIS_AT_ONCE]).values_list(
            "npi", "specialty__code"
        )
    ]
    columns = zip(*rows, strict=True) if rows else ((), ())
    return pa.table(
        [pa.array(column, pa.string()) for column in columns], schema=SCHEMA
    )
