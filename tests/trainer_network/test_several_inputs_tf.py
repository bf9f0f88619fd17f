"""Examples of several inputs, each of its own type and shape, from the rows to the update."""

import numpy as np
import pytest
from trainer_runs import config_of, dense_network

pytestmark = pytest.mark.tensorflow

FORM = np.dtype([("picture", np.uint8, (3, 2)), ("numbers", np.float32, (4,)), ("day", np.int32)])
COUNT, STEPS, BATCH = 60, 5, 7
RANDOM = np.random.RandomState(2)
EXAMPLES = np.zeros(COUNT, FORM)
EXAMPLES["picture"] = RANDOM.randint(0, 256, (COUNT, 3, 2))
EXAMPLES["numbers"] = RANDOM.normal(size=(COUNT, 4))
EXAMPLES["day"] = RANDOM.randint(0, 7, COUNT)
CLASSES = RANDOM.randint(0, 10, COUNT).astype(np.int32)
# The same as one row for each example.
JOINED = np.concatenate(
    [EXAMPLES["picture"].reshape(COUNT, 6) / 255, EXAMPLES["numbers"], np.eye(7)[EXAMPLES["day"]]],
    axis=1,
).astype(np.float32)


class SeveralInputs:
    """The model of a network for joined rows, which joins them itself."""

    def __init__(self, network):
        self._network = network
        self.weights, self.state, self.kernels = network.weights, network.state, network.kernels
        self.parameters, self.convolves = network.parameters, False

    def logits(self, x, weights, state, training=None):
        import tensorflow as tf

        picture = tf.cast(tf.reshape(x["picture"], [-1, 6]), tf.float32) / 255.0
        joined = tf.concat([picture, x["numbers"], tf.one_hot(x["day"], 7)], -1)
        return self._network.logits(joined, weights, state, training)


def engine_of(inputs, way, parts):
    from nanotrain_tui.trainer.graph.engine import Engine, Way
    from nanotrain_tui.trainer.graph.steps import Examples
    from nanotrain_tui.trainer.initializers import initial_weights

    network = dense_network(17, 12, 10)
    weights = initial_weights("glorot_uniform", network.weights, 1)
    model = SeveralInputs(network) if inputs.dtype.names else network
    block = (8, BATCH) if way == "block" else ()
    examples = Examples(inputs.dtype, inputs.shape[1:])
    return Engine(config_of("unused"), model, weights, Way(way, *block), examples, parts)


@pytest.mark.parametrize(("way", "parts"), [("fused", 1), ("plain", 2), ("block", 1)])
def test_they_are_trained_as_if_they_were_one(way, parts):
    from nanotrain_tui.trainer.batches import Batches
    from nanotrain_tui.trainer.blocks import Blocks
    from nanotrain_tui.trainer.data.dataset import Rows

    made = []
    for inputs in (EXAMPLES, JOINED):
        rows, engine = Rows(inputs, CLASSES), engine_of(inputs, way, parts)
        assert rows.example_bytes == inputs[:1].nbytes
        blocks = Blocks(rows, Batches(COUNT, 1))
        rates, losses = np.full(STEPS, 0.01, np.float32), []
        for call in range(3):  # the second one is gathered ahead
            batch = blocks.take(STEPS, BATCH)
            blocks.gather_ahead(STEPS * BATCH)
            losses += engine.train(*batch, rates, call * STEPS)[0].tolist()
        values = engine.evaluate(iter([rows.slice(0, 40), rows.slice(40, 40)]))
        made.append([losses, values["loss"], values["accuracy"], engine.outputs(inputs[:9])])
    assert len(made[0][0]) == 3 * STEPS
    for one, other in zip(*made, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
