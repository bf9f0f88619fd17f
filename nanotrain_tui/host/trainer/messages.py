"""Checks each line of the trainer against one schema; an invalid line goes to the log."""

import base64
import binascii
import math
from typing import Any, Callable, Dict, Mapping, NamedTuple, Tuple

from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import fits, load_object
from nanotrain_tui.session.events import (
    CHANGES,
    EVENTS,
    FILE,
    FLAG,
    PROSE,
    TABLE,
    TEXT,
    ListOf,
    MapOf,
)
from nanotrain_tui.session.metrics import (
    BESIDE_METRICS,
    STANDARD,
    evaluated_values,
    is_metric_name,
)
from nanotrain_tui.session.text import printable_json

MOST_METRICS = 256  # of one message
LONGEST_TEXT = 16000  # characters of one text; a longer one loses its middle
_LARGEST = 2**53  # of a step or a count: the range of both JSON and SQLite

# Types besides those of session/events.py.
_STEP = "step"  # updates completed
_POSITIVE = "positive count"
_TIME = "time"  # seconds on the clock that trainer and host share
_FINITE = "finite number"


class BadMessage(ValueError):
    """An invalid line; the message says why, with the same text for lines of the same kind."""


class Message(NamedTuple):
    """A kind of message: its required keys, and all its keys with their types.

    Other keys are dropped. A key that is not required may be null.
    """

    required: Tuple[str, ...]
    fields: Dict[str, Any]


def _at_a_step(kind: str, *required: str, **more: Any) -> Message:
    """A message that is recorded as the event of its kind."""
    return Message(("step",) + required, dict(EVENTS[kind].body, step=_STEP, **more))


MESSAGES: Dict[str, Message] = {
    events.READY: Message(("versions",), EVENTS[events.READY].body),
    "progress": Message(("what",), {"what": TEXT, "fraction": _FINITE}),
    events.STARTED: _at_a_step(events.STARTED, "steps", steps=_STEP),
    events.FIT_STARTED: _at_a_step(events.FIT_STARTED, "fit"),
    events.FIT_ENDED: _at_a_step(events.FIT_ENDED, "fit"),
    "steps": Message(  # each metric in ``metrics``, or beside it as a key of its own
        ("first_step", "count", "t0", "t1"),
        {"first_step": _POSITIVE, "count": _POSITIVE, "t0": _TIME, "t1": _TIME, "metrics": TABLE},
    ),
    events.EVALUATED: _at_a_step(events.EVALUATED, t=_TIME, seconds=_FINITE),
    events.CHECKPOINT: _at_a_step(events.CHECKPOINT, "file", "sha256", held=FLAG),
    "held": Message(("step",), {"step": _STEP}),
    events.CHECKPOINT_REMOVED: Message(("file",), {"file": FILE}),
    events.DIVERGED: _at_a_step(events.DIVERGED, "policy"),
    "memory": Message((), {"current_mb": _FINITE, "peak_mb": _FINITE}),
    events.PAUSED: Message(("step",), {"step": _STEP}),
    events.RESUMED: Message(("step",), {"step": _STEP}),
    events.EDITED: _at_a_step(events.EDITED, "changes", changes=CHANGES),
    events.STOPPED: Message(("step",), {"step": _STEP}),
    events.FINISHED: Message(("step",), {"step": _STEP}),
    "answer": Message(("id", "ok"), {"id": _STEP, "ok": FLAG, "why": PROSE}),
    events.WARNED: Message(("message",), {"message": PROSE, "unsaved_step": _STEP}),
    events.NOTE: _at_a_step(events.NOTE, "message"),
    "failed": Message(("message",), {"message": PROSE, "kind": TEXT, "key": TEXT}),
}


_STEPS_KEYS = frozenset(MESSAGES["steps"].fields) | {"event"}
_STANDARD = frozenset(metric.name for metric in STANDARD)


