"""The JSON in a recording, held against the table in ``session/events.py``: nothing is trusted."""

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
DEEPEST = 16  # objects and lists within each other
_LARGEST = 1 << 63  # JSON holds whole numbers of any size
_NON_FINITE = ("nan", "inf", "-inf")
_WITH_PATHS = (CONFIG, CHANGES, EDITS)  # their values are used again


def parse_object(text: Any) -> Optional[Dict[str, Any]]:
    """The same as ``load_object``; None also for characters that no file can be written with."""
    value = load_object(text)
    return None if value and "\\u" in text and _has_half_character(value) else value


def load_object(text: Any) -> Optional[Dict[str, Any]]:
    """The JSON object in ``text``; None for all else, and where it is nested deeper than ours."""
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
    """What is not as documented in the body of an event of this kind; empty if nothing is.

    Null and absent are allowed everywhere, and so are more keys than are known.
    """
    for key, shape in _shapes_of(kind).items():
        if not fits(body.get(key), shape):
            return "its {} is not as documented".format(key)
    return ""


def unprintable_in(kind: str, body: Mapping[str, Any]) -> str:
    """The key whose text could steer a terminal, of an event of this kind; empty for none.

    Line ends and tabs are allowed where text may have several lines.
    """
    shapes = _shapes_of(kind)
    for key, value in body.items():
        if steers(key):
            return ascii(key)
        if steers(value, _has_lines(shapes.get(key))):
            return key
    return ""


def readable(kind: str, body: Mapping[str, Any], clean: bool = True) -> Dict[str, Any]:
    """A body as readers get it: without what is not as documented, its text printable.

    Damage of one key costs that key. ``clean=False`` leaves text as it was written.
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
    """A body as the host records it: text printable, but what it goes on with as it was given."""
    shapes = _shapes_of(kind)
    return {
        key: value
        if shapes.get(key) in _WITH_PATHS
        else printable_json(value, _has_lines(shapes.get(key)))
        for key, value in body.items()
    }


def fits(value: Any, shape: Any) -> bool:
    """Whether a value of JSON is of a type of ``session/events.py``; null is of every type."""
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
    return isinstance(value, str)  # OneOf: later versions may have more words


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
    """A nested configuration without the values that are not of their field's type."""
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
    """The name of a file, no path to one."""
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
    """Half of a surrogate pair that does not stand for a byte of a path (see SESSION_FORMAT.md)."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return True
    return False
