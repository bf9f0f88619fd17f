"""Augmentation while a network trains: to the bit in each way, live, and never in an evaluation."""

import numpy as np
import pytest
import trainer_runs
from trainer_runs import PICTURES, at, of_kind, serve_here, values_of, write_data

pytestmark = pytest.mark.tensorflow

EVERY = {
    "augment__flip": "horizontal", "augment__shift": 0.2, "augment__rotate": 20.0,
    "augment__zoom": 0.2, "augment__brightness": 0.3, "augment__contrast": 0.3,
    "augment__cutout": 0.4,
}  # fmt: skip
NUMBERS = {key.replace("__", "."): value for key, value in EVERY.items()}
WAYS = ["fused", "plain", "xla", "block"]


def config_of(folder, **changes):
    return trainer_runs.config_of(folder, **{**PICTURES, **changes})


def engine_of(way="fused", **changes):
    from nanotrain_tui.trainer.graph.engine import Engine, Way
    from nanotrain_tui.trainer.graph.steps import Examples
    from nanotrain_tui.trainer.initializers import initial_weights
    from nanotrain_tui.trainer.network import network_of

    config = config_of("unused", **changes)
    examples = Examples(np.uint8, (8, 8, 3))
    network = network_of(config, examples.shape, 10)
    weights = initial_weights("he_uniform", network.weights, 1)
    return Engine(
        config, network, weights, Way(way, 6, 12) if way == "block" else Way(way), examples
    )


def batches(count=6):
    random = np.random.RandomState(0)
    inputs = random.randint(0, 256, (count, 12, 8, 8, 3)).astype(np.uint8)
    return inputs, random.randint(0, 10, (count, 12)).astype(np.int32)


def trained(engine, *parts, **options):
    inputs, targets = batches()
    losses = []
    for part in parts:
        rates = np.full(part.stop - part.start, 0.01, np.float32)
        losses.append(engine.train(inputs[part], targets[part], rates, part.start, **options)[0])
    return np.concatenate(losses)


@pytest.mark.parametrize("way", WAYS)
def test_the_bits_do_not_depend_on_the_number_of_steps_in_a_call(way):
    whole = trained(engine_of(way, **EVERY), slice(0, 6))
    assert np.isfinite(whole).all()
    assert not np.array_equal(whole, trained(engine_of(way), slice(0, 6)))
    cut = trained(engine_of(way, **EVERY), slice(0, 1), slice(1, 4), slice(4, 6))
    assert cut.tobytes() == whole.tobytes()


@pytest.mark.parametrize("way", WAYS)
def test_the_graph_sees_the_pictures_of_numpy(way):
    """A network that trains with a rate of 0 on augmented pictures tests the same losses."""
    from nanotrain_tui.trainer.graph.augmentation import augmentation_of, augmented, in_numpy

    engine = engine_of(way, **EVERY)
    inputs, targets = batches()
    losses, _ = engine.train(inputs, targets, np.zeros(6, np.float32), 40)
    plain = engine_of()
    plain.load(engine.state())
    for step, (pictures, wanted) in enumerate(zip(inputs, targets, strict=True)):
        seen = augmented(
            np.float32(pictures) / np.float32(255), augmentation_of(NUMBERS), (1, 40 + step),
            (0.0, 1.0), in_numpy(),
        )  # fmt: skip
        loss = _loss_of(plain, seen, wanted)
        assert losses[step] == pytest.approx(loss, rel=1e-4)


def _loss_of(engine, pictures, targets):
    import tensorflow as tf

    logits = engine.network.logits(tf.constant(pictures), engine.weights, [], None)
    return float(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)))


def test_values_change_without_a_new_graph_and_evaluations_see_plain_pictures():
    engine = engine_of()
    plain = trained(engine, slice(0, 2))
    traced = engine._graph(12).train.experimental_get_tracing_count()
    inputs, targets = batches()
    before = engine.evaluate(iter([(inputs[0], targets[0])]))
    engine.set_numbers(config_of("unused", **EVERY))
    assert engine.augments
    assert engine.evaluate(iter([(inputs[0], targets[0])])) == before
    trained(engine, slice(2, 4))
    engine.set_numbers(config_of("unused"))
    trained(engine, slice(4, 6))
    assert engine._graph(12).train.experimental_get_tracing_count() == traced
    assert trained(engine_of(), slice(0, 2)).tobytes() == plain.tobytes()


def test_a_live_edit_counts_from_its_step_on(tmp_path):
    write_data(tmp_path)
    plain = values_of(serve_here(config_of(tmp_path))[1], "loss")
    edit = {"id": 2, "do": "set", "values": NUMBERS}
    script = [
        (at("started"), {"id": 9, "do": "pause"}), (at("paused"), edit),
        (at("edited"), {"id": 3, "do": "resume"}),
    ]  # fmt: skip
    _, events = serve_here(config_of(tmp_path), script)
    edited = of_kind(events, "edited")[0]
    assert not edited["retraced"] and set(edited["changes"]) == set(NUMBERS)
    found, step = values_of(events, "loss"), edited["step"]
    assert found[:step].tobytes() == plain[:step].tobytes()
    assert (found[step:] != plain[step:]).all()
    again = config_of(tmp_path, edits=[{"step": step, "set": NUMBERS}])
    assert values_of(serve_here(again)[1], "loss").tobytes() == found.tobytes()


def test_data_without_pictures_is_refused_with_the_key(tmp_path):
    np.savez(tmp_path / "rows.npz", x=np.random.RandomState(0).rand(90, 5), y=np.arange(90) % 3)
    own = {"data__name": "npz", "data__path": str(tmp_path / "rows.npz")}
    _, events = serve_here(config_of(tmp_path, **own, augment__zoom=0.1))
    failed = of_kind(events, "failed")[0]
    assert failed["key"] == "augment.zoom" and "Only pictures" in failed["message"]
    edit = {"id": 2, "do": "set", "values": {"augment.flip": "both"}}
    _, events = serve_here(config_of(tmp_path, **own), [(at("started"), edit)])
    answers = [event for event in events if event.get("id") == 2]
    assert "augment.flip: Only pictures" in str(answers) and events[-1]["event"] == "finished"
