"""The state of a session at one moment: everything that the dashboard shows.

A ``RunState`` is an immutable snapshot. ``follow.fold.Fold`` makes it in a worker thread, and the
widgets draw it. A curve that has not changed since the last snapshot is the same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from nanotrain_tui.follow.bottleneck import Bottleneck
from nanotrain_tui.follow.curves import NO_CURVE, Change
from nanotrain_tui.follow.energy import EnergyUse
from nanotrain_tui.follow.function import Function
from nanotrain_tui.follow.other_load import OtherLoad
from nanotrain_tui.follow.script.output import OutputLine
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.evaluated import Evaluated
from nanotrain_tui.session.metrics import DOWN, STANDARD_METRICS, TRAINING, UP, MetricPart, Metrics
from nanotrain_tui.session.scores import Score, Tested
from nanotrain_tui.session.state import ENDED
from nanotrain_tui.session.undo import Undo
from nanotrain_tui.telemetry.memory_users import MemoryUser


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the event log."""

    seq: int
    t: float  # seconds of session time
    step: int
    kind: str  # the kind of the event
    text: str  # one line, without control characters
    level: str  # "info", "good", "warning" or "error"


@dataclass(frozen=True, slots=True)
class Mark:
    """An event with a symbol on the charts: an edit, a pause, a divergence, a checkpoint ..."""

    step: int
    kind: str
    text: str = ""  # one line about the event
    t: float = 0.0  # seconds of session time


class Checkpoint(NamedTuple):
    """A checkpoint that has not been removed."""

    file: str  # its name in the folder ``checkpoints`` of the session
    step: int
    t: float  # seconds of session time
    bytes: int | None = None
    best: bool = False
    tested: Tested | None = None  # the evaluation of these weights
    score: Score | None = None  # the value that decides which checkpoint is the best

    def value(self, metric: str) -> float | None:
        """The value of a metric in the evaluation of these weights; None if there is none."""
        return self.tested.value(metric) if self.tested else None


class Diverged(NamedTuple):
    """A divergence: since ``step`` a metric is not finite."""

    step: int
    metric: str
    value: str  # "nan", "inf"
    policy: str  # "pause", "stop" or "continue"
    checkpoint: str  # the file of the last good checkpoint; empty if there is none


@dataclass(frozen=True, slots=True)
class Preparing:
    """The preparation of the trainer before its first update."""

    what: str  # "drawing digits"
    fraction: float | None  # of it that is completed, 0 to 1; None if it is not known
    left_s: float | None = None  # seconds to its end, at its speed so far


@dataclass(frozen=True, slots=True)
class Gauge:
    """One quantity of telemetry."""

    unit: str
    now: float | None = None  # None: the newest sample does not have it
    total: float | None = None  # the maximum possible value (RAM, NVML memory)
    peak: float | None = None  # the highest value, if it is reported (TensorFlow's allocator)
    curve: Curve = field(default_factory=Curve)  # over seconds of session time


class HeatLimits(NamedTuple):
    """The temperatures, in °C, at which the heat guard warns, pauses and resumes."""

    warn: float
    pause: float
    resume: float


class ReplayPosition(NamedTuple):
    """The position of a replay in the recording, and its speed."""

    t: float  # seconds of session time
    end_t: float  # session time at the end of the recording
    last_step: int  # of the recording
    playing: bool
    speed: float  # seconds of session time per second; inf: as fast as possible
    live: bool  # whether the session still runs
    stops: tuple[Mark, ...]  # the events that the replay can jump to, in their order

    @property
    def fraction(self) -> float:
        """The fraction of the session time that was played, 0 to 1."""
        return min(1.0, self.t / self.end_t) if self.end_t > 0 else 1.0


