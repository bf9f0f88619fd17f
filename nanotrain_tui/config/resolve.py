"""Merges the layers of a configuration. Each layer overrides the ones before.

The layers are the defaults, the preset that the data proposes, the user's ``config.toml``, the
chosen preset, the configuration file and ``--set``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nanotrain_tui.catalog import (
    FIELDS,
    Config,
    ConfigError,
    check,
    check_values,
    drop_inapplicable,
    expected_data,
    full_key,
    overlay,
    parse_value,
    suited,
    task_of,
    training_part,
    usual_data,
    usual_preset,
)
from nanotrain_tui.catalog.scripts import COMMAND

from .own_data import with_names, with_path, with_task
from .presets import DEFAULT, Presets
from .toml_file import FileError, read_toml

DATA, BATCH = "data.name", "train.batch_size"
STEPS, EPOCHS = "train.steps", "train.epochs"
Values = dict[str, Any]
#: Looks at the data of a checked configuration; returns the facts of the trainer's inspection.
#: Raises ConfigError or LaunchError.
Look = Callable[[Config], Mapping[str, Any]]


class Resolved(NamedTuple):
    """A checked flat configuration, and what was chosen for the user."""

    config: Values
    said: tuple[str, ...]  # a line each


def resolve(
    presets: Presets,
    settings: Mapping[str, Any],
    *,
    preset: str | None = None,
    file: Path | None = None,
    sets: Iterable[str] = (),
) -> Values:
    """The configuration of ``resolved``, without a look at the data."""
    return resolved(presets, settings, preset=preset, file=file, sets=sets).config


def resolved(
    presets: Presets,
    settings: Mapping[str, Any],
    *,
    preset: str | None = None,
    file: Path | None = None,
    data: str | None = None,
    sets: Iterable[str] = (),
    look: Look | None = None,
) -> Resolved:
    """The checked flat configuration.

    ``data`` is a file or folder to train on. ``look`` is called once if the data is a person's own:
    what it finds decides the task and the preset that is proposed. Without it the task stays
    ``auto``.

    Raises ConfigError that names the key, or FileError that names the file and the key.
    """
    from_file = read_toml(file) if file else {}
    named = from_file.pop("preset", None)
    edits = from_file.pop("edits", [])
    from_file.pop("summary", None)  # so that a preset can be used as a configuration file
    chosen = preset or (str(named) if named is not None else "")
    given, guessed = dict(parse_set(text) for text in sets), ""
    if data is not None:
        given, guessed = with_path(given, data)
    if any(key == COMMAND for layer in (settings, from_file, given) for key in layer):
        raise ConfigError(COMMAND, "is run by 'nanotrain run SCRIPT.py', not as a configuration.")
    settings = {key: value for key, value in settings.items() if not key.startswith("script.")}
    layers, also_guessed = with_names((settings, from_file, given))
    merge = _Merge(presets, chosen, file, edits)
    config, proposed = merge(layers, {})
    if look is not None and not usual_data(config[DATA]).task:
        facts = look(config)
        config, proposed = merge(with_task(layers, str(facts["task"])), facts)
    return Resolved(config, tuple(one for one in (guessed, also_guessed, proposed) if one))


class _Merge(NamedTuple):
    """Merges the layers of the settings, the file and ``--set``."""

    presets: Presets
    chosen: str  # the preset that is named
    file: Path | None
    edits: Any

    def __call__(self, layers: Sequence[Values], facts: Mapping[str, Any]) -> tuple[Values, str]:
        """The checked configuration, and a line about the preset if the data proposes one.

        ``facts`` are those of the data; empty if it was not looked at.
        """
        settings, from_file, given = layers
        said = ""
        if self.chosen:
            machine = {key: value for key, value in settings.items() if not _is_of_model(key)}
            own = suited(self.presets.get(self.chosen).values, task_of(machine))
            values = drop_inapplicable(overlay(machine, own))
        else:
            proposed = str(facts.get("preset") or proposed_preset(*layers))
            proposal = _proposal(facts, layers)
            said = proposed_text(proposed, proposal)
            values = {**self.presets.get(proposed).values, **proposal}
            if any(STEPS in layer for layer in layers):
                values.pop(EPOCHS, None)  # they would replace the user's steps
            values = overlay(values, settings)
        if self.file:
            values = _overlay_file(values, from_file, self.file)
        values = overlay(values, given)
        if not self.chosen and not any(BATCH in layer for layer in layers):
            values = _with_fitting_batch(values, facts)
        try:
            return check({**values, "edits": self.edits}), said
        except ConfigError as error:
            if self.file and error.key == "edits":
                raise FileError(str(self.file), str(error)) from None
            raise


def proposed_preset(*layers: Mapping[str, Any]) -> str:
    """The preset that the data proposes where none is named. The last layer is the strongest.

    Raises ConfigError if there is no such data.
    """
    names = [layer[DATA] for layer in layers if DATA in layer]
    return usual_preset({DATA: parse_value(DATA, names[-1])} if names else {})


def _proposal(facts: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]) -> Values:
    """The values that the data proposes and the user has not set."""
    set_by_user = {key for layer in layers for key in layer}
    if STEPS in set_by_user:
        set_by_user.add(EPOCHS)
    parsed = {key: parse_value(key, value) for key, value in facts.get("proposal", {}).items()}
    return {key: value for key, value in parsed.items() if key not in set_by_user}


def proposed_text(preset: str, proposal: Mapping[str, Any]) -> str:
    """A line about the preset that is proposed; empty if it is the usual one."""
    values = ", ".join(f"{FIELDS[key].label} {value}" for key, value in proposal.items())
    if preset == DEFAULT and not values:
        return ""
    return f"preset: {preset}, proposed for this data" + (f" ({values})" if values else "")


def _with_fitting_batch(values: Values, facts: Mapping[str, Any]) -> Values:
    """The values with a batch of the proposed preset that is at most the training part."""
    try:
        config = check(values)
    except ConfigError:
        return values  # the caller finds the error, too, and reports it
    expected = training_part(config, expected_data(config).train)
    examples = int(facts["train"]) if facts else expected
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
