"""What was found in the model of a person's own script, and why it cannot be changed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nanotrain_tui.catalog.formats import capital, count, plural, sentence
from nanotrain_tui.catalog.scripts import LIVE_KEYS
from nanotrain_tui.follow.json_values import mapping, positive_integer

TITLE = "Found in the script's model"
NETWORK, LAYERS, PARAMETERS = "found.network", "found.layers", "found.parameters"
LOSS, OPTIMIZER, SCHEDULE, DATA = "found.loss", "found.optimizer", "found.schedule", "found.data"
RATE = "optimizer.learning_rate"

_AT_START = "It is set when the session starts."
_BY_SCRIPT = "The script decides it."
# The name under which the script's side gives the reason, for each key.
_REASONS = {
    LAYERS: "layers", PARAMETERS: "layers", NETWORK: "layers", LOSS: "loss", "loss.name": "loss",
    OPTIMIZER: "optimizer", "optimizer.name": "optimizer", SCHEDULE: "learning rate", DATA: "data",
    "train.batch_size": "batch size", "train.epochs": "epochs", RATE: "learning rate",
}  # fmt: skip


class Found(NamedTuple):
    """One value that was found: its key in the form, its label and its text."""

    key: str
    label: str
    value: str


def found_values(script: Mapping[str, Any], given: Mapping[str, Any]) -> list[Found]:
    """The values of the last ``fit`` that the form has no field for, in their order.

    ``script``: the body of ``fit_started``. ``given``: the values of the form.
    """
    model = mapping(script.get("model"))
    layers = _texts(model.get("layers"))
    parameters = positive_integer(model.get("parameters"))
    found = [
        Found(NETWORK, "network", _text(model.get("kind"))),
        Found(LAYERS, "layers", str(len(layers)) if layers else ""),
        Found(PARAMETERS, "parameters", count(parameters) if parameters else ""),
        Found(LOSS, "loss", "" if "loss.name" in given else _text(model.get("loss"))),
        Found(OPTIMIZER, "optimizer", "" if "optimizer.name" in given else _optimizer(model)),
        Found(SCHEDULE, "rate's schedule", _text(model.get("learning_rate"))),
        Found(DATA, "data", "the script's own" if model else ""),
    ]
    return [one for one in found if one.value]


def fixed_reason(key: str, script: Mapping[str, Any]) -> str:
    """Why a key of a script's form cannot be changed; empty if it can be."""
    fixed = mapping(mapping(script.get("model")).get("fixed"))
    why = _text(fixed.get(_REASONS.get(key, "")))
    if why:
        return sentence(capital(why))
    if key in LIVE_KEYS and key != "optimizer.name":
        return ""
    return _AT_START if key.startswith(("script.", "telemetry.")) else _BY_SCRIPT


def layer_lines(script: Mapping[str, Any]) -> Sequence[str]:
    """The layers of the model, one line each."""
    return _texts(mapping(script.get("model")).get("layers"))


def brief(key: str, value: str) -> str:
    """A value in the folded form, with its unit."""
    if key == LAYERS:
        return plural(int(value), "layer")
    return f"{value} parameters" if key == PARAMETERS else value


def _optimizer(model: Mapping[str, Any]) -> str:
    name, rate = _text(model.get("optimizer")), mapping(model.get("fixed")).get("learning rate")
    return name or ("several" if rate else "")


def _texts(value: Any) -> list[str]:
    return [_text(one) for one in value] if isinstance(value, (list, tuple)) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
