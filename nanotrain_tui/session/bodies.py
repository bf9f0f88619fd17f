"""Checks the JSON in a recording against the table in ``session/events.py``."""

import json
from typing import Any, Callable, Dict, Mapping, Optional

from nanotrain_tui.catalog import FIELDS, flatten
from nanotrain_tui.catalog.fields import BOOL, COMMAND, FLOAT, INT
from nanotrain_tui.session.events import (
    ANY,
    CHANGES,
    CONFIG,
    COUNT,
    EDITS,
    EVENTS,
    FILE,
    FLAG,
    NUMBER,
    PROSE,
    TABLE,
    TEXT,
    LinesOf,
    ListOf,
    MapOf,
)
from nanotrain_tui.session.names import is_name
from nanotrain_tui.session.text import printable, printable_json, safe_paths, steers

LONGEST_BODY = 16 << 20  # characters of one row's JSON
DEEPEST = 16  # levels of nested objects and lists
_LARGEST = 1 << 63  # whole numbers in JSON may be larger
_NON_FINITE = ("nan", "inf", "-inf")
_WITH_PATHS = (CONFIG, CHANGES, EDITS)  # types whose values may be paths that are used again


def parse_object(text: Any) -> Optional[Dict[str, Any]]:
    """Like ``load_object``, but None also for characters that cannot be encoded as UTF-8."""
    value = load_object(text)
    return None if value and "\\u" in text and _has_half_character(value) else value


def load_object(text: Any) -> Optional[Dict[str, Any]]:
    """The JSON object in ``text``; None if it is none, too long or nested too deeply."""
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
    return value


def problem_of(kind: str, body: Mapping[str, Any]) -> str:
    """A sentence on the first key whose value has not the documented type; empty if all have.

    A key may be null or missing, and unknown keys are allowed.
    """
    for key, shape in _shapes_of(kind).items():
        if not fits(body.get(key), shape):
            return "its {} is not as documented".format(key)
    return ""


def unprintable_in(kind: str, body: Mapping[str, Any]) -> str:
    """The first key whose text could control a terminal, in an event of this kind; else empty.

    Line feeds and tabs are allowed in texts of several lines.
    """
    shapes = _shapes_of(kind)
    for key, value in body.items():
        if steers(key):
            return ascii(key)
        if steers(value, _has_lines(shapes.get(key))):
            return key
    return ""


def readable(kind: str, body: Mapping[str, Any], clean: bool = True) -> Dict[str, Any]:
    """A body as readers get it: its text printable, and without values of an undocumented type.

    With ``clean=False`` text stays as it was written.
    """
    shapes = _shapes_of(kind)
    kept = {key: value for key, value in body.items() if fits(value, shapes.get(key, ANY))}
    if not clean:
        return kept
    return {
        printable(key): safe_paths(value)
        if shapes.get(key) in _WITH_PATHS
        else printable_json(value, _has_lines(shapes.get(key)))
        for key, value in kept.items()
    }


def recordable(kind: str, body: Mapping[str, Any]) -> Dict[str, Any]:
    """A body as the host records it: its text printable, except for values that are used again."""
    shapes = _shapes_of(kind)
    return {
        key: value
        if shapes.get(key) in _WITH_PATHS
        else printable_json(value, _has_lines(shapes.get(key)))
        for key, value in body.items()
    }


def fits(value: Any, shape: Any) -> bool:
    """Whether a JSON value has a type of ``session/events.py``; null has every type."""
    if value is None:
        return True
    if isinstance(shape, str):
        return _TESTS[shape](value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            fits(value.get(key), inner) for key, inner in shape.items()
        )
    if isinstance(shape, ListOf):
        return isinstance(value, list) and all(fits(item, shape.item) for item in value)
    if isinstance(shape, MapOf):
        return isinstance(value, dict) and all(fits(item, shape.value) for item in value.values())
    if isinstance(shape, LinesOf):
        return isinstance(value, str) or fits(value, ListOf(TEXT))
    return isinstance(value, str)  # OneOf: later versions may add values


def number(value: Any) -> Optional[float]:
    """A scalar of an event's body: ``"nan"``, ``"inf"`` and ``"-inf"`` stand for themselves."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _shapes_of(kind: str) -> Mapping[str, Any]:
    entry = EVENTS.get(kind)
    return {} if entry is None else entry.body


def _has_lines(shape: Any) -> bool:
    return shape == PROSE or shape == ListOf(PROSE) or isinstance(shape, LinesOf)


def readable_config(config: Mapping[str, Any], prefix: str = "") -> Dict[str, Any]:
    """A nested configuration without values that do not have their field's type."""
    kept: Dict[str, Any] = {}
    for name, value in config.items():
        key = prefix + name
        if key == "edits":
            if _is_edits(value):
                kept[name] = value
        elif isinstance(value, dict):
            kept[name] = readable_config(value, key + ".")
        elif value is None or _fits(key, value):
            kept[name] = value
    return kept


def is_config(value: Any) -> bool:
    """Whether this is a configuration, nested as in TOML, whose values have their fields' types."""
    if not isinstance(value, dict):
        return False
    config = dict(value)
    return _is_edits(config.pop("edits", None) or []) and _is_flat(flatten(config))


def _is_flat(values: Mapping[str, Any]) -> bool:
    return all(value is None or _fits(key, value) for key, value in values.items())


def _fits(key: str, value: Any) -> bool:
    """Whether the value has its field's type; for an unknown field, whether it is a scalar."""
    if key not in FIELDS:
        return isinstance(value, (str, bool)) or _is_number(value)
    kind = FIELDS[key].kind
    if kind in (INT, FLOAT):
        return _is_number(value)
    if kind == COMMAND and isinstance(value, list):  # of arguments
        return all(map(_is_text, value))
    return isinstance(value, bool if kind == BOOL else str)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_file(value: Any) -> bool:
    """Whether this is the name of a file without a folder."""
    return isinstance(value, str) and is_name(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and -_LARGEST < value < _LARGEST


def _is_number(value: Any) -> bool:
    return value in _NON_FINITE or isinstance(value, float) or _is_count(value)


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


_TESTS: Dict[str, Callable[[Any], bool]] = {
    TEXT: _is_text,
    PROSE: _is_text,
    FILE: _is_file,
    FLAG: _is_flag,
    COUNT: _is_count,
    NUMBER: _is_number,
    TABLE: lambda value: isinstance(value, dict),
    CONFIG: is_config,
    CHANGES: _is_changes,
    EDITS: _is_edits,
    ANY: lambda _: True,
}


def _is_deep(value: Any, room: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return room < 0 or any(_is_deep(part, room - 1) for part in parts)


def _has_half_character(value: Any) -> bool:
    """Whether a text has a surrogate that is not a byte of a path (see SESSION_FORMAT.md)."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return True
    return False
