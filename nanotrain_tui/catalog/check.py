"""Checks a whole configuration: which keys apply, which values fit, what the trainer gets."""

import shlex
from typing import Any, Dict, List, Mapping, Optional

from .activations import ACTIVATIONS
from .built_layers import build, entries_of, layers_key, parameters_of
from .choices import DataSet, expected_data, usual_data
from .config_error import ConfigError
from .fields import AUTO, FIELDS
from .losses import BINARY, LOSSES, REGRESSION, misfit, output_fits, usual_loss
from .scripts import applies_to_script, default_for_script, is_script
from .values import chosen_names, field_of, parse_value

Config = Dict[str, Any]

SCRIPT = "Script"  # the section of the keys that only scripts have
NAME, TASK, FEATURES = "data.name", "data.task", "data.features"

MAX_PARAMETERS = 200 * 1000 * 1000  # 0.8 GB of float32, four times that with Adam's slots


def applies(key: str, config: Mapping[str, Any]) -> bool:
    """Whether a key has a meaning with the current choices."""
    field = field_of(key)
    if is_script(config):
        return applies_to_script(key, config)
    if field.section == SCRIPT:
        return False
    if field.applies_to is None:
        return True
    chosen, names = field.applies_to
    return (config[chosen] if chosen in config else default_of(chosen, config)) in names


def default_of(key: str, config: Mapping[str, Any]) -> Any:
    """The default of a key. A parameter's depends on the choice, the loss on the data's task."""
    field = field_of(key)
    if is_script(config):
        return default_for_script(key)
    if key == "loss.name":
        return usual_loss(task_of(config))
    if field.default is not None or field.applies_to is None:
        return field.default
    chosen = field.applies_to[0]
    entry = (FIELDS[chosen].choices or {})[config.get(chosen, default_of(chosen, config))]
    return entry.parameters.get(key.partition(".")[2])


def complete(config: Mapping[str, Any]) -> Config:
    """Every field that applies, with its default if it is missing. Nothing is checked."""
    return {
        key: config[key] if key in config else default_of(key, config)
        for key in FIELDS
        if applies(key, config)
    }


def task_of(config: Mapping[str, Any]) -> str:
    """The task of a configuration's data; "" if only a look at the data tells it."""
    data = _data_of(config)
    given = config.get(TASK)
    if data.task or not given:
        return data.task
    task = str(parse_value(TASK, given))
    return "" if task == AUTO else task


def _data_of(config: Mapping[str, Any]) -> DataSet:
    return usual_data(parse_value(NAME, config.get(NAME, FIELDS[NAME].default)))


def drop_inapplicable(config: Mapping[str, Any]) -> Config:
    """The configuration without the parameters of other choices."""
    return {key: value for key, value in config.items() if applies(key, config)}


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> Config:
    """``below`` updated with the parsed values of ``above``; both are flat. Raises ConfigError.

    If ``above`` changes a choice, the parameters of the old choice are removed. If its data has
    another task, so are the loss and the output, unless another loss was chosen that fits.
    """
    values = {key: parse_value(key, value) for key, value in above.items()}
    below = suited(below, task_of(dict(below, **values)))
    merged = dict(below, **values)
    changed = {
        key for key in values if key in below and values[key] != parse_value(key, below[key])
    }
    for key in below:
        condition = field_of(key).applies_to
        if key in values or not condition:
            continue
        is_parameter = _section(key) == _section(condition[0])
        if (is_parameter and condition[0] in changed) or not applies(key, merged):
            del merged[key]
    return _with_known_features(merged)


def _section(key: str) -> str:
    return key.partition(".")[0]


def suited(config: Mapping[str, Any], task: str) -> Config:
    """The configuration for a task: without its loss and output if the task has another usual loss.

    A loss that was chosen in place of the usual one, and can train the task, stays.
    """
    old, loss = task_of(config), config.get("loss.name")
    if task == old or loss is None:
        return dict(config)
    name = parse_value("loss.name", loss)
    is_chosen = name != usual_loss(old) or name == usual_loss(task)
    if is_chosen and not misfit(LOSSES[name], task):
        return dict(config)
    return {key: value for key, value in config.items() if key not in ("loss.name", "model.output")}


