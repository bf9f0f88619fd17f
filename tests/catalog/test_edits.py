"""Changes while a session trains: what they cost, and those written down beforehand."""

import pytest

from nanotrain_tui.catalog import (
    FIELDS,
    ConfigError,
    advise,
    change_kind,
    changed_keys,
    check,
    edited,
    nest,
    parse_edits,
)


@pytest.mark.parametrize(
    "key, before, after, kind",
    [
        ("optimizer.learning_rate", 0.1, 0.2, "live"),
        ("schedule.name", "constant", "cosine", "live"),
        ("train.batch_size", 100, 200, "live"),
        ("optimizer.name", "adam", "sgd", "swap"),
        ("model.hidden", "512 relu", "512 tanh", "swap"),
        ("model.hidden", "512", "256", "restart"),
        ("model.hidden", "512", "512, 512", "restart"),
        ("data.name", "mnist", "digits", "restart"),
        ("model.initializer", "ones", "zeros", "restart"),
    ],
)
def test_what_a_change_costs(key: str, before: object, after: object, kind: str) -> None:
    assert change_kind(key, before, after) == kind


def test_every_field_says_what_a_change_costs() -> None:
    assert {field.live for field in FIELDS.values()} == {"live", "swap", "restart"}


def test_an_edit_keeps_what_still_applies() -> None:
    before = check({"optimizer.epsilon": 1e-8})
    after = edited(before, {"optimizer.name": "sgd", "optimizer.momentum": "0.9"})
    assert after["optimizer.momentum"] == 0.9
    assert "optimizer.epsilon" not in after
    assert "optimizer.name" in changed_keys(before, after)
    assert "train.steps" not in changed_keys(before, after)


def test_scripted_edits_are_sorted_and_checked_against_what_stands_by_then() -> None:
    script = [
        {"step": 500, "set": {"optimizer": {"momentum": 0.5}}},
        {"step": 300, "set": {"optimizer": {"name": "sgd"}}},
    ]
    config = check({"edits": script})
    assert [edit["step"] for edit in config["edits"]] == [300, 500]
    assert config["edits"][1]["set"] == {"optimizer.momentum": 0.5}
    assert check(config) == config
    assert nest(config)["edits"] == config["edits"]


@pytest.mark.parametrize(
    "script, word",
    [
        ("soon", r"\[\[edits\]\]"),
        ([1], "step and set"),
        ([{"step": 5}], "step and set"),
        ([{"step": -1, "set": {"train.steps": 5}}], "at least 0"),
        ([{"step": True, "set": {"train.steps": 5}}], "at least 0"),
        ([{"step": 5, "set": {}}], "at least one"),
        ([{"step": 5, "set": {"optimizer.learning_rat": 1}}], "learning_rate"),
        ([{"step": 5, "set": {"optimizer.momentum": 0.5}}], "at step 5.*belongs to sgd"),
        ([{"step": 5, "set": {"model.hidden": "5"}}], "cannot change"),
        ([{"step": 5, "set": {"data.name": "mnist"}}], "cannot change"),
    ],
)
def test_scripted_edits_that_cannot_be(script: object, word: str) -> None:
    with pytest.raises(ConfigError, match=word) as error:
        check({"edits": script})
    assert error.value.key == "edits"
    with pytest.raises(ConfigError):
        parse_edits(script, check({}))


@pytest.mark.parametrize(
    "values, key",
    [
        ({"model.hidden": "64 softmax"}, "model.activation"),
        ({"loss.name": "mse", "model.output": "softmax"}, "loss.name"),
        ({"model.hidden": "64, 64, 64", "model.activation": "sigmoid"}, "model.activation"),
        ({"optimizer.learning_rate": 0.5}, "optimizer.learning_rate"),
        ({}, "model.initializer"),
    ],
)
def test_a_teacher_would_say_something(values: dict, key: str) -> None:
    assert key in [advice.key for advice in advise(check(values))]


def test_a_teacher_keeps_quiet_about_a_good_start() -> None:
    good = {"model.initializer": "glorot_uniform", "optimizer.learning_rate": 0.001}
    assert advise(check(good)) == []
