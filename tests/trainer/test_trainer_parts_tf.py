"""Activations, losses and optimizers against the installed Keras."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.RandomState(3)
X = np.concatenate([np.linspace(-8, 8, 41), [-3.0, 3.0, 6.0, 0.0]]).astype(np.float32)
LABELS = RANDOM.randint(0, 5, 12)
Y = np.eye(5, dtype=np.float32)[LABELS]
LOGITS = (3 * RANDOM.randn(12, 5)).astype(np.float32)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("tensorflow").keras


@pytest.mark.parametrize(
    "name",
    ["relu", "sigmoid", "tanh", "softsign", "elu", "linear", "softplus", "selu", "gelu", "swish",
     "softmax", "exponential", "hard_sigmoid", "relu6", "leaky_relu"],
)  # fmt: skip
def test_activations(keras, name):
    from nanotrain_tui.trainer.activations import ACTIVATIONS

    x = X.reshape(5, 9)
    np.testing.assert_allclose(
        ACTIVATIONS[name](x), keras.activations.get(name)(x), rtol=1e-6, atol=1e-7
    )


def test_every_activation_is_compared():
    from nanotrain_tui.trainer.activations import ACTIVATIONS

    marks = {mark.args[0]: mark.args[1] for mark in test_activations.pytestmark}
    assert set(marks["name"]) == set(ACTIVATIONS)


LOSS_CASES = [
    ("categorical_crossentropy", "softmax", "CategoricalCrossentropy"),
    ("categorical_crossentropy", "sigmoid", "CategoricalCrossentropy"),
    ("binary_crossentropy", "sigmoid", "BinaryCrossentropy"),
    ("binary_crossentropy", "softmax", "BinaryCrossentropy"),
    ("mean_squared_error", "linear", "MeanSquaredError"),
    ("mean_absolute_error", "linear", "MeanAbsoluteError"),
    ("huber", "linear", "Huber"),
    ("hinge", "linear", "Hinge"),
    ("kl_divergence", "softmax", "KLDivergence"),
    ("poisson", "softplus", "Poisson"),
    ("log_cosh", "linear", "LogCosh"),
    ("cosine_similarity", "linear", "CosineSimilarity"),
]


@pytest.mark.parametrize(("name", "output", "keras_name"), LOSS_CASES)
def test_losses(keras, name, output, keras_name):
    from nanotrain_tui.trainer.activations import ACTIVATIONS
    from nanotrain_tui.trainer.losses import losses_of

    ours = losses_of(name, output, Y, LOGITS, {"huber_delta": np.float32(0.7)})
    options = {"delta": 0.7} if name == "huber" else {}
    theirs = getattr(keras.losses, keras_name)(**options)(Y, ACTIVATIONS[output](LOGITS))
    assert ours.shape == (12,)
    assert float(np.mean(ours)) == pytest.approx(float(theirs), rel=2e-6)


def test_every_loss_is_compared():
    from nanotrain_tui.trainer.losses import LOSSES

    assert {name for name, _, _ in LOSS_CASES} == set(LOSSES)


def test_cross_entropy_stays_finite_where_softmax_saturates():
    from nanotrain_tui.trainer.losses import losses_of

    wild = np.float32([[3000.0, -3000.0, 0, 0, 0]])
    y = Y[:1] * 0 + [0, 1, 0, 0, 0]
    loss = losses_of("categorical_crossentropy", "softmax", y, wild, {})
    assert float(loss[0]) == 6000.0


OPTIMIZER_CASES = [
    ("sgd", "SGD", {}),
    ("sgd", "SGD", {"momentum": 0.9}),
    ("sgd", "SGD", {"momentum": 0.9, "nesterov": True}),
    ("adam", "Adam", {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-5}),
    ("adamw", "AdamW", {"weight_decay": 0.02}),
    ("nadam", "Nadam", {}),
    ("adamax", "Adamax", {}),
    ("rmsprop", "RMSprop", {"rho": 0.8}),
    ("rmsprop", "RMSprop", {"momentum": 0.5}),
    ("adagrad", "Adagrad", {"initial_accumulator_value": 0.3}),
    ("adadelta", "Adadelta", {}),
]


@pytest.mark.parametrize(("name", "keras_name", "parameters"), OPTIMIZER_CASES)
def test_optimizers_walk_with_keras(keras, name, keras_name, parameters):
    import tensorflow as tf

    from nanotrain_tui.trainer.optimizers import OPTIMIZERS, UpdateContext, initial_slot

    random = np.random.RandomState(1)
    start = random.randn(6, 4).astype(np.float32)
    theirs = keras.optimizers.__dict__[keras_name](learning_rate=0.05, **parameters)
    variable = tf.Variable(start)
    ours = OPTIMIZERS[name]
    numbers = dict(ours.defaults, **{key: float(value) for key, value in parameters.items()})
    slots = [initial_slot(slot, start, numbers) for slot in ours.slots]
    tensors = {key: tf.constant(value, tf.float32) for key, value in numbers.items()}
    weight = tf.constant(start)
    for step in range(1, 31):
        gradient = tf.constant(random.randn(6, 4).astype(np.float32))
        theirs.apply_gradients([(gradient, variable)])
        context = UpdateContext(tf.constant(0.05), tf.constant(float(step)), tensors)
        weight, slots = ours.update(weight, gradient, slots, context)
    np.testing.assert_allclose(weight, variable, rtol=1e-5, atol=1e-5)
    assert np.abs(weight - start).max() > 1e-4


def test_every_optimizer_is_compared():
    from nanotrain_tui.trainer.optimizers import OPTIMIZERS

    assert {name for name, _, _ in OPTIMIZER_CASES} == set(OPTIMIZERS)
