"""Whole runs with real TensorFlow, in this process."""

import math

import numpy as np
import pytest
from trainer_runs import HANG_UP, PICTURES, at, config_of, of_kind, serve_here, values_of

pytestmark = pytest.mark.tensorflow

STARTED = at("progress")  # any moment before training


def command(do, id=2, **body):
    return dict(body, do=do, id=id)


def answers_of(events):
    return {event["id"]: event for event in of_kind(events, "answer")}


def test_a_run_reports_every_step_and_evaluates_when_it_should(folder):
    status, events = serve_here(config_of(folder, **PICTURES))
    assert status == 0
    kinds = [event["event"] for event in events]
    assert kinds[0] == "ready"
    assert kinds[-1] == "finished"
    blocks = of_kind(events, "steps")
    assert [number for block in blocks
            for number in range(block["first_step"], block["first_step"] + block["count"])
            ] == list(range(1, 41))  # fmt: skip
    assert [event["step"] for event in of_kind(events, "evaluated")] == [1, 11, 21, 31, 40]
    assert of_kind(events, "evaluated")[-1]["accuracy"] > 0.5
    for metric in ("loss", "accuracy", "learning_rate"):
        assert len(values_of(events, metric)) == 40
    assert all(block["t1"] >= block["t0"] for block in blocks)
    started = of_kind(events, "started")[0]
    assert (started["steps"], started["parameters"]) == (40, 37 * 16 + 17 * 12 + 13 * 10)
    assert started["data"]["shape"] == [6, 6]
    assert answers_of(events) == {1: {"event": "answer", "id": 1, "ok": True, "step": 0}}


def test_ready_says_what_there_is(folder):
    _, events = serve_here(config_of(folder), [(at("ready"), command("stop"))])
    ready = events[0]
    assert set(ready["versions"]) == {"python", "tensorflow", "numpy"}
    assert {"relu", "gelu"} <= set(ready["activations"])
    assert ready["devices"][0]["kind"] == "CPU"
    assert events[-1] == {"event": "stopped", "step": 0}


def test_epochs_become_steps(folder):
    _, events = serve_here(config_of(folder, train__epochs=2, train__batch_size=150))
    assert of_kind(events, "started")[0]["steps"] == 2 * 3
    assert events[-1] == {"event": "finished", "step": 6}


def test_pause_step_evaluate_checkpoint_resume(folder):
    script = [
        (STARTED, command("pause")),
        (at("paused", 0), command("step", 3, n=5)),
        (at("paused", 5), command("evaluate", 4)),
        (at("evaluated", 5), command("checkpoint", 5)),
        (at("checkpoint", 5), command("pause", 6)),
        (lambda event: event.get("id") == 6, command("resume", 7)),
        (at("resumed", 5), command("step", 8, n=5)),
        (at("evaluated", 1001), command("resume", 9)),
    ]
    long = {"train__steps": 4000, "train__eval_every": 1000}  # a command may arrive late
    status, events = serve_here(config_of(folder, **long), script)
    assert status == 0
    answers = answers_of(events)
    assert [answers[id]["ok"] for id in range(1, 10)] == [True] * 7 + [False, True]
    assert "running" in answers[8]["why"]
    assert [event["step"] for event in of_kind(events, "paused")] == [0, 5]
    assert [event["step"] for event in of_kind(events, "resumed")] == [5]
    tested = [event["step"] for event in of_kind(events, "evaluated")]
    assert tested == [1, 5, 1001, 2001, 3001, 4000]


def test_a_step_may_be_cut_short_or_run_on(folder):
    script = [
        (STARTED, command("pause")),
        (at("paused", 0), command("step", 3, n=9000)),
        (at("evaluated", 1), command("pause", 4)),
        (lambda event: event.get("id") == 4, command("step", 5, n=9000)),
        (lambda event: event.get("id") == 5, command("resume", 6)),
    ]
    long = {"train__steps": 10_000, "train__eval_every": 10**6}
    _, events = serve_here(config_of(folder, **long), script)
    paused = [event["step"] for event in of_kind(events, "paused")]
    assert paused[0] == 0
    assert 1 <= paused[1] < 9000
    assert len(paused) == 2
    assert events[-1] == {"event": "finished", "step": 10_000}


