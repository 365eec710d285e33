"""What claim lines can and cannot tell: counts for the summary of an import."""

from collections import Counter

from referrals import npi
from referrals.claims import columns, lake

PAYERS_KEPT = 50

COUNTS_SQL = """
SELECT payer_name, count(*) AS lines,
    count(*) FILTER (referring_npi <> '') AS with_referrer,
    count(*) FILTER (referring_npi <> ''
        AND referring_npi IN (rendering_npi, billing_npi)) AS self_referrals,
    count(*) FILTER (claim_status <> 'paid') AS denied_or_reversed,
    count(*) FILTER (allowed_cents IS NULL) AS without_allowed,
    count(*) FILTER (referring_npi <> '' AND claim_status = 'paid'
        AND referring_npi NOT IN (rendering_npi, billing_npi)) AS can_count,
    min(service_on) AS first_service_on, max(service_on) AS last_service_on
FROM {lines} GROUP BY ALL ORDER BY lines DESC, payer_name
"""
COUNTED = (
    "lines",
    "with_referrer",
    "self_referrals",
    "denied_or_reversed",
    "without_allowed",
    "can_count",
)


def of(folder: str, engine: lake.Engine, brought) -> dict:
    """The counts of the lines below `folder` (some), as JSON holds them."""
    lines = lake.parquet(lake.files_of(folder))
    payers = [
        dict(zip(("payer_name", *COUNTED, "first", "last"), row, strict=True))
        for row in engine.rows(COUNTS_SQL.format(lines=lines))
    ]
    return {
        **{name: sum(payer[name] for payer in payers) for name in COUNTED},
        "first_service_on": min(payer["first"] for payer in payers).isoformat(),
        "last_service_on": max(payer["last"] for payer in payers).isoformat(),
        "npis_repaired": brought.npis_repaired,
        "npis_unusable": brought.npis_unusable,
        "npi_classes": _npi_classes(lines, engine),
        "payers": [
            {name: payer[name] for name in ("payer_name", "lines", "with_referrer")}
            for payer in payers[:PAYERS_KEPT]
        ],
    }


def _npi_classes(lines, engine):
    """How many lines carry an NPI of each class, by column."""
    classes = {}
    for column in columns.NPIS:
        tally = Counter()
        for number, times in engine.rows(
            f"SELECT {column}, count(*) FROM {lines} GROUP BY ALL"
        ):
            tally[npi.classify(number).value] += times
        classes[column] = dict(sorted(tally.items()))
    return classes


def remarks(quality: dict) -> list[str]:
    """What a person should know of the lines just brought in, in words."""
    if not quality:
        return []
    lines = quality["lines"]
    said = [
        f"{quality['can_count']:,} of {lines:,} lines can count as referrals. "
        f"{lines - quality['with_referrer']:,} carry no referring NPI, "
        f"{quality['self_referrals']:,} are self-referrals, "
        f"{quality['denied_or_reversed']:,} are denied or reversed."
    ]
    wrong = sum(
        classes.get(npi.NpiClass.INVALID, 0)
        for classes in quality["npi_classes"].values()
    )
    for number, what in (
        (wrong, "have a wrong check digit and count as they are"),
        (quality["npis_repaired"], "were repaired"),
        (quality["npis_unusable"], "are not ten digits and count as absent"),
    ):
        if number:
            said.append(f"{number:,} NPIs {what}.")
    if without := quality["without_allowed"]:
        said.append(
            f"{without:,} lines carry no allowed amount: "
            "reports fall back to paid, then to charge."
        )
    return said
