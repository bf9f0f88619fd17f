"""Reads sessions for a comparison, and reads them again while they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from nanotrain_tui.catalog import flatten
from nanotrain_tui.follow.compare.runs import ComparedRun, Setting
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.follow.marks import MarkFold, is_mark
from nanotrain_tui.follow.window import GrowingWindow
from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.evaluated import evaluated
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Edit, config_now, read_history, starts
from nanotrain_tui.session.metrics import MetricPart, Metrics
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Batch, Evaluation, Event, Segment
from nanotrain_tui.session.recording.rows import evaluation_of
from nanotrain_tui.session.summary import summarise

BINS = 512  # as many as a session's own curves have
#: Settings of the machine, which do not change what is computed.
_MACHINE = ("telemetry.", "guard.", "trainer.command", "trainer.paths", "data.dir", "data.name")
_WORKED_OUT = ("train.epochs", "train.steps")  # the trainer computes one from the other
_LAST = 1 << 53
_BEGINNINGS = (events.CONFIGURED, events.STARTED, events.READY)
_OF_MARKS = (*events.signs(), events.CHECKPOINT_REMOVED)
_OVERLAP = 64  # evaluations: those recorded while a session was read for the first time


def read_run(folder: SessionFolder) -> ComparedRun:
    """Read what a comparison needs of a session. Raises RecordingError."""
    run = RunReader(folder)
    try:
        return run.read()
    finally:
        run.close()


class RunReader:
    """Reads one session. After the first time, it reads only what was recorded since.

    Use it from one thread. Every method may raise RecordingError.
    """

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self._reader: SessionReader | None = None
        self._seq = 0  # of the last row that was read
        self._window: GrowingWindow
        self._run: ComparedRun | None = None
        self._evaluations: list[Evaluation] = []
        self._power = Energy()
        self._energy: list[tuple[float, float]] = []
        self._marks = MarkFold()

    def close(self) -> None:
        """Close the recording."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def read(self) -> ComparedRun:
        """The session as it is now: the same object if nothing has changed."""
        if self._reader is None:
            self._reader, self._run, self._seq = SessionReader(self._folder), None, 0
        alive = self._folder.is_alive()  # read first: a host that exits later has recorded its end
        seq = self._reader.last_seq()
        run = self._run
        if run is None:
            run = self._read_all(self._reader)
        elif seq > self._seq:
            batch = self._reader.read_range(self._seq + 1, seq)
            if batch.segments or any(one.kind in _BEGINNINGS for one in batch.events):
                run = self._read_all(self._reader)
            else:
                run = self._with(self._reader, run, batch, alive)
        elif run.summary.is_live and not alive:  # it was killed
            state = states.seen_from_outside(run.summary.state, alive)
            run = replace(run, summary=run.summary._replace(state=state))
        self._run, self._seq = run, seq
        return run

    def _read_all(self, reader: SessionReader) -> ComparedRun:
        summary = summarise(self._folder)
        if summary.problem is not None:
            raise RecordingError(summary.problem)
        ready, segments = reader.events([events.READY]), reader.segments()
        self._evaluations = reader.evaluations()
        self._power, self._energy = Energy(), []
        for t, power_mw in reader.power():
            self._add_power(t, power_mw)
        metrics = reader.known_metrics()
        self._marks = MarkFold()
        rows: list[Segment | Event] = [*segments, *reader.events(_OF_MARKS)]
        self._add_marks(sorted(rows, key=attrgetter("seq")), metrics, summary.parent or "")
        begins_at = summary.step - summary.own_steps
        self._window = GrowingWindow(reader, begins_at + 1, _LAST, BINS)
        return ComparedRun(
            name=self._folder.name,
            summary=summary,
            settings=_settings(reader),
            metrics=metrics,
            evaluations=tuple(self._evaluations),
            energy=tuple(self._energy),
            marks=self._marks.marks(),
            window=self._window.read(metrics, self._evaluations),
            tensorflow=_text(ready[-1].body.get("versions"), "tensorflow") if ready else None,
            board=_text(segments[-1].environment, "board") if segments else None,
        )

    def _with(
        self, reader: SessionReader, known: ComparedRun, batch: Batch, alive: bool
    ) -> ComparedRun:
        """The session with the events and samples of a batch, and the steps recorded since."""
        seen = {(one.step, one.on, one.t) for one in self._evaluations[-_OVERLAP:]}
        found = (evaluation_of(one) for one in batch.events if one.kind == events.EVALUATED)
        self._evaluations += [one for one in found if (one.step, one.on, one.t) not in seen]
        for sample in batch.samples:
            power_mw = number(sample.body.get("power_total_mw"))
            if power_mw is not None and (not self._energy or sample.t > self._energy[-1][0]):
                self._add_power(sample.t, power_mw)
        kinds = {one.kind for one in batch.events}
        metrics = known.metrics
        if not self._evaluations_are_of(metrics.parts) or set(reader.metrics()) - {
            key.metric for key in metrics.parts
        }:
            metrics = reader.known_metrics()
        self._add_marks(batch.events, metrics)
        step, duration_s = reader.position()
        state = known.summary.state
        if kinds & set(states.STATE_KINDS):
            state_events = [(one.kind, one.body) for one in reader.events(states.STATE_KINDS)]
            state = states.seen_from_outside(states.fold(state_events), alive)
        summary = known.summary._replace(
            state=state,
            step=step,
            own_steps=max(0, step - known.begins_at),
            metrics=evaluated(metrics, self._evaluations),
            duration_s=duration_s,
            energy_j=self._power.joules,
            responding=self._folder.is_responding() if alive else False,
        )
        return replace(
            known,
            summary=summary,
            settings=_settings(reader) if events.EDITED in kinds else known.settings,
            metrics=metrics,
            evaluations=tuple(self._evaluations),
            energy=tuple(self._energy),
            marks=self._marks.marks(),
            window=self._window.read(metrics, self._evaluations),
        )

    def _evaluations_are_of(self, parts: Sequence[MetricPart]) -> bool:
        """Whether the metrics of the last evaluation are known."""
        last = self._evaluations[-1:]
        return all(MetricPart(name, one.on) in parts for one in last for name in one.metrics)

    def _add_marks(
        self, rows: Sequence[Segment | Event], metrics: Metrics, parent: str = ""
    ) -> None:
        """Add segments and events, in their order. ``parent`` is that of the first segment."""
        for row in rows:
            if isinstance(row, Segment):
                self._marks.start_from(row.from_step, row.t, parent)
                parent = ""
            else:
                self._marks.add(row, describe(row, metrics).text if is_mark(row) else "")

    def _add_power(self, t: float, power_mw: float) -> None:
        self._power.add(t, power_mw)
        self._energy.append((t, self._power.joules or 0.0))


def _settings(reader: SessionReader) -> Mapping[str, Setting]:
    """The settings at the start and at the end. Edits of steps that were run again do not count."""
    begin = flatten(reader.meta()["config"])
    begin.pop("edits", None)
    now, made = begin, list[Edit]()
    if reader.events([events.CONFIGURED]):  # without one, the host was killed at the start
        history = read_history(reader)
        now = config_now(history)
        places = list(starts(history))
        made = places[-1].again if places else []  # all edits, each once
    found = {}
    for key in dict.fromkeys([*begin, *now]):
        if key.startswith(_MACHINE):
            continue
        start, end = begin.get(key), now.get(key)
        steps = _changed_at(key, start, made)
        if key in _WORKED_OUT and not steps:
            end = start
        found[key] = Setting(start, end, len(steps), max(steps, default=None))
    return found


def _changed_at(key: str, start: Any, made: Sequence[Edit]) -> list[int]:
    """The steps after which a value changed. Setting the same value again is no change."""
    value, steps = start, []
    for edit in made:
        if key in edit.values and edit.values[key] != value:
            value = edit.values[key]
            steps.append(edit.step)
    return steps


def _text(body: Any, key: str) -> str | None:
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
