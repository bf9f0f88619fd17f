"""The configuration in force and on its way, under any sequence of edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog import ConfigError, check, edited
from nanotrain_tui.host.live_config import LiveConfig

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "optimizer.name": st.sampled_from(["adam", "sgd", "rmsprop", "adagrad"]),
        "optimizer.momentum": st.sampled_from([0.0, 0.5]),
        "optimizer.beta_1": st.sampled_from([0.5, 0.9]),
        "loss.name": st.sampled_from(["categorical_crossentropy", "huber"]),
        "loss.huber_delta": st.sampled_from([1.0, 2.0]),
        "train.batch_size": st.sampled_from([10, 100]),
        "train.on_nan": st.sampled_from(["auto", "pause"]),
        "train.on_crash": st.sampled_from(["stop", "resume"]),
        "model.hidden": st.sampled_from(["1024", "1024 tanh", "64"]),
        "train.seed": st.sampled_from([1, 2]),
    },
)


@given(st.lists(st.tuples(VALUES, st.integers(0, 3), st.booleans())))
def test_it_is_what_the_edits_make_of_it(edits):
    """Each is queued, then some of the queue is answered by a trainer that takes or refuses."""
    live, queued = LiveConfig(check({}), "stop"), []
    start, applied = live.now, []
    for values, answered, taken in edits:
        ahead = start
        for one in applied + queued:
            ahead = edited(ahead, one)
        try:
            told = live.check(values)
        except ConfigError:
            with pytest.raises(ConfigError):
                refuse_as_the_catalog_does(ahead, values)
        else:
            refuse_as_the_catalog_does(ahead, values)
            sent = live.queue(told)
            assert "auto" not in sent.values()
            assert "train.on_crash" not in sent
            queued.append(told)
        for _ in range(min(answered, len(queued))):
            one = queued.pop(0)
            if not taken:
                continue_without(live, one)
                return
            changes = live.apply(one)
            live.settle(one, applied=True)
            applied.append(one)
            assert all(before != after for before, after in changes.values())
    now = start
    for one in applied:
        now = edited(now, one)
    assert live.now == now == check(now)


def refuse_as_the_catalog_does(ahead, values):
    for key in ("model.hidden", "train.seed"):
        if key in values and values[key] not in (ahead[key], "1024 tanh", "1024"):
            raise ConfigError(key, "restart")
    edited(ahead, values)


def continue_without(live, refused):
    """What the trainer refuses changes nothing, and what comes after it stays possible."""
    before = dict(live.now)
    live.settle(refused, applied=False)
    assert live.now == before
    assert live.check({"train.batch_size": 7}) == {"train.batch_size": 7}


def test_what_a_trainer_reports_and_no_field_can_hold_is_left_out():
    live = LiveConfig(check({}), "stop")
    reported = {"train.batch_size": "many", "optimizer.learning_rate": None, "train.seed": 7}
    assert live.apply(reported) == {"train.seed": [check({})["train.seed"], 7]}


def test_what_a_trainer_did_is_in_force_even_if_we_would_have_refused_it():
    live = LiveConfig(check({}), "stop")
    changes = live.apply({"loss.name": "binary_crossentropy", "model.output": "linear"})
    assert set(changes) == {"loss.name", "model.output"}
    assert live.now["model.output"] == "linear"


def test_an_edit_that_is_refused_takes_nothing_back_from_those_behind_it():
    live = LiveConfig(check({}), "stop")
    first, second = {"train.batch_size": 10}, {"model.dropout": 0.5}
    live.queue(first)
    live.queue(second)
    live.settle(first, applied=False)
    with pytest.raises(ConfigError):
        live.check({"train.batch_size": -1})
    assert live.apply(second) == {"model.dropout": [0.0, 0.5]}
    live.settle(second, applied=True)
    assert live.now == edited(check({}), second)


def test_layers_and_hidden_layers_cannot_change_where_layers_are_listed():
    live = LiveConfig(check({"model.layers": "flatten, dense 8"}), "stop")
    with pytest.raises(ConfigError, match=r"model\.layers: cannot change while it trains; restart"):
        live.check({"model.layers": "flatten, dense 9"})
    why = r"model\.hidden: does not apply, because model\.layers is set"
    with pytest.raises(ConfigError, match=why):
        live.check({"model.hidden": "8 tanh"})
    assert live.check({"model.activation": "tanh"})
