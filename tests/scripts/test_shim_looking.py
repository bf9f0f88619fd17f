"""What the shim records of a model and a call of fit, and how it reports its own errors."""

from types import SimpleNamespace

import pytest
from shim_fakes import SGD, Decay, Model

from nanotrain_tui.script_shim._nanotrain_shim import evaluation, guard, looking
from nanotrain_tui.script_shim._nanotrain_shim.optimizers import Optimizer, Refused
from nanotrain_tui.script_shim._nanotrain_shim.session import Loop, _named


def test_what_train_on_batch_returns_gets_its_names():
    model = SimpleNamespace(metrics_names=["loss", "acc"])
    assert _named(model, [1.0, 0.5]) == {"loss": 1.0, "acc": 0.5}
    assert _named(model, (1.0, 0.5, 2.0)) == {"loss": 1.0, "output 1": 0.5, "output 2": 2.0}
    assert _named(SimpleNamespace(), 1.0) == {"loss": 1.0}
    # Keras 3 returns them by name, but those that it lists come first.
    third = SimpleNamespace(
        metrics_names=["loss", "compile_metrics"],
        get_metrics_result=lambda: {"mae": 0, "acc": 0, "loss": 0},
    )
    assert _named(third, [1.0, 0.5, 0.25]) == {"loss": 1.0, "acc": 0.5, "mae": 0.25}
    third.metrics_names = ["loss"]
    assert _named(third, [3.0]) == {"loss": 3.0}


def test_the_values_of_a_second_model_are_told_apart():
    session = SimpleNamespace(step=0, channel=SimpleNamespace(emit=lambda *_, **__: None))
    loop = Loop(session, "train_on_batch", 1)
    one, two, third = SimpleNamespace(name="gan"), SimpleNamespace(name="critic"), Model()
    for model, name in ((one, "loss"), (two, "critic loss"), (third, "model 3 loss")):
        assert [loop.name_of(model, "loss") for _ in range(2)] == [name, name]


def fit(model=None, **arguments):
    model = model or Model(SGD(0.1, 0.9))
    return SimpleNamespace(
        model=model, arguments=arguments, params={}, epoch=0, number=1, first_step=0,
        optimizer=Optimizer(model), callbacks=[],
    )  # fmt: skip


def test_the_size_of_a_batch_is_what_keras_will_use():
    array = SimpleNamespace(shape=(100, 3))
    data_set = SimpleNamespace(element_spec=0, shape=(), _batch_size=16)
    for arguments, size in (
        ({"batch_size": 8, "x": array}, 8), ({"x": array}, 32), ({"x": [(array,), array]}, 32),
        ({"x": {"left": array}}, 32), ({"x": data_set}, 16), ({"x": object()}, None), ({}, None),
        ({"x": []}, None), ({"x": {}}, None), ({"batch_size": True, "x": object()}, None),
    ):  # fmt: skip
        assert looking.batch_size(fit(**arguments)) == size, arguments


def test_the_facts_of_a_fit_are_those_of_its_model_and_its_arguments():
    layers = [
        type("Dense", (), {"output_shape": (None, 4), "count_params": lambda _: 1500})(),
        type("Dropout", (), {"output": SimpleNamespace(shape=(None, 4))})(),
        type("Lazy", (), {"output": property(lambda _: 1 / 0)})(),
    ]
    for number, layer in enumerate(layers):
        layer.name = f"d{number}"
    model = Model(SGD(Decay()))
    model.layers, model.name, model.loss = layers, "net", ["mse", "mae"]
    one = fit(model, batch_size=8, epochs=3, steps_per_epoch=5)
    one.params, one.first_step, one.epoch = {"epochs": 3}, 10, 1
    facts = looking.facts_of(one)
    assert {key: facts[key] for key in ("epochs", "initial_epoch", "steps_per_epoch")} == {
        "epochs": 3, "initial_epoch": 1, "steps_per_epoch": 5,
    }  # fmt: skip
    assert facts["config"] == {
        "train": {"batch_size": 8, "epochs": 3},
        "optimizer": {
            "learning_rate": 0.25, "momentum": 0.0, "nesterov": False, "name": "sgd",
        },
    }  # fmt: skip
    assert facts["model"]["layers"] == [
        "Dense d0 (None, 4) 1,500 weights", "Dropout d1 (None, 4)", "Lazy d2",
    ]  # fmt: skip
    shown = {key: facts["model"][key] for key in ("name", "kind", "loss", "learning_rate")}
    assert shown == {"name": "net", "kind": "Model", "loss": "2 losses", "learning_rate": "Decay"}
    assert facts["model"]["fixed"]["learning rate"] == "a schedule sets it: Decay"
    assert looking.started_facts(one) == {"steps": 20, "batch_size": 8}
    one.arguments.pop("steps_per_epoch")
    assert looking.started_facts(one)["steps"] == 0, "nobody knows"
    model.critic = type("MyOptimizer", (), {})()
    assert "several optimizers: critic" in looking.facts_of(one)["model"]["fixed"]["learning rate"]