def parse_message(line: bytes) -> Dict[str, Any]:
    """One line of the trainer's output as a dict with a known ``event`` and checked fields.

    Text is printable and of bounded length. ``steps`` has ``metrics``: by name the bytes of
    little-endian float32. Raises BadMessage.
    """
    try:
        found = load_object(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadMessage("a line that is not UTF-8") from None
    if found is None:
        raise BadMessage("a line that is no JSON object")
    event = found.get("event")
    entry = MESSAGES.get(event) if isinstance(event, str) else None
    if entry is None:
        raise BadMessage("a message of no kind that is known")
    message: Dict[str, Any] = {"event": event}
    for name, shape in entry.fields.items():
        value = found.get(name)
        if (value is None and name in entry.required) or not _fits(value, shape):
            raise BadMessage("a message '{}' without a valid '{}'".format(event, name))
        if name in found:
            known = _known(value, shape)
            message[name] = known if shape == CHANGES else _bounded(known)
    _check_names(str(event), message)
    if event == "steps":
        _check_range(message)
        message["metrics"] = _decoded(found, message["count"])
    elif event == events.EVALUATED:
        _complete(message)
    return message


def _fits(value: Any, shape: Any) -> bool:
    test = _TESTS.get(shape) if isinstance(shape, str) else None
    return fits(value, shape) if test is None else value is None or test(value)


def _known(value: Any, shape: Any) -> Any:
    """The value without keys that are not in its type."""
    if isinstance(shape, dict) and value is not None:
        return {key: _known(value[key], shape[key]) for key in shape if key in value}
    if isinstance(shape, MapOf) and value is not None:
        return {key: _known(item, shape.value) for key, item in value.items()}
    if isinstance(shape, ListOf) and value is not None:
        return [_known(item, shape.item) for item in value]
    return value


def _check_range(message: Mapping[str, Any]) -> None:
    if message["t1"] < message["t0"]:
        raise BadMessage("a message 'steps' that ends before it begins")
    if message["first_step"] + message["count"] > _LARGEST:
        raise BadMessage("a message 'steps' beyond the largest step")


def _decoded(found: Mapping[str, Any], count: int) -> Dict[str, bytes]:
    """The metrics of a ``steps`` message: those in ``metrics``, and those among its keys."""
    given = dict(found.get("metrics") or {})
    given.update((name, found[name]) for name in found if _is_beside(name, found[name], count))
    if not given:
        raise BadMessage("a message 'steps' without a metric")
    if len(given) > MOST_METRICS or not all(map(is_metric_name, given)):
        raise BadMessage("a message 'steps' with too many metrics, or one of no valid name")
    return {name: _float32(name, value, count) for name, value in given.items()}


def _is_beside(name: str, value: Any, count: int) -> bool:
    """Whether a key of a ``steps`` message is a metric; other keys are ignored."""
    if name in _STEPS_KEYS or not is_metric_name(name) or value is None:
        return False
    return name in _STANDARD or (isinstance(value, str) and len(value) == (4 * count + 2) // 3 * 4)


def _float32(name: str, value: Any, count: int) -> bytes:
    try:
        data = base64.b64decode(value if isinstance(value, str) else "!", validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("a message 'steps' whose {} is not base64".format(name)) from None
    if len(data) != 4 * count:
        raise BadMessage("a message 'steps' whose {} is of another length".format(name))
    return data


def _check_names(event: str, message: Mapping[str, Any]) -> None:
    """Check the names of the metrics in a message. Raises BadMessage."""
    names = list(message.get("metrics") or ())
    names += list((message.get("tested") or {}).get("metrics") or ())
    named = (message.get("metric"), (message.get("score") or {}).get("metric"))
    names += [name for name in named if name is not None]
    if len(names) > MOST_METRICS:
        raise BadMessage("a message '{}' with more than {} metrics".format(event, MOST_METRICS))
    if not all(map(is_metric_name, names)):
        raise BadMessage("a message '{}' with a metric of no valid name".format(event))


def _complete(message: Dict[str, Any]) -> None:
    """Add the loss and the accuracy in ``metrics`` as keys of the message. Raises BadMessage."""
    values = message.get("metrics") or {}
    for name in BESIDE_METRICS:
        if message.get(name) is None and values.get(name) is not None:
            message[name] = values[name]
    if not evaluated_values(message):
        raise BadMessage("a message 'evaluated' without a metric")


def _bounded(value: Any) -> Any:
    """The value with printable text, none longer than ``LONGEST_TEXT``."""
    if isinstance(value, str):
        return printable_json(_cut(value), lines=True)
    if isinstance(value, dict):
        return {_cut(key): _bounded(part) for key, part in printable_json(value, True).items()}
    return [_bounded(part) for part in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    half = LONGEST_TEXT // 2
    return text if len(text) <= LONGEST_TEXT else text[:half] + "…" + text[-half:]


def _is_finite(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST and math.isfinite(value)


_TESTS: Dict[str, Callable[[Any], bool]] = {
    _STEP: lambda value: type(value) is int and 0 <= value < _LARGEST,
    _POSITIVE: lambda value: type(value) is int and 0 < value < _LARGEST,
    _TIME: _is_finite,
    _FINITE: _is_finite,
}
