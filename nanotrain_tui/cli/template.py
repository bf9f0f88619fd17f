"""The configuration file that ``nanotrain init`` writes, made from the catalog."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.catalog import FIELDS, Field, default_of, format_value
from nanotrain_tui.catalog.check import SCRIPT

from .facts import applies_with, range_of

COLUMNS = 96

_HEAD = """\
A configuration for nanotrain. Train with it: 'nanotrain train THIS_FILE'. The command
'nanotrain keys' explains every key. Each key is listed with its default: uncomment a line to
change it.
"""

_PRESET = """\
The preset to start from; 'nanotrain presets' lists the names. The keys below override it.
"""

_EDITS = """\
Edits made during training, as many as you like. An edit takes effect with the update after its
step.
"""


def template(defaults: Mapping[str, Any]) -> str:
    """The text of the file. ``defaults`` is the checked configuration without any options."""
    parts = [_prose(_HEAD), _prose(_PRESET) + '#preset = "tutorial"\n']
    own = (key for key, field in FIELDS.items() if field.section != SCRIPT)
    tables = dict.fromkeys(key.partition(".")[0] for key in own)
    for table in tables:
        fields = [field for field in FIELDS.values() if field.key.startswith(f"{table}.")]
        parts.append(f"[{table}]\n" + "\n".join(_entry(field, defaults) for field in fields))
    rate = _toml(defaults["optimizer.learning_rate"] / 2)
    edit = f"#[[edits]]\n#step = 300\n#set.optimizer.learning_rate = {rate}\n"
    return "\n".join([*parts, _prose(_EDITS) + edit])


def _entry(field: Field, defaults: Mapping[str, Any]) -> str:
    """A comment that explains the key, and its commented-out line."""
    facts = [fact for fact in (_choices(field), range_of(field), applies_with(field)) if fact]
    comment = field.summary
    if facts:
        text = "; ".join(facts)
        comment += f" {text[0].upper()}{text[1:]}."
    name = field.key.partition(".")[2]
    return f"{_prose(comment)}#{name} = {_toml(_written(field, defaults))}\n"


def _written(field: Field, defaults: Mapping[str, Any]) -> Any:
    """The default as a person writes it in TOML: a word for 0 where the key has one."""
    default = _default(field, defaults)
    return format_value(field.key, default) if field.zero and default == 0 else default


def _default(field: Field, defaults: Mapping[str, Any]) -> Any:
    """The default of the key; if its choice is not made, with the first choice that has one."""
    if field.key in defaults:
        return defaults[field.key]
    chosen, names = field.applies_to or ("", ("",))
    defaults_of_choices = [default_of(field.key, {chosen: name}) for name in names]
    return next((value for value in defaults_of_choices if value), defaults_of_choices[0])


def _choices(field: Field) -> str:
    return f"one of {', '.join(field.choices)}" if field.choices else ""


def _prose(text: str) -> str:
    lines = textwrap.wrap(text, COLUMNS - 2)
    return "".join(f"# {line}\n" for line in lines)


def _toml(value: Any) -> str:
    """The value as TOML. Texts, numbers and booleans look the same in JSON."""
    return json.dumps(value, ensure_ascii=False)
