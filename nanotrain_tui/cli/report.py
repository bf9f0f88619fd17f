"""What ``train`` prints: plain lines, lines above a progress bar, or JSON lines."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from nanotrain_tui.catalog.formats import clock, count
from nanotrain_tui.export.plain import plain_json
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.evaluated import as_json, beside_metrics
from nanotrain_tui.session.metrics import (
    Metric,
    Metrics,
    evaluated_values,
    part_of,
    standard_values,
)
from nanotrain_tui.session.recording.records import Event

from .exit_status import note
from .output import metric_value, say

# What the first and the last line of ``train`` say.
_BEGIN_AND_END = (events.CONFIGURED, events.STOPPED, events.FINISHED)
# What ``train --json`` prints besides; to a person the progress and the last line are enough.
_FOR_PROGRAMS = (
    events.READY, events.STARTED, events.CHECKPOINT, events.CHECKPOINT_REMOVED, events.CRASHED,
)  # fmt: skip


@dataclass(frozen=True)
class Beginning:
    """A session that was started: on which data, what was chosen for the person, what it needs."""

    name: str
    folder: str
    data: Mapping[str, Any]  # as the trainer's inspection answers
    choices: tuple[str, ...]
    memory: Mapping[str, Any]  # what it needs and what there is, in MB

    def as_dict(self) -> dict[str, Any]:
        """The keys and values of the JSON output."""
        return {
            "name": self.name,
            "folder": self.folder,
            "data": dict(self.data),
            "choices": list(self.choices),
            "memory": dict(self.memory),
        }


def final_figures(state: RunState) -> dict[str, Any]:
    """The session's last and best figures."""
    trained = state.metrics.primary_training
    return {
        "step": state.step,
        "own_steps": state.own_steps,
        "steps": state.steps,
        **beside_metrics(state.evaluated),
        "metrics": as_json(state.evaluated),
        "training_loss": state.curve(trained.name).last if trained else None,
        "duration_s": state.elapsed_s,
    }


class Trained(NamedTuple):
    """The metric of the training that is shown beside an evaluation, at the step of that."""

    metric: Metric
    value: float


def evaluation_line(event: Event, state: RunState, trained: Trained | None) -> str:
    """``step   101/1,000  test accuracy 81.23%  test loss 0.61  training loss 0.55``"""
    step = count(event.step)
    if state.steps:
        planned = count(state.steps)
        step = f"{step:>{len(planned)}}/{planned}"
    parts = [f"step {step}", *evaluated_texts(event, state.metrics)]
    if trained is not None:
        value = metric_value(trained.metric, trained.value)
        parts.append(f"training {trained.metric.label} {value}")
    return "  ".join(parts)


def evaluated_texts(event: Event, metrics: Metrics) -> list[str]:
    """``test accuracy 0.8123``, ``test loss 0.61``: the primary metric comes first."""
    values, part = evaluated_values(event.body), part_of(event.body)
    return [
        f"{part} {metric.label} {metric_value(metric, values[metric.name])}"
        for metric in metrics.ranked(list(values))
    ]


def speed(state: RunState) -> list[str]:
    """Samples a second and the time left, as far as they are known."""
    parts = []
    if state.samples_per_s is not None:
        parts.append(f"{state.samples_per_s:,.0f} samples/s")
    left_s = state.eta_s if state.preparing is None else state.preparing.left_s
    if left_s is not None:
        parts.append(f"ETA {clock(left_s)}")
    return parts


def end_line(state: RunState) -> str:
    """How it ended, in one line."""
    steps = count(state.step) + (f"/{count(state.steps)}" if state.steps else "")
    line = f"{state.name} {state.state} at step {steps} after {clock(state.elapsed_s)}"
    figures = []
    for index, (metric, last, best) in enumerate(state.evaluated.values()):
        text, best_text = metric_value(metric, last), metric_value(metric, best)
        is_told = index == 0 and best is not None and best_text != text
        part = f"{metric.shown_of} " if index == 0 else ""
        figures.append(f"{part}{metric.label} {text}" + (f" (best {best_text})" if is_told else ""))
    return f"{line}: {', '.join(figures)}" if figures else line


def _is_told(event: Event) -> bool:
    """Whether a person who watches ``train`` sees a line of this event."""
    kind = event.kind
    return events.is_listed(kind) and kind not in _BEGIN_AND_END and kind not in _FOR_PROGRAMS


def _goes_on_by_itself(event: Event) -> bool:
    """Whether a trainer that died is started again, or has been."""
    return event.body.get("resuming") is True or bool(event.body.get("resumed_from"))


class Report:
    """Tells a person, or a program, what happens to a session."""

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *exc: object) -> None:
        """Leave the terminal as it was."""

    def begin(self, beginning: Beginning) -> None:
        """The session is started."""

    def event(self, event: Event, state: RunState, trained: Trained | None) -> None:
        """Something was recorded; ``trained`` is of the event's step, where known."""

    def progress(self, state: RunState) -> None:
        """The session as it is now."""

    def say(self, text: str) -> None:
        """A sentence that is not of the recording."""
        note(text)

    def end(self, state: RunState) -> None:
        """The session has ended."""


class PlainReport(Report):
    """One line an evaluation, and one for whatever else a person should know."""

    def __init__(self) -> None:
        self._preparing = ""

    def begin(self, beginning: Beginning) -> None:
        for choice in beginning.choices:
            self.line(choice)
        self.line(f"session {beginning.name}")

    def event(self, event: Event, state: RunState, trained: Trained | None) -> None:
        if event.kind == events.EVALUATED:
            self.evaluated(evaluation_line(event, state, trained), state)
        elif event.kind == events.PREPARING:
            what = describe(event).text
            if what != self._preparing:
                self._preparing = what
                self.line(f"{what} ...")
        elif _is_told(event) or _goes_on_by_itself(event):
            at = f"at step {count(event.step)}: " if event.step else ""
            self.line(at + describe(event, state.metrics).text)

    def evaluated(self, line: str, state: RunState) -> None:
        self.line("  ".join([line, *speed(state)]))

    def end(self, state: RunState) -> None:
        self.line(end_line(state))

    def line(self, text: str) -> None:
        say(text)


class JsonReport(Report):
    """One JSON object an event on stdout, nothing else."""

    def __init__(self) -> None:
        self._name = ""

    def begin(self, beginning: Beginning) -> None:
        self._name = beginning.name
        self._print("session", beginning.as_dict())

    def event(self, event: Event, state: RunState, trained: Trained | None) -> None:
        at = {"step": event.step, "t": event.t}
        if event.kind == events.EVALUATED:
            values = evaluated_values(event.body)
            figures = {
                **standard_values(values),
                "metrics": values,
                "on": part_of(event.body),
                "seconds": number(event.body.get("seconds")),
                "training_loss": trained.value if trained else None,
                "samples_per_s": state.samples_per_s,
                "eta_s": state.eta_s,
            }
            self._print(event.kind, {**at, **figures})
        elif events.is_listed(event.kind) and event.kind not in _BEGIN_AND_END:
            self._print(event.kind, {**event.body, **at})

    def end(self, state: RunState) -> None:
        reason = {"reason": state.notices[-1]} if state.state == "failed" and state.notices else {}
        self._print(state.state, {**final_figures(state), **reason})

    def _print(self, kind: str, body: Mapping[str, Any]) -> None:
        payload = {"event": kind, "session": self._name, **plain_json(body)}
        print(json.dumps(payload, allow_nan=False), flush=True)
