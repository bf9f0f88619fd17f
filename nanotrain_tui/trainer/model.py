"""What a graph is built for, and whether the machine has the memory for it."""

import os
from typing import Any, Dict, Mapping, NamedTuple, Tuple

from .activations import ACTIVATIONS
from .losses import LOSSES
from .network import Network, entries_of, is_listed
from .optimizers import OPTIMIZERS
from .protocol import Failed
from .settings import required


class Structure(NamedTuple):
    """What a graph is built for; anything else of a configuration only changes numbers in it."""

    layers: Tuple[Dict[str, Any], ...]
    output: str
    loss: str
    optimizer: str


def structure_of(config: Mapping[str, Any]) -> Structure:
    """The structure of a configuration. Raises Failed for a name that is not known."""
    structure = Structure(
        layers=tuple(entries_of(config)),
        output=required(config, "output"),
        loss=required(config, "loss.name"),
        optimizer=required(config, "optimizer.name"),
    )
    names = [layer["activation"] for layer in structure.layers if "activation" in layer]
    for name in names + [structure.output]:
        _check("model.activation", name, ACTIVATIONS)
    _check("loss.name", structure.loss, LOSSES)
    _check("optimizer.name", structure.optimizer, OPTIMIZERS)
    return structure


def _check(key: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        message = "{}: {!r} is not one of {}.".format(key, name, ", ".join(known))
        raise Failed("config", message, key)


def check_memory(config: Mapping[str, Any], network: Network) -> None:
    """Refuse a network that needs more memory than this machine has. Raises Failed."""
    slots = sum(not slot.scalar for slot in OPTIMIZERS[structure_of(config).optimizer].slots)
    needed = 4 * network.parameters * (2 + slots)  # weights, gradients and slots in float32
    present = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > present:
        message = (
            "The network has {:,} weights; training it takes at least {:.1f} GB and this machine "
            "has {:.1f} GB. Use fewer units."
        ).format(network.parameters, needed / 1e9, present / 1e9)
        key = "model.layers" if is_listed(required(config, "layers")) else "model.hidden"
        raise Failed("memory", message, key)
