"""The graph: K steps a call, every step's loss and metric returned.

One ``tf.function`` takes a block of K batches and loops over them. K is an open dimension, so a
call of any length needs no new graph and gives the same bits. The numbers of the configuration are
variables, so a change of learning rate or dropout needs no new graph either.
"""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf

from ..activations import ACTIVATIONS
from ..data.class_weights import class_weights_of
from ..data.dataset import BINARY, CLASSIFICATION, REGRESSION, Dataset
from ..layers import Training
from ..losses import losses_of
from ..metrics import middle_of
from ..model import Structure
from ..network import Network, prepared
from . import inputs as inputs_of
from .augmentation import are_pictures, augmentation_of, augmented, refuse_unless_pictures
from .updates import Apply

Tensor = Any
# Softmax cross-entropy needs no one-hot labels.
SPARSE = (CLASSIFICATION, "categorical_crossentropy", "softmax")
KEEPS_ORDER = ("softmax", "sigmoid", "linear")


class Examples(NamedTuple):
    """What the graph is built for, besides the network: the form of the examples."""

    input_type: Any  # NumPy's
    shape: Tuple[int, ...]  # of an example
    task: str = CLASSIFICATION
    outputs: int = 10
    scale: Tuple[float, ...] = ()  # of each output of a regression, in the target's units
    class_weights: Tuple[float, ...] = ()  # of each class in the training's loss; none: all 1

    @property
    def are_pictures(self) -> bool:
        """Whether they can be augmented."""
        return are_pictures(self.input_type, self.shape)


def examples_of(data: Dataset, config: Mapping[str, Any]) -> Examples:
    """The form of the examples of a data set. Raises DataError."""
    refuse_unless_pictures(config, data.train.dtype, data.train.shape)
    scale = data.scale or (1.0,) * data.outputs
    weights = class_weights_of(config.get("train.class_weights"), data)
    return Examples(data.train.dtype, data.train.shape, data.task, data.outputs, scale, weights)


class Variables(NamedTuple):
    """What the graph reads and assigns."""

    weights: List[Any]
    state: List[Any]
    numbers: Dict[str, Any]  # of dropout, penalty, augmentation, loss and optimizer, by name
    seed: int


class _Part(NamedTuple):
    """Some rows of a batch: which part it is, and the place of its first row in the batch.

    ``shares`` is the gradient of the batch's mean by the loss of each row.
    """

    number: int
    first: Any
    inputs: Any
    targets: Tensor
    shares: Tensor


