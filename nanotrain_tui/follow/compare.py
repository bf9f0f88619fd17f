"""Sessions side by side: what differs between them, what each came to and what that took."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nanotrain_tui.catalog import flatten, format_value
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.not_finite import in_words
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.trace import Trace, steps_of, trace_of_curve, trace_of_values
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session import events
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Edit, config_now, read_history, starts
from nanotrain_tui.session.metrics import (
    DOWN,
    PERCENT,
    TRAINING,
    Metric,
    MetricPart,
    Metrics,
)
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation
from nanotrain_tui.session.summary import SessionSummary, summarise

BINS = 256
AXES = ("step", "time", "epoch")
#: Where something runs, not what it computes.
_MACHINE = ("telemetry.", "guard.", "trainer.command", "trainer.paths", "data.dir", "data.name")
_WORKED_OUT = ("train.epochs", "train.steps")  # by the trainer: steps of epochs are no edit
_LAST = 1 << 53


class Setting(NamedTuple):
    """A value of the configuration: as the session began, and in force at its end."""

    start: Any  # None where the key means nothing beside the choices made then
    now: Any
    edits: int  # how often it was changed on the way, undone edits among them
    last_edit: int | None  # after which step

    def text(self) -> str:
        """``0.001``, or ``0.001 -> 0.0005 (edited at 400)``."""
        if not self.edits and self.start == self.now:
            return _said(self.now)
        often = f"{self.edits} times, last " if self.edits > 1 else ""
        at = f" {often}at {self.last_edit}" if self.last_edit is not None else ""
        both = (
            _said(self.now)
            if self.start == self.now
            else (f"{_said(self.start)} -> {_said(self.now)}")
        )
        return f"{both} (edited{at})"


@dataclass(frozen=True)
class Reached:
    """What a value of an evaluation took; steps of a parent are not the session's own."""

    step: int
    own_steps: int
    time_s: float  # session time
    energy_j: float | None  # None where no power was recorded


_MISSING = Setting(None, None, 0, None)


@dataclass(frozen=True)
class ComparedRun:
    """One session of a comparison."""

    name: str
    summary: SessionSummary
    settings: Mapping[str, Setting]  # by key; those that only name a machine are left out
    metrics: Metrics
    evaluations: Sequence[Evaluation]
    energy: Sequence[tuple[float, float]]  # (session time, joules until then)
    window: WindowCurves  # of all of it
    tensorflow: str | None
    board: str | None

    @property
    def begins_at(self) -> int:
        """The step of the checkpoint that a fork began from, 0 for a session of its own."""
        return self.summary.step - self.summary.own_steps

    def best(self, metric: str) -> Evaluation | None:
        """The evaluation with the best value of a metric, the first of equals."""
        best: Evaluation | None = None
        for one in self._evaluations_of(metric):
            value = one.metrics[metric]
            if math.isfinite(value) and (
                best is None or self.metrics.get(metric).is_better(value, best.metrics[metric])
            ):
                best = one
        return best

    def reached(self, metric: str, value: float) -> Reached | None:
        """When a metric was this good for the first time; None if it never was."""
        known = self.metrics.get(metric)
        for one in self._evaluations_of(metric):
            found = one.metrics[metric]
            if found == value or known.is_better(found, value):
                own = one.step - self.begins_at
                return Reached(one.step, own, one.t, self.energy_at(one.t))
        return None

    def _evaluations_of(self, metric: str) -> Iterator[Evaluation]:
        part = self.metrics.get(metric).shown_of
        return (one for one in self.evaluations if one.on == part and metric in one.metrics)

    def energy_at(self, t: float) -> float | None:
        """Joules until a session time."""
        until = [joules for at, joules in self.energy if at <= t]
        return until[-1] if until else (0.0 if self.energy else None)

    def curve(self, key: MetricPart) -> Curve:
        """A metric of one part of the data in bins over steps."""
        return self.window.curve(*key)

    def trace(self, key: MetricPart, axis: str) -> Trace:
        """A metric of one part of the data along steps, session time (s) or epochs."""
        place, curve = self._placing(axis), self.curve(key)
        first, last = steps_of(self.window.curves.values())  # whatever metric is drawn
        extent = place(first), place(last)
        if key.part == TRAINING:
            return trace_of_curve(curve, place)._replace(extent=extent)
        values = [
            (one.step, one.metrics[key.metric])
            for one in self.evaluations
            if one.on == key.part and key.metric in one.metrics
        ]
        return trace_of_values(values, place)._replace(note=in_words(curve), extent=extent)

    def _placing(self, axis: str) -> Callable[[int], float]:
        """From steps to the axis."""
        if axis == "step":
            return float
        curve = self.window.times if axis == "time" else self.window.epochs
        known = [(0, 0.0)] if axis == "epoch" else []
        known += [
            (min(curve.end, curve.start + (i + 1) * curve.width - 1), curve.means[i])
            for i in range(len(curve.counts))
            if curve.counts[i]
        ]
        return lambda step: _between(known, step)


