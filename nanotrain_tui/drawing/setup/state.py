"""What the set-up panel shows: what was found on this machine, and what ``r`` would do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from nanotrain_tui.catalog.advice import Advice
from nanotrain_tui.catalog.network import NetworkLayer
from nanotrain_tui.follow.function import Function
from nanotrain_tui.follow.run_state import Gauge, HeatLimits
from nanotrain_tui.telemetry.memory_users import MemoryUser

if TYPE_CHECKING:
    from nanotrain_tui.launch.code import Code
    from nanotrain_tui.launch.disk_check import DiskCheck
    from nanotrain_tui.launch.memory_check import Available, MemoryCheck


COLORS = 3  # bytes of a pixel in colour: red, green, blue


class Picture(NamedTuple):
    """One training picture: its label, and rows of bytes, one or three for a pixel.

    Of a grey picture, 0 is paper and 255 is ink.
    """

    label: int
    rows: tuple[bytes, ...]
    in_color: bool = False


LOOKED_UP = ("data", "trainer")  # sections: with other values other data and another trainer
TASK = "data.task"


def looked_up_values(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a flat configuration that decide which data and which trainer are found."""
    return {key: value for key, value in config.items() if key.partition(".")[0] in LOOKED_UP}


def is_about(
    looked_up: Mapping[str, Any], data: Mapping[str, Any], config: Mapping[str, Any]
) -> bool:
    """Whether what was found for ``looked_up`` is true for ``config``, too; both are flat.

    The task that was found is the same as ``auto``.
    """
    before, now = looked_up_values(looked_up), looked_up_values(config)
    if before == now:
        return True
    found = before.get(TASK) == "auto" and data.get("task")
    return bool(found) and {**before, TASK: found} == now


Work = tuple[Any, ...]  # what decides how long a step takes: see ``work_of``
WORK_KEYS = frozenset((
    "model.hidden", "model.layers", "model.activation", "model.dropout", "loss.name",
    "optimizer.name", "train.batch_size", "train.eval_every", "trainer.command",
    "trainer.xla", "trainer.threads",
))  # fmt: skip


def work_of(config: Mapping[str, Any], data: Mapping[str, Any]) -> Work:
    """What decides how long a step takes, of a checked flat configuration and its data.

    Steps of equal work take equally long on the same machine in the same power mode.
    """
    values = tuple(str(config.get(key)) for key in sorted(WORK_KEYS))
    sizes = tuple(str(data.get(key)) for key in ("shape", "classes", "test"))
    return (*values, *sizes)


class PastRun(NamedTuple):
    """A session that ran on this machine: its work, and how long each step of it took."""

    name: str
    work: Work
    step_s: float  # seconds of session time for each step, with its part of the evaluations


@dataclass(frozen=True, slots=True)
class Findings:
    """What was looked up on this machine for a configuration."""

    problem: str = ""  # why r cannot start, a sentence; empty if it can
    key: str = ""  # of the configuration that the problem is about
    data: Mapping[str, Any] = field(default_factory=dict)  # see ``trainer_python.inspection``
    notes: tuple[str, ...] = ()  # about the trainer's command
    pictures: tuple[Picture, ...] = ()
    decodes: bool = False  # some pictures are still to be decoded, which takes seconds
    augmented: tuple[Picture, ...] = ()  # each of them as the configuration augments it
    function: Function | None = None  # the data as a curve or over a plane
    python: str = ""  # the version of the trainer's Python; empty if it is not known
    tensorflow: str = ""  # its version
    available: Available | None = None
    disk: DiskCheck | None = None
    past_runs: tuple[PastRun, ...] = ()  # the newest first
    code: Code | None = None  # a person's own, that has not run because nobody agreed yet


@dataclass(frozen=True, slots=True)
class Outlook:
    """What ``r`` would do with the values of the form."""

    problem: str = ""  # why it would not start
    problem_key: str = ""  # the field at fault
    problem_label: str = ""  # its label
    findings: Findings | None = None  # None: they are being looked up
    old: Findings | None = None  # without findings: the last ones of data of the same kind
    reading: str = ""  # meanwhile: which file is read
    data_name: str = ""  # as the form has it: "auto"
    layers: tuple[NetworkLayer, ...] = ()  # with the output; empty: unknown
    memory: MemoryCheck | None = None
    seconds: float | None = None  # of the training; None: no past session is like it
    seconds_by: str = ""  # the name of this session
    advice: tuple[tuple[str, Advice], ...] = ()  # with the label of its field

    @property
    def data(self) -> Mapping[str, Any]:
        """What was found of the data, perhaps for older values of the form."""
        found = self.old if self.is_old else self.findings
        return found.data if found is not None else {}

    @property
    def is_old(self) -> bool:
        """Whether the data is that of older values of the form."""
        return self.old is not None and (self.findings is None or not self.findings.data)


@dataclass(frozen=True, slots=True)
class BoardState:
    """The board at one moment, and its figures since the panel opened."""

    gauges: Mapping[str, Gauge] = field(default_factory=dict)  # see follow.telemetry.GAUGES
    elapsed_s: float = 0.0  # of the gauges' curves
    source: str = ""  # "tegrastats", "psutil + NVML"; empty: nothing was read yet
    cores: tuple[float | None, ...] = ()  # load of each in percent; None: it is off
    memory_users: tuple[MemoryUser, ...] = ()  # the largest first
    throttling: tuple[str, ...] = ()
    heat_limits: HeatLimits | None = None
    available: Available | None = None
    name: str = ""  # "Jetson Nano, MAXN"; empty if it is not known
    problem: str = ""  # why nothing can be read, a sentence