class Steps:
    """Builds the functions of the graph for a network and its variables."""

    def __init__(
        self, network: Network, structure: Structure, examples: Examples, variables: Variables,
        can_augment: bool, use_matmul: bool = False, parts: int = 1, use_pairs: bool = False,
    ) -> None:  # fmt: skip
        """Without ``can_augment`` the graph has no operation that changes pictures.

        ``use_matmul`` is for a block that XLA compiles for a CPU (``layers.matmul``), and
        ``use_pairs`` for TensorFlow's own kernels (``layers.pairs``). ``parts`` of a batch, each of
        at least one example, are computed side by side (``threads``).
        """
        self._network, self._structure, self._examples = network, structure, examples
        self._weights, self._state = variables.weights, variables.state
        self._numbers, self._seed = variables.numbers, variables.seed
        self._can_augment, self._parts = can_augment, parts
        self._use_matmul, self._use_pairs = use_matmul, use_pairs

    def training(self, apply: Apply, fixed: Sequence[int] = ()) -> Any:
        """A function of inputs, targets, rates, how many of them count, step, updates, healthy.

        It returns the number of steps made, their losses and metrics. ``fixed`` are the steps and
        the batch size of a block to compile; otherwise both are open.
        """
        block: List[Optional[int]] = list(fixed) or [None, None]

        def train(*arguments: Tensor) -> Any:
            """Without dropout, L2 and augmentation, the steps need not test for any of them."""
            plain = tf.logical_and(self._numbers["dropout"] <= 0.0, self._numbers["l2"] <= 0.0)
            if self._can_augment:
                plain = tf.logical_and(plain, tf.logical_not(self._augments()))
            return tf.cond(
                plain,
                lambda: self._steps(True, apply, *arguments),
                lambda: self._steps(False, apply, *arguments),
            )

        return tf.function(
            train,
            autograph=False,
            jit_compile=True if fixed else None,
            input_signature=[
                *self._specs(block),
                tf.TensorSpec(block[:1], tf.float32),
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([], tf.int64),
                tf.TensorSpec([], tf.float32),
                tf.TensorSpec([], tf.bool),
            ],
        )

    def testing(self) -> Any:
        """A function of inputs and targets: the sum of the losses, and the scores."""

        def test(inputs: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor]:
            parts = self._parts_of(inputs, tf.shape(targets)[0])
            made = [self._logits(part) for part in parts]
            logits = made[0] if len(made) == 1 else tf.concat(made, 0)
            return tf.reduce_sum(self._losses(targets, logits)), self._scores(logits)

        return tf.function(test, autograph=False, input_signature=self._specs([None]))

    def _specs(self, before: List[Optional[int]]) -> List[Any]:
        """Of inputs and targets, with these dimensions before those of an example."""
        form = self._examples
        inputs = inputs_of.specs(form.input_type, form.shape, before)
        if form.task == REGRESSION:
            return [inputs, tf.TensorSpec(before + [form.outputs], tf.float32)]
        return [inputs, tf.TensorSpec(before, tf.int32)]

    def _steps(
        self,
        plain: bool,
        apply: Apply,
        inputs: Tensor,
        targets: Tensor,
        rates: Tensor,
        count: Tensor,
        step: Tensor,
        updates: Tensor,
        healthy: Tensor,
    ) -> Tuple[Tensor, Tensor, Tensor]:
        length = tf.shape(rates)[0] if rates.shape[0] is None else rates.shape[0]
        batch = tf.shape(targets)[1]
        shares = tf.fill([batch], 1.0 / tf.cast(batch, tf.float32))

        def body(i: Tensor, _: Tensor, healthy: Tensor, losses: Tensor, metrics: Tensor) -> Any:
            loss, metric, gradients = self._gradients(
                plain, inputs_of.at(inputs, i), targets[i], shares, step + tf.cast(i, tf.int64)
            )
            apply(gradients, rates[i], updates + tf.cast(i + 1, tf.float32))
            finite = tf.math.is_finite(loss)
            go_on = tf.logical_or(finite, tf.logical_not(healthy))
            return i + 1, go_on, finite, losses.write(i, loss), metrics.write(i, metric)

        done, _, _, losses, metrics = tf.while_loop(
            lambda i, go_on, *_: tf.logical_and(i < count, go_on),
            body,
            (tf.constant(0), tf.constant(True), healthy, _per_step(length), _per_step(length)),
            parallel_iterations=1,
        )
        return done, losses.stack(), metrics.stack()

    def _gradients(
        self, plain: bool, inputs: Tensor, targets: Tensor, shares: Tensor, step: Tensor
    ) -> Any:
        """Loss and metric of a batch, and the gradient of each weight.

        ``shares`` (batch,) is the gradient of a mean. Given from outside of the loop, it saves the
        step the operations on shapes in the gradient of ``reduce_mean``.
        """
        batch = tf.shape(targets)[0]
        firsts = self._bounds(batch)
        rows = zip(*(self._parts_of(one, batch) for one in (inputs, targets, shares)))
        made = [
            self._of_part(plain, _Part(number, firsts[number], *of_part), step)
            for number, of_part in enumerate(rows)
        ]
        losses, logits, gradients = made[0]
        if len(made) > 1:
            losses, logits = (tf.concat([one[i] for one in made], 0) for i in (0, 1))
            gradients = [tf.add_n(of_weight) for of_weight in zip(*(one[2] for one in made))]
        loss, metric = tf.reduce_mean(losses), self._step_metric(targets, logits)
        if not plain:
            loss, gradients = self._with_penalty(loss, gradients)
        return loss, metric, gradients

    def _bounds(self, batch: Tensor) -> List[Any]:
        """Where each part of a batch begins, and the last one ends."""
        if self._parts == 1:
            return [0, batch]
        return [batch * number // self._parts for number in range(self._parts + 1)]

    def _parts_of(self, x: Any, batch: Tensor) -> List[Any]:
        """The rows of each part of a batch."""
        if self._parts == 1:
            return [x]
        bounds = self._bounds(batch)
        return [inputs_of.at(x, slice(first, end)) for first, end in zip(bounds, bounds[1:])]

    def _of_part(
        self, plain: bool, part: _Part, step: Tensor
    ) -> Tuple[Tensor, Tensor, List[Tensor]]:
        """Losses, logits and gradients of a part of a batch."""
        dropout, inputs = None if plain else tf.identity(self._numbers["dropout"]), part.inputs
        if self._can_augment and not plain:
            inputs = self._augmented(inputs, step, part.first)
        training = Training(
            self._seed, step, dropout, self._use_matmul, part.number, self._use_pairs
        )
        with tf.GradientTape() as tape:
            logits = self._logits(inputs, training)
            losses = self._losses(part.targets, logits)
            if self._examples.class_weights:
                losses *= tf.gather(tf.constant(self._examples.class_weights), part.targets)
        return losses, logits, tape.gradient(losses, self._weights, part.shares)

    def _augments(self) -> Tensor:
        """Whether pictures are changed."""
        return tf.add_n([self._numbers[name] for name in augmentation_of({})]) > 0.0

    def _augmented(self, inputs: Tensor, step: Tensor, first: Any) -> Tensor:
        """Pictures of a batch, from the ``first``, as float32, changed as configured."""
        form = self._examples
        numbers = {name: tf.identity(self._numbers[name]) for name in augmentation_of({})}
        limits = (0.0, 1.0) if tf.as_dtype(form.input_type) == tf.uint8 else None
        x = prepared(inputs, form.shape)
        return tf.cond(
            self._augments(),
            lambda: augmented(x, numbers, (self._seed, step), limits, first=first),
            lambda: tf.identity(x),
        )

    def _logits(self, inputs: Tensor, training: Optional[Training] = None) -> Tensor:
        return self._network.logits(inputs, self._weights, self._state, training)

    def _with_penalty(self, loss: Tensor, gradients: Any) -> Any:
        """Loss and gradients with the L2 penalty; unchanged if there is no penalty."""
        l2, kernels = tf.identity(self._numbers["l2"]), set(self._network.kernels)

        def added() -> Any:
            both = [
                gradient + 2.0 * l2 * weight if i in kernels else gradient
                for i, (gradient, weight) in enumerate(zip(gradients, self._weights))
            ]
            return [loss + self.penalty(l2)] + both

        result = tf.cond(l2 > 0.0, added, lambda: [loss] + gradients)
        return result[0], result[1:]

    def penalty(self, l2: Tensor) -> Tensor:
        """The L2 penalty: l2 * sum of squares of the kernels, not of other variables."""
        kernels = [self._weights[i] for i in self._network.kernels]
        return l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in kernels])

    def _losses(self, targets: Tensor, logits: Tensor) -> Tensor:
        structure, task = self._structure, self._examples.task
        return example_losses(
            task, structure.loss, structure.output, targets, logits, self._numbers
        )

    def _scores(self, logits: Tensor) -> Tensor:
        return scores_of(self._examples.task, self._structure.output, logits)

    def _step_metric(self, targets: Tensor, logits: Tensor) -> Tensor:
        """The metric of a batch that the task reports at each step."""
        scores = self._scores(logits)
        if self._examples.task == REGRESSION:
            scale = tf.constant(self._examples.scale, tf.float32)
            return tf.reduce_mean(tf.abs(scores - targets) * scale)
        if self._examples.task == BINARY:
            guesses = tf.cast(scores[:, 0] >= middle_of(self._structure.loss), tf.int32)
        else:
            guesses = tf.argmax(scores, axis=-1, output_type=tf.int32)
        return tf.reduce_mean(tf.cast(tf.equal(guesses, targets), tf.float32))


def example_losses(
    task: str, loss: str, output: str, targets: Tensor, logits: Tensor,
    parameters: Mapping[str, Tensor],
) -> Tensor:  # fmt: skip
    """The loss of each example, (batch,), for the targets as the data source gives them."""
    y = targets
    if (task, loss, output) == SPARSE:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
    if task == CLASSIFICATION:
        y = tf.one_hot(targets, logits.shape[-1])
    elif task == BINARY:
        y = tf.cast(targets, tf.float32)[:, None]
    return losses_of(loss, output, y, logits, parameters)


def scores_of(task: str, output: str, logits: Tensor) -> Tensor:
    """The outputs; or the logits where the largest output is asked for.

    Softmax and sigmoid keep the order, but saturate: the largest logit is not in doubt.
    """
    if task == CLASSIFICATION and output in KEEPS_ORDER:
        return logits
    return ACTIVATIONS[output](logits)


def _per_step(count: Tensor) -> Any:
    """One number for each step; zero if the step was not made."""
    return tf.TensorArray(tf.float32, count, element_shape=[])