@dataclass(frozen=True, slots=True)
class RunState:
    """The state of a session after the rows of its recording up to ``seq``."""

    name: str = ""
    seq: int = 0
    state: str = "starting"
    responding: bool = True  # False: the host runs but its heartbeat is old
    trouble: str = ""  # why the host cannot record; empty if it can
    silent_s: float = 0.0  # seconds between the last heartbeat and the making of this state
    silent_since: float | None = None  # the time.time() of old values; None: they are new
    behind: bool = False  # True: the recording has more rows than were read
    config: Mapping[str, Any] = field(default_factory=dict)  # nested, with edits
    step: int = 0  # completed updates
    parent: str = ""  # the session that a fork began from; empty: it is no fork
    begins_at: int = 0  # the step of the checkpoint that a fork began from
    steps: int | None = None  # planned updates
    batch_size: int | None = None
    samples_per_s: float | None = None  # None unless it is running
    eta_s: float | None = None  # seconds until the end
    elapsed_s: float = 0.0  # session time
    preparing: Preparing | None = None
    started: Mapping[str, Any] = field(default_factory=dict)  # body of the last `started`
    data: Mapping[str, Any] = field(default_factory=dict)
    script: Mapping[str, Any] = field(default_factory=dict)  # body of the last `fit_started`
    function: Function | None = None  # the network as a curve or over a plane; None: neither
    devices: tuple[Mapping[str, Any], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    metrics: Metrics = STANDARD_METRICS  # those that are declared or have values
    curves: Mapping[MetricPart, Curve] = field(default_factory=dict)  # over steps
    changes: Mapping[str, Change] = field(default_factory=dict)  # by name of a metric
    times: Curve = field(default_factory=Curve)  # session time in seconds over steps
    epochs: Curve = field(default_factory=Curve)  # epochs of the training data over steps
    telemetry_source: str | None = None
    measured_at: datetime | None = None  # the newest sample, in the recorded time zone
    gauges: Mapping[str, Gauge] = field(default_factory=dict)  # see follow.telemetry.GAUGES
    log: tuple[LogLine, ...] = ()  # the newest last; of limited length
    notices: tuple[str, ...] = ()  # warnings and failures, the newest last; of limited length
    unsaved_step: int | None = None  # of the last network that could not be written
    marks: tuple[Mark, ...] = ()  # by step; of limited length
    checkpoints: tuple[Checkpoint, ...] = ()  # by step; of limited length
    diverged: Diverged | None = None  # None: every metric is finite
    undo: Undo | None = None  # the edit that can be undone next
    energy_j: float | None = None  # energy of the session; None if power is not recorded
    energy_use: EnergyUse | None = None  # energy of the training alone
    bottleneck: Bottleneck | None = None  # None: there is no clear one
    other_load: OtherLoad | None = None  # the load of other programs; None: not known
    heat_limits: HeatLimits | None = None  # None: the heat guard is off
    held: str = ""  # why the heat guard has paused the session; empty if it has not
    throttling: tuple[str, ...] = ()  # the parts that are slowed down because of heat
    board: str = ""  # the machine and its power mode: "Jetson Nano, 10W"; empty: not known
    cores: tuple[float | None, ...] = ()  # the load of each core in percent; None: it is off
    memory_users: tuple[MemoryUser, ...] = ()  # now, the largest first; not recorded
    output: tuple[OutputLine, ...] = ()  # the last lines of the session's log; not recorded
    replay: ReplayPosition | None = None  # None: this is no replay

    @property
    def is_known(self) -> bool:
        """Whether something of the session was read, or is known of its start."""
        return self.seq > 0 or self.preparing is not None or self.replay is not None

    @property
    def has_values(self) -> bool:
        """Whether a metric was recorded."""
        return any(self.curves.values())

    def curve(self, metric: str, part: str = TRAINING) -> Curve:
        """A metric on one part of the data over steps; empty if it was not recorded."""
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
        """The updates of this session, each counted once, without those of a fork's parent."""
        return max(0, self.step - self.begins_at)

    @property
    def good_checkpoint(self) -> Checkpoint | None:
        """The last checkpoint before a divergence; None if there is none."""
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
        """The completed fraction of the planned steps, 0 to 1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0
