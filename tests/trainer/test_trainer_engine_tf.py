"""The graph: against Keras' own training, and to the bit against itself."""

import numpy as np
import pytest
from trainer_runs import PIXELS, config_of

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.RandomState(5)
IMAGES = RANDOM.randint(0, 256, (24, 10, PIXELS)).astype(np.uint8)
LABELS = RANDOM.randint(0, 10, (24, 10)).astype(np.int32)
RATES = np.linspace(0.01, 0.02, 24).astype(np.float32)


def engine_of(tmp_path, way="plain", **changes):
    from nanotrain_tui.trainer.graph.engine import Engine, Way
    from nanotrain_tui.trainer.graph.steps import Examples
    from nanotrain_tui.trainer.initializers import initial_weights
    from nanotrain_tui.trainer.network import network_of

    config = config_of(tmp_path, **changes)
    network = network_of(config, [PIXELS], 10)
    variables = network.weights + network.state
    weights = initial_weights("glorot_uniform", variables, config["train.seed"])
    block = (30, 10) if way == "block" else ()
    return Engine(config, network, weights, Way(way, *block), Examples(np.uint8, (PIXELS,)))


def slices(images, labels, size=70):
    return ((images[at : at + size], labels[at : at + size]) for at in range(0, len(images), size))


def train_in_blocks(engine, sizes):
    """Losses and accuracies of 24 steps, so many a call."""
    results, first = [], 0
    for size in sizes:
        part = slice(first, first + size)
        results.append(engine.train(IMAGES[part], LABELS[part], RATES[part], first))
        first += size
    return [np.concatenate(values) for values in zip(*results, strict=True)]


