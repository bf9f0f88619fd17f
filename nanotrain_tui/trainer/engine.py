"""The TensorFlow graph that trains: K steps a call, every step's loss and metric returned.

One ``tf.function`` takes a block of K batches (gathered by the caller) and loops over them; K is an
open dimension, so a call of any length needs no new graph and gives the same bits. The numbers of
the configuration are variables, so a change of learning rate or dropout needs no new graph either.
``updates`` has the ways to make the optimizer's update.
"""

from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

import numpy as np
import tensorflow as tf

from .activations import ACTIVATIONS
from .checkpoints.slots import slot_name, state_name, weight_name
from .data.class_weights import class_weights_of
from .data.dataset import BINARY, CLASSIFICATION, REGRESSION, Dataset
from .layers import Training
from .losses import LOSSES, losses_of
from .metrics import TASKS, Values, evaluated
from .model import structure_of
from .network import Network
from .optimizers import OPTIMIZERS, UpdateContext, initial_slot
from .runtime import first_line

Array = Any
Tensor = Any
State = Dict[str, Array]
KEEPS_ORDER = ("softmax", "sigmoid", "linear")


class Examples(NamedTuple):
    """What the graph is built for, besides the network: the form of the examples."""

    input_type: Any  # NumPy's
    shape: Tuple[int, ...]  # of an example
    task: str = CLASSIFICATION
    outputs: int = 10
    scale: Tuple[float, ...] = ()  # of each output of a regression, in the target's units
    class_weights: Tuple[float, ...] = ()  # of each class in the training's loss; none: all 1


def examples_of(data: Dataset, config: Mapping[str, Any]) -> Examples:
    """The form of the examples of a data set. Raises DataError."""
    scale = data.scale or (1.0,) * data.outputs
    weights = class_weights_of(config.get("train.class_weights"), data)
    return Examples(
        data.train.inputs.dtype, data.train.shape, data.task, data.outputs, scale, weights
    )