def check_values(values: Mapping[str, Any], task: str = "") -> Config:
    """Every key that applies, in its own type, with its default if it is missing.

    ``task`` is that of the data; if it is empty, the one that the data set usually has. Raises
    ConfigError for the first value that is not valid or does not fit the others.
    """
    given = {key: parse_value(key, value) for key, value in values.items()}
    if is_script(given):
        return complete(given)
    for key in given:
        if not applies(key, given):
            raise _does_not_apply(key, given)
    given = _with_known_features(given)
    config = complete(given)
    _check_loss(config, task or task_of(config))
    _check_size(config)
    if config["trainer.xla"] == "off" and config["trainer.update"] in ("xla", "block"):
        raise ConfigError("trainer.update", "needs XLA; set trainer.xla to auto.")
    if config.get("optimizer.nesterov") and not config.get("optimizer.momentum"):
        raise ConfigError(
            "optimizer.nesterov", "needs a momentum; set optimizer.momentum, 0.9 say."
        )
    return config


def _with_known_features(config: Config) -> Config:
    """The configuration with the features of points by their own names.

    The names of columns stay as they are. Raises ConfigError for a feature that is not known.
    """
    if not (config.get(FEATURES) is not None and _data_of(config).features):
        return config
    return dict(config, **{FEATURES: chosen_names(FEATURES, config[FEATURES])})


def output_of(config: Mapping[str, Any]) -> str:
    """The output activation, ``auto`` resolved to what the loss is made for."""
    output = config["model.output"]
    return str(LOSSES[config["loss.name"]].output if output == "auto" else output)


def trainer_config(config: Mapping[str, Any]) -> Config:
    """A checked configuration for the trainer, with layers and output resolved."""
    resolved = dict(config)
    if is_script(config):
        return resolved
    resolved["layers"] = entries_of(config)
    resolved["output"] = output_of(config)
    return resolved


def trainer_command(config: Mapping[str, Any]) -> Optional[List[str]]:
    """``trainer.command`` as an argument list, None if it is empty."""
    command = config["trainer.command"]
    words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
    return words or None


def nest(config: Mapping[str, Any]) -> Dict[str, Any]:
    """``{"train.steps": 5}`` as ``{"train": {"steps": 5}}``, the form of TOML and JSON."""
    nested: Dict[str, Any] = {}
    for key, value in config.items():
        *tables, name = key.split(".")
        place = nested
        for table in tables:
            place = place.setdefault(table, {})
        place[name] = value
    return nested


def flatten(nested: Mapping[str, Any], prefix: str = "") -> Config:
    """The inverse of nest."""
    flat: Config = {}
    for name, value in nested.items():
        key = prefix + str(name)
        if isinstance(value, dict):
            flat.update(flatten(value, key + "."))
        else:
            flat[key] = value
    return flat


def _does_not_apply(key: str, config: Mapping[str, Any]) -> ConfigError:
    chosen, names = field_of(key).applies_to or ("", ())
    if names == ("",):
        why = "does not apply, because {} is set; leave {} empty to use it."
        return ConfigError(key, why.format(chosen, chosen))
    now = config.get(chosen, default_of(chosen, config))
    return ConfigError(
        key, "means nothing with {} = {}; it belongs to {}.".format(chosen, now, ", ".join(names))
    )


def _check_loss(config: Config, task: str) -> None:
    loss = LOSSES[config["loss.name"]]
    reason = misfit(loss, task)
    if reason:
        raise ConfigError("loss.name", reason)
    output = output_of(config)
    one_output = task == BINARY or (task == REGRESSION and expected_data(config).outputs == 1)
    if output == "softmax" and one_output:
        raise ConfigError("model.output", "softmax of a single output is always 1; take auto.")
    if not output_fits(loss, output):
        raise ConfigError(
            "loss.name",
            "{} needs {} from the output layer, and {} does not give them; "
            "set model.output to {} or to auto, or take another loss.".format(
                loss.label, loss.needs, ACTIVATIONS[output].label, loss.output
            ),
        )


def _check_size(config: Config) -> None:
    data, key = expected_data(config), layers_key(config)
    try:
        parameters = parameters_of(build(config, data.shape, data.outputs))
    except ConfigError:
        return  # layers for other data: their shapes are checked when the data is known
    if parameters > MAX_PARAMETERS:
        raise ConfigError(
            key,
            "{} makes {:,} weights, more than the {:,} allowed; use fewer units.".format(
                config[key], parameters, MAX_PARAMETERS
            ),
        )
