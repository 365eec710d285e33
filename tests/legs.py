"""Run the suite on each database, broker and browser that can be had here.

`python -m tests.legs [--long]`. SQLite and the filesystem broker are always
there. PostgreSQL and Redis run where a server answers on this machine, or
where TEST_DATABASE_URL and TEST_REDIS_URL say; the browser where Chromium is
installed or may be, on SQLite, and with --long on PostgreSQL as well. The last
line says which legs ran and which did not.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = "postgres://postgres@127.0.0.1:5432/liaison_crm"
REDIS = "redis://127.0.0.1:6379/0"


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def database_url() -> str:
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    if not answers(5432):
        return ""
    try:
        psycopg2.connect(
            "postgresql://postgres@127.0.0.1:5432/postgres", connect_timeout=2
        ).close()
    except psycopg2.Error:
        return ""
    return POSTGRES


def redis_url() -> str:
    return os.environ.get("TEST_REDIS_URL") or (REDIS if answers(6379) else "")


def has_chromium() -> bool:
    """Chromium, installed from the system's packages where that is allowed."""
    if shutil.which("chromium"):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        print("Installing Chromium for the browser tests", flush=True)
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "chromium"],
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            **quiet,
        )
    return bool(shutil.which("chromium"))


def run(name: str, arguments: list[str], **environment: str) -> bool:
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    clean = {
        key: value
        for key, value in os.environ.items()
        if key not in ("TEST_DATABASE_URL", "TEST_REDIS_URL")
    }
    return subprocess.run(command, cwd=ROOT, env=clean | environment).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    is_long = parser.parse_args().long
    postgres, redis, chromium = database_url(), redis_url(), has_chromium()
    only = [] if is_long else ["-m", "not long"]
    only += [] if chromium else ["--ignore", "tests/browser"]
    parallel = ["-n", "auto", "--dist", "loadscope", "--no-loadscope-reorder"]
    brokers = {"TEST_REDIS_URL": redis} if redis else {}
    passed = {"SQLite": run("SQLite", [*only, *parallel], **brokers)}
    if postgres:
        no_browser = [] if is_long else ["--ignore", "tests/browser"]
        passed["PostgreSQL"] = run(
            "PostgreSQL",
            [*only, *no_browser, *parallel],
            TEST_DATABASE_URL=postgres,
            **brokers,
        )
    ran = [*passed, "filesystem broker"]
    missing = [] if postgres else ["PostgreSQL"]
    (ran if redis else missing).append("Redis")
    (ran if chromium else missing).append("browser")
    if not is_long:
        missing.append("long parts (make test-all)")
    failed = [leg for leg, is_green in passed.items() if not is_green]
    print(
        f"\nLegs that ran: {', '.join(ran)}. "
        f"Did not run: {', '.join(missing) or 'none'}. "
        f"Failed: {', '.join(failed) or 'none'}."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
