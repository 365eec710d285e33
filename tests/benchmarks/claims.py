"""Claims, from file to first report: ours against hand-written SQL in DuckDB.

`python -m tests.benchmarks.claims [--lines N] [--rounds N]` makes a market, lets
both do the same job in processes of their own, checks that they count the same,
and prints one JSON object: seconds (start-up left out), processor seconds, peak
memory, and ours / theirs of each. The two take turns, and the median of the
rounds counts: processor seconds are what a busy machine leaves comparable.

The job: read the CSV, keep its lines, net them, find the events by the
definition, with service line and status, keep them, group them for a report.
"""

import argparse
import csv
import datetime as dt
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="liaison-crm-bench-"))

import django
import duckdb

django.setup()

from referrals.claims import compute, lines, reference
from referrals.imports import files
from referrals.models import ClaimsImport
from tests.benchmarks.hand_written import EVENTS_SQL, LINES_SQL, REPORT_SQL
from tests.factories.referrals import npi_of

HEADER = [
    "claim_id",
    "claim_line",
    "patient_id",
    "claim_type",
    "service_date_from",
    "referring_npi",
    "rendering_npi",
    "billing_npi",
    "facility_npi",
    "procedure_code",
    "diagnosis_code_1",
    "units",
    "charge_amount",
    "allowed_amount",
    "paid_amount",
    "payer_name",
    "service_line",
    "claim_status",
]
MARKET_LINES = 12_000
FIRST_DAY = dt.date(2024, 1, 1)
SERVICE_LINES = ("Cardiology", "Orthopedics", "Oncology", "Urology", "Radiology")
REFERRERS = [npi_of(number) for number in range(40)]
RENDERING = [npi_of(1000 + number) for number in range(90)]
BILLING = [npi_of(2000 + number) for number in range(15)]


def market(draw):
    """The lines of one small market: some denied, repeated, self-referred."""
    found = []
    for number in range(MARKET_LINES):
        charge = draw.randint(100, 200_000) / 100
        allowed = f"{charge * 0.5:.2f}" if draw.random() < 0.98 else ""
        referrer = draw.choice(REFERRERS) if draw.random() < 0.96 else ""
        itself = draw.random() < 0.03
        line = [
            f"C{number:07d}",
            str(draw.randint(1, 2)),
            f"P{draw.randrange(300):05d}",
            "P",
            (FIRST_DAY + dt.timedelta(draw.randrange(730))).isoformat(),
            referrer,
            referrer if itself else draw.choice(RENDERING),
            draw.choice(BILLING),
            "",
            "99213",
            "I10",
            "1",
            f"{charge:.2f}",
            allowed,
            f"{charge * 0.4:.2f}",
            draw.choice(["Medicare FFS", "BCBS", "Aetna"]),
            draw.choice([*SERVICE_LINES, "", "", "", "", ""]),
            draw.choices(["paid", "denied", "reversed"], [97, 2, 1])[0],
        ]
        found.append(line)
        if draw.random() < 0.01:
            found.append([*line[:13], "99.99", *line[14:]])
    return found


def make_files(folder: Path, lines_wanted: int):
    """claims.csv: the market again and again, under new claim and patient ids."""
    draw = random.Random(7)
    rows = market(draw)
    with (folder / "claims.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(lines_wanted):
            time_around, place = divmod(number, len(rows))
            claim, line, patient, *rest = rows[place]
            mark = f"-{time_around}"
            writer.writerow([claim + mark, line, patient + mark, *rest])
    statuses = ["employed", "affiliated", "independent", "competitor"]
    reference.of(
        physicians=[(npi, draw.choice(SERVICE_LINES)) for npi in RENDERING[:80]],
        organizations=[(npi, draw.choice(SERVICE_LINES)) for npi in BILLING[:5]],
        hospital_based=["Radiology"],
        roster=[
            (npi, draw.choice(statuses), start, end)
            for npi in [*REFERRERS, *RENDERING[:60], *BILLING[:8]]
            for start, end in [
                (dt.date(2020, 1, 1), dt.date(2025, 1, 1)),
                (dt.date(2025, 1, 1), None),
            ]
        ],
    ).save(folder / "reference")


def ours(folder: Path):
    path = str(folder / "claims.csv")
    task = lines.Task(
        path=path,
        inspection=files.inspect(path),
        folder="lines/benchmark",
        source="default",
        hash_key="a key",
    )
    brought = lines.bring_in(task, beat=lambda _: None, reject=lambda *_: None)
    found = compute.resolve(
        imports=[ClaimsImport(source="default", sequence=1, folder=task.folder)],
        reference=reference.Reference.load(folder / "reference"),
        destination=folder / "run",
        beat=lambda _: None,
    )
    assert brought.created + brought.updated == found["lines"]
    events = f"read_parquet('{folder / 'run' / compute.EVENTS}')"
    return duckdb.connect().execute(REPORT_SQL.format(events=events)).fetchall()


def theirs(folder: Path):
    with duckdb.connect(str(folder / "theirs.duckdb")) as engine:
        engine.execute("SET memory_limit = '2GB'")
        for file in (folder / "reference").glob("*.parquet"):
            engine.execute(f"CREATE TABLE {file.stem} AS FROM '{file}'")
        engine.execute(LINES_SQL.format(path=folder / "claims.csv"))
        engine.execute(EVENTS_SQL)
        return engine.execute(REPORT_SQL.format(events="events")).fetchall()


def leg(work, folder: Path):
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = work(folder)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu_seconds": round(cpu, 2),
                "peak_mib": after.ru_maxrss // 1024,
                "rows": rows,
            }
        )
    )


LEGS = {"ours": ours, "theirs": theirs}


def measured(name, data: Path):
    """One leg in a process of its own, with a lake of its own."""
    with tempfile.TemporaryDirectory(prefix="liaison-crm-bench-") as var:
        folder = Path(var) / "work"
        folder.mkdir()
        for shared in ("claims.csv", "reference"):
            (folder / shared).symlink_to(data / shared)
        output = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.claims", "--leg", name, folder],
            env={**os.environ, "VAR_DIR": var},
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    return json.loads(output)


def compare(lines_wanted: int, rounds: int):
    with tempfile.TemporaryDirectory(prefix="liaison-crm-bench-") as data:
        make_files(Path(data), lines_wanted)
        found = {name: [] for name in LEGS}
        for _ in range(rounds):
            for name in LEGS:
                found[name].append(measured(name, Path(data)))
    counts = [result.pop("rows") for results in found.values() for result in results]
    assert all(rows == counts[0] for rows in counts), "the two do not count the same"
    middle = {
        name: {
            key: statistics.median(one[key] for one in results) for key in results[0]
        }
        for name, results in found.items()
    }
    ratio = {
        key: round(value / middle["theirs"][key], 2)
        for key, value in middle["ours"].items()
    }
    return {"lines": lines_wanted, **middle, "ratio": ratio}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--leg", nargs=2, metavar=("NAME", "FOLDER"))
    options = parser.parse_args()
    if options.leg:
        name, folder = options.leg
        leg(LEGS[name], Path(folder))
    else:
        print(json.dumps(compare(options.lines, options.rounds), indent=1))


if __name__ == "__main__":
    main()
