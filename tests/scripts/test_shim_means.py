"""The values of single batches, from the running means that Keras reports."""

from types import SimpleNamespace

import pytest

from nanotrain_tui.script_shim._nanotrain_shim import means


class Mean:
    def __init__(self, name="loss"):
        self.name, self.total, self.count = name, 0.0, 0.0

    def add(self, value, weight=1.0):
        self.total += value * weight
        self.count += weight
        return self.result()

    def result(self):
        return self.total / self.count


def test_batches_are_recovered_from_a_running_mean_also_a_short_last_one():
    metric = Mean()
    found = means.Series(means.MEAN, metric)
    assert found.take([metric.add(4.0, 10)]) == [4.0]
    assert found.take([metric.add(2.0, 10), metric.add(6.0, 10), metric.add(1.0, 5)]) == (
        pytest.approx([2.0, 6.0, 1.0])
    )
    assert found.count_after(2) == 55
    metric.total = metric.count = 0.0  # without a call of begin_epoch
    assert found.take([metric.add(7.0, 10)]) == pytest.approx([7.0])
    metric.total = metric.count = 0.0
    found.begin_epoch()
    assert found.take([metric.add(3.0, 10), metric.add(5.0, 10)]) == pytest.approx([3.0, 5.0])


def test_batches_of_different_sizes_count_alike_where_nothing_says_how_much():
    metric = Mean()
    found = means.Series(means.MEAN, metric)
    found.take([metric.add(1.0, 4)])
    running = [metric.add(2.0, 6), metric.add(2.0, 6)]
    assert found.take(running)[0] == pytest.approx((running[0] * 10 - 4.0) / 6)


def test_logs_with_the_batchs_own_value_are_taken_as_they_are():
    metric = Mean()
    found = means.Series(means.MEAN, metric)
    metric.add(1.0)
    assert found.take([1.0]) == [1.0]
    metric.add(5.0)
    assert found.take([5.0]) == [5.0] and found.kind == means.OWN
    assert found.take([9.0]) == [9.0]


def test_a_mean_that_is_too_coarse_for_one_batch_is_recorded_as_a_running_mean(monkeypatch):
    monkeypatch.setattr(means, "MOST_BATCHES", 2)
    metric = Mean()
    found = means.Series(means.MEAN, metric)
    assert found.take([metric.add(1.0), metric.add(3.0)]) == [1.0, 3.0]
    assert found.kind == means.MEAN
    found.take([metric.add(1.0)])
    assert found.kind == means.RUNNING
    without = means.Series(means.MEAN, SimpleNamespace())
    assert without.take([1.0]) == [1.0] and without.kind == means.RUNNING


def test_the_series_of_names_know_what_keras_reports():
    weighted = SimpleNamespace(_user_weighted_metrics=["acc"])
    metrics = [Mean(), Mean("acc"), SimpleNamespace(name="auc")]
    step = type("Step", (), {"__module__": "keras.engine.training"})()
    usual = type("Usual", (), {"train_step": step, "metrics": metrics})()
    usual.compiled_metrics = weighted
    found = means.series_of(usual, ["loss", "acc", "auc", "mine"])
    kinds = {name: one.kind for name, one in found.items()}
    assert kinds == {
        "loss": means.MEAN, "acc": means.RUNNING, "auc": means.RUNNING, "mine": means.RUNNING,
    }  # fmt: skip
    model = type("Own", (), {"train_step": lambda self, data: None, "metrics": metrics})()
    kinds = [one.kind for one in means.series_of(model, ["acc", "mine"]).values()]
    assert kinds == [means.MEAN, means.OWN]
    # Keras 3 keeps the metrics of each output in a group.
    group = SimpleNamespace(output_name="left", metrics=[Mean("mae")])
    compiled = SimpleNamespace(_flat_metrics=[group], _flat_weighted_metrics=[])
    found = means.series_of(SimpleNamespace(metrics=[compiled]), ["mae", "left_mae"])
    assert [one.kind for one in found.values()] == [means.MEAN, means.MEAN]


def test_the_batch_that_only_the_metrics_have_seen_is_found():
    metric = Mean()
    model = SimpleNamespace(metrics=[metric, Mean("other")])
    known = {"loss": means.Series(means.MEAN, metric)}
    known["loss"].take([metric.add(2.0, 10)])
    assert means.results_of_next_batch(model, known, 0) == {}
    metric.add(4.0, 10)
    assert means.results_of_next_batch(model, known, 0) == {"loss": 3.0}
    assert means.results_of_next_batch(model, known, 1) == {}, "it waits to be sent"
    assert means.results_of_next_batch(SimpleNamespace(metrics=[metric]), {}, 0) == {"loss": 3.0}