def read_run(folder: SessionFolder) -> ComparedRun:
    """All that a comparison says of a session. Raises RecordingError."""
    summary = summarise(folder)
    if summary.problem is not None:
        raise RecordingError(summary.problem)
    with SessionReader(folder) as reader:
        ready = reader.events([events.READY])
        segments = reader.segments()
        return ComparedRun(
            name=folder.name,
            summary=summary,
            settings=_settings(reader),
            metrics=reader.known_metrics(),
            evaluations=reader.evaluations(),
            energy=_energy(reader),
            window=read_window(reader, summary.step - summary.own_steps + 1, _LAST, BINS),
            tensorflow=_text(ready[-1].body.get("versions"), "tensorflow") if ready else None,
            board=_text(segments[-1].environment, "board") if segments else None,
        )


def _settings(reader: SessionReader) -> Mapping[str, Setting]:
    """What was in force at the beginning and at the end, with the edits that count."""
    begin = flatten(reader.meta()["config"])
    begin.pop("edits", None)
    now, made = begin, list[Edit]()
    if reader.events([events.CONFIGURED]):  # else it was killed as it began
        history = read_history(reader)
        now = config_now(history)
        places = list(starts(history))
        made = places[-1].again if places else []  # since the beginning, each once
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
    """After which steps a value became another one: what a swap brings back is no edit."""
    value, steps = start, []
    for edit in made:
        if key in edit.values and edit.values[key] != value:
            value = edit.values[key]
            steps.append(edit.step)
    return steps


def differences(runs: Sequence[ComparedRun]) -> dict[str, list[str]]:
    """What is not the same in all: by key the value of each at its end, and if it was edited."""
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys(key for one in runs for key in one.settings):
        values = [one.settings.get(key, _MISSING).text() for one in runs]
        if len(set(values)) > 1:
            found[key] = values
    columns: Mapping[str, Callable[[ComparedRun], str]] = {
        "data": lambda one: one.summary.data or "-",
        "TensorFlow": lambda one: one.tensorflow or "-",
        "board": lambda one: one.board or "-",
    }
    for name, text_of in columns.items():
        values = [text_of(one) for one in runs]
        if len(set(values)) > 1:
            found[name] = values
    return found


def metric_parts(runs: Sequence[ComparedRun]) -> list[MetricPart]:
    """The curves that can be compared: evaluations first, the primary metric first in each part."""
    found: dict[MetricPart, int] = {}
    for one in runs:
        primary = one.metrics.primary
        for key in one.metrics.parts:
            is_primary = primary is not None and key.metric == primary.name
            rank = 2 * (key.part == TRAINING) + (not is_primary)
            found[key] = min(rank, found.get(key, rank))
    return sorted(found, key=lambda key: found[key])


def primary_metric(runs: Sequence[ComparedRun]) -> Metric | None:
    """The primary metric of the first session that has one; it decides which run is the best."""
    return next((one.metrics.primary for one in runs if one.metrics.primary), None)


def common_target(runs: Sequence[ComparedRun], metric: str) -> float | None:
    """The best value of a metric that all of those reached which were evaluated, rounded.

    A fraction to whole percents, any other value to two digits, so that it is still reached.
    """
    best = [(one, found) for one in runs if (found := one.best(metric)) is not None]
    if not best:
        return None
    known = best[0][0].metrics.get(metric)
    values = [found.metrics[metric] for _, found in best]
    if known.better == DOWN:
        worst = max(values)
        return worst if not worst else _rounded(worst, known, math.ceil, -1e-9)
    worst = min(values)
    return worst if not worst else _rounded(worst, known, math.floor, 1e-9)


def _rounded(value: float, metric: Metric, whole: Callable[[float], int], slack: float) -> float:
    digits = 2 if metric.format == PERCENT else 1 - math.floor(math.log10(abs(value)))
    return round(whole(value * 10.0**digits + slack) * 10.0**-digits, max(0, digits))


def _said(value: Any) -> str:
    return "-" if value is None else format_value(value) or "none"


def _text(body: Any, key: str) -> str | None:
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None


def _energy(reader: SessionReader) -> list[tuple[float, float]]:
    energy = Energy()
    found = []
    for t, power_mw in reader.power():
        energy.add(t, power_mw)
        found.append((t, energy.joules or 0.0))
    return found


def _between(known: Sequence[tuple[int, float]], step: int) -> float:
    """Linear between the places that are known."""
    if not known:
        return 0.0
    before = max((one for one in known if one[0] <= step), default=known[0])
    after = min((one for one in known if one[0] >= step), default=known[-1])
    if after[0] <= before[0]:
        return before[1]
    share = (step - before[0]) / (after[0] - before[0])
    return before[1] + share * (after[1] - before[1])
