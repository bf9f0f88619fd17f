"""Merges the layers of a configuration. Each layer overrides the ones before.

The layers are the defaults, the preset that the data proposes, the user's ``config.toml``, the
chosen preset, the configuration file and ``--set``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import (
    ConfigError,
    check,
    check_values,
    expected_data,
    full_key,
    overlay,
    parse_value,
    suited,
    task_of,
    training_part,
    usual_preset,
)

from .presets import DEFAULT, Presets
from .toml_file import FileError, read_toml

DATA, BATCH = "data.name", "train.batch_size"
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
    given = dict(parse_set(text) for text in sets)
    if chosen:
        machine = {key: value for key, value in settings.items() if not _is_of_model(key)}
        own = suited(presets.get(chosen).values, task_of(machine))
        values = overlay(machine, own)
    else:
        proposed = proposed_preset(settings, from_file, given)
        values = overlay(presets.get(proposed).values, settings)
    if file:
        values = _overlay_file(values, from_file, file)
    values = overlay(values, given)
    if not chosen and not any(BATCH in layer for layer in (settings, from_file, given)):
        values = _with_fitting_batch(values)
    try:
        return check({**values, "edits": edits})
    except ConfigError as error:
        if file and error.key == "edits":
            raise FileError(str(file), str(error)) from None
        raise


def proposal_text(
    settings: Mapping[str, Any],
    *,
    preset: str | None = None,
    file: Path | None = None,
    sets: Iterable[str] = (),
) -> str:
    """A sentence about the preset if none is named and the data proposes another than usual."""
    from_file = read_toml(file) if file else {}
    given = dict(parse_set(text) for text in sets)
    if preset or from_file.get("preset"):
        return ""
    proposed = proposed_preset(settings, from_file, given)
    return "" if proposed == DEFAULT else f"preset: {proposed}, proposed for this data"


def proposed_preset(*layers: Mapping[str, Any]) -> str:
    """The preset that the data proposes where none is named. The last layer is the strongest.

    Raises ConfigError if there is no such data.
    """
    names = [layer[DATA] for layer in layers if DATA in layer]
    return usual_preset({DATA: parse_value(DATA, names[-1])} if names else {})


def _with_fitting_batch(values: Values) -> Values:
    """The values with a batch of the proposed preset that is at most the training part."""
    try:
        config = check(values)
    except ConfigError:
        return values  # the caller finds the error, too, and reports it
    examples = training_part(config, expected_data(config).train)
    return {**values, BATCH: min(config[BATCH], examples)} if examples > 0 else values


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
        check_values(merged)
    except ConfigError as error:
        raise FileError(str(file), str(error)) from None
    return merged


def _is_of_model(key: str) -> bool:
    """Whether the key describes the model or its training, which a preset sets."""
    return key.partition(".")[0] not in ("data", "trainer", "telemetry", "guard")
