"""How the cores share the work: small networks and convolutions, and how they go on."""

import os
from types import SimpleNamespace

import pytest
from trainer_runs import (
    PICTURES,
    Process,
    config_of,
    dense_network,
    of_kind,
    values_of,
    write_data,
)

pytestmark = pytest.mark.tensorflow

CORES = len(os.sched_getaffinity(0))
SMALL = {"trainer__threads": 0, "train__steps": 12, "train__checkpoint_every": 6}
ONE = {"way": "fused", "threads": 1}
CONVOLVES = [
    {
        "kind": "conv", "filters": 16, "size": [3, 3], "stride": [1, 1], "padding": "same",
        "activation": "relu",
    },
    {"kind": "dropout", "rate": 0.2},
    {"kind": "flatten"},
]  # fmt: skip
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
    assert network.products_of_windows == 36 * (9 * 2 + 2)


WHOLE = {"one_thread": False, "parts": 1}
SINGLE = {"one_thread": True, "parts": 1}
FOUR = {"one_thread": True, "parts": 4}


@pytest.mark.parametrize(
    ("config", "batch_size", "saved", "wanted"),
    [
        ({}, 100, None, SINGLE),
        ({}, 101, None, WHOLE),
        ({"trainer.threads": 2}, 1, None, WHOLE),
        ({"resume": True}, 101, ONE, SINGLE),
        ({"resume": True}, 1, {"way": "fused"}, WHOLE),
        ({"resume": True}, 1, {}, WHOLE),
        ({"resume": True}, 1, {"way": "plain", "threads": 1, "parts": 4}, FOUR),
        ({}, 101, ONE, WHOLE),  # a fork
    ],
)
def test_it_depends_on_the_first_batch_of_a_session(monkeypatch, config, batch_size, saved, wanted):
    from nanotrain_tui.trainer import threads

    asked = []
    monkeypatch.setattr(threads, "ONE_UP_TO", 1000)
    monkeypatch.setattr(
        threads, "use_one_thread", lambda side_by_side: not asked.append(side_by_side)
    )
    network = SimpleNamespace(products=4, products_of_windows=0, input_shape=(3, 2), state=[])
    sharing = threads.share_work(config, network, batch_size, saved, False)
    assert sharing == threads.Sharing(**wanted)
    assert asked == ([wanted["parts"]] if wanted["one_thread"] else [])
    monkeypatch.setattr(threads, "use_one_thread", lambda side_by_side: False)  # GPU, or too late
    sharing = threads.share_work(config, network, batch_size, saved, False)
    assert sharing == threads.Sharing(parts=wanted["parts"])  # dropout stays as it was


@pytest.mark.parametrize(
    ("cores", "batch_size", "of_windows", "state", "parts"),
    [
        (4, 64, 300, [], 4),
        (4, 63, 300, [], 1),  # of less than 16 examples each
        (3, 63, 300, [], 3),
        (1, 64, 300, [], 1),
        (4, 64, 299, [], 1),  # most of the work is in dense layers
        (4, 64, 300, ["moving_mean"], 1),  # batch normalization
    ],
)
def test_a_network_of_convolutions_gets_a_part_of_the_batch_for_each_core(
    monkeypatch, cores, batch_size, of_windows, state, parts
):
    from nanotrain_tui.trainer import threads

    monkeypatch.setattr(threads, "ONE_UP_TO", 1000)
    monkeypatch.setattr(threads, "cores", lambda: cores)
    asked = []
    monkeypatch.setattr(
        threads, "use_one_thread", lambda side_by_side: not asked.append(side_by_side)
    )
    network = SimpleNamespace(
        products=900, products_of_windows=of_windows, input_shape=(6, 6), state=state
    )
    assert threads.share_work({}, network, batch_size, None, True) == threads.Sharing()
    sharing = threads.share_work({}, network, batch_size, None, False)
    assert sharing == threads.Sharing(parts > 1, parts)
    assert asked == ([parts] if parts > 1 else [])
    assert sharing.as_json() == ({"threads": 1, "parts": parts} if parts > 1 else {})


@pytest.mark.parametrize(
    ("gpus", "before", "asks", "has_one", "now"),
    [
        ([], None, 3, True, (1, 3)),
        (["GPU:0"], None, 3, False, (0, 0)),
        ([], (1, 1), 3, True, (1, 1)),  # too late, but each operation has one
        ([], (2, 2), 1, False, (2, 2)),
    ],
)
def test_threads_are_set_once_and_not_for_a_gpu(monkeypatch, gpus, before, asks, has_one, now):
    from nanotrain_tui.trainer import runtime

    threads = dict(zip(("intra", "inter"), before or (0, 0), strict=True))

    def setter(name):
        def put(count):
            if before:
                raise RuntimeError("too late")
            threads[name] = count

        return put

    threading = SimpleNamespace(
        set_intra_op_parallelism_threads=setter("intra"),
        set_inter_op_parallelism_threads=setter("inter"),
        get_intra_op_parallelism_threads=lambda: threads["intra"],
        get_inter_op_parallelism_threads=lambda: threads["inter"],
    )
    config = SimpleNamespace(threading=threading, list_physical_devices=lambda kind: gpus)
    monkeypatch.setattr(runtime, "tf", SimpleNamespace(config=config))
    monkeypatch.setattr(runtime, "cores", lambda: 4)
    assert runtime.use_one_thread(asks) is has_one
    assert tuple(threads.values()) == now
    of_operation, side_by_side = (count or 4 for count in now)
    assert runtime.threads_in_use() == of_operation
    assert runtime.threads_in_use(3) == max(of_operation, min(3, side_by_side))


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


@pytest.mark.skipif(CORES == 1, reason="SKIPPED LOUDLY: one core has nothing to share")
def test_a_batch_in_parts_is_resumed_with_them_after_any_edit(tmp_path):
    write_data(tmp_path)
    options = {
        **SMALL, **PICTURES, "train__batch_size": 16 * max(CORES, 4), "layers": CONVOLVES,
        "train__checkpoint_every": 4,
    }  # fmt: skip
    edits = [
        {"step": 6, "set": {"train.batch_size": 17}},
        {"step": 7, "set": {"train.batch_size": 1}},  # no example for the second part
        {"step": 8, "set": {"augment.shift": 0.1, "train.batch_size": 90}},
    ]
    whole = trained(config_of(tmp_path, **options, edits=edits))
    started = of_kind(whole, "started")[0]
    assert (started["threads"], started["update"]["parts"]) == (CORES, CORES)
    checkpoint = of_kind(whole, "checkpoint")[0]
    assert checkpoint["step"] == 4
    options["train__batch_size"] = 20  # what an edit would leave: too few for parts
    again = config_of(
        tmp_path, **options, edits=edits, restore=str(tmp_path / checkpoint["file"]), resume=True
    )
    resumed = trained(again)
    assert of_kind(resumed, "started")[0]["update"]["parts"] == CORES
    assert values_of(resumed, "loss").tolist() == values_of(whole, "loss").tolist()[4:]
