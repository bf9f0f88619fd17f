"""Describes every event of a recording in one line of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.catalog.data_words import example_word
from nanotrain_tui.catalog.formats import count, file_size, plural, value_text
from nanotrain_tui.catalog.undecodable import shown
from nanotrain_tui.follow.json_values import mapping, mappings
from nanotrain_tui.follow.marks import diverged_of
from nanotrain_tui.follow.run_state import LogLine
from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.history import SCRIPT
from nanotrain_tui.session.metrics import (
    PERCENT,
    STANDARD_METRICS,
    TEST,
    Metric,
    Metrics,
    evaluated_values,
    part_of,
)
from nanotrain_tui.session.recording.records import Event

LONGEST_LABEL = 32  # characters; a longer name of a metric is cut
MOST_VALUES = 4  # metrics of an evaluation in a line
LONGEST = 400  # characters of a line; trainer.log has the whole traceback

Body = Mapping[str, Any]


def describe(event: Event, metrics: Metrics = STANDARD_METRICS) -> LogLine:
    """The log line of an event. The text of an unknown event is its message or its kind."""
    if event.kind in _OF_METRICS:
        text = _OF_METRICS[event.kind](event, metrics)
    else:
        text = _TEXTS.get(event.kind, _message)(event)
    if not text:
        text = event.kind
    return LogLine(
        seq=event.seq,
        t=event.t,
        step=event.step,
        kind=event.kind,
        text=one_line(text),
        level=events.level_of(event.kind, event.body),
    )


def one_line(text: str) -> str:
    """The text without line ends and control characters, in at most ``LONGEST`` characters.

    Bytes of a path that are not UTF-8 are shown as ``\\xe9``. A longer text is cut in the middle,
    because the end of an error message says what to do.
    """
    if len(text) > 8 * LONGEST:
        text = text[: 4 * LONGEST] + "…" + text[-4 * LONGEST :]
    plain = "".join(char for char in " ".join(shown(text).split()) if char.isprintable())
    if len(plain) <= LONGEST:
        return plain
    head = LONGEST // 2
    return plain[:head] + "…" + plain[head + 1 - LONGEST :]


def reason(body: Body) -> str:
    """The reason of a crash of the trainer, in one line."""
    return one_line(str(body.get("reason") or "the trainer ended"))


def _by(body: Body) -> str:
    who = body.get("who")
    return f" by {who}" if isinstance(who, str) and who else ""


def _configured(event: Event) -> str:
    recorded = event.body.get("said")
    notes = _joined(recorded) if isinstance(recorded, list) else str(recorded or "")
    resumed = event.body.get("resumed_from")
    verb = f"resumed from {resumed}" if isinstance(resumed, str) and resumed else "configured"
    return f"{verb}{_by(event.body)}" + (f": {notes}" if notes else "")


def _joined(notes: Sequence[Any]) -> str:
    """Sentences as they are; a semicolon after what is not a sentence."""
    texts = [str(note) for note in notes]
    ends = [text if text.endswith(".") else f"{text};" for text in texts[:-1]]
    return " ".join([*ends, *texts[-1:]])


def _ready(event: Event) -> str:
    versions = mapping(event.body.get("versions"))
    if "tensorflow" not in versions and "python" in versions:
        found = (f"{name} {version}" for name, version in versions.items() if name != "numpy")
        return ", ".join(found)
    version = versions.get("tensorflow", "?")
    devices = mappings(event.body.get("devices"))
    names = [str(device.get("name")) for device in devices if device.get("kind", "CPU") != "CPU"]
    return f"TensorFlow {version} on {', '.join(names) or 'the CPU'}"


def _started(event: Event) -> str:
    data, metrics = mapping(event.body.get("data")), mapping(event.body.get("metrics"))
    if not data:  # of a script: the host has started it, or it declares what it records
        return f"recorded: {', '.join(metrics)}" if metrics else "the script starts"
    begin = (
        f"training continues after step {count(event.step)}" if event.step else "training starts"
    )
    parts = [begin]
    if data.get("name"):
        parts.append(f"{data['name']}, {_counted(data.get('train'), example_word(data))}")
    if event.body.get("parameters"):
        parts.append(f"{_counted(event.body['parameters'], 'parameter')}")
    if event.body.get("xla"):
        parts.append("XLA")
    return ", ".join(parts)


def _fit_started(event: Event) -> str:
    body, model = event.body, mapping(event.body.get("model"))
    parts = [f"{body.get('call') or 'fit'} number {body.get('fit')} begins"]
    if model.get("kind"):
        parts.append(str(model["kind"]))
    if model.get("parameters"):
        parts.append(_counted(model["parameters"], "parameter"))
    parts += [str(model[key]) for key in ("optimizer", "loss") if model.get(key)]
    if body.get("epochs"):
        steps = f" of {_counted(body.get('steps_per_epoch'), 'step')}" * bool(
            body.get("steps_per_epoch")
        )
        parts.append(_counted(body["epochs"], "epoch") + steps)
    return ", ".join(parts)


def _fit_ended(event: Event) -> str:
    body = event.body
    why = f": {body['error']}" if body.get("error") else ""
    made = _counted(body.get("updates"), "step")
    return f"{body.get('call') or 'fit'} number {body.get('fit')} ended after {made}{why}"


def _edited(event: Event) -> str:
    given = mapping(event.body.get("changes"))
    changes = [
        f"{_name(key)} {_value(key, change[0])} → {_value(key, change[1])}"
        for key, change in given.items()
        if _is_list(change) and len(change) == 2 and not _comes_along(key, change, given)
    ]
    notes = [_repetition(event.body)] if event.body.get("scripted") else []
    if "optimizer.name" in given:
        notes.append("optimizer state reset")
    if event.body.get("retraced"):
        notes.append("compiled again")
    remarks = f" ({', '.join(notes)})" if notes else ""
    undid = "undid " if event.body.get("undoes") is not None else ""
    return f"{undid}{', '.join(changes) or 'nothing changed'}{_by(event.body)}{remarks}"


def _repetition(body: Body) -> str:
    """Why the session made a planned edit."""
    by_a_person = body.get("again") is not None and body.get("who") != SCRIPT
    return "repeated" if by_a_person else "scripted"


def _comes_along(key: str, change: Sequence[Any], given: Body) -> bool:
    """Whether a parameter changed only because the optimizer was swapped."""
    return "optimizer.name" in given and key.startswith("optimizer.") and None in change


def _name(key: str) -> str:
    """The name of a field in the form."""
    field = FIELDS.get(key)
    return str(field.label) if field is not None else key


def _value(key: str, value: Any) -> str:
    return value_text(key, value) or "none"


def _diverged(event: Event, metrics: Metrics) -> str:
    checkpoint = event.body.get("checkpoint")
    good = f"last good checkpoint: {checkpoint}" if checkpoint else "there is no good checkpoint"
    good += "" if checkpoint else ", so restart with other values"
    found = diverged_of(event)
    name = _label(metrics.get(found.metric))
    return f"the {name} is {found.value} at step {count(event.step)}; {good}"


def _evaluated(event: Event, metrics: Metrics) -> str:
    # The text is short because the log has about 50 cells at 80x24.
    values, part = evaluated_values(event.body), part_of(event.body)
    known = metrics.ranked(values)[:MOST_VALUES]
    values_text = ", ".join(f"{_label(one)} {one.text(number(values[one.name]))}" for one in known)
    on = f"{part} " if len(known) == 1 or part != TEST else ""
    return f"step {count(event.step)}: {on}{values_text or 'evaluated'}"


def _refused(event: Event) -> str:
    command = event.body.get("command")
    name = command.get("do", "?") if isinstance(command, Mapping) else command
    return f"{name} refused{_by(event.body)}: {event.body.get('why', '')}"


def _checkpoint(event: Event, metrics: Metrics) -> str:
    size = number(event.body.get("bytes"))
    parts = [f"checkpoint at step {count(event.step)}"]
    if "tested" in event.body:  # older versions recorded the evaluation of another step
        parts.append(_tested(event.body, metrics))
        parts += ["the best"] if event.body.get("best") is True else []
    return ", ".join(parts + ([file_size(round(size))] if size else []))


def _tested(body: Body, metrics: Metrics) -> str:
    if not isinstance(body["tested"], Mapping):
        return "not tested"
    values = evaluated_values(body["tested"])
    scored = mapping(body.get("score")).get("metric")
    metric = metrics.get(scored) if scored in values else metrics.primary
    if metric is None or metric.name not in values:
        return "tested"
    name = "" if metric.format == PERCENT else f"{_label(metric)} "
    return f"tested {name}{metric.text(number(values[metric.name]))}"


def _label(metric: Metric) -> str:
    """The name of a metric within a sentence; a long one is cut to leave room for the value."""
    label = metric.label
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _preparing(event: Event) -> str:
    return str(event.body.get("what") or "preparing")


def _message(event: Event) -> str:
    return str(event.body.get("message") or "")


def _counted(number: Any, what: str) -> str:
    return plural(number, what) if isinstance(number, int) else f"{number} {what}s"


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


_OF_METRICS: Mapping[str, Callable[[Event, Metrics], str]] = {
    events.EVALUATED: _evaluated,
    events.CHECKPOINT: _checkpoint,
    events.DIVERGED: _diverged,
}

# The text of any other kind is its message, or its kind if there is no message.
_TEXTS: Mapping[str, Callable[[Event], str]] = {
    events.CONFIGURED: _configured,
    events.READY: _ready,
    events.PREPARING: _preparing,
    events.STARTED: _started,
    events.FIT_STARTED: _fit_started,
    events.FIT_ENDED: _fit_ended,
    events.EDITED: _edited,
    events.REFUSED: _refused,
    events.PAUSED: lambda event: f"paused after step {count(event.step)}{_by(event.body)}",
    events.RESUMED: lambda event: f"resumed after step {count(event.step)}{_by(event.body)}",
    events.CHECKPOINT_REMOVED: lambda event: f"removed {event.body.get('file', 'a checkpoint')}",
    events.CRASHED: lambda event: f"failed: {reason(event.body)}",
    events.STOPPED: lambda event: f"stopped after step {count(event.step)}{_by(event.body)}",
    events.FINISHED: lambda event: f"finished after {plural(event.step, 'step')}",
}
