"""Merges the layers of a configuration. Each layer overrides the ones before.

The layers are the defaults, the tutorial preset, the user's ``config.toml``, the chosen preset,
the configuration file and ``--set``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import ConfigError, check, full_key, overlay, parse_value

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
    """The checked flat configuration.

    Raises ConfigError that names the key, or FileError that names the file and the key.
    """
    from_file = read_toml(file) if file else {}
    named = from_file.pop("preset", None)
    edits = from_file.pop("edits", [])
    from_file.pop("summary", None)  # so that a preset can be used as a configuration file
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
    """The key and the value of ``KEY=VALUE``; KEY may be a unique last part. Raises ConfigError."""
    key, sign, value = text.partition("=")
    key = key.strip()
    if not sign:
        raise ConfigError(key, f"write it as KEY=VALUE, not as '{text}'.")
    key = full_key(key)
    return key, parse_value(key, value.strip())


def _overlay_file(values: Values, from_file: Values, file: Path) -> Values:
    try:
        merged = overlay(values, from_file)
        check(merged)
    except ConfigError as error:
        raise FileError(str(file), str(error)) from None
    return merged


def _is_of_model(key: str) -> bool:
    """Whether the key describes the model or its training, which a preset sets."""
    return key.partition(".")[0] not in ("data", "trainer", "telemetry", "guard")