def assert_same_state(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


WAYS = ["fused", "plain", "xla", "block"]
ONE_LAYER = [{"units": 16, "activation": "tanh"}]  # compiled in two thirds of the time


@pytest.mark.parametrize("way", WAYS)
def test_the_number_of_steps_a_call_changes_no_bit(tmp_path, way):
    engine = engine_of(tmp_path, way, model__dropout=0.3, model__l2=1e-3, layers=ONE_LAYER)
    start, found = engine.state(), []
    for sizes in ([24], [1, 7, 2, 14]):
        engine.load(start)
        engine.updates = 0
        found.append((*train_in_blocks(engine, sizes), engine.state()))
    whole, parts = found
    np.testing.assert_array_equal(whole[:2], parts[:2])
    assert_same_state(whole[2], parts[2])


def test_warming_up_leaves_no_trace(tmp_path):
    engine, fresh = engine_of(tmp_path), engine_of(tmp_path)
    assert engine.warm_up(IMAGES[0], LABELS[0]) is None
    assert_same_state(engine.state(), fresh.state())
    assert engine.updates == 0


OPTIMIZERS = [
    "sgd", "adam", "adamw", "nadam", "adamax", "rmsprop", "adagrad", "adadelta"
]  # fmt: skip


# XLA compiles the plain formulas: one with two slots, one with a number as slot, one with a root.
WAYS_OF = {name: ["fused"] for name in OPTIMIZERS if name not in ("adagrad", "nadam")}  # no kernel
for name in ("adam", "nadam", "adadelta"):
    WAYS_OF[name] = [*WAYS_OF.get(name, []), "xla", "block"]


@pytest.mark.parametrize("optimizer", WAYS_OF)
def test_the_way_changes_only_float_error(tmp_path, optimizer):
    options = {"optimizer__name": optimizer, "layers": ONE_LAYER}
    if optimizer == "sgd":
        options.update(optimizer__momentum=0.9, optimizer__nesterov=True)
    plain = engine_of(tmp_path, **options)
    expected = train_in_blocks(plain, [24])
    for way in WAYS_OF[optimizer]:
        other = engine_of(tmp_path, way=way, **options)
        for first, second in zip(expected, train_in_blocks(other, [24]), strict=True):
            np.testing.assert_allclose(second, first, rtol=2e-3, atol=1e-4, err_msg=way)
        for name, value in plain.state().items():
            np.testing.assert_allclose(
                other.state()[name], value, rtol=2e-3, atol=2e-5, err_msg=f"{way} {name}"
            )


def test_a_block_trains_another_batch_size_without_compiling(tmp_path):
    block, fused = engine_of(tmp_path, way="block"), engine_of(tmp_path, way="fused")
    for engine in (block, fused):
        engine.train(IMAGES[:, :7], LABELS[:, :7], RATES, 0)
    assert_same_state(block.state(), fused.state())
    assert block._graph(12).train_compiled.experimental_get_tracing_count() == 0


def keras_twin(engine, l2):
    import tensorflow as tf

    keras = tf.keras
    layers = [
        keras.layers.Dense(units, activation, kernel_regularizer=keras.regularizers.L2(l2))
        for units, activation in ((16, "relu"), (12, "tanh"), (10, "softmax"))
    ]
    model = keras.Sequential([keras.Input((PIXELS,)), *layers])
    model.set_weights([weight.numpy() for weight in engine.weights])
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def test_training_and_testing_agree_with_keras(tmp_path):
    engine = engine_of(tmp_path, model__l2=0.01)
    model = keras_twin(engine, 0.01)
    x = IMAGES.astype(np.float32) / 255
    rates = np.full(24, 0.01, np.float32)
    losses, accuracies = engine.train(IMAGES, LABELS, rates, 0)
    for step in range(24):
        loss, accuracy = model.train_on_batch(x[step], LABELS[step])
        model.reset_metrics()
        assert losses[step] == pytest.approx(float(loss), rel=2e-3)
        assert accuracies[step] == pytest.approx(float(accuracy), abs=1e-6)
    theirs = model.evaluate(x.reshape(-1, PIXELS), LABELS.reshape(-1), verbose=0)
    tested = engine.evaluate(slices(IMAGES.reshape(-1, PIXELS), LABELS.reshape(-1)))
    ours = [tested["loss"], tested["accuracy"]]
    assert ours == pytest.approx([float(value) for value in theirs], rel=1e-3)


def test_dropout_zeroes_its_fraction_and_only_in_training(tmp_path):
    import tensorflow as tf

    from nanotrain_tui.trainer.layers import Call, Training
    from nanotrain_tui.trainer.layers.dense import Dropout

    engine = engine_of(tmp_path, model__dropout=0.25)
    step = Call([], [], Training(1, tf.constant(3, tf.int64), tf.constant(0.25)))
    first, second = (layer for layer in engine.network.layers if isinstance(layer, Dropout))
    x = first.outputs(tf.ones((1000, 16)), step).numpy()
    assert set(np.unique(x)) == {0.0, np.float32(1 / 0.75)}
    assert (x == 0).mean() == pytest.approx(0.25, abs=0.02)
    assert (second.outputs(tf.ones((1000, 16)), step).numpy() != x).any()
    still = engine_of(tmp_path)
    images, labels = IMAGES[0], LABELS[0]
    assert engine.evaluate(slices(images, labels)) == still.evaluate(slices(images, labels))


@pytest.fixture
def diverging(tmp_path):
    """An engine whose loss is finite for a step or more at a huge learning rate, and then not."""
    return engine_of(tmp_path, loss__name="mean_squared_error", output="linear",
                     optimizer__name="sgd")  # fmt: skip


def test_a_call_ends_at_the_step_whose_loss_is_not_finite(diverging):
    rates = np.full(24, 0.001, np.float32)
    rates[6:] = 1e10
    losses, accuracies = diverging.train(IMAGES, LABELS, rates, 0)
    assert len(losses) == len(accuracies) == diverging.updates < 24
    assert len(losses) > 7
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])


def test_a_diverged_network_goes_on_where_it_is_told_to(diverging):
    rates = np.full(24, 1e10, np.float32)
    done = len(diverging.train(IMAGES, LABELS, rates, 0)[0])
    losses, _ = diverging.train(IMAGES, LABELS, rates, done, healthy=False)
    assert len(losses) == 24
    assert np.isnan(losses[-1])
    diverging.load(engine_state_of_zeros(diverging))
    losses, _ = diverging.train(IMAGES, LABELS, rates, done, healthy=False)
    assert np.isfinite(losses[0])
    assert 1 < len(losses) < 24  # finite again, and so the next bad one is noticed


def engine_state_of_zeros(engine):
    return {name: np.zeros_like(value) for name, value in engine.state().items()}


