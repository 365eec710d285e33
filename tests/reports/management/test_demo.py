import os
import signal
import subprocess
from pathlib import Path

import pytest

from reports.management.commands import demo
from tests.workers.installation import wait_until


@pytest.fixture
def make(tmp_path, monkeypatch):
    """A make that waits for its one command, as if that were us."""
    (tmp_path / "Makefile").write_text("all:\n\t@exec sleep 60\n")
    process = subprocess.Popen(
        ["make"],
        cwd=tmp_path,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    monkeypatch.setattr(os, "getppid", lambda: process.pid)
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_the_demo_sees_that_make_alone_was_told_to_stop(make):
    children = f"/proc/{make.pid}/task/{make.pid}/children"
    if not os.path.exists(children):
        pytest.skip("needs Linux")
    wait_until(lambda: Path(children).read_text(), seconds=10)
    assert demo._is_waiting(make.pid)

    make.send_signal(signal.SIGINT)

    wait_until(lambda: not demo._is_waiting(make.pid), seconds=10)


def test_the_demo_sees_that_make_is_gone(make, monkeypatch):
    monkeypatch.setattr(os, "getppid", lambda: 1)

    assert not demo._is_waiting(make.pid)
