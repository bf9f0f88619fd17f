"""Changing the configuration of a run that is training."""

from typing import Any, Dict, List, Mapping

from .losses import LOSSES
from .model import structure_of
from .network import is_listed
from .optimizers import OPTIMIZERS
from .protocol import Failed
from .settings import FLAGS, NAMES, Config, Refused, changes_at_once, checked_value

_WHY_NOT = {
    "train.epochs": "the number of steps was worked out from it at the start; set train.steps",
    "train.seed": "weights and order were drawn from it at the start",
    "model.initializer": "the weights are drawn already",
}


def changes_in(config: Mapping[str, Any], values: Any) -> Config:
    """The checked ``values`` that differ from the configuration. Raises Refused."""
    if not isinstance(values, dict):
        raise Refused("set needs values: an object of keys and values.")
    changes = {}
    for key, value in values.items():
        if key in config and config[key] == value:
            continue
        if changes_at_once(key):
            changes[key] = checked_value(key, value)
        elif key in NAMES:
            if not isinstance(value, str):
                raise Refused("{}: {!r} is not a name.".format(key, value))
            changes[key] = value
        else:
            why = _WHY_NOT.get(key, "it only counts at the start")
            raise Refused("{} cannot change during training: {}.".format(key, why))
    return changes


def apply_changes(config: Mapping[str, Any], changes: Mapping[str, Any]) -> Config:
    """The configuration after the changes, with its layers and output. Raises Refused."""
    new = dict(config, **changes)
    listed = is_listed(new["layers"])
    if listed and "model.hidden" in changes:
        raise Refused("model.hidden does not apply, because model.layers is set.")
    if ("model.activation" in changes or "model.hidden" in changes) and not listed:
        new["layers"] = _layers_of(new)
    if ("model.output" in changes or "loss.name" in changes) and new["loss.name"] in LOSSES:
        output = new.get("model.output", new["output"])
        new["output"] = LOSSES[new["loss.name"]].output if output == "auto" else output
    try:
        structure_of(new)
    except Failed as error:
        raise Refused(str(error)) from error
    if "optimizer.name" in changes:
        _take_parameters(new, changes)
    _refuse_foreign_parameters(new["optimizer.name"], changes)
    return new


def _layers_of(config: Config) -> List[Dict[str, Any]]:
    """The layers with the activations of ``model.hidden`` ("512 relu, 256 tanh")."""
    layers = config["layers"]
    default = config.get("model.activation")
    text = str(config.get("model.hidden", ", ".join(str(layer["units"]) for layer in layers)))
    parts = [] if text.strip().lower() == "none" else [part.split() for part in text.split(",")]
    units = [part[0] if part else "" for part in parts]
    if units != [str(layer["units"]) for layer in layers]:
        raise Refused("model.hidden cannot change its units during training; start a new session.")
    return [
        {"units": layer["units"], "activation": part[1] if len(part) > 1 else default}
        for layer, part in zip(layers, parts)
    ]


def _take_parameters(new: Config, changes: Mapping[str, Any]) -> None:
    """Remove the parameters of the last optimizer.

    The new one starts with its own or the given ones.
    """
    kept = ("optimizer.name", "optimizer.learning_rate")
    for key in [key for key in new if key.startswith("optimizer.") and key not in kept]:
        if key not in changes:
            del new[key]
    for name, value in OPTIMIZERS[new["optimizer.name"]].defaults.items():
        key = "optimizer." + name
        new.setdefault(key, bool(value) if key in FLAGS else value)


def _refuse_foreign_parameters(optimizer: str, changes: Mapping[str, Any]) -> None:
    known = ["name", "learning_rate"] + list(OPTIMIZERS[optimizer].defaults)
    for key in changes:
        section, _, name = key.partition(".")
        if section == "optimizer" and name not in known:
            raise Refused("{}: {} has no {}.".format(key, optimizer, name))
