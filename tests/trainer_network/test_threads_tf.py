"""Small networks are trained with one thread, and go on with it."""

import os
from types import SimpleNamespace

import pytest
from trainer_runs import Process, config_of, dense_network, of_kind, values_of, write_data

pytestmark = pytest.mark.tensorflow

CORES = len(os.sched_getaffinity(0))
SMALL = {"trainer__threads": 0, "train__steps": 12, "train__checkpoint_every": 6}
ONE = {"way": "fused", "threads": 1}
LARGE = {"layers": [{"units": 4000, "activation": "relu"}], "model__hidden": "4000"}


def test_a_weight_is_multiplied_once_for_each_place():
    from nanotrain_tui.trainer.network import Network

    assert dense_network(4, 5, 3).products == 4 * 5 + 5 + 5 * 3 + 3
    conv = {
        "kind": "conv", "filters": 2, "size": [3, 3], "stride": [1, 1], "padding": "same",
        "activation": "relu",
    }  # fmt: skip
    network = Network([conv, {"kind": "flatten"}], (6, 6), 3)
    assert network.products == 36 * (9 * 2 + 2) + (72 * 3 + 3)


@pytest.mark.parametrize(
    ("config", "batch_size", "saved", "is_one"),
    [
        ({}, 100, None, True),
        ({}, 101, None, False),
        ({"trainer.threads": 2}, 1, None, False),
        ({"resume": True}, 101, ONE, True),
        ({"resume": True}, 1, {"way": "fused"}, False),
        ({"resume": True}, 1, {}, False),
        ({}, 101, ONE, False),  # a fork
    ],
)
def test_it_depends_on_the_first_batch_of_a_session(monkeypatch, config, batch_size, saved, is_one):
    from nanotrain_tui.trainer import threads

    monkeypatch.setattr(threads, "ONE_UP_TO", 1000)
    monkeypatch.setattr(threads, "use_one_thread", lambda: True)
    network = SimpleNamespace(products=4, input_shape=(3, 2))
    assert threads.take_one_if_small(config, network, batch_size, saved) is is_one
    monkeypatch.setattr(threads, "use_one_thread", lambda: False)  # a GPU, or too late
    assert not threads.take_one_if_small(config, network, batch_size, saved)


def trained(config):
    """The events of a trainer of its own: the threads of this process are decided."""
    with Process() as trainer:
        trainer.send(id=1, do="start", config=config)
        trainer.until("finished")
        return trainer.events


def test_a_small_network_is_resumed_with_one_thread_after_any_edit(tmp_path):
    write_data(tmp_path)
    larger = [{"step": 4, "set": {"train.batch_size": 390}}]
    whole = trained(config_of(tmp_path, **SMALL, edits=larger))
    assert of_kind(whole, "started")[0]["threads"] == 1
    checkpoint = of_kind(whole, "checkpoint")[0]
    assert checkpoint["step"] == 6
    again = config_of(tmp_path, **SMALL, restore=str(tmp_path / checkpoint["file"]), resume=True)
    resumed = trained(again)
    assert of_kind(resumed, "started")[0]["threads"] == 1
    assert values_of(resumed, "loss").tolist() == values_of(whole, "loss").tolist()[6:]


def test_a_larger_network_has_a_thread_for_each_core(tmp_path):
    write_data(tmp_path)
    events = trained(config_of(tmp_path, **{**SMALL, "train__steps": 1}, **LARGE))
    assert of_kind(events, "started")[0]["threads"] == CORES
