"""What the trainer writes, checked: a line that is not what it claims goes to the log."""

import base64
import binascii
import json
import math
from typing import Any, Callable, Dict, Tuple

METRICS = ("loss", "accuracy", "learning_rate")
_LARGEST = 2**53  # of a step or a count: what JSON and SQLite both hold


class BadMessage(ValueError):
    """A line that is no message of the protocol."""


def parse_message(line: bytes) -> Dict[str, Any]:
    """One line of the trainer's output as a dict with a known ``event`` and checked fields.

    ``steps`` has its metrics decoded to bytes, little-endian float32. Raises BadMessage.
    """
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadMessage("not JSON") from None
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    event = message.get("event")
    fields = _FIELDS.get(event) if isinstance(event, str) else None
    if fields is None:
        raise BadMessage("no event that is known")
    for name, valid in fields:
        if not valid(message.get(name)):
            raise BadMessage("{} without a valid {}".format(event, name))
    if not _is_step(message.setdefault("step", 0)):
        raise BadMessage("{} at no step".format(event))
    if event == "steps":
        _decode(message)
    return message


def _decode(message: Dict[str, Any]) -> None:
    if message["t1"] < message["t0"]:
        raise BadMessage("steps that end before they begin")
    for name in METRICS:
        try:
            data = base64.b64decode(message[name], validate=True)
        except (binascii.Error, ValueError):
            raise BadMessage("{} is not base64".format(name)) from None
        if len(data) != 4 * message["count"]:
            raise BadMessage("{} has another length than count".format(name))
        message[name] = data


def _is_step(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LARGEST


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 < value < _LARGEST


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST and math.isfinite(value)


def _is_id(value: Any) -> bool:
    return type(value) is int


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_number(value: Any) -> bool:
    return value is None or type(value) in (int, float) or value in ("nan", "inf", "-inf")


_AT = (("step", _is_step),)

_FIELDS: Dict[str, Tuple[Tuple[str, Callable[[Any], bool]], ...]] = {
    "ready": (("versions", _is_object),),
    "progress": (("what", _is_text), ("fraction", _is_number)),
    "started": (*_AT, ("steps", _is_step)),
    "steps": (
        ("first_step", _is_count),
        ("count", _is_count),
        ("t0", _is_time),
        ("t1", _is_time),
        ("loss", _is_text),
        ("accuracy", _is_text),
        ("learning_rate", _is_text),
    ),
    "evaluated": (*_AT, ("loss", _is_number), ("accuracy", _is_number), ("seconds", _is_number)),
    "checkpoint": (*_AT, ("file", _is_text)),
    "checkpoint_removed": (("file", _is_text),),
    "held": _AT,
    "diverged": (*_AT, ("loss", _is_number), ("policy", _is_text)),
    "memory": (("current_mb", _is_number), ("peak_mb", _is_number)),
    "paused": _AT,
    "resumed": _AT,
    "edited": (*_AT, ("changes", _is_object)),
    "stopped": _AT,
    "finished": _AT,
    "answer": (("id", _is_id), ("ok", _is_bool)),
    "warned": (("message", _is_text),),
    "failed": (("message", _is_text),),
}