def paused_at(step, *commands):
    """A script: pause after this many steps, send the commands one by one, resume."""
    script = [(STARTED, command("pause")), (at("paused", 0), command("step", 3, n=step))]
    previous = at("paused", step)
    for body in (*commands, command("resume", 99)):
        script.append((previous, body))
        previous = lambda event, id=body["id"]: event.get("id") == id  # noqa: E731
    return script


def test_a_new_learning_rate_counts_from_the_next_step_on(folder):
    change = command("set", 10, values={"optimizer.learning_rate": 0.5, "train.batch_size": 7})
    _, events = serve_here(config_of(folder), paused_at(15, change))
    assert of_kind(events, "edited") == [{
        "event": "edited", "step": 15, "retraced": False,
        "changes": {"optimizer.learning_rate": [0.01, 0.5], "train.batch_size": [30, 7]},
    }]  # fmt: skip
    rates = values_of(events, "learning_rate")
    np.testing.assert_array_equal(rates, np.float32([0.01] * 15 + [0.5] * 25))


@pytest.mark.parametrize(
    "values",
    [
        {"optimizer.name": "sgd", "optimizer.momentum": 0.9},
        {"loss.name": "mean_squared_error"},
        {"model.activation": "elu"},
        {"model.hidden": "16 elu, 12"},
        {"model.output": "sigmoid", "loss.name": "binary_crossentropy"},
    ],
)
def test_another_name_makes_a_new_graph_and_keeps_the_weights(folder, values):
    commands = [command("evaluate", 10), command("set", 11, values=values), command("evaluate", 12)]
    status, events = serve_here(config_of(folder), paused_at(15, *commands))
    assert status == 0
    assert of_kind(events, "edited")[0]["retraced"] is True
    assert set(of_kind(events, "edited")[0]["changes"]) == set(values)
    before, after = [event for event in of_kind(events, "evaluated") if event["step"] == 15]
    if not {"model.activation", "model.hidden"} & set(values):
        assert before["accuracy"] == after["accuracy"]
    assert np.isfinite(values_of(events, "loss")).all()


REFUSED = [
    ({"model.hidden": "32"}, "model.hidden"),
    ({"model.hidden": "16, 12, 4"}, "model.hidden"),
    ({"model.hidden": ","}, "model.hidden"),
    ({"model.activation": "reluu"}, "reluu"),
    ({"model.activation": ["relu"]}, "relu"),
    ({"model.initializer": "zeros"}, "model.initializer"),
    ({"train.seed": 2}, "train.seed"),
    ({"train.epochs": 2}, "train.steps"),
    ({"train.steps": 14}, "train.steps"),
    ({"train.batch_size": 401}, "400 training examples"),
    ({"train.batch_size": 0}, "train.batch_size"),
    ({"train.batch_size": 2.5}, "train.batch_size"),
    ({"optimizer.learning_rate": "fast"}, "optimizer.learning_rate"),
    ({"optimizer.learning_rate": math.inf}, "optimizer.learning_rate"),
    ({"optimizer.learning_rate": True}, "optimizer.learning_rate"),
    ({"optimizer.rho": 0.5}, "adam has no rho"),
    ({"optimizer.nesterov": 1}, "optimizer.nesterov"),
    ({"optimizer.name": "sgdd"}, "sgdd"),
    ({"schedule.name": "linear"}, "schedule.name"),
    ({"data.name": "digits"}, "data.name"),
    ({"nonsense": 1}, "nonsense"),
    ({"optimizer.learning_rate": 0.5, "train.seed": 2}, "train.seed"),
    ("fast", "values"),
    (None, "values"),
]


