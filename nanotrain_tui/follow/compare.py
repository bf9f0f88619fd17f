"""Sessions side by side: what differs between them, what each came to and what that took."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nanotrain_tui.catalog import flatten, format_value
from nanotrain_tui.follow.not_finite import in_words
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.trace import Trace, steps_of, trace_of_curve, trace_of_values
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.reader import Evaluation, SessionReader
from nanotrain_tui.session.summary import SessionSummary, summarise

BINS = 256
METRICS = ("test_accuracy", "test_loss", "accuracy", "loss", "learning_rate")
AXES = ("step", "time", "epoch")
#: Where something runs, not what it computes.
_MACHINE = ("telemetry.", "guard.", "trainer.command", "trainer.paths", "data.dir", "data.name")
_CURVES = {"accuracy": "train_accuracy", "loss": "train_loss", "learning_rate": "learning_rate"}
_LAST = 1 << 53


@dataclass(frozen=True)
class Reached:
    """What an accuracy on the test data took."""

    step: int
    time_s: float  # session time
    energy_j: float | None  # None where no power was recorded


@dataclass(frozen=True)
class Contender:
    """One session of a comparison."""

    name: str
    summary: SessionSummary
    config: Mapping[str, Any]  # flat, as it began
    edits: Sequence[tuple[int, Mapping[str, Any]]]  # (step, {key: value it changed to})
    evaluations: Sequence[Evaluation]
    energy: Sequence[tuple[float, float]]  # (session time, joules until then)
    curves: Mapping[str, Curve]  # by follow.window.read_window
    tensorflow: str | None
    board: str | None

    @property
    def best(self) -> Evaluation | None:
        """The evaluation with the best accuracy, the first of equals."""
        known = [one for one in self.evaluations if _is_figure(one.accuracy)]
        return max(known, key=lambda one: one.accuracy or 0.0, default=None)

    def reached(self, accuracy: float) -> Reached | None:
        """When the test accuracy was this high for the first time; None if it never was."""
        for one in self.evaluations:
            if one.accuracy is not None and one.accuracy >= accuracy:
                return Reached(one.step, one.t, self.energy_at(one.t))
        return None

    def energy_at(self, t: float) -> float | None:
        """Joules until a session time."""
        until = [joules for at, joules in self.energy if at <= t]
        return until[-1] if until else (0.0 if self.energy else None)

    def curve(self, metric: str) -> Curve:
        """A metric in bins over steps."""
        return self.curves[_CURVES.get(metric, metric)]

    def trace(self, metric: str, axis: str) -> Trace:
        """A metric along steps, session time (s) or epochs."""
        place, curve = self._placing(axis), self.curve(metric)
        first, last = steps_of(map(self.curve, METRICS))  # whatever metric is drawn
        extent = place(first), place(last)
        if not metric.startswith("test_"):
            return trace_of_curve(curve, place)._replace(extent=extent)
        found = [(one.step, getattr(one, metric[5:])) for one in self.evaluations]
        values = [(step, value) for step, value in found if value is not None]
        return trace_of_values(values, place)._replace(note=in_words(curve), extent=extent)

    def _placing(self, axis: str) -> Callable[[int], float]:
        """From steps to the axis."""
        if axis == "step":
            return float
        curve = self.curves["times" if axis == "time" else "epochs"]
        known = [(0, 0.0)] if axis == "epoch" else []
        known += [
            (min(curve.end, curve.start + (i + 1) * curve.width - 1), curve.means[i])
            for i in range(len(curve.counts))
            if curve.counts[i]
        ]
        return lambda step: _between(known, step)


def read_contender(folder: SessionFolder) -> Contender:
    """All that a comparison says of a session. Raises RecordingError."""
    summary = summarise(folder)
    with SessionReader(folder) as reader:
        config = flatten(reader.meta()["config"])
        config.pop("edits", None)
        ready = reader.events(["ready"])
        segments = reader.segments()
        return Contender(
            name=folder.name,
            summary=summary,
            config=config,
            edits=[
                (event.step, {key: change[1] for key, change in _changes(event.body).items()})
                for event in reader.events(["edited"])
            ],
            evaluations=reader.evaluations(),
            energy=_energy(reader),
            curves=read_window(reader, 1, _LAST, BINS),
            tensorflow=_text(ready[-1].body.get("versions"), "tensorflow") if ready else None,
            board=_text(segments[-1].environment, "board") if segments else None,
        )


def differences(contenders: Sequence[Contender]) -> dict[str, list[str]]:
    """What is not the same in all: by key the value of each, with the edits made to it."""
    keys = dict.fromkeys(key for one in contenders for key in one.config)
    keys.update(dict.fromkeys(key for one in contenders for _, new in one.edits for key in new))
    found: dict[str, list[str]] = {}
    for key in keys:
        if key.startswith(_MACHINE):
            continue
        values = [_value(one, key) for one in contenders]
        if len(set(values)) > 1:
            found[key] = values
    told: Mapping[str, Callable[[Contender], str]] = {
        "data": lambda one: one.summary.data or "-",
        "TensorFlow": lambda one: one.tensorflow or "-",
        "board": lambda one: one.board or "-",
    }
    for name, tell in told.items():
        values = [tell(one) for one in contenders]
        if len(set(values)) > 1:
            found[name] = values
    return found


def common_accuracy(contenders: Sequence[Contender]) -> float | None:
    """The highest accuracy that all reached, rounded down to a hundredth."""
    best = [one.best.accuracy for one in contenders if one.best is not None]
    known = [value for value in best if value is not None]
    if not known:
        return None
    return math.floor(100 * min(known) + 1e-9) / 100


def _is_figure(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _value(one: Contender, key: str) -> str:
    value = one.config.get(key)
    told = "-" if value is None else format_value(value) or "none"
    for step, new in one.edits:
        if key in new:
            told += f" -> {format_value(new[key]) or 'none'} at {step}"
    return told


def _changes(body: Mapping[str, Any]) -> Mapping[str, Any]:
    changes = body.get("changes")
    if not isinstance(changes, dict):
        return {}
    return {k: v for k, v in changes.items() if isinstance(v, list) and len(v) == 2}


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
