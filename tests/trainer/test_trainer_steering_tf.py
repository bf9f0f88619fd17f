"""Edits at their steps, what may change during training, and a loss that is no number."""

import numpy as np
import pytest
from trainer_runs import PICTURES, at, config_of, of_kind, serve_here, values_of

from nanotrain_tui import catalog
from nanotrain_tui.host.live_config import OWN_KEYS

pytestmark = pytest.mark.tensorflow


def edit(step, who=None, **values):
    """An edit as the host sends it; ``__`` in a name stands for the dot."""
    body = {"step": step, "set": {key.replace("__", "."): value for key, value in values.items()}}
    return body if who is None else dict(body, who=who)


def test_scripted_edits_count_from_the_next_update_on(folder):
    edits = [
        edit(31, optimizer__learning_rate=0.002),
        edit(7, optimizer__learning_rate=0.5, model__dropout=0.1, who="eva@board"),
        edit(31, optimizer__name="sgd"),
        edit(0, optimizer__learning_rate=0.03),
        edit(41, optimizer__learning_rate=9.0),
    ]
    _, events = serve_here(config_of(folder, edits=edits))
    assert of_kind(events, "edited") == [
        {"event": "edited", "step": 0, "retraced": False, "scripted": True,
         "changes": {"optimizer.learning_rate": [0.01, 0.03]}},
        {"event": "edited", "step": 7, "retraced": False, "scripted": True, "who": "eva@board",
         "changes": {"optimizer.learning_rate": [0.03, 0.5], "model.dropout": [0.0, 0.1]}},
        {"event": "edited", "step": 31, "retraced": False, "scripted": True,
         "changes": {"optimizer.learning_rate": [0.5, 0.002]}},
        {"event": "edited", "step": 31, "retraced": True, "scripted": True,
         "changes": {"optimizer.name": ["adam", "sgd"]}},
    ]  # fmt: skip
    rates = np.float32([0.03] * 7 + [0.5] * 24 + [0.002] * 9)
    np.testing.assert_array_equal(values_of(events, "learning_rate"), rates)


def test_an_edit_after_the_last_step_may_add_more(folder):
    edits = [edit(40, train__steps=50), edit(45, optimizer__learning_rate=0.5)]
    _, events = serve_here(config_of(folder, edits=edits))
    assert events[-1] == {"event": "finished", "step": 50}
    assert [event["step"] for event in of_kind(events, "edited")] == [40, 45]


def test_an_edit_that_does_not_fit_is_left_out_whole(folder):
    edits = [
        edit(5, optimizer__learning_rate=0.5, optimizer__rho=0.5),
        edit(6, train__seed=3),
        edit(7, nonsense=3),
    ]
    _, events = serve_here(config_of(folder, edits=edits))
    messages = [event["message"] for event in of_kind(events, "warned")]
    assert ["step 5" in messages[0], "adam has no rho" in messages[0]] == [True, True]
    assert "step 6" in messages[1]
    assert "nonsense" in messages[2]
    assert not of_kind(events, "edited")
    assert events[-1]["event"] == "finished"


CHOSEN = {
    "stop.metric": "loss", "stop.patience": 1000,
    "model.activation": "elu", "model.output": "softmax", "loss.name": "categorical_crossentropy",
    "optimizer.name": "sgd", "schedule.name": "cosine", "train.steps": 60,
    "trainer.xla": "on",
}  # fmt: skip


def another_value(field):
    """A value of the field that differs from the one in ``config_of`` and from the default."""
    if field.key in CHOSEN:
        return CHOSEN[field.key]
    kinds = catalog.fields
    if field.kind == kinds.CHOICE:
        return next(name for name in reversed(list(field.choices)) if name != field.default)
    others = {
        kinds.BOOL: not field.default, kinds.COMMAND: ["echo", "done"], kinds.PATH: "32",
        kinds.LAYERS: "32", kinds.WEIGHTS: "balanced", kinds.INT: 2, kinds.FLOAT: 0.25,
        kinds.NAMES: "x", kinds.LAYER_LIST: "flatten, dense 8", kinds.CODE: "x",
        kinds.TEXT: "x", kinds.SPLIT: 0.25, kinds.PICTURE_SIZE: "32",
    }  # fmt: skip
    return others[field.kind]


def live_fields():
    """Without those that the host keeps to itself."""
    fields = (field for field in catalog.FIELDS.values() if field.live == catalog.LIVE)
    return [field for field in fields if field.key not in OWN_KEYS]