def test_what_cannot_be_changed_is_refused_with_the_reason_and_changes_nothing(folder):
    commands = [command("set", 10 + i, values=values) for i, (values, _) in enumerate(REFUSED)]
    _, events = serve_here(config_of(folder), paused_at(15, *commands))
    answers = answers_of(events)
    for i, (_, reason) in enumerate(REFUSED):
        assert answers[10 + i]["ok"] is False
        assert reason in answers[10 + i]["why"]
    assert not of_kind(events, "edited")
    _, undisturbed = serve_here(config_of(folder))
    np.testing.assert_array_equal(values_of(events, "loss"), values_of(undisturbed, "loss"))


def test_other_nonsense_is_answered_too(folder):
    commands = [
        command("dance", 10),
        command("step", 11, n=0),
        command("step", 12, n="many"),
        command("start", 13),
    ]
    _, events = serve_here(config_of(folder), paused_at(15, *commands))
    assert [answers_of(events)[id]["ok"] for id in (10, 11, 12, 13)] == [False] * 4


def test_stop_writes_a_checkpoint_and_ends_at_a_step_boundary(folder):
    long = config_of(folder, train__steps=10**6)
    status, events = serve_here(long, [(at("evaluated", 11), command("stop"))])
    assert status == 0
    step = events[-1]["step"]
    assert events[-1]["event"] == "stopped"
    assert 11 <= step < 10**6
    written = of_kind(events, "checkpoint")  # the best one, too, if the stop came some steps later
    assert [one["step"] for one in written if not one.get("held")][-1] == step
    assert len(values_of(events, "loss")) == step


@pytest.mark.parametrize("optimizer", ["adam", "nadam"])
def test_a_resumed_run_equals_an_uninterrupted_one_to_the_bit(folder, optimizer):
    options = {
        "optimizer__name": optimizer, "model__dropout": 0.2, "schedule__name": "cosine",
        "train__checkpoint_every": 17,
    }  # fmt: skip
    _, whole = serve_here(config_of(folder, **options))
    restore = str(folder / of_kind(whole, "checkpoint")[0]["file"])
    assert of_kind(whole, "checkpoint")[0]["step"] == 17
    _, rest = serve_here(config_of(folder, restore=restore, **options))
    assert of_kind(rest, "started")[0]["step"] == 17
    assert of_kind(rest, "steps")[0]["first_step"] == 18
    for metric in ("loss", "accuracy", "learning_rate"):
        np.testing.assert_array_equal(values_of(rest, metric), values_of(whole, metric)[17:])
    shas = [of_kind(events, "checkpoint")[-1]["sha256"] for events in (whole, rest)]
    finals = [event for event in of_kind(rest, "evaluated") if event["step"] == 40]
    assert finals[0]["loss"] == of_kind(whole, "evaluated")[-1]["loss"]
    assert len(shas[0]) == 64


def test_changes_after_the_checkpoint_are_made_again_at_their_steps(folder):
    values = {"optimizer.learning_rate": 0.05, "train.batch_size": 11}
    options = {"train__checkpoint_every": 12, "train__checkpoint_keep": 9}
    _, whole = serve_here(
        config_of(folder, **options), paused_at(15, command("set", 10, values=values))
    )
    restore = str(folder / "step-000000012.npz")
    again = config_of(
        folder, restore=restore, edits=[{"step": 15, "set": values, "who": "eva@board"}], **options
    )
    _, rest = serve_here(again)
    np.testing.assert_array_equal(values_of(rest, "loss"), values_of(whole, "loss")[12:])


def test_a_checkpoint_of_another_network_is_refused(folder):
    serve_here(config_of(folder))
    other = config_of(folder, restore=str(folder / "step-000000040.npz"),
                      layers=[{"units": 8, "activation": "relu"}])  # fmt: skip
    status, events = serve_here(other)
    assert status == 1
    assert (events[-1]["kind"], events[-1]["key"]) == ("config", "model.hidden")
    assert "16, 12 units and these 8" in events[-1]["message"]


