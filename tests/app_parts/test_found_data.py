"""What a look at a person's own data changes in the form."""

from typing import Any

import pytest
from app_fakes import presets
from setup_fakes import NUMBERS, TABLE

from nanotrain_tui.app.form.changes import same
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.catalog import ConfigError, check

PATH = "/data/flowers.csv"
PROPOSED = dict(TABLE["proposal"])


def form(**values: Any) -> FormModel:
    """The form as the dashboard opens it, with a table typed in it."""
    model = FormModel(check(presets()[0].values), presets())
    for key, value in values.items():
        model.accept(key.replace("__", "."), value)
    model.accept_all({"data.name": "csv", "data.path": PATH})
    return model


def values_of(model: FormModel, keys: Any) -> dict[str, Any]:
    return {key: model.config[key] for key in keys}


def test_task_preset_and_values_are_taken() -> None:
    model = form()
    assert model.preset_label == "tabular" and model.value("data.task") == "auto"
    said = model.take_found(TABLE)
    assert said == "task classification; preset tabular and 4 values, proposed for this data"
    assert model.config["data.task"] == "classification"
    assert values_of(model, PROPOSED) == PROPOSED
    assert model.take_found(TABLE) == ""
    assert values_of(model, PROPOSED) == PROPOSED


def test_the_loss_follows_the_task_and_back() -> None:
    model = form()
    model.take_found(NUMBERS)
    assert model.config["loss.name"] == "mean_squared_error"
    model.accept("data.target", "species")
    assert model.value("data.task") == "auto"
    assert values_of(model, PROPOSED) == PROPOSED  # until it is looked at again
    model.take_found(TABLE)
    assert model.config["data.task"] == "classification"
    assert model.config["loss.name"] == "categorical_crossentropy"


def test_a_loss_that_was_chosen_stays_if_it_can_train_the_task() -> None:
    model = form()
    model.take_found(NUMBERS)
    model.accept("loss.name", "huber")
    model.accept("data.target", "rooms")
    model.take_found(NUMBERS)
    assert model.config["loss.name"] == "huber"
    model.accept("data.target", "species")
    model.take_found(TABLE)
    model.accept("loss.name", "hinge")
    model.accept("data.target", "rooms")
    model.take_found(NUMBERS)
    assert model.config["loss.name"] == "mean_squared_error"


def test_what_the_user_changed_stays() -> None:
    model = form()
    model.accept("train.batch_size", "8")
    model.accept("optimizer.learning_rate", "0.02")
    said = model.take_found(TABLE)
    assert "preset tabular and 3 values" in said
    assert model.config["train.batch_size"] == 8
    assert model.config["optimizer.learning_rate"] == 0.02
    model.accept("data.target", "other")
    model.take_found({**TABLE, "proposal": {"train.batch_size": 32, "model.dropout": 0.1}})
    assert values_of(model, ("train.batch_size", "model.dropout", "model.l2")) == {
        "train.batch_size": 8,
        "model.dropout": 0.1,
        "model.l2": 0.0,
    }


def test_the_users_steps_are_not_replaced_by_epochs() -> None:
    model = form()
    model.accept("train.steps", "77")
    model.take_found(TABLE)
    assert values_of(model, ("train.steps", "train.epochs")) == {
        "train.steps": 77,
        "train.epochs": 0,
    }


def test_a_preset_that_was_chosen_stays_with_a_batch_that_fits() -> None:
    model = form()
    model.load_preset("mlp")
    said = model.take_found({**TABLE, "train": 60})
    assert model.preset_label == "mlp + 1" and model.config["train.batch_size"] == 60
    assert said == "task classification; batch size 60, as many as there are to train on"


def test_values_before_the_data_was_named_are_the_users() -> None:
    model = form(optimizer__learning_rate="0.02", train__steps="300")
    model.take_found(TABLE)
    assert model.preset_name == "tabular"
    assert model.config["optimizer.learning_rate"] == 0.02
    assert model.config["train.steps"] == 300 and model.config["train.epochs"] == 0


def test_a_task_that_was_chosen_is_kept() -> None:
    model = form()
    model.accept("data.task", "regression")
    model.take_found(NUMBERS)
    model.accept("data.target", "rooms")
    assert model.value("data.task") == "regression"
    model = form()
    model.take_found(TABLE)
    for key, value in (("data.seed", "4"), ("data.limit", "50"), ("data.validation", "0.1")):
        model.accept(key, value)
    assert model.value("data.task") == "classification"


@pytest.mark.parametrize("name", ["digits", "spiral", "npz"])
def test_other_data_takes_its_own_preset(name: str) -> None:
    model = form()
    model.take_found(TABLE)
    model.accept("data.name", name)
    assert model.preset_label == {"digits": "tutorial", "spiral": "playground"}.get(name, "sane")
    assert model.config.get("data.task", "auto") == "auto" if name != "npz" else True
    assert model.take_found(TABLE) == "" or name == "npz"


def test_an_unknown_preset_or_value_is_left_out() -> None:
    model = form()
    model.take_found({**TABLE, "preset": "of a later version", "proposal": {"new.key": 1}})
    assert model.preset_label == "tabular" and model.config["data.task"] == "classification"


def test_while_a_session_is_live_only_the_task_is_taken() -> None:
    model = form()
    model.set_running(check({"data.name": "digits"}))
    said = model.take_found(TABLE)
    assert said == "task classification" and model.config["train.epochs"] == 50


def test_a_task_and_a_function_in_the_form_are_those_of_the_session() -> None:
    assert same("data.task", "auto", "binary")
    assert same("data.function", "/a/load.py:load", "/a/load.py:load")
    assert not same("data.function", "/a/load.py:load", "/a/load.py:other")


def test_any_data_can_be_named_where_the_data_is_auto() -> None:
    model = FormModel({})
    labels = {row.key: row.label for row in model.rows()}
    assert labels["data.dir"] == "file or folder" and "data.path" not in labels
    model = FormModel(check({"data.name": "mnist"}))
    assert {row.label for row in model.rows() if row.key == "data.dir"} == {"folder"}
    model.set_running(check({"data.name": "digits"}))
    assert not model.asks_for_data("data.dir")


def test_own_data_is_in_no_folder_of_a_data_set() -> None:
    for name, label in (("csv", "file"), ("folder", "folder")):
        model = FormModel(check({"data.name": name, "data.path": "/data/mine"}))
        labels = {row.key: row.label for row in model.rows()}
        assert labels["data.path"] == label and "data.dir" not in labels


def test_what_the_data_refuses_is_marked() -> None:
    model = FormModel({})
    model.refused = ConfigError("data.dir", "is empty")
    marked = [(row.key, row.problem) for row in model.rows() if row.problem]
    assert marked == [("data.dir", "is empty")]
