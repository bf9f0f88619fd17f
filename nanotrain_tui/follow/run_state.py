"""What is known of a session at one moment: all that the dashboard draws.

A ``RunState`` is an immutable snapshot, made by ``follow.fold.Fold`` in a worker thread and handed
to the widgets whole. A series that has not changed since the snapshot before is the same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nanotrain_tui.follow.bottleneck import Bottleneck
from nanotrain_tui.follow.curves import NO_CURVE
from nanotrain_tui.follow.energy import EnergyUse
from nanotrain_tui.follow.other_load import OtherLoad
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.evaluated import Evaluated
from nanotrain_tui.session.metrics import DOWN, STANDARD_METRICS, TRAINING, UP, MetricPart, Metrics
from nanotrain_tui.session.scores import Score, Tested
from nanotrain_tui.session.state import ENDED
from nanotrain_tui.session.undo import Undo


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the event log."""

    seq: int
    t: float  # seconds of session time
    step: int
    kind: str  # the event's kind
    text: str  # one line, plain
    level: str  # "info", "good", "warning" or "error"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the step axis worth a sign: an edit, a pause, a divergence, a checkpoint ..."""

    step: int
    kind: str
    text: str = ""  # what happened, in a line
    t: float = 0.0  # seconds of session time


class Checkpoint(NamedTuple):
    """A checkpoint that is still there."""

    file: str  # in the session's folder ``checkpoints``
    step: int
    t: float  # seconds of session time
    bytes: int | None = None
    best: bool = False
    tested: Tested | None = None  # the evaluation of this network
    score: Score | None = None  # what the best is chosen by

    def value(self, metric: str) -> float | None:
        """A metric of the evaluation of this network; None where there is none."""
        return self.tested.value(metric) if self.tested else None


class Diverged(NamedTuple):
    """A metric is no number since this step."""

    step: int
    metric: str
    value: str  # "nan", "inf"
    policy: str  # "pause", "stop" or "continue"
    checkpoint: str  # the file of the last good one, empty for none


@dataclass(frozen=True, slots=True)
class Preparing:
    """What the trainer does before its first update."""

    what: str  # "drawing digits"
    fraction: float | None  # 0..1, None if it is not known


@dataclass(frozen=True, slots=True)
class Gauge:
    """One telemetry quantity over session time (seconds)."""

    unit: str
    now: float | None = None  # None: the last sample did not have it
    total: float | None = None  # of how much, in the same unit (RAM, NVML memory)
    peak: float | None = None  # as the source reports it (TensorFlow's allocator)
    curve: Curve = field(default_factory=Curve)


class HeatLimits(NamedTuple):
    """Degrees Celsius at which the guard warns, pauses and goes on."""

    warn: float
    pause: float
    resume: float


class ReplayPosition(NamedTuple):
    """Where a replay stands on the recording, and how it goes on."""

    t: float  # seconds of session time
    end_t: float
    last_step: int
    playing: bool
    speed: float  # session time over time; inf: as fast as it draws
    live: bool  # the session itself still runs
    stops: tuple[Mark, ...]  # the events worth a stop, in their order

    @property
    def fraction(self) -> float:
        """Of the session time, 0..1."""
        return min(1.0, self.t / self.end_t) if self.end_t > 0 else 1.0


@dataclass(frozen=True, slots=True)
class RunState:
    """The fold of a recording up to ``seq``."""

    name: str = ""
    seq: int = 0
    state: str = "starting"
    responding: bool = True  # False: the host holds its lock but its heartbeat is old
    trouble: str = ""  # why the host cannot record, in its words; empty if it can
    silent_s: float = 0.0  # since the host's last sign of life, as this was read
    silent_since: float | None = None  # in time.time(): figures that old are shown with their age
    behind: bool = False  # True: the recording holds more than has been read yet
    config: Mapping[str, Any] = field(default_factory=dict)  # nested, as recorded, edits applied
    step: int = 0  # updates completed
    begins_at: int = 0  # the step of the checkpoint that a fork began from
    steps: int | None = None  # updates planned
    batch_size: int | None = None
    samples_per_s: float | None = None  # None unless running
    eta_s: float | None = None
    elapsed_s: float = 0.0  # session time
    preparing: Preparing | None = None
    started: Mapping[str, Any] = field(default_factory=dict)  # body of the last `started`
    data: Mapping[str, Any] = field(default_factory=dict)
    devices: tuple[Mapping[str, Any], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    metrics: Metrics = STANDARD_METRICS  # those declared, and those seen
    curves: Mapping[MetricPart, Curve] = field(default_factory=dict)  # x: step; those recorded
    times: Curve = field(default_factory=Curve)  # x: step; means: session time in s
    epochs: Curve = field(default_factory=Curve)  # x: step; means: training data seen, in epochs
    telemetry_source: str | None = None
    gauges: Mapping[str, Gauge] = field(default_factory=dict)  # see follow.telemetry.GAUGES
    log: tuple[LogLine, ...] = ()  # the newest last; bounded
    notices: tuple[str, ...] = ()  # warnings and the reason of a failure, newest last; bounded
    marks: tuple[Mark, ...] = ()  # by step; bounded
    checkpoints: tuple[Checkpoint, ...] = ()  # by step; bounded
    diverged: Diverged | None = None  # None: every metric is a number
    undo: Undo | None = None  # the edit that can be undone next
    energy_j: float | None = None  # what the module took in; None where power is not recorded
    energy_use: EnergyUse | None = None  # of the time in which steps were made
    bottleneck: Bottleneck | None = None  # what bounds the run now; None: nothing stands out
    other_load: OtherLoad | None = None  # what other programs take, where that is known
    heat_limits: HeatLimits | None = None  # None where nobody watches
    held: str = ""  # why the guard has paused it; empty where it has not
    throttling: tuple[str, ...] = ()  # what is slowed down for heat now
    replay: ReplayPosition | None = None  # None: the session as it is now

    def curve(self, metric: str, part: str = TRAINING) -> Curve:
        """A metric of one part of the data over steps; empty where it was not recorded."""
        return self.curves.get(MetricPart(metric, part), NO_CURVE)

    @property
    def evaluated(self) -> Mapping[str, Evaluated]:
        """The last and best values of each evaluated metric, the primary metric first."""
        found = {}
        for metric in self.metrics.ranked([one.name for one in self.metrics]):
            curve = self.curve(metric.name, metric.shown_of)
            if curve:
                best = {UP: curve.high, DOWN: curve.low, None: None}[metric.better]
                found[metric.name] = Evaluated(metric, curve.last, best)
        return found

    @property
    def own_steps(self) -> int:
        """Updates made in this session, each once: without those of a fork's parent."""
        return max(0, self.step - self.begins_at)

    @property
    def good_checkpoint(self) -> Checkpoint | None:
        """Where to go back to once a metric is no number; None: nothing from before is left."""
        if self.diverged is None:
            return None
        named = self.diverged.checkpoint
        before = [one for one in self.checkpoints if one.step < self.diverged.step]
        known = [one for one in self.checkpoints if one.file == named] or before[-1:]
        return known[0] if known else None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def fraction(self) -> float:
        """Progress, 0..1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0