def test_restoring_at_the_end_goes_on_only_with_more_steps(folder):
    serve_here(config_of(folder))
    restore = str(folder / "step-000000040.npz")
    _, events = serve_here(config_of(folder, restore=restore))
    assert not of_kind(events, "steps")
    assert events[-1] == {"event": "finished", "step": 40}
    _, events = serve_here(config_of(folder, restore=restore, train__steps=50))
    assert events[-1] == {"event": "finished", "step": 50}


def test_no_folder_for_checkpoints(folder):
    options = {"checkpoint_dir": str(folder / "absent")}
    script = paused_at(15, command("checkpoint", 10))
    status, events = serve_here(config_of(folder, **options), script)
    assert status == 0
    assert "absent" in answers_of(events)[10]["why"]
    assert "absent" in of_kind(events, "warned")[0]["message"]
    assert events[-1]["event"] == "finished"


@pytest.mark.parametrize(
    ("changes", "kind", "key"),
    [
        ({**PICTURES, "data__dir": "/nowhere"}, "data", "data.dir"),
        ({"train__batch_size": 401}, "config", "train.batch_size"),
        ({"train__batch_size": "many"}, "config", "train.batch_size"),
        ({"loss__name": "mse"}, "config", "loss.name"),
        ({"optimizer__name": "lion"}, "config", "optimizer.name"),
        ({"output": "maxout"}, "config", "model.activation"),
        ({"restore": "/nowhere.npz"}, "checkpoint", "restore"),
        ({"edits": [{"step": 3}]}, "config", "edits"),
        ({"schedule.name": "linear"}, "config", "schedule.name"),
        ({"layers": [{"units": 10**11, "activation": "relu"}]}, "memory", "model.hidden"),
    ],
)
def test_a_start_that_cannot_be(folder, changes, kind, key):
    status, events = serve_here(config_of(folder, **changes))
    assert status == 1
    assert events[-1]["event"] == "failed"
    assert (events[-1]["kind"], events[-1]["key"]) == (kind, key)
    assert "\n" not in events[-1]["message"]
    assert answers_of(events)[1]["ok"] is False


@pytest.mark.parametrize("key", ["layers", "output", "train.steps", "train.batch_size",
                                 "model.initializer", "train.seed", "optimizer.name"])  # fmt: skip
def test_a_missing_key_is_named(folder, key):
    config = config_of(folder)
    del config[key]
    status, events = serve_here(config)
    assert status == 1
    assert (events[-1]["kind"], events[-1]["key"]) == ("config", key)


def test_a_diverged_run_goes_on_and_says_nan(folder):
    config = config_of(folder, loss__name="mean_squared_error", output="linear",
                       optimizer__name="sgd", optimizer__learning_rate=1000.0,
                       train__on_nan="continue")  # fmt: skip
    status, events = serve_here(config)
    assert status == 0
    assert np.isnan(values_of(events, "loss")[-1])
    assert of_kind(events, "evaluated")[-1]["loss"] == "nan"


def test_tensorflow_running_out_of_memory_is_said_plainly(folder, monkeypatch):
    import tensorflow as tf

    from nanotrain_tui.trainer.graph.engine import Engine

    def too_much(*arguments, **options):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor\n[[node]]")

    monkeypatch.setattr(Engine, "evaluate", too_much)
    status, events = serve_here(config_of(folder))
    assert status == 1
    assert events[-1]["kind"] == "memory"
    assert "OOM when allocating tensor" in events[-1]["message"]
    assert "node" not in events[-1]["message"]


def test_the_end_of_the_pipe_ends_a_run_in_a_thread_too(folder):
    long = config_of(folder, train__steps=10**6)
    status, events = serve_here(long, [(at("evaluated", 11), HANG_UP)])
    assert status == 0
    assert "finished" not in [event["event"] for event in events]
