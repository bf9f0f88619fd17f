"""Converts text, TOML or JSON to the value of a field, and back to text."""

import math
import re
import shlex
from typing import Any, Dict, List, Optional, Tuple

from .config_error import ConfigError, nearest, quoted
from .fields import (
    AUTO,
    BOOL,
    CHOICE,
    CODE,
    COMMAND,
    FIELDS,
    FLOAT,
    INT,
    LAYER_LIST,
    LAYERS,
    NAMES,
    NONE,
    OFF,
    PATH,
    PICTURE_SIZE,
    SPLIT,
    TEXT,
    WEIGHTS,
    Field,
)
from .layer_list import format_layer_list, parse_layer_list
from .layers import format_layers, parse_layers

BALANCED = "balanced"
_TRUE = ("true", "yes", "on", "1")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_FALSE = ("false", "no", "off", "0")


def field_of(key: str) -> Field:
    """The field of a key. Raises ConfigError that suggests the closest key."""
    field = FIELDS.get(key)
    if field is None:
        raise ConfigError(key, "there is no such key." + nearest(key, FIELDS))
    return field


def full_key(name: str) -> str:
    """The key of a name: the key itself, its last part if no other key ends in it, or an alias.

    Raises ConfigError that names all keys that end in it, or suggests the closest key.
    """
    if name in FIELDS:
        return name
    fitting = [
        key
        for key, field in FIELDS.items()
        if name == key.rpartition(".")[2] or name in field.aliases
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        *others, last = fitting
        raise ConfigError(
            name, "can be {} or {}; write the whole key.".format(", ".join(others), last)
        )
    if name + ".name" in FIELDS:
        raise ConfigError(name, "there is no such key. Did you mean '{}.name'?".format(name))
    return field_of(name).key


def parse_value(key: str, value: Any) -> Any:
    """The value in the type and range of the field. Raises ConfigError with the reason."""
    field = field_of(key)
    if isinstance(value, dict):
        raise ConfigError(key, "is a table here; it holds a single value.")
    readers = {
        CHOICE: _choice, INT: _integer, FLOAT: _number, BOOL: _boolean,
        PATH: _text, LAYERS: _layers, COMMAND: _command,
        WEIGHTS: _weights, LAYER_LIST: _layer_list,
        TEXT: _words, NAMES: _words, SPLIT: _split, CODE: _code, PICTURE_SIZE: _picture_size,
    }  # fmt: skip
    return readers[field.kind](field, value)


def format_value(key: str, value: Any) -> str:
    """The value as a person writes it; the inverse of ``parse_value``. Any key is accepted."""
    field = FIELDS.get(key)
    if field is not None and field.zero and value == 0:
        return field.zero
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return "{:g}".format(value) if float("{:g}".format(value)) == value else repr(value)
    if isinstance(value, list):
        return " ".join(shlex.quote(str(part)) for part in value)
    return "" if value is None else str(value)


def choice_name(field: Field, text: str) -> Optional[str]:
    """The canonical name of a choice, for its name or alias in any case and with any dashes."""
    names = choice_aliases(field)
    plain = text.strip().lower()
    return names.get(plain) or names.get(plain.replace("-", "_").replace(" ", "_"))


def choice_aliases(field: Field) -> Dict[str, str]:
    """All names and aliases of the choices, mapped to the canonical names."""
    names: Dict[str, str] = {}
    for name, entry in (field.choices or {}).items():
        names[name] = name
        for alias in entry.aliases:
            names[alias] = name
    return names


def _choice(field: Field, value: Any) -> str:
    name = choice_name(field, value) if isinstance(value, str) else None
    if name is None:
        raise ConfigError(
            field.key,
            "{} is not known.{} Choose from: {}.".format(
                quoted(value),
                nearest(str(value), choice_aliases(field)),
                ", ".join(field.choices or ()),
            ),
        )
    return name


def chosen_names(key: str, text: str) -> str:
    """Several choices, as ``x, y``; each once. Raises ConfigError for one that is not known."""
    field = field_of(key)
    return ", ".join(dict.fromkeys(_choice(field, part) for part in text.split(",")))


def _words(field: Field, value: Any) -> str:
    """Free text. A list of names becomes ``a, b``; the number of a column is a name, too."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_words(field, part) for part in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(field, value)


def _split(field: Field, value: Any) -> str:
    """A fraction above 0 and below 1, or the name of a column."""
    if isinstance(value, bool):
        raise ConfigError(field.key, "{} is neither a fraction nor a column.".format(quoted(value)))
    text = str(value) if isinstance(value, (int, float)) else _text(field, value)
    try:
        number = float(text)
    except ValueError:
        if text:
            return text
        raise ConfigError(
            field.key, "is empty; write a fraction, as 0.2, or the name of a column."
        ) from None
    if not 0.0 < number < 1.0:
        why = "{} is out of range; write a fraction above 0 and below 1, or the name of a column."
        raise ConfigError(field.key, why.format(quoted(value)))
    return "{:g}".format(number) if float("{:g}".format(number)) == number else repr(number)


def _picture_size(field: Field, value: Any) -> str:
    """``96x96``, height and width; also ``96`` for a square, and ``auto``."""
    text = str(value) if isinstance(value, int) else _text(field, value)
    sides = text.lower().replace("\u00d7", "x").replace(" ", "").split("x")
    if text.strip().lower() == AUTO:
        return AUTO
    if len(sides) > 2 or not all(side.isdecimal() and 1 <= int(side) <= 4096 for side in sides):
        why = "{} is no size; write height x width in pixels, as 96x96, or auto."
        raise ConfigError(field.key, why.format(quoted(value)))
    return "{}x{}".format(int(sides[0]), int(sides[-1]))


def _code(field: Field, value: Any) -> str:
    """``FILE.py:NAME``; empty for none."""
    text = _text(field, value)
    file, _, name = text.rpartition(":")
    if text and not (file and name.isidentifier()):
        why = "{} is not a file and a function; write it as FILE.py:NAME, as loader.py:load."
        raise ConfigError(field.key, why.format(quoted(text)))
    return text


def _integer(field: Field, value: Any) -> int:
    number = _finite(field, value, "a whole number")
    if number != math.floor(number):
        raise ConfigError(field.key, "{} is not a whole number.".format(quoted(value)))
    _check_range(field, number, value)
    return int(number)


def _number(field: Field, value: Any) -> float:
    number = _finite(field, value, "a number")
    _check_range(field, number, value)
    return number


def _finite(field: Field, value: Any, what: str) -> float:
    number = math.nan
    if isinstance(value, str) and field.zero and value.strip().lower() in _words_of_zero(field):
        return 0.0
    if not isinstance(value, bool) and isinstance(value, (int, float, str)):
        try:
            number = float(value.replace("_", "") if isinstance(value, str) else value)
        except (ValueError, OverflowError):
            pass
    if not math.isfinite(number):
        given = "empty" if value == "" else quoted(value)
        raise ConfigError(field.key, "must be {}{}; it is {}.".format(what, _range(field), given))
    return number


def _words_of_zero(field: Field) -> Tuple[str, ...]:
    """The words for 0. ``off`` and ``none`` mean the same."""
    return (AUTO,) if field.zero == AUTO else (OFF, NONE)


def _check_range(field: Field, number: float, value: Any) -> None:
    inside = (
        (field.low is None or number >= field.low)
        and (field.high is None or number <= field.high)
        and (field.above is None or number > field.above)
        and (field.below is None or number < field.below)
    )
    if not inside:
        raise ConfigError(
            field.key, "{} is out of range; it must be{}.".format(quoted(value), _range(field))
        )


def _range(field: Field) -> str:
    parts: List[str] = []
    for word, bound in (
        ("at least", field.low), ("above", field.above), ("at most", field.high), ("below", field.below),
    ):  # fmt: skip
        if bound is not None:
            parts.append("{} {}".format(word, _plain(bound)))
    words = " and ".join(parts) + (", or {}".format(field.zero) if field.zero else "")
    return " " + words if words else ""


def _plain(number: float) -> str:
    return "{:,}".format(int(number)) if number == int(number) else "{:g}".format(number)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ConfigError(field.key, "{} is neither on nor off.".format(quoted(value)))


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigError(field.key, "must be text; it is {}.".format(quoted(value)))
    if _CONTROL.search(value):
        raise ConfigError(field.key, "holds a line break or another control character.")
    return value.strip()


def _layers(field: Field, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(part) for part in value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return format_layers(parse_layers(_text(field, value)))


def _layer_list(field: Field, value: Any) -> str:
    """The canonical text; empty for none."""
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(part) for part in value)
    text = _text(field, value)
    return format_layer_list(parse_layer_list(text)) if text.lower() not in ("", NONE) else ""


def _weights(field: Field, value: Any) -> str:
    """``none``, ``balanced`` or a positive number for each class."""
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(part) for part in value)
    text = _text(field, value).lower()
    if text in ("", NONE, OFF):
        return NONE
    if text == BALANCED:
        return text
    numbers = []
    for part in text.split(","):
        try:
            number = float(part)
        except ValueError:
            number = math.nan
        if not 0.0 < number < math.inf:
            why = (
                "{} is no weight; write none, balanced, or a positive number for each class: 1, 2.5"
            )
            raise ConfigError(field.key, why.format(quoted(part.strip())) + ".")
        numbers.append(number)
    return ", ".join("{:g}".format(number) for number in numbers)


def _command(field: Field, value: Any) -> Any:
    """Split a text as a shell does; a list of arguments stays unchanged."""
    if isinstance(value, (list, tuple)):
        return [_text(field, part) for part in value]
    text = _text(field, value)
    try:
        shlex.split(text)
    except ValueError as error:
        raise ConfigError(
            field.key, "{} has an open quote ({}).".format(quoted(text), error)
        ) from None
    return text