def test_a_loss_is_told_by_its_name():
    def my_loss():
        pass

    for loss, name in (
        (None, ""), ("mse", "mse"), (my_loss, "my_loss"), (SimpleNamespace(name="huber"), "huber"),
        (Decay(), "Decay"),
    ):  # fmt: skip
        assert looking.facts_of(fit(SimpleNamespace(loss=loss)))["model"]["loss"] == name


def test_only_data_in_arrays_can_be_evaluated_at_once():
    array = SimpleNamespace(shape=())
    for data, can in (
        ((array, array), True), ([array, array, None], True), (({"x": array}, [array]), True),
        ((array,), False), ((array,) * 4, False), (array, False), ((array, iter([])), False),
        (({"x": iter([])}, array), False), (([array, 5], array), False),
    ):  # fmt: skip
        assert evaluation._is_arrays(data) is can, data
    with pytest.raises(Refused, match="no validation data"):
        evaluation.evaluate_now(fit())
    assert evaluation.evaluate_now(fit(validation_split=0.5)) is None
    assert evaluation.evaluate_now(fit(validation_data=iter([]))) is None


def test_an_error_of_ours_is_told_once_and_the_training_goes_on(monkeypatch, capsys):
    messages = []
    monkeypatch.setattr(guard, "_failures", [])
    monkeypatch.setattr(guard, "listeners", [messages.append])
    assert guard.guarded(lambda: 1 / 0, 7) == 7
    assert guard.guarded(lambda: {}["x"], 8) == 8
    assert guard.guarded(lambda: 9, 0) == 9
    assert (
        len(messages) == 1
        and "ZeroDivisionError" in messages[0]
        and "the log has more" in messages[0]
    )
    printed = capsys.readouterr().err
    assert "the training goes on" in printed and "1 / 0" in printed and "KeyError" not in printed


def test_an_evaluation_leaves_the_metrics_and_the_model_as_they_were():
    variable, asked = SimpleNamespace(value=3.0), []
    variable.numpy, variable.assign = (
        lambda: variable.value,
        lambda value: setattr(variable, "value", value),
    )

    class Evaluated:
        optimizer = stop_training = None
        metrics = (SimpleNamespace(variables=[variable]),)

        def evaluate(self, *data, **given):
            asked.append((data, given))
            variable.value, self.stop_training, self._eval_data_handler = 0.0, True, 2
            if given["steps"] == 9:
                raise ValueError("mine")
            return {"loss": 0.5}

    array = SimpleNamespace(shape=())
    model = Evaluated()
    model._eval_data_handler = 1
    one = fit(model, validation_data=(array, array), batch_size=16)
    assert evaluation.evaluate_now(one) == {"loss": 0.5}
    given = {"batch_size": 16, "steps": None, "verbose": 0, "return_dict": True}
    assert asked == [((array, array), given)]
    one.arguments.update(validation_batch_size=8, validation_steps=9)
    with pytest.raises(ValueError, match="mine"):
        evaluation.evaluate_now(one)
    assert (asked[1][1]["batch_size"], asked[1][1]["steps"]) == (8, 9)
    assert (variable.value, model.stop_training, model._eval_data_handler) == (3.0, None, 1)
