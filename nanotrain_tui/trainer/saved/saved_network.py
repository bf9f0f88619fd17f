"""The network of a checkpoint: its weights by name, and its outputs."""

from typing import Any, Dict, List, Mapping, NamedTuple

from ..activations import ACTIVATIONS
from ..checkpoints import files
from ..checkpoints.files import Checkpoint
from ..checkpoints.slots import state_name, weight_name
from ..network import Network, network_of

Array = Any
Tensor = Any


_DEFAULTS = {"model.activation": "linear"}  # no activation has variables


class SavedNetwork(NamedTuple):
    """A network with the values of its variables: ``weights`` are trained, ``state`` is not."""

    saved: Checkpoint
    network: Network
    weights: List[Array]
    state: List[Array]

    def outputs(self, x: Tensor, weights: Any = None, state: Any = None) -> Tensor:
        """The outputs, (n, outputs), for examples as the data source gives them.

        ``weights`` and ``state`` may be variables that hold the same values.
        """
        return ACTIVATIONS[self.saved.config["output"]](self.logits(x, weights, state))

    def logits(self, x: Tensor, weights: Any = None, state: Any = None) -> Tensor:
        """The same before the activation of the outputs."""
        return self.network.logits(x, weights or self.weights, state or self.state)

    def named(self) -> Dict[str, Array]:
        """Every variable by its name in exported files: hidden_1_kernel ... output_bias."""
        names = names_of(self.network)
        return dict(zip(names, self.weights + self.state))


def load_network(request: Mapping[str, Any]) -> SavedNetwork:
    """The network of the request's ``checkpoint``, a path. Raises Failed.

    ``shape`` is that of an example. With ``layers`` and ``outputs`` (their number), the network
    must have these; their activations are those in effect at the checkpoint's step.
    """
    expected, shape = None, request["shape"]
    if request.get("layers") is not None:
        expected = network_of(dict(request, **_DEFAULTS), shape, request["outputs"])
    saved = files.load(request["checkpoint"], expected)
    outputs = saved.outputs or len(saved.state[weight_name(2 * len(saved.config["layers"]) + 1)])
    network = network_of(saved.config, shape, outputs)
    weights = [saved.state[weight_name(i)] for i in range(len(network.weights))]
    state = [saved.state[state_name(i)] for i in range(len(network.state))]
    return SavedNetwork(saved, network, weights, state)


def names_of(network: Network) -> List[str]:
    """The name of each variable, the trained ones first."""
    trained: List[str] = []
    others: List[str] = []
    used: Dict[str, int] = {}
    last = network.layers[-1]
    for layer in network.layers:
        kind = layer.entry["kind"]
        name = "hidden" if kind == "dense" else kind
        used[name] = used.get(name, 0) + 1
        prefix = "output" if layer is last else "{}_{}".format(name, used[name])
        trained += [prefix + "_" + part for part in layer.weight_names]
        others += [prefix + "_" + part for part in layer.state_names]
    return trained + others
