"""What the JSON in a recording holds, as docs/SESSION_FORMAT.md tells it: nothing is trusted."""

import json
from typing import Any, Callable, Dict, Mapping, Optional

from nanotrain_tui.catalog import FIELDS, flatten
from nanotrain_tui.catalog.fields import BOOL, FLOAT, INT
from nanotrain_tui.session.folder import is_name

LONGEST_BODY = 16 << 20  # characters of one row's JSON
DEEPEST = 16  # objects and lists within each other
_LARGEST = 1 << 63  # JSON holds whole numbers of any size
_NON_FINITE = ("nan", "inf", "-inf")

Test = Callable[[Any], bool]


def parse_object(text: Any) -> Optional[Dict[str, Any]]:
    """The JSON object in ``text``; None for all else, for one nested deeper than any of ours, and
    for characters that no file can be written with."""
    if not isinstance(text, str) or len(text) > LONGEST_BODY:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if text.count("{") + text.count("[") > DEEPEST and _is_deep(value, DEEPEST):
        return None
    return None if "\\u" in text and _has_half_character(value) else value


def problem_of(kind: str, body: Mapping[str, Any]) -> str:
    """What is not as documented in the body of an event of this kind; empty if nothing is.

    Null and absent are allowed everywhere, and so are more keys than are known.
    """
    for key, is_sound in _SHAPES.get(kind, {}).items():
        value = body.get(key)
        if value is not None and not is_sound(value):
            return "its {} is not as documented".format(key)
    return ""


def is_config(value: Any) -> bool:
    """Whether this is a configuration, nested as in a TOML file, each value of its field's type."""
    if not isinstance(value, dict):
        return False
    told = dict(value)
    return _is_edits(told.pop("edits", None) or []) and _is_flat(flatten(told))


def _is_flat(values: Mapping[str, Any]) -> bool:
    return all(value is None or _fits(key, value) for key, value in values.items())


def _fits(key: str, value: Any) -> bool:
    """Whether the value is of the field's type; one of a field that is not known is a scalar."""
    if key not in FIELDS:
        return isinstance(value, (str, int, float))
    kind = FIELDS[key].kind
    if kind in (INT, FLOAT):
        return _is_number(value)
    return isinstance(value, bool if kind == BOOL else str)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_file(value: Any) -> bool:
    """The name of a file, no path to one."""
    return isinstance(value, str) and is_name(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and -_LARGEST < value < _LARGEST


def _is_number(value: Any) -> bool:
    return value in _NON_FINITE or isinstance(value, float) or _is_count(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_changes(value: Any) -> bool:
    """{key: [from, to]}"""
    return isinstance(value, dict) and all(
        isinstance(change, list)
        and len(change) == 2
        and all(one is None or _fits(key, one) for one in change)
        for key, change in value.items()
    )


def _is_edits(value: Any) -> bool:
    """[{step, set, who?}]"""
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and _is_count(one.get("step"))
        and isinstance(one.get("set"), dict)
        and _is_flat(flatten(one["set"]))
        for one in value
    )


def _is_data(value: Any) -> bool:
    return isinstance(value, dict) and not problem_of("started data", value)


_SHAPES: Dict[str, Dict[str, Test]] = {
    "configured": {"config": is_config, "who": _is_text, "said": _is_list,
                   "resumed_from": _is_text, "edits": _is_edits},
    "preparing": {"what": _is_text, "fraction": _is_number},
    "ready": {"versions": _is_table, "devices": _is_list, "activations": _is_list,
              "losses": _is_list, "optimizers": _is_list, "threads": _is_count, "pid": _is_count},
    "started": {"steps": _is_count, "parameters": _is_count, "batch_size": _is_count,
                "threads": _is_count, "data": _is_data},
    "started data": {"name": _is_text, "source": _is_text, "train": _is_count, "test": _is_count,
                     "shape": _is_list, "classes": _is_count, "preprocessing": _is_table},
    "evaluated": {"loss": _is_number, "accuracy": _is_number, "seconds": _is_number},
    "checkpoint": {"file": _is_file, "sha256": _is_text, "bytes": _is_count,
                   "accuracy": _is_number, "best": _is_flag},
    "checkpoint_removed": {"file": _is_file},
    "edited": {"who": _is_text, "changes": _is_changes, "retraced": _is_flag,
               "scripted": _is_flag},
    "diverged": {"loss": _is_number, "policy": _is_text, "checkpoint": _is_text},
    "paused": {"who": _is_text},
    "resumed": {"who": _is_text, "steps": _is_count},
    "refused": {"who": _is_text, "command": _is_table, "why": _is_text},
    "guard": {"guard": _is_text, "action": _is_text, "value": _is_number, "limit": _is_number,
              "what": _is_text, "message": _is_text, "warn": _is_number, "resume": _is_number},
    "warned": {"message": _is_text},
    "note": {"message": _is_text},
    "stopped": {"who": _is_text},
    "crashed": {"reason": _is_text, "exit_status": _is_count, "log_tail": _is_list,
                "resuming": _is_flag},
}  # fmt: skip


def _is_deep(value: Any, room: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if _is_list(value) else ()
    return room < 0 or any(_is_deep(part, room - 1) for part in parts)


def _has_half_character(value: Any) -> bool:
    """Half of a surrogate pair that does not stand for a byte of a path (see SESSION_FORMAT.md)."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return True
    return False