class Engine:
    """A network, its optimizer and the graph that trains and tests them."""

    def __init__(
        self,
        config: Mapping[str, Any],
        network: Network,
        weights: Sequence[Array],
        xla: bool,
        examples: Examples,
    ) -> None:
        """``weights`` are those of ``network`` and then its state, as arrays."""
        self.network, self.examples, self.xla = network, examples, xla
        self._config = config
        self.updates = 0  # since the slots were made: Adam's t
        self._seed = int(config.get("train.seed", 0))
        self.structure = structure_of(config)
        trained = len(network.weights)
        self.weights = [tf.Variable(weight, dtype=tf.float32) for weight in weights[:trained]]
        self.state_variables = [
            tf.Variable(value, dtype=tf.float32, trainable=False) for value in weights[trained:]
        ]
        self._make_slots()
        self._make_graph()

    @property
    def parameters(self) -> int:
        """The number of trained numbers."""
        return self.network.parameters

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

    def train(
        self, inputs: Array, targets: Array, rates: Array, step: int, healthy: bool = True
    ) -> Tuple[Array, Array]:
        """One update for each batch: losses and the metric of each step, float32 (steps made,).

        ``inputs`` (steps, batch, ...) and ``targets`` (steps, batch, ...) are as the data source
        gives them, ``rates`` the learning rates float32 (steps,), ``step`` the updates made
        before. The metric is the task's (``metrics.TASKS``). Both are of the batch before its
        update; the loss holds the L2 penalty, as Keras' does. It ends early after a step whose
        loss stops being finite; ``healthy`` says the last one's was.
        """
        done, losses, metrics = self._train(
            inputs, targets, rates, np.int64(step), self.updates, healthy
        )
        count = int(done)
        self.updates += count
        return losses.numpy()[:count], metrics.numpy()[:count]

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
            part_loss, part_scores = self._test(inputs, wanted)
            loss += float(part_loss)
            scores.append(part_scores.numpy())
            targets.append(wanted)
        examples = sum(map(len, scores))
        if self._values()["l2"]:
            loss += examples * float(self._penalty(self._numbers["l2"]))
        middle = 0.0 if self.structure.loss == "hinge" else 0.5
        return evaluated(
            self.examples.task, loss / examples, np.concatenate(scores), np.concatenate(targets),
            middle, self.examples.scale,
        )  # fmt: skip

    def warm_up(self, inputs: Array, targets: Array) -> Optional[str]:
        """Trace and compile by one update, then restore everything.

        If XLA cannot compile, train without it and return the reason.
        """
        try:
            self._try_out(inputs, targets)
        except tf.errors.OpError as error:
            if not self.xla:
                raise
            self.xla = False
            self._make_graph()
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
            with tf.device("CPU:0" if name in ("dropout", "l2") else None):
                self._numbers[name] = tf.Variable(value, dtype=tf.float32, trainable=False)
        update = self._apply
        if self.xla:
            update = tf.function(self._apply, autograph=False, jit_compile=True)
        self._update = update
        self._train = tf.function(
            self._train_block,
            autograph=False,
            input_signature=[
                *self._specs([None, None]),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int64),
                tf.TensorSpec([], tf.float32),
                tf.TensorSpec([], tf.bool),
            ],
        )
        self._test = tf.function(
            self._test_chunk, autograph=False, input_signature=self._specs([None])
        )

    def _specs(self, before: List[Optional[int]]) -> List[Any]:
        """Of inputs and targets, with these dimensions before those of an example."""
        form = self.examples
        inputs = tf.TensorSpec(before + list(form.shape), tf.as_dtype(form.input_type))
        if form.task == REGRESSION:
            return [inputs, tf.TensorSpec(before + [form.outputs], tf.float32)]
        return [inputs, tf.TensorSpec(before, tf.int32)]

    def _train_block(self, *block: Tensor) -> Any:
        """Without dropout and L2, the steps need not test for either."""
        plain = tf.logical_and(self._numbers["dropout"] <= 0.0, self._numbers["l2"] <= 0.0)
        return tf.cond(plain, lambda: self._steps(True, *block), lambda: self._steps(False, *block))

    def _steps(
        self,
        plain: bool,
        inputs: Tensor,
        targets: Tensor,
        rates: Tensor,
        step: Tensor,
        updates: Tensor,
        healthy: Tensor,
    ) -> Tuple[Tensor, Tensor, Tensor]:
        count = tf.shape(rates)[0]

        def body(i: Tensor, _: Tensor, healthy: Tensor, losses: Tensor, metrics: Tensor) -> Any:
            loss, metric, gradients = self._gradients(
                plain, inputs[i], targets[i], step + tf.cast(i, tf.int64)
            )
            self._update(gradients, rates[i], updates + tf.cast(i + 1, tf.float32))
            finite = tf.math.is_finite(loss)
            go_on = tf.logical_or(finite, tf.logical_not(healthy))
            return i + 1, go_on, finite, losses.write(i, loss), metrics.write(i, metric)

        done, _, _, losses, metrics = tf.while_loop(
            lambda i, go_on, *_: tf.logical_and(i < count, go_on),
            body,
            (tf.constant(0), tf.constant(True), healthy, _per_step(count), _per_step(count)),
            parallel_iterations=1,
        )
        return done, losses.stack(), metrics.stack()

    def _gradients(self, plain: bool, inputs: Tensor, targets: Tensor, step: Tensor) -> Any:
        """Loss and metric of a batch, and the gradient of each weight."""
        dropout = None if plain else tf.identity(self._numbers["dropout"])
        training = Training(self._seed, step, dropout)
        with tf.GradientTape() as tape:
            logits = self._logits(inputs, training)
            losses = self._losses(targets, logits)
            if self.examples.class_weights:
                losses *= tf.gather(tf.constant(self.examples.class_weights), targets)
            loss = tf.reduce_mean(losses)
        metric = self._step_metric(targets, logits)
        gradients = tape.gradient(loss, self.weights)
        if not plain:
            loss, gradients = self._with_penalty(loss, gradients)
        return loss, metric, gradients

    def _logits(self, inputs: Tensor, training: Optional[Training] = None) -> Tensor:
        return self.network.logits(inputs, self.weights, self.state_variables, training)

    def _with_penalty(self, loss: Tensor, gradients: Any) -> Any:
        """Loss and gradients with the L2 penalty; unchanged if there is no penalty."""
        l2, kernels = tf.identity(self._numbers["l2"]), set(self.network.kernels)

        def added() -> Any:
            both = [
                gradient + 2.0 * l2 * weight if i in kernels else gradient
                for i, (gradient, weight) in enumerate(zip(gradients, self.weights))
            ]
            return [loss + self._penalty(l2)] + both

        result = tf.cond(l2 > 0.0, added, lambda: [loss] + gradients)
        return result[0], result[1:]

    def _penalty(self, l2: Tensor) -> Tensor:
        """The L2 penalty: l2 * sum of squares of the kernels, not of other variables."""
        kernels = [self.weights[i] for i in self.network.kernels]
        return l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in kernels])

    def _losses(self, targets: Tensor, logits: Tensor) -> Tensor:
        y = targets
        if self.examples.task == CLASSIFICATION:
            y = tf.one_hot(targets, self.examples.outputs)
        elif self.examples.task == BINARY:
            y = tf.cast(targets, tf.float32)[:, None]
        return losses_of(self.structure.loss, self.structure.output, y, logits, self._numbers)

    def _scores(self, logits: Tensor) -> Tensor:
        """The outputs; or the logits where the largest output is asked for.

        Softmax and sigmoid keep the order, but saturate: the largest logit is not in doubt.
        """
        output = self.structure.output
        if self.examples.task == CLASSIFICATION and output in KEEPS_ORDER:
            return logits
        return ACTIVATIONS[output](logits)

    def _step_metric(self, targets: Tensor, logits: Tensor) -> Tensor:
        """The metric of a batch that the task reports at each step."""
        scores = self._scores(logits)
        if TASKS[self.examples.task].at_steps == "mae":
            scale = tf.constant(self.examples.scale, tf.float32)
            return tf.reduce_mean(tf.abs(scores - targets) * scale)
        if self.examples.task == BINARY:
            middle = 0.0 if self.structure.loss == "hinge" else 0.5
            guesses = tf.cast(scores[:, 0] >= middle, tf.int32)
        else:
            guesses = tf.argmax(scores, axis=-1, output_type=tf.int32)
        return tf.reduce_mean(tf.cast(tf.equal(guesses, targets), tf.float32))

    def _apply(self, gradients: Any, rate: Tensor, t: Tensor) -> None:
        optimizer = OPTIMIZERS[self.structure.optimizer]
        parameters = {name: tf.identity(self._numbers[name]) for name in optimizer.defaults}
        context = UpdateContext(rate, t, parameters)
        for weight, gradient, slots in zip(self.weights, gradients, self._slots):
            values = [tf.identity(slot) for slot in slots]
            new, new_values = optimizer.update(tf.identity(weight), gradient, values, context)
            weight.assign(new)
            for slot, value in zip(slots, new_values):
                slot.assign(value)

    def _test_chunk(self, inputs: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor]:
        logits = self._logits(inputs)
        return tf.reduce_sum(self._losses(targets, logits)), self._scores(logits)


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


def _per_step(count: Tensor) -> Any:
    """One number for each step; zero if the step was not made."""
    return tf.TensorArray(tf.float32, count, element_shape=[])
