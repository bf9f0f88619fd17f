"""The TensorFlow graph that trains: K steps a call, every step's loss and accuracy returned.

One ``tf.function`` takes a block of K batches (uint8, gathered by the caller) and loops over them;
K is an open dimension, so a call of any length needs no new graph and gives the same bits. The
numbers of the configuration are variables, so a change of learning rate or dropout needs no new
graph either. XLA compiles only the update of the optimizer. There it is faster (one pass over the
weights instead of a dozen), and the shapes never change. Matrix products run faster in TensorFlow's
own kernels (docs/BENCHMARKS.md).
"""

from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from .checkpoints.slots import slot_name, weight_name
from .losses import LOSSES, losses_of
from .model import correct_of, logits_of, penalty_of, structure_of
from .optimizers import OPTIMIZERS, UpdateContext, initial_slot
from .runtime import first_line

Array = Any
Tensor = Any
State = Dict[str, Array]

_PIXELS = tf.TensorSpec([None, None], tf.uint8)
_LABELS = tf.TensorSpec([None], tf.int32)


class Engine:
    """A network, its optimizer and the graph that trains and tests them."""

    def __init__(self, config: Mapping[str, Any], weights: Sequence[Array], xla: bool) -> None:
        self.classes = int(weights[-1].shape[0])
        self.parameters = sum(int(weight.size) for weight in weights)
        self.xla = xla
        self._config = config
        self.updates = 0  # since the slots were made: Adam's t
        self._seed = int(config.get("train.seed", 0))
        self.structure = structure_of(config)
        self.weights = [tf.Variable(weight, dtype=tf.float32) for weight in weights]
        self._make_slots()
        self._make_graph()

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
        if self.structure.optimizer != before.optimizer:
            self.updates = 0
            self._make_slots()
        self._make_graph()

    def train(
        self, images: Array, labels: Array, rates: Array, step: int, healthy: bool = True
    ) -> Tuple[Array, Array]:
        """One update for each batch: the losses and training accuracies, float32 (steps made,).

        ``images`` uint8 (steps, batch, pixels), ``labels`` int32 (steps, batch), ``rates`` the
        learning rates float32 (steps,), ``step`` the updates made before. Loss and accuracy are
        of the batch before its update; the loss holds the L2 penalty, as Keras' does. It ends
        early after a step whose loss stops being finite; ``healthy`` says the last one's was.
        """
        losses, accuracies = self._train(
            images, labels, rates, np.int64(step), self.updates, healthy
        )
        result = losses.numpy(), accuracies.numpy()
        self.updates += len(result[0])
        return result

    def evaluate(
        self,
        images: Array,
        labels: Array,
        chunk: int = 1000,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Tuple[float, float]:
        """Loss (with the L2 penalty) and accuracy over all ``images``, uint8 (n, pixels).

        ``meanwhile`` is called between chunks and must leave the network alone.
        """
        loss = correct = 0.0
        for first in range(0, len(images), chunk):
            meanwhile()
            part = slice(first, first + chunk)
            part_loss, part_correct = self._test(images[part], labels[part])
            loss += float(part_loss)
            correct += float(part_correct)
        if self._values()["l2"]:
            loss += len(images) * float(penalty_of(self.weights, self._numbers["l2"]))
        return loss / len(images), correct / len(images)

    def warm_up(self, images: Array, labels: Array) -> Optional[str]:
        """Trace and compile by one update, then restore everything.

        If XLA cannot compile, train without it and return the reason.
        """
        try:
            self._try_out(images, labels)
        except tf.errors.OpError as error:
            if not self.xla:
                raise
            self.xla = False
            self._make_graph()
            self._try_out(images, labels)
            return first_line(error.message)
        return None

    def _try_out(self, images: Array, labels: Array) -> None:
        before, updates = self.state(), self.updates
        try:
            self.train(images[None], labels[None], np.zeros(1, np.float32), 0)
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
                tf.TensorSpec([None, None, None], tf.uint8),
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int64),
                tf.TensorSpec([], tf.float32),
                tf.TensorSpec([], tf.bool),
            ],
        )
        self._test = tf.function(
            self._test_chunk, autograph=False, input_signature=[_PIXELS, _LABELS]
        )

    def _train_block(self, *block: Tensor) -> Tuple[Tensor, Tensor]:
        """Without dropout and L2, the steps need not test for either."""
        plain = tf.logical_and(self._numbers["dropout"] <= 0.0, self._numbers["l2"] <= 0.0)
        losses, accuracies = tf.cond(
            plain, lambda: self._steps(True, *block), lambda: self._steps(False, *block)
        )
        return losses, accuracies

    def _steps(
        self,
        plain: bool,
        images: Tensor,
        labels: Tensor,
        rates: Tensor,
        step: Tensor,
        updates: Tensor,
        healthy: Tensor,
    ) -> Tuple[Tensor, Tensor]:
        count = tf.shape(rates)[0]

        def body(i: Tensor, _: Tensor, healthy: Tensor, losses: Tensor, accuracies: Tensor) -> Any:
            loss, accuracy, gradients = self._gradients(
                plain, images[i], labels[i], step + tf.cast(i, tf.int64)
            )
            self._update(gradients, rates[i], updates + tf.cast(i + 1, tf.float32))
            finite = tf.math.is_finite(loss)
            go_on = tf.logical_or(finite, tf.logical_not(healthy))
            return i + 1, go_on, finite, losses.write(i, loss), accuracies.write(i, accuracy)

        done, _, _, losses, accuracies = tf.while_loop(
            lambda i, go_on, *_: tf.logical_and(i < count, go_on),
            body,
            (tf.constant(0), tf.constant(True), healthy, _per_step(count), _per_step(count)),
            parallel_iterations=1,
        )
        return losses.stack()[:done], accuracies.stack()[:done]

    def _gradients(self, plain: bool, images: Tensor, labels: Tensor, step: Tensor) -> Any:
        """Loss and accuracy of a batch, and the gradient of each weight."""
        structure = self.structure
        x = tf.cast(images, tf.float32) / 255.0
        x = tf.ensure_shape(x, [None, self.weights[0].shape[0]])
        with tf.GradientTape() as tape:
            dropout = None if plain else self._dropout_at(step)
            logits = logits_of(self.weights, x, structure.activations, dropout)
            loss = tf.reduce_mean(self._losses(labels, logits))
        accuracy = tf.reduce_mean(correct_of(structure, labels, logits))
        gradients = tape.gradient(loss, self.weights)
        if not plain:
            loss, gradients = self._with_penalty(loss, gradients)
        return loss, accuracy, gradients

    def _with_penalty(self, loss: Tensor, gradients: Any) -> Any:
        """Loss and gradients with the L2 penalty; unchanged if there is no penalty."""
        l2 = tf.identity(self._numbers["l2"])

        def added() -> Any:
            kernels = [
                gradient + 2.0 * l2 * kernel
                for gradient, kernel in zip(gradients[::2], self.weights[::2])
            ]
            both = [tensor for pair in zip(kernels, gradients[1::2]) for tensor in pair]
            return [loss + penalty_of(self.weights, l2)] + both

        result = tf.cond(l2 > 0.0, added, lambda: [loss] + gradients)
        return result[0], result[1:]

    def _losses(self, labels: Tensor, logits: Tensor) -> Tensor:
        y = tf.one_hot(labels, self.classes)
        return losses_of(self.structure.loss, self.structure.output, y, logits, self._numbers)

    def _dropout_at(self, step: Tensor) -> Any:
        """Dropout that depends on the seed, the step and the layer alone."""
        rate = tf.identity(self._numbers["dropout"])

        def dropout(x: Tensor, layer: int) -> Tensor:
            def dropped() -> Tensor:
                seed = tf.stack([tf.constant(self._seed * 64 + layer, tf.int64), step])
                kept = tf.random.stateless_uniform(tf.shape(x), seed) >= rate
                return tf.where(kept, x / (1.0 - rate), tf.zeros_like(x))

            return tf.cond(rate > 0.0, dropped, lambda: tf.identity(x))

        return dropout

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

    def _test_chunk(self, images: Tensor, labels: Tensor) -> Tuple[Tensor, Tensor]:
        x = tf.ensure_shape(tf.cast(images, tf.float32) / 255.0, [None, self.weights[0].shape[0]])
        logits = logits_of(self.weights, x, self.structure.activations)
        losses = self._losses(labels, logits)
        return tf.reduce_sum(losses), tf.reduce_sum(correct_of(self.structure, labels, logits))


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
