"""A whole installation for one test: its own database, broker, lake, processes.

Everything runs as it would for a customer: commands, a web server and Celery
workers as processes of their own, killed for real.
"""

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from django.conf import settings

PASSWORD = "correct horse battery"


@dataclass
class Installation:
    """`folder` is its VAR_DIR; `database_url` empty means SQLite inside it."""

    folder: Path
    database_url: str = ""
    redis_url: str = ""
    processes: list[subprocess.Popen] = field(default_factory=list)
    prefix: str = field(default_factory=lambda: f"liaison-{uuid.uuid4().hex[:8]}:")

    @property
    def environment(self) -> dict[str, str]:
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("TESTING", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
        }
        environment |= {"VAR_DIR": str(self.folder), "DEMO": "1"}
        environment |= {"DJANGO_SETTINGS_MODULE": "liaison_crm.settings"}
        if self.database_url:
            environment["DATABASE_URL"] = self.database_url
        if self.redis_url:
            environment["REDIS_URL"] = self.redis_url
            environment["REDIS_PREFIX"] = self.prefix
        return environment

    # A database of its own --------------------------------------------------

    def make_database(self, template="") -> None:
        """On PostgreSQL: a new database beside the one of `database_url`."""
        if not self.database_url:
            return
        base, _ = self.database_url.rsplit("/", 1)
        name = f"workers_{uuid.uuid4().hex}"
        source = f' TEMPLATE "{template}"' if template else ""
        with administer(base) as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"{source}')
        self.database_url = f"{base}/{name}"

    def copy(self, folder: Path, redis_url="") -> "Installation":
        """Another installation with the same data, keys and lake."""
        shutil.copytree(self.folder, folder)
        made = Installation(folder, self.database_url, redis_url)
        made.make_database(template=self.database_url.rsplit("/", 1)[-1])
        return made

    def remove(self) -> None:
        for process in self.processes:
            self.kill(process)
        if self.database_url:
            base, name = self.database_url.rsplit("/", 1)
            with administer(base) as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    # Commands ---------------------------------------------------------------

    def manage(self, *arguments, check=True) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(done.stderr[-3000:])
        return done.stdout

    def json(self, *arguments) -> dict:
        return json.loads(self.manage(*arguments, "--json"))

    def leakage(self):
        """What `report leakage` says: overall and by service line."""
        report = self.json("report", "leakage", "--by", "service_line")
        return report["overall"], report["rows"]

    def evaluate(self, code: str):
        """The JSON that `code` leaves in `answer`, run in a Django shell."""
        script = f"import json\n{code}\nprint('\\n' + json.dumps(answer))"
        out = self.manage("shell", "--verbosity", "0", "-c", script)
        return json.loads(out.strip().splitlines()[-1])

    # Processes --------------------------------------------------------------

    def start(self, *command) -> subprocess.Popen:
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_worker(self) -> subprocess.Popen:
        return self.start(
            "celery", "--app", "liaison_crm", "worker", "--concurrency", "1",
            "--loglevel", "INFO", "--without-gossip", "--without-mingle",
        )  # fmt: skip

    def start_beat(self) -> subprocess.Popen:
        schedule = self.folder / "beat-schedule"
        return self.start(
            "celery", "--app", "liaison_crm", "beat", "--loglevel", "INFO",
            "--pidfile=", "--schedule", str(schedule),
        )  # fmt: skip

    def start_web(self) -> "Browser":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.start(
            "gunicorn", "liaison_crm.wsgi", "--bind", f"127.0.0.1:{port}",
            "--threads", "4",
        )  # fmt: skip
        browser = Browser(f"http://127.0.0.1:{port}")
        wait_until(lambda: browser.is_up(), seconds=30)
        return browser

    def kill(self, process) -> None:
        """SIGKILL to the process and all its children, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Browser:
    """Just enough of a browser: cookies, forms, redirects."""

    def __init__(self, base):
        self.base = base
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )

    def is_up(self):
        try:
            return bool(self.get("/accounts/login/"))
        except (urllib.error.URLError, ConnectionError):
            return False

    def get(self, path):
        with self.opener.open(self.base + path, timeout=30) as answer:
            self.url = answer.url
            return answer.read().decode()

    def post(self, path, **fields):
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        fields["csrfmiddlewaretoken"] = token.group(1)
        request = urllib.request.Request(
            self.base + path,
            data=urllib.parse.urlencode(fields).encode(),
            headers={"Referer": self.base + path},
        )
        with self.opener.open(request, timeout=30) as answer:
            self.url = answer.url
            return answer.read().decode()

    def sign_in(self, email):
        return self.post("/accounts/login/", login=email, password=PASSWORD)


def wait_until(is_true, *, seconds: float, every: float = 0.25):
    """What `is_true` answers once it is true; an AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := is_true():
            return found
        time.sleep(every)
    raise AssertionError(f"Not true after {seconds} seconds.")


class administer:  # noqa: N801
    def __init__(self, base):
        self.connection = psycopg2.connect(
            base.replace("postgres://", "postgresql://") + "/postgres"
        )
        self.connection.autocommit = True

    def __enter__(self):
        return self.connection.cursor()

    def __exit__(self, *error):
        self.connection.close()
