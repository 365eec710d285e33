"""A kind of report that tests can bend: `toy`."""

import dataclasses

import pytest
from django.utils import timezone

from reports.services import registry
from reports.services.kinds import Kind, Result
from reports.services.runs import execute_run


@dataclasses.dataclass
class Toy:
    """What the toy report does when it is executed."""

    act: object = None
    has_data: bool = True
    setting: int = 90

    def execute(self, run, *, beat):
        beat(50, "Half way")
        if self.act:
            self.act(run)
        return Result(summary={"answer": 42}, checksum="c", folder="f")


@pytest.fixture
def toy(monkeypatch):
    toy = Toy()
    kind = Kind(
        execute=toy.execute,
        standard_parameters=lambda: {"setting": toy.setting},
        depends_on=("claims", "roster"),
        has_data=lambda: toy.has_data,
    )
    monkeypatch.setitem(registry.KINDS, "leakage", kind)
    return toy


@pytest.fixture
def execute():
    def execute(run):
        return execute_run(run_id=run.pk, now=timezone.now)

    return execute
