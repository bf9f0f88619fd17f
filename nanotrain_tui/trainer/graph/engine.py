"""A network in TensorFlow: its variables, and the graph that trains and tests it.

The caller gathers the blocks of batches that a call trains. ``updates`` has the ways to make a
step; docs/BENCHMARKS.md compares them.
"""

from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ..checkpoints.slots import slot_name, state_name, weight_name
from ..data.dataset import REGRESSION
from ..layers import pairs
from ..losses import LOSSES
from ..metrics import Values, evaluated, middle_of
from ..model import structure_of
from ..network import Network
from ..optimizers import OPTIMIZERS, initial_slot
from ..runtime import first_line
from . import inputs as inputs_of
from .augmentation import augmentation_of
from .steps import Examples, Steps, Variables
from .updates import BLOCK, COMPILED, FUSED_WAY, update_of

Array = Any
Tensor = Any
_AUGMENTED_BLOCKS = (2, 13)  # the first TensorFlow that is known to compile them
_SWITCHES = {"dropout", "l2", *augmentation_of({})}
State = Dict[str, Array]


class Way(NamedTuple):
    """How steps are made. A block has a fixed number of steps and a fixed batch size."""

    name: str
    steps: int = 0
    batch: int = 0

    def as_json(self) -> Dict[str, Any]:
        """For checkpoints and the event ``started``."""
        found: Dict[str, Any] = {"way": self.name}
        if self.name == BLOCK:
            found.update(steps=self.steps, batch=self.batch)
        return found


class _Graph(NamedTuple):
    """The functions for a way. Only that of a block has ``train_compiled``."""

    steps: Steps
    test: Any
    train: Any
    train_compiled: Any