def test_every_live_key_of_the_catalog_changes_without_a_new_graph(folder):
    edits = []
    optimizers = {"optimizer.momentum": "sgd", "optimizer.nesterov": "sgd",
                  "optimizer.rho": "rmsprop", "optimizer.weight_decay": "adamw"}  # fmt: skip
    for step, field in enumerate(live_fields(), 1):
        if field.key.startswith(("optimizer.", "schedule.")):
            edits.append(edit(step, optimizer__name=optimizers.get(field.key, "adam")))
        edits.append({"step": step, "set": {field.key: another_value(field)}})
    _, events = serve_here(config_of(folder, edits=edits, **PICTURES))
    assert not of_kind(events, "warned")
    edited = [
        event for event in of_kind(events, "edited") if "optimizer.name" not in event["changes"]
    ]
    told = {key for event in edited for key in event["changes"]}
    assert told == {field.key for field in live_fields()}
    assert not any(event["retraced"] for event in edited)
    assert events[-1] == {"event": "finished", "step": 60}


def test_every_key_to_swap_makes_one_new_graph_and_every_other_is_refused(folder):
    fields = catalog.FIELDS.values()
    swaps = [field for field in fields if field.live == catalog.SWAP]
    others = [field for field in fields if field.live == catalog.RESTART]
    changed = [*swaps, *others]
    edits = [
        {"step": step, "set": {field.key: another_value(field)}}
        for step, field in enumerate(changed, 2)
    ]
    edits.append(edit(58, model__hidden="16 tanh, 12"))
    start = {"loss__name": "mean_squared_error", "output": "linear", "model__output": "linear",
             "train__steps": 60}  # fmt: skip
    _, events = serve_here(config_of(folder, edits=edits, **start))
    edited = of_kind(events, "edited")
    assert [list(event["changes"]) for event in edited] == [
        *([field.key] for field in swaps), ["model.hidden"]
    ]  # fmt: skip
    assert all(event["retraced"] for event in edited)
    warned = [event["message"] for event in of_kind(events, "warned")]
    assert len(warned) == len(others)
    for field, message in zip(others, warned, strict=True):
        assert field.key in message


def test_many_edits_at_one_boundary_are_answered_in_their_order(folder):
    rates = [0.5 + i / 1000 for i in range(200)]
    sets = [
        (at("progress"), {"do": "set", "id": 10 + i, "values": {"optimizer.learning_rate": rate}})
        for i, rate in enumerate(rates)
    ]
    _, events = serve_here(config_of(folder), sets)
    answers = of_kind(events, "answer")
    assert [event["id"] for event in answers] == [1, *range(10, 210)]
    assert all(event["ok"] for event in answers)
    told = [event["changes"]["optimizer.learning_rate"][1] for event in of_kind(events, "edited")]
    assert told == rates
    assert {event["step"] for event in of_kind(events, "edited")} == {0}


def test_an_evaluation_keeps_nobody_waiting_who_does_not_concern_it(folder, monkeypatch):
    from nanotrain_tui.trainer.graph.engine import Engine

    waiting = [
        {"do": "set", "id": 10, "values": {"optimizer.learning_rate": 0.5}},
        {"do": "pause", "id": 11},
        {"do": "set", "id": 12, "values": {"model.l2": 0.1}},
        {"do": "set", "id": 13, "values": {"train.batch_size": 9}},
        {"do": "resume", "id": 14},
    ]
    real = Engine.evaluate

    def evaluate(engine, slices, meanwhile):
        """The second evaluation finds all these commands waiting when it begins."""
        if engine.updates == 6:
            for command in waiting:
                meanwhile.__self__._commands._queue.put(command)
        return real(engine, slices, meanwhile)

    monkeypatch.setattr(Engine, "evaluate", evaluate)
    _, events = serve_here(config_of(folder, train__eval_every=5))
    told = [
        (event["event"], event["step"])
        for event in events
        if event["event"] in ("edited", "paused", "evaluated", "resumed")
    ]
    assert told[:7] == [
        ("evaluated", 1),
        ("edited", 6), ("paused", 6), ("evaluated", 6), ("edited", 6), ("edited", 6), ("resumed", 6)
    ]  # fmt: skip
    assert [event["id"] for event in of_kind(events, "answer")] == [1, 10, 11, 12, 13, 14]


DIVERGES = {
    **PICTURES,
    "loss__name": "mean_squared_error", "output": "linear", "optimizer__name": "sgd",
    "optimizer__learning_rate": 0.001, "train__checkpoint_every": 5, "train__checkpoint_keep": 1,
    "edits": [edit(15, optimizer__learning_rate=1000.0)],
}  # fmt: skip


def last_good_checkpoint(events):
    """The newest one of those of every fifth step that was written before the loss diverged."""
    return f"step-{(first_bad_step(events) - 1) // 5 * 5:09}.npz"


def first_bad_step(events):
    return int(np.argmin(np.isfinite(values_of(events, "loss")))) + 1


