"""One plain line for every event of a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog import FIELDS, format_value
from nanotrain_tui.catalog.undecodable import shown
from nanotrain_tui.follow.marks import diverged_of
from nanotrain_tui.follow.run_state import LogLine
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

LONGEST_LABEL = 32  # characters of a metric
MOST_VALUES = 4  # of an evaluation in a line
LONGEST = 400  # characters of a line: a traceback belongs in trainer.log

Body = Mapping[str, Any]


def describe(event: Event, metrics: Metrics = STANDARD_METRICS) -> LogLine:
    """What an event says to a person; an unknown kind shows its name."""
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
        level=_level(event),
    )


def _level(event: Event) -> str:
    if event.kind == "guard":
        return "info" if event.body.get("action") in _CALM_GUARDS else "warning"
    return _LEVELS.get(event.kind, "info")


def one_line(text: str) -> str:
    """Text without line ends and control characters, not longer than a log line may be.

    Bytes of a path that are no UTF-8 are shown as ``\\xe9``.

    What is too long loses its middle: an error's end says what to do.
    """
    if len(text) > 8 * LONGEST:
        text = text[: 4 * LONGEST] + "…" + text[-4 * LONGEST :]
    plain = "".join(char for char in " ".join(shown(text).split()) if char.isprintable())
    if len(plain) <= LONGEST:
        return plain
    head = LONGEST // 2
    return plain[:head] + "…" + plain[head + 1 - LONGEST :]


def reason(body: Body) -> str:
    """Why a trainer crashed, in one line."""
    return one_line(str(body.get("reason") or "the trainer ended"))


def percent(value: Any) -> str:
    """An accuracy of 0..1 as the tutorial prints it: ``94.27 %``."""
    share = number(value)
    return "—" if share is None else f"{100 * share:.2f} %"


def figure(value: Any) -> str:
    """A scalar in four digits; NaN and infinities by name."""
    scalar = number(value)
    return "—" if scalar is None else f"{scalar:.4g}"


def value_text(metric: Metric, value: Any) -> str:
    """A value of a metric with its unit: ``94.27 %``, ``0.3125``, ``12.5 ms``."""
    if metric.format == PERCENT:
        return percent(value)
    return f"{figure(value)} {metric.unit}".rstrip()


def _by(body: Body) -> str:
    who = body.get("who")
    return f" by {who}" if isinstance(who, str) and who else ""


def _configured(event: Event) -> str:
    said = event.body.get("said")
    told = " ".join(map(str, said)) if isinstance(said, list) else str(said or "")
    resumed = event.body.get("resumed_from")
    verb = f"resumed from {resumed}" if isinstance(resumed, str) and resumed else "configured"
    return f"{verb}{_by(event.body)}" + (f": {told}" if told else "")


def _ready(event: Event) -> str:
    version = _mapping(event.body.get("versions")).get("tensorflow", "?")
    listed = event.body.get("devices")
    devices = map(_mapping, listed) if isinstance(listed, list) else ()
    names = [str(device.get("name")) for device in devices if device.get("kind", "CPU") != "CPU"]
    return f"TensorFlow {version} on {', '.join(names) or 'the CPU'}"


def _started(event: Event) -> str:
    data = _mapping(event.body.get("data"))
    parts = ["training starts" if not event.step else f"training goes on after step {event.step}"]
    if data.get("name"):
        parts.append(f"{data['name']}, {_count(data.get('train'))} images")
    if event.body.get("parameters"):
        parts.append(f"{_count(event.body['parameters'])} parameters")
    if event.body.get("xla"):
        parts.append("XLA")
    return ", ".join(parts)


def _edited(event: Event) -> str:
    given = _mapping(event.body.get("changes"))
    changes = [
        f"{_name(key)} {_value(change[0])} → {_value(change[1])}"
        for key, change in given.items()
        if _is_list(change) and len(change) == 2 and not _comes_along(key, change, given)
    ]
    notes = [_repetition(event.body)] if event.body.get("scripted") else []
    if "optimizer.name" in given:
        notes.append("fresh slots")
    if event.body.get("retraced"):
        notes.append("compiled anew")
    said = f" ({', '.join(notes)})" if notes else ""
    undid = "undid " if event.body.get("undoes") is not None else ""
    return f"{undid}{', '.join(changes) or 'nothing changed'}{_by(event.body)}{said}"


def _repetition(body: Body) -> str:
    """Why an edit that lay ahead was made."""
    by_a_person = body.get("again") is not None and body.get("who") != SCRIPT
    return "made again" if by_a_person else "as scripted"


def _comes_along(key: str, change: Sequence[Any], given: Body) -> bool:
    """A parameter that one of two optimizers has: the swap says so already."""
    return "optimizer.name" in given and key.startswith("optimizer.") and None in change


def _name(key: str) -> str:
    """A field as the form calls it."""
    field = FIELDS.get(key)
    return str(field.label) if field is not None else key


def _value(value: Any) -> str:
    return format_value(value) or "none"


def _diverged(event: Event, metrics: Metrics) -> str:
    checkpoint = event.body.get("checkpoint")
    good = f"last good checkpoint: {checkpoint}" if checkpoint else "there is no good checkpoint"
    good += "" if checkpoint else ", so begin anew with other values"
    found = diverged_of(event)
    return f"the {_label(metrics.get(found.metric))} is {found.value} at step {event.step}; {good}"


def _evaluated(event: Event, metrics: Metrics) -> str:
    # Short: at 80x24 the log has some 50 cells.
    values, part = evaluated_values(event.body), part_of(event.body)
    known = metrics.ranked(values)[:MOST_VALUES]
    told = ", ".join(f"{_label(one)} {value_text(one, values[one.name])}" for one in known)
    on = f"{part} " if len(known) == 1 or part != TEST else ""
    return f"step {event.step}: {on}{told or 'evaluated'}"


def _refused(event: Event) -> str:
    command = event.body.get("command")
    name = command.get("do", "?") if isinstance(command, Mapping) else command
    return f"{name} refused{_by(event.body)}: {event.body.get('why', '')}"


def _checkpoint(event: Event, metrics: Metrics) -> str:
    size = number(event.body.get("bytes"))
    parts = [f"checkpoint at step {event.step}"]
    if "tested" in event.body:  # older versions named an evaluation of another step
        parts.append(_tested(event.body, metrics))
        parts += ["the best"] if event.body.get("best") is True else []
    return ", ".join(parts + ([f"{size / 1e6:.1f} MB"] if size else []))


def _tested(body: Body, metrics: Metrics) -> str:
    if not isinstance(body["tested"], Mapping):
        return "not tested"
    values = evaluated_values(body["tested"])
    scored = _mapping(body.get("score")).get("metric")
    metric = metrics.get(scored) if scored in values else metrics.primary
    if metric is None or metric.name not in values:
        return "tested"
    name = "" if metric.format == PERCENT else f"{_label(metric)} "
    return f"tested {name}{value_text(metric, values[metric.name])}"


def _label(metric: Metric) -> str:
    """A metric within a sentence; a long name is cut, so that its value is in sight."""
    label = metric.label
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _preparing(event: Event) -> str:
    return str(event.body.get("what") or "preparing")


def _message(event: Event) -> str:
    return str(event.body.get("message") or "")


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _mapping(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


_CALM_GUARDS = ("watching", "resumed", "released", "unthrottled", "relieved", "checkpoint")
_LEVELS = {
    "warned": "warning",
    "refused": "warning",
    "crashed": "error",
    "diverged": "error",
    "finished": "good",
}

_OF_METRICS: Mapping[str, Callable[[Event, Metrics], str]] = {
    "evaluated": _evaluated,
    "checkpoint": _checkpoint,
    "diverged": _diverged,
}

_TEXTS: Mapping[str, Callable[[Event], str]] = {
    "configured": _configured,
    "ready": _ready,
    "preparing": _preparing,
    "started": _started,
    "edited": _edited,
    "refused": _refused,
    "paused": lambda event: f"paused after step {event.step}{_by(event.body)}",
    "resumed": lambda event: f"goes on after step {event.step}{_by(event.body)}",
    "checkpoint_removed": lambda event: f"removed {event.body.get('file', 'a checkpoint')}",
    "warned": _message,
    "note": _message,
    "guard": _message,
    "crashed": lambda event: f"failed: {reason(event.body)}",
    "stopped": lambda event: f"stopped after step {event.step}{_by(event.body)}",
    "finished": lambda event: f"finished after {event.step} steps",
}