class Engine:
    """A network, its optimizer and the graph that trains and tests them."""

    def __init__(
        self,
        config: Mapping[str, Any],
        network: Network,
        weights: Sequence[Array],
        way: Way,
        examples: Examples,
        parts: int = 1,
    ) -> None:
        """``weights`` are those of ``network`` and then its state, as arrays.

        ``parts`` of a batch are computed side by side (``threads``).
        """
        self.network, self.examples, self.way, self.parts = network, examples, way, parts
        self._config = config
        self.updates = 0  # since the slots were made: Adam's t
        self._seed = int(config.get("train.seed", 0))
        self.structure = structure_of(config)
        trained = len(network.weights)
        self.weights = [tf.Variable(weight, dtype=tf.float32) for weight in weights[:trained]]
        self.state_variables = [
            tf.Variable(value, dtype=tf.float32, trainable=False) for value in weights[trained:]
        ]
        self._graphs: Dict[Tuple[Way, int], _Graph] = {}  # by the parts of a batch, too
        self._whole: Dict[str, Array] = {}  # a block that is filled in part
        self._make_slots()
        self._make_graph()

    @property
    def parameters(self) -> int:
        """The number of trained numbers."""
        return self.network.parameters

    @property
    def convolves_on_cpu(self) -> bool:
        """Whether there are convolutions, and no GPU: a block makes matrix products of them."""
        return self.network.convolves and not tf.config.list_physical_devices("GPU")

    @property
    def augments(self) -> bool:
        """Whether pictures are changed before each step."""
        return self.examples.are_pictures and any(augmentation_of(self._config).values())

    def set_numbers(self, config: Mapping[str, Any]) -> None:
        """Use the numbers of another configuration of the same structure."""
        before = self._values()
        self._config = config
        for name, value in self._values().items():
            if value != before[name]:
                self._numbers[name].assign(value)

    def restructure(self, config: Mapping[str, Any]) -> None:
        """Keep the weights and use another structure. Another optimizer starts with new slots."""
        before, self.structure, self._config = self.structure, structure_of(config), config
        layers = [dict(layer) for layer in self.structure.layers]
        self.network = Network(layers, self.network.input_shape, self.network.outputs)
        if self.structure.optimizer != before.optimizer:
            self.updates = 0
            self._make_slots()
        self._make_graph()

    def use(self, way: Way) -> None:
        """Make the steps in another way, from the next one on.

        The graphs of other ways are kept, so that a way can be used again without compiling it.
        """
        self.way = way

    def forget_other_ways(self) -> None:
        """Free the graphs that are not used."""
        self._graphs = {key: graph for key, graph in self._graphs.items() if key[0] == self.way}

    def most_steps(self, batch_size: int, fitting: int) -> int:
        """The most steps a call may have, of those that fit into its memory."""
        return self.way.steps if self._compiles(batch_size) else fitting

    def _compiles(self, batch_size: int) -> bool:
        """Whether a block of these batches is compiled."""
        fits = self.way.name == BLOCK and batch_size == self.way.batch
        return fits and not (self.augments and _is_too_old())

    def train(
        self, inputs: Array, targets: Array, rates: Array, step: int, healthy: bool = True
    ) -> Tuple[Array, Array]:
        """One update for each batch: losses and the metric of each step, float32 (steps made,).

        ``inputs`` (steps, batch, ...) and ``targets`` (steps, batch, ...) are as the data source
        gives them, several inputs as a structured array. ``rates`` are the learning rates float32
        (steps,), ``step`` the updates made before. The metric is the task's (``metrics.TASKS``).
        Both are of the batch before its update; the loss holds the L2 penalty, as Keras' does. It
        ends early after a step whose loss stops being finite; ``healthy`` says the last one's was.
        """
        count, graph = len(rates), self._graph(inputs.shape[1])
        train = graph.train
        if self._compiles(inputs.shape[1]):
            train = graph.train_compiled
            inputs = self._padded("inputs", inputs)
            targets, rates = self._padded("targets", targets), self._padded("rates", rates)
        done, losses, metrics = train(
            inputs_of.by_name(inputs), targets, rates, count, np.int64(step), self.updates, healthy
        )
        made = int(done)
        self.updates += made
        return losses.numpy()[:made], metrics.numpy()[:made]

    def _padded(self, what: str, part: Array) -> Array:
        """The array in the first rows of a whole block; nothing reads the others.

        The memory is kept: mapping it anew would take longer than a few small steps.
        """
        if len(part) == self.way.steps:
            return part
        form, whole = (self.way.steps,) + part.shape[1:], self._whole.get(what)
        if whole is None or whole.shape != form:
            whole = self._whole[what] = np.zeros(form, part.dtype)
        whole[: len(part)] = part
        return whole

    def evaluate(
        self,
        slices: Iterator[Tuple[Array, Array]],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Values:
        """Loss (with the L2 penalty) and the task's metrics over all examples of ``slices``.

        ``meanwhile`` is called between slices and must leave the network alone.
        """
        loss, scores, targets = 0.0, [], []
        for inputs, wanted in slices:
            meanwhile()
            test = self._graph(len(wanted)).test
            part_loss, part_scores = test(inputs_of.by_name(inputs), wanted)
            loss += float(part_loss)
            scores.append(part_scores.numpy())
            targets.append(wanted)
        examples = sum(map(len, scores))
        if self._values()["l2"]:
            loss += examples * float(self._graph(examples).steps.penalty(self._numbers["l2"]))
        return evaluated(
            self.examples.task, loss / examples, np.concatenate(scores), np.concatenate(targets),
            middle_of(self.structure.loss), self.examples.scale,
        )  # fmt: skip

    def outputs(self, inputs: Array) -> Array:
        """The outputs of the network, (examples, outputs), for a task that has no more classes."""
        targets = np.zeros(len(inputs), np.int32)
        if self.examples.task == REGRESSION:
            targets = np.zeros((len(inputs), self.examples.outputs), np.float32)
        return self._graph(len(inputs)).test(inputs_of.by_name(inputs), targets)[1].numpy()

    def warm_up(self, inputs: Array, targets: Array) -> Optional[str]:
        """Trace and compile by one update, then restore everything.

        If XLA cannot compile, train without it and return the reason.
        """
        try:
            self._try_out(inputs, targets)
        except tf.errors.OpError as error:
            if self.way.name not in COMPILED:
                raise
            self.use(Way(FUSED_WAY))
            self.forget_other_ways()
            self._try_out(inputs, targets)
            return first_line(error.message)
        return None

    def _try_out(self, inputs: Array, targets: Array) -> None:
        before, updates = self.state(), self.updates
        try:
            self.train(inputs[None], targets[None], np.zeros(1, np.float32), 0)
        finally:
            self.load(before)
            self.updates = updates

    def state(self) -> State:
        """A copy of weights and slots, NumPy arrays by name."""
        return {name: variable.numpy() for name, variable in self._variables().items()}

    def view(self) -> Mapping[str, Array]:
        """The same without holding a copy of all: each array is copied when it is asked for."""
        return _View(self._variables())

    def load(self, state: Mapping[str, Array]) -> None:
        """Assign what ``state`` returned; variables that it lacks keep their values."""
        for name, variable in self._variables().items():
            if name in state:
                variable.assign(state[name])

    def _variables(self) -> Dict[str, Any]:
        variables = {weight_name(i): weight for i, weight in enumerate(self.weights)}
        for i, value in enumerate(self.state_variables):
            variables[state_name(i)] = value
        for i, slots in enumerate(self._slots):
            for slot, values in zip(OPTIMIZERS[self.structure.optimizer].slots, slots):
                variables[slot_name(i, slot.name)] = values
        return variables

    def _values(self) -> Dict[str, float]:
        structure, config = self.structure, self._config
        numbers = {name: config.get("model." + name, 0.0) for name in ("dropout", "l2")}
        if self.examples.are_pictures:
            numbers.update(augmentation_of(config))
        for section, defaults in (
            ("optimizer.", OPTIMIZERS[structure.optimizer].defaults),
            ("loss.", LOSSES[structure.loss].defaults),
        ):
            numbers.update({name: config.get(section + name, defaults[name]) for name in defaults})
        return {name: float(value) for name, value in numbers.items()}

    def _make_slots(self) -> None:
        numbers = self._values()
        slots = OPTIMIZERS[self.structure.optimizer].slots
        self._slots = [
            [tf.Variable(initial_slot(slot, weight, numbers), trainable=False) for slot in slots]
            for weight in self.weights
        ]

    def _make_graph(self) -> None:
        self._numbers = {}
        for name, value in self._values().items():
            # These decide what is computed, and the processor decides: no wait for a GPU.
            with tf.device("CPU:0" if name in _SWITCHES else None):
                self._numbers[name] = tf.Variable(value, dtype=tf.float32, trainable=False)
        self._graphs = {}

    def _graph(self, examples: int) -> _Graph:
        """The functions for a batch of this size: too small a one has a single part."""
        key = (self.way, self.parts if examples >= self.parts else 1)
        if key not in self._graphs:
            self._graphs[key] = self._graph_of(*key)
        return self._graphs[key]

    def _graph_of(self, way: Way, parts: int) -> _Graph:
        variables = Variables(self.weights, self.state_variables, self._numbers, self._seed)
        pictures = self.examples.are_pictures
        steps = Steps(
            self.network, self.structure, self.examples, variables, pictures, parts=parts,
            use_pairs=self.convolves_on_cpu and pairs.pays_here(),
        )  # fmt: skip
        open_way = FUSED_WAY if way.name == BLOCK else way.name
        train, compiled = steps.training(self._update(open_way)), None
        if way.name == BLOCK:
            can_augment = pictures and not _is_too_old()
            block = Steps(
                self.network, self.structure, self.examples, variables, can_augment,
                use_matmul=self.convolves_on_cpu,
            )  # fmt: skip
            compiled = block.training(self._update(BLOCK), (way.steps, way.batch))
        return _Graph(steps, steps.testing(), train, compiled)

    def _update(self, way: str) -> Any:
        optimizer = self.structure.optimizer
        return update_of(way, optimizer, self.weights, self._slots, self._numbers)


def _is_too_old() -> bool:
    """XLA of TensorFlow 2.6 ends with a segmentation fault where a block can augment."""
    version = tuple(int(word) for word in tf.__version__.split(".")[:2])
    return version < _AUGMENTED_BLOCKS


class _View(Mapping[str, Array]):
    """Variables as a mapping of arrays."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> Array:
        return self._variables[name].numpy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)