@pytest.mark.parametrize("policy", ["stop", "auto"])
def test_a_loss_that_is_no_number_stops_the_run_at_its_step(folder, policy):
    status, events = serve_here(config_of(folder, train__on_nan=policy, **DIVERGES))
    assert status == 0
    (diverged,) = of_kind(events, "diverged")
    assert diverged["step"] == first_bad_step(events) == len(values_of(events, "loss")) < 40
    assert diverged["loss"] in ("nan", "inf", "-inf")
    assert (diverged["policy"], diverged["checkpoint"]) == ("stop", last_good_checkpoint(events))
    assert events[-1] == {"event": "stopped", "step": diverged["step"]}
    assert sorted(path.name for path in folder.glob("step-*"))[-1] == last_good_checkpoint(events)


def test_or_pauses_it(folder):
    script = [
        (at("paused", 1), {"do": "checkpoint", "id": 7}),
        (lambda event: event.get("id") == 7, {"do": "resume", "id": 8}),
    ]
    _, events = serve_here(config_of(folder, train__on_nan="pause", **DIVERGES), script)
    (diverged,) = of_kind(events, "diverged")
    assert [event["step"] for event in of_kind(events, "paused")] == [diverged["step"]]
    refused = [event for event in of_kind(events, "answer") if not event["ok"]]
    assert [event["id"] for event in refused] == [7]
    assert "not finite" in refused[0]["why"]
    assert events[-1] == {"event": "finished", "step": 40}


def test_or_lets_it_go_on_and_says_it_once(folder):
    _, events = serve_here(config_of(folder, train__on_nan="continue", **DIVERGES))
    assert len(of_kind(events, "diverged")) == 1
    assert events[-1] == {"event": "finished", "step": 40}
    assert len(values_of(events, "loss")) == 40
    assert not of_kind(events, "warned")
    assert sorted(path.name for path in folder.glob("step-*"))[-1] == last_good_checkpoint(events)


class CuttingEngine:
    """Makes at most three steps a call, the last of them with a loss that is no number."""

    def __init__(self):
        self.seen = []

    def train(self, images, labels, rates, step, healthy):
        done = min(3, len(rates))
        self.seen.extend(images[:done].reshape(done, -1))
        losses = np.zeros(done, np.float32)
        if done == 3:
            losses[-1] = np.nan
        return losses, np.zeros(done, np.float32)

    def warm_up(self, images, labels):
        return None

    def most_steps(self, batch_size, fitting):
        return fitting


def toy():
    """A hundred examples of one pixel, which is the example's number."""
    from nanotrain_tui.trainer.data.dataset import Dataset, Rows

    rows = Rows(np.arange(100, dtype=np.uint8).reshape(100, 1, 1), np.zeros(100, np.uint8))
    return Dataset("toy", "here", rows, rows, "classification", 10)


class Silent:
    def emit(self, event, **body):
        pass


def test_a_call_cut_short_takes_no_batch_that_was_not_trained(folder):
    from nanotrain_tui.trainer.batches import Batches
    from nanotrain_tui.trainer.training_state import TrainingState

    data = toy()
    engine = CuttingEngine()
    config = config_of(folder, train__batch_size=7)
    training = TrainingState(config, engine, data, Batches(100, 1), Silent())
    while training.step < 30:
        training.train(30)
    rows = Batches(100, 1).take(30, 7)
    np.testing.assert_array_equal(np.array(engine.seen), data.train.inputs[rows].reshape(30, 7))


def test_a_batch_that_fills_a_call_is_trained_one_step_at_a_time(folder, monkeypatch):
    """So that the images gathered for a call stay within their memory."""
    from nanotrain_tui.trainer import training_state
    from nanotrain_tui.trainer.batches import Batches

    monkeypatch.setattr(training_state, "MAX_BLOCK_BYTES", 7)
    engine, config = CuttingEngine(), config_of(folder, train__batch_size=7)
    training = training_state.TrainingState(config, engine, toy(), Batches(100, 1), Silent())
    for step in range(1, 10):
        training.train(30)
        assert training.step == step


def test_the_network_is_compiled_once_before_its_first_step(folder):
    """So that the seconds that this takes are not those of a step."""
    from nanotrain_tui.trainer.batches import Batches
    from nanotrain_tui.trainer.training_state import TrainingState

    heard = []

    class Cold(CuttingEngine):
        def warm_up(self, images, labels):
            heard.append(("compiled", {"images": len(images), "labels": len(labels)}))
            return "no XLA in this build"

    class Listening:
        def emit(self, event, **body):
            heard.append((event, body))

    config = config_of(folder, train__batch_size=7)
    training = TrainingState(config, Cold(), toy(), Batches(100, 1), Listening())
    training.train(30)
    training.train(30)
    assert [event for event, _ in heard] == ["compiled", "warned", "steps", "steps"]
    assert heard[0][1] == {"images": 7, "labels": 7}  # a batch
    assert heard[1][1]["message"].endswith("continues without it: no XLA in this build")
