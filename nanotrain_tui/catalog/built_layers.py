"""The layers of a configuration built for examples of a shape, as ``trainer/network.py`` does."""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .config_error import ConfigError
from .layer_kinds import KINDS, SIZE
from .layer_list import KEY, Entry, parse_layer_list
from .layer_shapes import Impossible, Shape, Sizes, by, size_of
from .layers import parse_layers

_SPATIAL = tuple(name for name, kind in KINDS.items() if kind.padding or "global" in name)


class BuiltLayer(NamedTuple):
    """A layer, and the shapes that it has behind the ones before it."""

    entry: Entry  # with its kind
    inputs: Shape
    sizes: Sizes

    @property
    def shape(self) -> Shape:
        """The shape of its output for one example."""
        return self.sizes.shape

    @property
    def parameters(self) -> int:
        """The number of its trainable values."""
        return sum(size_of(weight) for weight in self.sizes.weights)

    @property
    def variables(self) -> int:
        """The number of all its values, with running means."""
        return self.parameters + sum(size_of(one) for one in self.sizes.state)


def is_listed(config: Mapping[str, Any]) -> bool:
    """Whether the layers of a configuration come from ``model.layers``, not ``model.hidden``."""
    return bool(config.get(KEY))


def layers_key(config: Mapping[str, Any]) -> str:
    """The key that has the layers."""
    return KEY if is_listed(config) else "model.hidden"


def entries_of(config: Mapping[str, Any]) -> List[Entry]:
    """The layers of a checked flat configuration, as the trainer gets them.

    Those of ``model.hidden`` have no kind: they stand for dense layers on flat inputs, each
    followed by dropout. Raises ConfigError for a text that is not valid.
    """
    if is_listed(config):
        return parse_layer_list(config[KEY])
    return [
        {"units": layer.units, "activation": layer.activation or config["model.activation"]}
        for layer in parse_layers(config["model.hidden"])
    ]


def build(config: Mapping[str, Any], shape: Sequence[int], outputs: int) -> List[BuiltLayer]:
    """Every layer for examples of ``shape``, the last with ``outputs`` units is the output layer.

    Raises ConfigError that names the layer which cannot follow the ones before it, and the reason.
    """
    return build_layers(entries_of(config), shape, outputs)


def build_layers(entries: List[Entry], shape: Sequence[int], outputs: int) -> List[BuiltLayer]:
    """The same for entries; see ``build``."""
    built, error = build_so_far(entries, shape, outputs)
    if error is not None:
        raise error
    return built


def build_so_far(
    entries: List[Entry], shape: Sequence[int], outputs: int
) -> Tuple[List[BuiltLayer], Optional[ConfigError]]:
    """The layers up to the first that cannot follow the ones before it, and the error about it."""
    whole = _whole_list(entries, outputs)
    now = _with_channels(whole, tuple(shape)) if _have_kinds(entries) else tuple(shape)
    built: List[BuiltLayer] = []
    for number, entry in enumerate(whole, 1):
        try:
            sizes = KINDS[entry["kind"]].sizes(entry, now)
        except Impossible as error:
            name = "layer {} ({})".format(number, _brief(entry))
            name = "the output layer" if number == len(whole) else name
            return built, ConfigError(KEY, "{}: {}.".format(name, error))
        built.append(BuiltLayer(entry, now, sizes))
        now = sizes.shape
    return built, None


def parameters_of(built: Sequence[BuiltLayer]) -> int:
    """The number of trainable values of all layers."""
    return sum(layer.parameters for layer in built)


def _have_kinds(entries: Sequence[Entry]) -> bool:
    return any("kind" in entry for entry in entries)


def _whole_list(entries: List[Entry], outputs: int) -> List[Entry]:
    """Every layer with its kind, and the output layer."""
    output: Entry = {"kind": "dense", "units": outputs, "activation": None}
    if _have_kinds(entries):
        return entries + [output]
    layers: List[Entry] = [{"kind": "flatten"}]
    for entry in entries:
        dense: Dict[str, Any] = dict(entry, kind="dense")
        layers += [dense, {"kind": "dropout", "rate": None}]
    return layers + [output]


def _with_channels(entries: Sequence[Entry], shape: Shape) -> Shape:
    """The shape with its channels: a grey picture and a sequence of single numbers have one."""
    first = next((entry for entry in entries if entry["kind"] in _SPATIAL), None)
    one_dimension = first is not None and first["kind"] == "conv" and len(first[SIZE]) == 1
    if first is not None and len(shape) == (1 if one_dimension else 2):
        return shape + (1,)
    return shape


def _brief(entry: Mapping[str, Any]) -> str:
    """The kind, and the size of its window."""
    words = [str(entry["kind"])] + ([by(entry[SIZE])] if SIZE in entry else [])
    return " ".join(words)
