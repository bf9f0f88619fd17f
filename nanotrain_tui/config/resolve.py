"""One configuration out of its layers, each overruling the one before.

Defaults, the tutorial preset, the user's ``config.toml``, a preset that was asked for, the
configuration file, ``--set``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import ConfigError, check, overlay, parse_value

from .presets import DEFAULT, Presets
from .toml_file import FileError, read_toml

Values = dict[str, Any]


def resolve(
    presets: Presets,
    settings: Mapping[str, Any],
    *,
    preset: str | None = None,
    file: Path | None = None,
    sets: Iterable[str] = (),
) -> Values:
    """The checked configuration. Raises ConfigError (FileError for a file) naming the key."""
    from_file = read_toml(file) if file else {}
    named = from_file.pop("preset", None)
    edits = from_file.pop("edits", [])
    from_file.pop("summary", None)  # so that a preset's file will do as a configuration
    chosen = preset or (str(named) if named is not None else None)
    values = overlay({}, presets.get(DEFAULT).values)
    values = overlay(values, settings)
    if chosen:
        machine = {key: value for key, value in settings.items() if not _is_of_model(key)}
        values = overlay(machine, presets.get(chosen).values)
    if file:
        values = _overlay_file(values, from_file, file)
    values = overlay(values, dict(parse_set(text) for text in sets))
    try:
        return check({**values, "edits": edits})
    except ConfigError as error:
        if file and error.key == "edits":
            raise FileError(str(file), str(error)) from None
        raise


def parse_set(text: str) -> tuple[str, Any]:
    """``KEY=VALUE`` of a command line. Raises ConfigError."""
    key, sign, value = text.partition("=")
    key = key.strip()
    if not sign:
        raise ConfigError(key, f"KEY=VALUE is wanted; it is '{text}'.")
    return key, parse_value(key, value.strip())


def _overlay_file(values: Values, from_file: Values, file: Path) -> Values:
    try:
        merged = overlay(values, from_file)
        check(merged)
    except ConfigError as error:
        raise FileError(str(file), str(error)) from None
    return merged


def _is_of_model(key: str) -> bool:
    return key.partition(".")[0] not in ("data", "trainer", "telemetry", "guard")
