"""The list of hidden layers: ``"1024"``, ``"512 relu, 256 tanh"``, or ``"none"`` for a linear model."""

from typing import Dict, List, NamedTuple

from .activations import ACTIVATIONS
from .config_error import ConfigError, nearest, quoted

MAX_LAYERS = 32
NO_LAYERS = "none"
MAX_UNITS = 65536


class Layer(NamedTuple):
    """A dense layer; an empty activation stands for ``model.activation``."""

    units: int
    activation: str


def parse_layers(text: str) -> List[Layer]:
    """The layers in a text. Raises ConfigError that names the invalid part."""
    if text.strip().lower() == NO_LAYERS:
        return []
    parts = text.split(",")
    if len(parts) > MAX_LAYERS:
        raise _wrong("{} layers are more than the {} allowed".format(len(parts), MAX_LAYERS))
    return [_parse_layer(part.strip()) for part in parts]


def format_layers(layers: List[Layer]) -> str:
    """The inverse of ``parse_layers``."""
    words = ("{} {}".format(layer.units, layer.activation).strip() for layer in layers)
    return ", ".join(words) or NO_LAYERS


def _parse_layer(part: str) -> Layer:
    words = part.split()
    if not words or len(words) > 2:
        raise _wrong("{} is not a layer".format(quoted(part)) if part else "a layer is empty")
    try:
        units = int(words[0].replace("_", ""))
    except ValueError:
        raise _wrong("{} is not a number of units".format(quoted(words[0]))) from None
    if not 1 <= units <= MAX_UNITS:
        raise _wrong("{} units; a layer has 1 to {:,}".format(quoted(words[0]), MAX_UNITS))
    return Layer(units, activation_name(words[1]) if len(words) == 2 else "")


def activation_name(text: str, key: str = "model.hidden") -> str:
    """The canonical name of an activation. Raises ConfigError that suggests the closest name."""
    name = ACTIVATION_ALIASES.get(text.strip().lower())
    if name is None:
        raise ConfigError(
            key,
            "{} is no activation.{} Known: {}.".format(
                quoted(text), nearest(text, ACTIVATION_ALIASES), ", ".join(ACTIVATIONS)
            ),
        )
    return name


def _wrong(what: str) -> ConfigError:
    return ConfigError(
        "model.hidden",
        what
        + "; write units and, if you like, an activation for each layer: '1024' or '512 relu, 256 tanh'.",
    )


def _aliases() -> Dict[str, str]:
    names: Dict[str, str] = {}
    for entry in ACTIVATIONS.values():
        for alias in (entry.name,) + entry.aliases:
            names[alias] = entry.name
    return names


ACTIVATION_ALIASES = _aliases()
