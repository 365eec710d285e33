"""`manage.py demo`: the demo market, and with --serve the whole product."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.demo.load import PASSWORD, PEOPLE, load


class Command(BaseCommand):
    help = (
        "Load the demo market (once; what was entered since is kept). With "
        "--serve PORT also run web, worker and beat until ctrl-C."
    )

    def add_arguments(self, parser):
        parser.add_argument("--serve", type=int, metavar="PORT")

    def handle(self, *args, serve, **options):
        if serve and _answers(serve):
            raise CommandError(f"Port {serve} is taken; try make demo PORT=8001.")
        load(settings.VAR_DIR / "demo", today=timezone.localdate(), say=self._say)
        if serve:
            self._serve(serve)
        else:
            self._print_sign_ins()

    def _say(self, text):
        self.stderr.write(f"  {text}")

    def _print_sign_ins(self):
        width = max(map(len, PEOPLE))
        for email, (name, role, territory) in PEOPLE.items():
            where = f" ({territory})" if territory else ""
            self.stdout.write(f"  {email:<{width}}  {name}, {role.label}{where}")
        self.stdout.write(f"  Password for each: {PASSWORD}")

    def _serve(self, port):
        make = os.getppid() if "MAKELEVEL" in os.environ else None
        (settings.VAR_DIR / "log").mkdir(exist_ok=True)
        supervisor = subprocess.Popen(
            [
                os.path.join(os.path.dirname(sys.executable), "supervisord"),
                "--nodaemon",
                "--silent",
                "--configuration",
                str(settings.BASE_DIR / "supervisord.conf"),
            ],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PORT": str(port), "VAR_DIR": str(settings.VAR_DIR)},
            start_new_session=True,
        )
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(stop, lambda *_: supervisor.terminate())
        self._wait_until_up(supervisor, port)
        self.stdout.write(f"\nLiaison CRM runs at http://localhost:{port}\n\n")
        self._print_sign_ins()
        self.stdout.write("\n  ctrl-C stops everything.")
        self.stdout.flush()
        while supervisor.poll() is None:
            time.sleep(0.5)
            if make and not _is_waiting(make):
                supervisor.terminate()
                supervisor.wait()

    def _wait_until_up(self, supervisor, port):
        for _ in range(300):
            if _is_up(port):
                return
            if supervisor.poll() is not None:
                break
            time.sleep(0.2)
        supervisor.terminate()
        log = settings.VAR_DIR / "log" / "web.log"
        raise CommandError(f"The web server did not start; see {log}.")


def _is_waiting(make):
    """Does the make that started us (process id) still want us?

    Told alone to stop, it passes nothing on: it only ceases to catch the signal,
    and waits for us.
    """
    if os.getppid() != make:
        return False
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return True  # no such system here
    caught = int(re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.M)[1], 16)
    ignored = int(re.search(r"^SigIgn:\s*([0-9a-f]+)", status, re.M)[1], 16)
    return bool((caught | ignored) & 1 << signal.SIGINT - 1)


def _is_up(port):
    """Is a page served? (The port answers some seconds before that.)"""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=30)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
