"""The fold from the rows of a recording to a ``RunState``, in constant memory.

It adds the rows one by one, in the order of seq. So the size of the batches makes no difference:
they are small for a live session and large for a recorded one.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from nanotrain_tui.catalog import flatten
from nanotrain_tui.follow.board import BoardFold
from nanotrain_tui.follow.bottleneck import Bottleneck
from nanotrain_tui.follow.curves import ChangeFold, CurveFold
from nanotrain_tui.follow.event_log import EventLog
from nanotrain_tui.follow.function import Function, function_of
from nanotrain_tui.follow.json_values import (
    LARGEST_INTEGER,
    mapping,
    mappings,
    positive_integer,
)
from nanotrain_tui.follow.log_text import one_line, reason
from nanotrain_tui.follow.marks import MarkFold
from nanotrain_tui.follow.progress import Progress
from nanotrain_tui.follow.run_state import Preparing, RunState
from nanotrain_tui.follow.speed import Speed
from nanotrain_tui.follow.telemetry import GaugeFold
from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.metrics import MOST_METRICS
from nanotrain_tui.session.recording.records import Batch, Event, Sample, Segment, Steps
from nanotrain_tui.session.scores import is_late
from nanotrain_tui.session.state import (
    ENDED,
    PAUSED,
    RUNNING,
    STARTING,
    next_state,
    seen_from_outside,
)
from nanotrain_tui.session.undo import Edits

NOTICES = 8
LAST_STEP = LARGEST_INTEGER

Row = Segment | Event | Steps | Sample


class Fold:
    """Collects batches, in the order of seq, and returns the state at any time."""

    def __init__(
        self, name: str = "", config: Mapping[str, Any] | None = None, parent: str = ""
    ) -> None:
        self._name = name
        self._parent = parent
        self._config: dict[str, Any] = dict(config or {})
        self._seq = 0
        self._state = STARTING
        self._segment = 0
        self._from_step = 0
        self._begins_at: int | None = None  # the first step of the first segment
        self._step = 0
        self._steps = self._planned()
        self._batch_size: int | None = None
        self._elapsed_s = 0.0
        self._paused_t: float | None = None
        self._preparing: Preparing | None = None
        self._preparing_from = (0.0, 0.0)  # its first time and fraction
        self._ready: Mapping[str, Any] = {}
        self._started: Mapping[str, Any] = {}
        self._script: Mapping[str, Any] = {}
        self._function: Function | None = None
        self._curves = CurveFold()
        self._changes = ChangeFold()
        self._progress = Progress()
        self._speed = Speed()
        self._gauges = GaugeFold()
        self._board = BoardFold()
        self._log = EventLog()
        self._notices: deque[str] = deque(maxlen=NOTICES)
        self._unsaved_step: int | None = None
        self._marks = MarkFold()
        self._edits = Edits()

    @property
    def seq(self) -> int:
        """The seq of the last row that was added."""
        return self._seq

    def add(self, batch: Batch) -> None:
        """Add the next batch."""
        rows: list[list[Row]] = [
            list(batch.segments), list(batch.events), list(batch.steps), list(batch.samples),
        ]  # fmt: skip
        for row in heapq.merge(*rows, key=lambda row: row.seq):
            if isinstance(row, Steps):
                self._add_steps(row)
            elif isinstance(row, Event):
                self._add_event(row)
            elif isinstance(row, Sample):
                self._pass(row.t)
                self._reach(row)
                self._gauges.add(row.t, row.body)
                self._board.sampled(row, self._state == RUNNING, self._batch_size)
            else:
                self._add_segment(row)
        self._seq = max(self._seq, batch.last_seq)

    def state(self, alive: bool = True, responding: bool = True, behind: bool = False) -> RunState:
        """The state now.

        ``alive``: whether a host runs. Without one, a session that has not ended is interrupted.
        ``responding``: whether the heartbeat of the host is recent. ``behind``: whether the
        recording has rows that were not added yet.
        """
        seen = self._state if behind else seen_from_outside(self._state, alive)
        running = seen == RUNNING
        return RunState(
            name=self._name,
            seq=self._seq,
            state=seen,
            responding=responding or seen in ENDED,
            behind=behind,
            config=self._config,
            step=self._step,
            parent=self._parent,
            begins_at=self._begins_at or 0,
            steps=self._steps,
            batch_size=self._batch_size,
            samples_per_s=self._speed.samples_per_s() if running else None,
            eta_s=self._eta_s() if running else None,
            elapsed_s=self._elapsed_s,
            preparing=self._preparing if seen == STARTING else None,
            started=self._started,
            data=mapping(self._started.get("data")),
            script=self._script,
            function=self._function,
            devices=mappings(self._ready.get("devices")),
            versions=mapping(self._ready.get("versions")),
            telemetry_source=self._gauges.source,
            measured_at=self._gauges.measured_at,
            gauges=self._gauges.gauges(),
            log=self._log.lines,
            notices=tuple(self._notices),
            unsaved_step=self._unsaved_step,
            marks=self._marks.marks(),
            checkpoints=self._marks.checkpoints(),
            diverged=self._marks.diverged,
            undo=self._edits.undo(flatten(self._config), self._step),
            times=self._progress.times(),
            epochs=self._progress.epochs(),
            energy_j=self._board.energy_j,
            energy_use=self._board.energy_use(
                positive_integer(mapping(self._started.get("data")).get("train"))
            ),
            bottleneck=self._bottleneck(seen),
            other_load=self._board.other_load(self._on_gpu) if running else None,
            heat_limits=self._board.heat_limits,
            held=self._board.held if seen == PAUSED else "",
            throttling=self._gauges.throttling,
            board=self._board.machine,
            cores=self._gauges.cores,
            metrics=self._curves.metrics(),
            curves=self._curves.curves(),
            changes=self._changes.changes(self._curves.metrics()),
        )

    def _bottleneck(self, seen: str) -> Bottleneck | None:
        preparing = self._preparing.what if self._preparing and seen == STARTING else ""
        return self._board.bottleneck(seen, self._step - self._from_step, preparing, self._on_gpu)

    @property
    def _on_gpu(self) -> bool | None:
        """Whether TensorFlow uses a GPU; None before the trainer has reported its devices."""
        devices = mappings(self._ready.get("devices"))
        return any(one.get("kind") == "GPU" for one in devices) if devices else None

    def _add_segment(self, row: Segment) -> None:
        self._segment = row.seq if row.seq > self._segment else self._segment
        self._board.begin(row.environment)
        self._gauges.begin(row)
        self._pass(row.t)
        self._from_step = max(0, min(row.from_step, LAST_STEP))
        is_first = self._begins_at is None
        if is_first:
            self._begins_at = self._from_step
        self._curves.cut(self._from_step + 1)
        self._changes.cut(self._from_step + 1)
        self._progress.cut(self._from_step + 1)
        self._log.cut(self._from_step)
        self._marks.start_from(self._from_step, row.t, self._parent if is_first else "")
        self._step = self._from_step
        if self._function is not None and self._function.step > self._from_step:
            self._function = self._function._replace(outputs=(), step=0)
        self._paused_t = None
        self._preparing = None
        self._speed.restart()

    def _add_steps(self, row: Steps) -> None:
        last = row.first_step + len(row.values) - 1
        if not len(row.values) or not 1 <= row.first_step <= last <= LAST_STEP:
            return
        self._curves.row(row)
        self._note_crowd()
        self._step = max(self._step, last)
        self._pass(row.t1)
        self._marks.trained(row)
        self._speed.trained(row.t1, last, self._batch_size)

    def _add_event(self, row: Event) -> None:
        self._pass(row.t)
        state = next_state(self._state, row.kind, row.body)
        if 0 <= row.step <= LAST_STEP:
            self._step = max(self._step, row.step)
        if row.kind == events.EVALUATED:
            self._speed.evaluated(row.t, number(row.body.get("seconds")))
        self._note_pause(row, state)
        self._board.happened(row, state)
        if not is_late(row):
            self._reach(row)
        handle = _HANDLERS.get(row.kind)
        if handle is not None:
            handle(self, row)
        self._state = state
        self._edits.add(row)
        self._marks.add(row, self._log.add(row, self._curves.metrics()).text)

    def _reach(self, row: Event | Sample) -> None:
        self._speed.reached(row.t, row.step, self._batch_size)
        if 0 < row.step <= LAST_STEP and math.isfinite(row.t):
            examples = positive_integer(mapping(self._started.get("data")).get("train"))
            self._progress.reached(row.t, row.step, self._batch_size, examples)

    def _note_pause(self, row: Event, state: str) -> None:
        if state == PAUSED and self._paused_t is None:
            self._paused_t = row.t
        elif state != PAUSED and self._paused_t is not None:
            self._speed.idle(self._paused_t, row.t)
            self._paused_t = None

    def _take_configured(self, row: Event) -> None:
        self._config = dict(mapping(row.body.get("config"))) or self._config
        self._steps = self._planned() or self._steps
        self._ready = self._started = {}

    def _take_ready(self, row: Event) -> None:
        self._ready = row.body

    def _take_preparing(self, row: Event) -> None:
        fraction = number(row.body.get("fraction"))
        if fraction is not None:
            fraction = min(1.0, max(0.0, fraction)) if math.isfinite(fraction) else None
        what = one_line(str(row.body.get("what") or ""))
        if self._preparing is None or self._preparing.what != what:
            self._preparing_from = (row.t, fraction or 0.0)
        since, first = self._preparing_from
        left_s = None
        if fraction is not None and first < fraction < 1.0 and row.t > since:
            left_s = (row.t - since) * (1.0 - fraction) / (fraction - first)
        self._preparing = Preparing(what, fraction, left_s)

    def _take_started(self, row: Event) -> None:
        self._started = row.body
        self._function = function_of(mapping(row.body.get("data")), self._function)
        self._curves.event(row)
        self._steps = positive_integer(row.body.get("steps")) or self._steps
        self._batch_size = positive_integer(row.body.get("batch_size")) or self._batch_size

    def _take_fit_started(self, row: Event) -> None:
        self._script = row.body
        for key, value in flatten(mapping(row.body.get("config"))).items():
            self._config = _with(self._config, key.split("."), value)

    def _take_edited(self, row: Event) -> None:
        self._board.reached(row.step, self._batch_size)
        for key, change in mapping(row.body.get("changes")).items():
            if not isinstance(change, (list, tuple)) or len(change) != 2:
                continue
            self._config = _with(self._config, key.split("."), change[1])
            if key == "train.steps":
                self._steps = positive_integer(change[1]) or self._steps
            elif key == "train.batch_size":
                self._batch_size = positive_integer(change[1]) or self._batch_size

    def _take_evaluated(self, row: Event) -> None:
        if 0 <= row.step <= LAST_STEP:
            self._curves.event(row)
            self._changes.event(row)
            self._note_crowd()
            if self._function is not None:
                self._function = self._function.with_outputs(row.body, row.step)

    def _take_checkpoint(self, row: Event) -> None:
        self._curves.event(row)

    def _note_crowd(self) -> None:
        if self._curves.crowded:
            self._notice(
                f"Only the first {MOST_METRICS} metrics are shown; the others are recorded."
            )

    def _take_warned(self, row: Event) -> None:
        self._notice(str(row.body.get("message") or ""))
        self._unsaved_step = positive_integer(row.body.get("unsaved_step")) or self._unsaved_step

    def _take_crashed(self, row: Event) -> None:
        self._notice(reason(row.body))

    def _notice(self, text: str) -> None:
        text = one_line(text)
        if text and text not in self._notices:
            self._notices.append(text)

    def _pass(self, t: float) -> None:
        if isinstance(t, (int, float)) and math.isfinite(t):
            self._elapsed_s = max(self._elapsed_s, t)

    def _planned(self) -> int | None:
        train = mapping(self._config.get("train"))
        if positive_integer(train.get("epochs")):
            return None
        return positive_integer(train.get("steps"))

    def _eta_s(self) -> float | None:
        if self._steps is None:
            return None
        train = mapping(self._config.get("train"))
        every = positive_integer(train.get("eval_every"))
        saving = positive_integer(train.get("checkpoint_every"))
        left = max(0, self._steps - self._step)
        # Evaluations come after updates 1, 1 + E, 1 + 2E ..., before checkpoints and at the end.
        evaluations = left // every + 1 if every and left else 0
        evaluations += left // saving if saving else 0
        return self._speed.eta_s(left, evaluations)


_HANDLERS: Mapping[str, Callable[[Fold, Event], None]] = {
    events.CONFIGURED: Fold._take_configured,
    events.READY: Fold._take_ready,
    events.PREPARING: Fold._take_preparing,
    events.STARTED: Fold._take_started,
    events.FIT_STARTED: Fold._take_fit_started,
    events.EDITED: Fold._take_edited,
    events.EVALUATED: Fold._take_evaluated,
    events.CHECKPOINT: Fold._take_checkpoint,
    events.WARNED: Fold._take_warned,
    events.CRASHED: Fold._take_crashed,
}


def _with(config: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """A copy of a nested configuration with one value changed."""
    head, *rest = path
    inner = config.get(head)
    below = dict(inner) if isinstance(inner, Mapping) else {}
    return {**config, head: _with(below, rest, value) if rest else value}
