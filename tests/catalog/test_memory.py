"""The estimate of memory: what was measured, and how it grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog import OPTIMIZERS, check
from nanotrain_tui.catalog.memory_estimate import estimate, fitting_batch, framework_mb

MNIST = ((28, 28), 10, 60000, 10000)

# Measured with `python -m benchmarks memory --data MNIST` on two cores, in MB: TensorFlow 2.21
# under Python 3.11, TensorFlow 2.6.2 under Python 3.6.
MEASURED = (
    ("none", 100, "sgd", 694, 422),
    ("1024", 100, "sgd", 757, 463),
    ("1024", 100, "adam", 774, 484),
    ("1024", 10000, "adam", 944, 609),
    ("256, 256, 256, 256", 10000, "rmsprop", 1027, 642),
    ("4096, 4096", 100, "sgd", 1243, 914),
    ("4096, 4096", 100, "adam", 1443, 1087),
    ("4096, 4096", 1000, "nadam", 1481, 1138),
    ("4096, 4096", 5000, "adam", 1518, 1259),
    ("8192, 8192", 100, "adam", 3316, 2695),
)

units = st.integers(1, 5000)
batches = st.integers(1, 20000)
optimizers = st.sampled_from(sorted(OPTIMIZERS))


def config(hidden="1024", batch=100, optimizer="adam"):
    values = {"model.hidden": hidden, "train.batch_size": batch, "optimizer.name": optimizer}
    return check(values)


def total(*choices, data=MNIST, **more):
    return estimate(config(*choices), *data, **more).total_mb


@pytest.mark.parametrize(("hidden", "batch", "optimizer", "newest_mb", "oldest_mb"), MEASURED)
def test_the_estimate_is_near_what_was_measured(hidden, batch, optimizer, newest_mb, oldest_mb):
    for version, took_mb in (("2.21.0", newest_mb), ("2.6.2", oldest_mb)):
        told = total(hidden, batch, optimizer, tensorflow=version)
        assert 0.90 * took_mb <= told <= 1.25 * took_mb, version


# The same for lists of layers, with TensorFlow 2.21 alone.
LENET = "conv 6 5x5, pool 2, conv 16 5x5 valid, pool 2, flatten, dense 120, dense 84"
DEEP = "conv 32 3x3, batchnorm, conv 32 3x3, pool 2, dropout 0.3, conv 64 3x3, pool 2, flatten"
SEPARABLE = "conv 32 3x3, separable 64 3x3, pool 2, separable 64 3x3, layernorm, global-avgpool"
LISTS = (
    (LENET, 100, "adam", 825),
    (LENET, 2000, "adam", 1062),
    (DEEP, 100, "adam", 1114),
    (DEEP, 1000, "sgd", 1597),
    (SEPARABLE, 1000, "adam", 1646),
)


@pytest.mark.parametrize(("layers", "batch", "optimizer", "took_mb"), LISTS)
def test_the_estimate_of_a_list_is_near_what_was_measured(layers, batch, optimizer, took_mb):
    values = {"model.layers": layers, "train.batch_size": batch, "optimizer.name": optimizer}
    told = estimate(check(values), *MNIST, tensorflow="2.21.0").total_mb
    assert 0.90 * took_mb <= told <= 1.25 * took_mb


def test_the_parts_add_up():
    need = estimate(config("4096, 4096", 5000), *MNIST)
    assert need.total_mb == pytest.approx(sum(need[:-1]))


def test_weights_and_slots_are_counted_in_float32():
    need = estimate(config("1024"), *MNIST)
    weights_mb = 4 * (785 * 1024 + 1025 * 10) / 2**20
    assert need.weights_mb == pytest.approx(3 * weights_mb)
    assert need.slots_mb == pytest.approx(2 * 2 * weights_mb)


def test_other_data_count_as_they_are():
    small = total(data=((8, 8), 2, 100, 50))
    large = total(data=((64, 64, 3), 1000, 50000, 10000))
    assert small < total() < large


def test_an_older_tensorflow_takes_less_and_an_unknown_one_counts_as_the_newest():
    assert framework_mb("2.6.2") < framework_mb("2.13.1") < framework_mb("2.21.0")
    assert framework_mb() == framework_mb("nightly") == framework_mb("3.0.0")


@pytest.mark.parametrize(("optimizer", "took_mb"), [("adam", 1673), ("sgd", 1392)])
def test_a_checkpoint_is_held_besides(optimizer, took_mb):
    told = total("4096, 4096", 100, optimizer, restored=True)
    assert 0.90 * took_mb <= told <= 1.25 * took_mb


def test_cuda_counts():
    assert total(gpu=True) > total() + 500


def test_an_evaluation_holds_the_outputs_of_every_layer():
    few, more = (estimate(config(hidden, 1), *MNIST) for hidden in ("1000", "2000"))
    outputs_mb = 1000 * 2 * 1000 * 4 / 2**20  # at most 1,000 images at once
    assert more.activations_mb - few.activations_mb == pytest.approx(outputs_mb, rel=1e-4)


@given(units, units, batches, batches, optimizers)
def test_more_units_and_larger_batches_never_need_less(few, more, small, large, optimizer):
    (few, more), (small, large) = sorted((few, more)), sorted((small, large))
    assert total(f"{few}, {few}", small, optimizer) <= total(f"{more}, {few}", small, optimizer)
    assert total(f"{few}", small, optimizer) <= total(f"{few}", large, optimizer)


@given(units, batches, optimizers, st.floats(0, 5000))
def test_the_fitting_batch_fits_and_the_next_larger_does_not(width, batch, optimizer, there_mb):
    asked = config(str(width), batch, optimizer)
    found = fitting_batch(asked, *MNIST, there_mb)
    ladder = [n for p in range(6) for n in (10**p, 2 * 10**p, 5 * 10**p) if n < batch]
    needs = {n: total(str(width), n, optimizer) for n in ladder}
    fit = [n for n, mb in needs.items() if mb <= there_mb]
    assert found == (max(fit) if fit else None)


@pytest.mark.tensorflow
def test_what_is_gathered_and_evaluated_at_once_is_the_trainers():
    from nanotrain_tui.catalog import memory_estimate as memory
    from nanotrain_tui.trainer import training_state

    assert training_state.MAX_BLOCK_BYTES == memory._BLOCK_MB * memory.MB
    assert (training_state.CHUNK, training_state.CHUNK_BYTES) == (
        memory._CHUNK, memory._CHUNK_BYTES,
    )  # fmt: skip


@pytest.mark.parametrize(("batch", "measured_mb"), [(16, 1143), (64, 1441)])
def test_pictures_that_stay_on_the_disk_are_not_counted_as_memory(batch, measured_mb):
    """Measured with ``python -m benchmarks memory --folder DIR``."""
    layers = "conv 32 3x3, batchnorm, pool 2, conv 64 3x3, batchnorm, pool 2, flatten, dense 128"
    own = check({"data.name": "folder", "data.path": "photos", "model.layers": layers,
                 "train.batch_size": batch, "optimizer.name": "adam"})  # fmt: skip
    few, many = (
        estimate(own, (75, 75, 3), 3, count, 400, tensorflow="2.21.0").total_mb
        for count in (1600, 100_000)
    )
    assert measured_mb * 0.9 < few < measured_mb * 1.1
    targets_and_order_mb = 98_400 * (1 + 4) / 2**20
    assert many - few == pytest.approx(targets_and_order_mb)
