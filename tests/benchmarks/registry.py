"""The registry at scale: our import against bare `csv.reader` over the same file.

`python -m tests.benchmarks.registry [--lines N] [--rounds N]` makes an NPPES file
of N rows x 330 columns and prints one JSON object: rows per second, processor
seconds and peak memory of

- `csv_reader`: bare `csv.reader` over the file, nothing done with its rows
- `filtered`: the whole import, filtered to one state (2 % of the rows)
- `filtered_quarter`: the same of a quarter of the file: memory must be flat
- `unfiltered`: every row into the directory, of N / 50 rows; and `again`

Each leg is a process of its own with an SQLite database of its own; the legs take
turns, and the best of the rounds counts.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["TESTING"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="liaison-crm-bench-"))

import django

django.setup()

from referrals.imports import execution
from tests.benchmarks import registry_file

STATE = "TN"
FILES = {"whole": 1, "quarter": 4, "small": 50}
LEGS = {
    "csv_reader": "whole",
    "filtered": "whole",
    "filtered_quarter": "quarter",
    "unfiltered": "small",
}


def read_bare(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {"rows": sum(1 for _ in csv.reader(file)) - 1}


def bring_in(path, **fields):
    start = _now()
    run = execution.execute(
        execution.begin(by=None, kind="nppes", path=str(path), **fields)
    )
    assert run.status == "done", run.error
    return {"since": start, "kept": run.rows_read, **execution.summary(run)["rows"]}


def filtered(path):
    return bring_in(path, options={"state": STATE})


def unfiltered(path):
    first = bring_in(path)
    start = _now()
    again = bring_in(path, is_forced=True)
    assert again["unchanged"] == first["kept"], again
    return {**first, "again": _spent(start)}


WORK = {
    "csv_reader": read_bare,
    "filtered": filtered,
    "filtered_quarter": filtered,
    "unfiltered": unfiltered,
}


def _now():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def _spent(start):
    end = _now()
    return {
        "seconds": round(end[0] - start[0], 2),
        "cpu_seconds": round(end[1] - start[1], 2),
    }


def leg(name, path):
    start = _now()
    found = WORK[name](path)
    again = found.pop("again", None)
    spent = _spent(found.pop("since", start))
    if again:
        spent = {key: round(value - again[key], 2) for key, value in spent.items()} | {
            "again": again
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({**spent, "peak_mib": peak, "counts": found}))


def prepare(folder: Path):
    """A migrated database, copied for each leg."""
    _run(["manage.py", "migrate", "--verbosity", "0"], folder)


def _run(arguments, folder):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={
            **os.environ,
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        },
        check=True,
        stdout=subprocess.PIPE,
    ).stdout


def measured(name, data: Path, only_best):
    with tempfile.TemporaryDirectory(prefix="liaison-crm-bench-") as var:
        shutil.copytree(data / "var", var, dirs_exist_ok=True)
        command = ["-m", "tests.benchmarks.registry", "--leg", name]
        output = _run([*command, data / LEGS[name]], Path(var))
    found = json.loads(output)
    if not only_best or found["cpu_seconds"] < only_best["cpu_seconds"]:
        return found
    return only_best


def compare(number: int, rounds: int, legs):
    with tempfile.TemporaryDirectory(prefix="liaison-crm-bench-") as made:
        data = Path(made)
        sizes = {name: max(number // part, 1) for name, part in FILES.items()}
        for name, size in sizes.items():
            registry_file.make(data / name, size)
        (data / "var").mkdir()
        prepare(data / "var")
        found = {}
        for _ in range(rounds):
            for name in legs:
                found[name] = measured(name, data, found.get(name))
        size = (data / "whole").stat().st_size
    for name, result in found.items():
        rows = sizes[LEGS[name]]
        for spent in (result, result.get("again", {})):
            if spent:
                spent["rows_per_second"] = round(rows / spent["seconds"])
    return {
        "rows": number,
        "mib": size >> 20,
        **found,
        "ratio": ratios(found),
    }


def ratios(found):
    pairs = {
        "filtered to csv_reader": ("filtered", "csv_reader", "seconds"),
        "filtered to csv_reader, processor": ("filtered", "csv_reader", "cpu_seconds"),
        "memory of 4N to N": ("filtered", "filtered_quarter", "peak_mib"),
    }
    return {
        what: round(found[above][key] / found[below][key], 2)
        for what, (above, below, key) in pairs.items()
        if above in found and below in found
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=list(LEGS), choices=LEGS)
    parser.add_argument("--leg", nargs=2, metavar=("NAME", "PATH"))
    options = parser.parse_args()
    if options.leg:
        leg(*options.leg)
    else:
        found = compare(options.lines, options.rounds, options.only)
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
