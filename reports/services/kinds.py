"""What each kind of report run is: who computes it, from what, how by default."""

from collections.abc import Callable
from dataclasses import dataclass, field


class Impossible(Exception):
    """The run cannot be computed from what is there; the message says why."""


@dataclass(frozen=True)
class Result:
    """What a run publishes: see the fields of the same names on `ReportRun`."""

    summary: dict
    cut_off: dict = field(default_factory=dict)
    checksum: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of report.

    `execute(run, beat=)` computes and returns a `Result`; it calls
    `beat(progress, step)` every few seconds, which raises when it should stop.
    `standard_parameters()` are those of the settings, over everything.
    `depends_on` names the kinds of import after which the report is due;
    `has_data()` says whether it could be computed at all; `state()` names, in a
    few letters, what else than imports and parameters its figures depend on.
    A kind that `keeps_inputs` is run again from those of the run that the
    parameter `repeats` names, to the same figures.
    """

    execute: Callable
    standard_parameters: Callable[[], dict]
    depends_on: tuple[str, ...]
    has_data: Callable[[], bool]
    state: Callable[[], str] = str
    keeps_inputs: bool = False
