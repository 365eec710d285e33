"""The engine against the definition in plain Python, on small random markets."""

import datetime as dt
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from referrals.claims import compute, reference
from tests.factories.referrals import npi_of
from tests.referrals.claims import plain
from tests.referrals.claims.conftest import Source, as_text

REFERRERS = [npi_of(100 + n) for n in range(3)]
RENDERING = [npi_of(200 + n) for n in range(4)]
BILLING = [npi_of(300 + n) for n in range(3)]
FACILITIES = [npi_of(400)]
WRONG = "1234567890"  # ten digits, wrong check digit
FIRST_DAY = dt.date(2024, 1, 1)
SERVICE_LINES = ("Cardiology", "Orthopedics", "Radiology")


def random_npi(draw, choices):
    """Mostly one of them, sometimes absent, broken, or to be repaired."""
    npi = draw.choice(choices)
    return draw.choices(
        [npi, "", f"{npi}.0", f"80840{npi}", "12345", WRONG],
        [80, 10, 3, 3, 2, 2],
    )[0]


def random_line(draw):
    amounts = {
        f"{name}_amount": f"{draw.randint(0, 99)}.{draw.randint(0, 99):02d}"
        for name in ("charge", "allowed", "paid")
        if draw.random() < 0.7
    } or {"charge_amount": "-5"}
    destination = {
        "rendering_npi": random_npi(draw, RENDERING + REFERRERS[:1]),
        "billing_npi": random_npi(draw, BILLING + REFERRERS[:1]),
        "facility_npi": random_npi(draw, FACILITIES),
    }
    if not any(destination.values()):
        destination["billing_npi"] = BILLING[0]
    # Few days, so that gaps of exactly 90 and 91 days and ties are frequent.
    day = draw.choice([0, 1, 89, 90, 91, 180, 181, 182, 400])
    return {
        "claim_id": draw.choice(["C1", "C2", "C10", "c1", "Ä1", "ｶ", "😀"]),
        "claim_line": draw.choice(["", "1", "2", "10"]),
        "patient_id": draw.choice(["P1", "P2", "p1"]),
        "service_date_from": (FIRST_DAY + dt.timedelta(day)).isoformat(),
        "referring_npi": random_npi(draw, REFERRERS + RENDERING[:1]),
        **destination,
        "procedure_code": draw.choice(["", "99213", "27447", "93000"]),
        **amounts,
        "payer_name": draw.choice(["Aetna", "Medicare FFS"]),
        "service_line": draw.choice(["", "", "", *SERVICE_LINES]),
        "claim_status": draw.choices(["", "paid", "denied", "reversed"], [3, 4, 1, 1])[
            0
        ],
        "adjudicated_on": draw.choice(["", "", "2024-03-01", "2025-03-01"]),
    }


def random_facts(draw):
    facts = plain.Facts(
        physicians={npi: draw.choice(SERVICE_LINES) for npi in RENDERING[:3]},
        organizations={BILLING[0]: "Orthopedics"},
        hospital_based={"Radiology"},
    )
    if draw.random() < 0.5:
        facts.procedures = [
            ("93000", "93999", "Cardiology"),
            ("27000", "27999", "Orthopedics"),
            ("27400", "27500", "Cardiology"),
        ]
    statuses = ["employed", "affiliated", "independent", "competitor"]
    for npi in (*REFERRERS, *RENDERING[:2], *BILLING[:2], *FACILITIES, WRONG):
        if draw.random() < 0.7:
            # The change falls on a day that claims have.
            change = FIRST_DAY + dt.timedelta(draw.choice([1, 90, 91, 181]))
            first, second = draw.sample(statuses, 2)
            facts.roster.append((npi, first, dt.date(2020, 1, 1), change))
            if draw.random() < 0.7:
                facts.roster.append((npi, second, change, None))
    return facts


def reference_of(facts):
    return reference.of(
        physicians=facts.physicians.items(),
        organizations=facts.organizations.items(),
        procedures=facts.procedures,
        hospital_based=facts.hospital_based,
        roster=facts.roster,
    )


def computed(imports, facts, folder: Path, **rules):
    """The engine's events as dictionaries, without what only it has."""
    compute.resolve(
        imports=imports,
        reference=reference_of(facts),
        destination=folder,
        beat=lambda _: None,
        **rules,
    )
    rows = pq.read_table(folder / compute.EVENTS).to_pylist()
    for row in rows:
        del row["patient"], row["patient_zip"]
    return rows


def in_order(rows):
    return sorted(rows, key=lambda row: tuple(map(str, row.values())))


def brought_in(imports, folder):
    """The imports as the lake has them, in the order of their sequence."""
    sources, published = {}, []
    for sequence, (name, rows) in enumerate(imports, start=1):
        source = sources.setdefault(name, Source(folder, name))
        source.bring_in(as_text(rows), sequence=sequence)
        assert source.rejected == []
    for source in sources.values():
        published += source.imports
    return published


MARKETS = [
    *range(12),
    *(pytest.param(seed, marks=pytest.mark.long) for seed in range(12, 200)),
]


@pytest.mark.parametrize("seed", MARKETS)
def test_engine_and_plain_python_agree_on_random_markets(seed, tmp_path):
    draw = random.Random(seed)
    facts = random_facts(draw)
    imports = [
        (
            draw.choice(["north", "north", "south"]),
            [random_line(draw) for _ in range(draw.choice([1, 40, 150]))],
        )
        for _ in range(3)
    ]
    rules = {
        "gap_days": draw.choice([30, 90, 365]),
        "basis": draw.choice([*plain.BASES]),
    }
    since = draw.choice([None, FIRST_DAY + dt.timedelta(90)])

    published = brought_in(imports, tmp_path)
    found = computed(
        published, facts, tmp_path / "run", roster_complete_since=since, **rules
    )

    assert in_order(found) == in_order(
        plain.events(imports, facts, complete_since=since, **rules)
    )