def test_dropout_and_penalty_come_and_go_without_a_new_graph(tmp_path):
    engine = engine_of(tmp_path)
    options = [{"model__dropout": 0.3}, {"model__l2": 0.01}, {}]
    engine.train(IMAGES[:6], LABELS[:6], RATES[:6], 0)
    traced = engine._graph(12).train.experimental_get_tracing_count()
    for i, changes in enumerate(options, 1):
        engine.set_numbers(config_of(tmp_path, **changes))
        fresh = engine_of(tmp_path, **changes)
        fresh.load(engine.state())
        fresh.updates = engine.updates
        part = slice(6 * i, 6 * i + 6)
        for first, second in zip(
            engine.train(IMAGES[part], LABELS[part], RATES[part], 6 * i),
            fresh.train(IMAGES[part], LABELS[part], RATES[part], 6 * i),
            strict=True,
        ):
            np.testing.assert_array_equal(first, second)
    assert engine._graph(12).train.experimental_get_tracing_count() == traced == 1


def test_dropout_drops_in_training_only(tmp_path):
    engines = [engine_of(tmp_path, model__dropout=rate) for rate in (0.0, 0.5)]
    for engine in engines:
        engine.load(engines[0].state())
    plain, dropped = [engine.train(IMAGES[:1], LABELS[:1], RATES[:1], 0)[0] for engine in engines]
    assert np.isfinite(dropped).all() and not np.isclose(dropped, plain).any()
    for engine in engines:
        engine.load(engines[0].state())
    tested = [engine.evaluate(slices(IMAGES[0], LABELS[0]))["loss"] for engine in engines]
    assert tested[0] == tested[1]


def test_a_linear_model_has_no_hidden_layer(tmp_path):
    engine = engine_of(tmp_path, layers=[])
    assert engine.parameters == PIXELS * 10 + 10
    losses, _ = train_in_blocks(engine, [24])
    assert np.isfinite(losses).all()


def test_a_network_larger_than_the_machine_is_refused(tmp_path):
    from nanotrain_tui.trainer.model import check_memory
    from nanotrain_tui.trainer.network import network_of
    from nanotrain_tui.trainer.protocol import Failed

    config = config_of(tmp_path, layers=[{"units": 10**12, "activation": "relu"}])
    with pytest.raises(Failed, match="fewer units") as failure:
        check_memory(config, network_of(config, [PIXELS], 10))
    assert (failure.value.kind, failure.value.key) == ("memory", "model.hidden")


def test_where_xla_cannot_compile_training_goes_without(tmp_path, monkeypatch):
    import tensorflow as tf

    from nanotrain_tui.trainer.graph import updates

    real = tf.function

    def no_compiler(function, jit_compile=None, **options):
        if not jit_compile:
            return real(function, **options)

        def refuse(*arguments):
            raise tf.errors.UnimplementedError(None, None, "no XLA in this build\nmore")

        return refuse

    monkeypatch.setattr(updates.tf, "function", no_compiler)
    engine = engine_of(tmp_path, way="xla")
    assert engine.warm_up(IMAGES[0], LABELS[0]) == "no XLA in this build"
    assert engine.way.name == "fused"
    assert_same_state(engine.state(), engine_of(tmp_path).state())


@pytest.mark.parametrize("name", ["sgd", "nadam", "rmsprop"])
def test_another_optimizer_keeps_the_weights_and_starts_afresh(tmp_path, name):
    engine = engine_of(tmp_path)
    train_in_blocks(engine, [24])
    before = [weight.numpy() for weight in engine.weights]
    engine.restructure(config_of(tmp_path, optimizer__name=name))
    for weight, kept in zip(engine.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), kept)
    assert engine.updates == 0
    train_in_blocks(engine, [24])
    assert engine.updates == 24


def test_the_configuration_weighs_the_classes():
    from nanotrain_tui.trainer.data.dataset import BINARY, Dataset, Rows
    from nanotrain_tui.trainer.graph.steps import examples_of

    rows = Rows(np.zeros((10, 1), np.float32), np.array([0] * 8 + [1] * 2))
    data = Dataset("made", "here", rows, rows, BINARY, 2)
    assert examples_of(data, {"train.class_weights": "1, 2.5"}).class_weights == (1.0, 2.5)
    assert examples_of(data, {}).class_weights == ()
