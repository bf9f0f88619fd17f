"""The file that ``nanotrain init`` writes, drawn from the catalog."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.catalog import FIELDS, Field, default_of

from .facts import belongs_to, range_of

COLUMNS = 96

_HEAD = """\
A configuration for nanotrain: 'nanotrain train THIS_FILE' reads it, 'nanotrain keys' says more.
Every key stands here with what holds when nothing is said: uncomment a line to change it.
"""

_PRESET = """\
What to start from; 'nanotrain presets' lists the names. The keys below overrule it.
"""

_EDITS = """\
Edits made while it trains, as many as you like: in force from the update after the step on.
"""


def template(defaults: Mapping[str, Any]) -> str:
    """The file's text. ``defaults`` is the checked configuration in force where nothing is said."""
    parts = [_prose(_HEAD), _prose(_PRESET) + '#preset = "tutorial"\n']
    tables = dict.fromkeys(key.partition(".")[0] for key in FIELDS)
    for table in tables:
        fields = [field for field in FIELDS.values() if field.key.startswith(f"{table}.")]
        parts.append(f"[{table}]\n" + "\n".join(_entry(field, defaults) for field in fields))
    rate = _toml(defaults["optimizer.learning_rate"] / 2)
    edit = f"#[[edits]]\n#step = 300\n#set.optimizer.learning_rate = {rate}\n"
    return "\n".join([*parts, _prose(_EDITS) + edit])


def _entry(field: Field, defaults: Mapping[str, Any]) -> str:
    """What the key does, what it may hold, and its line."""
    facts = [fact for fact in (_choices(field), range_of(field), belongs_to(field)) if fact]
    told = field.summary
    if facts:
        text = "; ".join(facts)
        told += f" {text[0].upper()}{text[1:]}."
    name = field.key.partition(".")[2]
    return f"{_prose(told)}#{name} = {_toml(_default(field, defaults))}\n"


def _default(field: Field, defaults: Mapping[str, Any]) -> Any:
    """What is in force; for a parameter of a choice not made, that of the first it belongs to."""
    if field.key in defaults:
        return defaults[field.key]
    chosen, names = field.applies_to or ("", ("",))
    return default_of(field.key, {chosen: names[0]})


def _choices(field: Field) -> str:
    return f"one of {', '.join(field.choices)}" if field.choices else ""


def _prose(text: str) -> str:
    lines = textwrap.wrap(text, COLUMNS - 2)
    return "".join(f"# {line}\n" for line in lines)


def _toml(value: Any) -> str:
    """A default as TOML writes it, which for texts, numbers and booleans is as JSON does."""
    return json.dumps(value, ensure_ascii=False)
