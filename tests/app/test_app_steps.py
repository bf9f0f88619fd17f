"""The ladders of + and -, and the least a set has to say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.app.form.changes import changes_between
from nanotrain_tui.app.form.ladder import stepped
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.catalog import (
    FIELDS,
    ConfigError,
    applies,
    changed_keys,
    check,
    complete,
    default_of,
    edited,
    overlay,
    parse_value,
)
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.undo import Edits


@pytest.mark.parametrize(
    ("key", "value", "up", "down"),
    [
        ("optimizer.learning_rate", 1e-4, 2e-4, 5e-5),
        ("optimizer.learning_rate", 2.5e-5, 5e-5, 2e-5),
        ("optimizer.learning_rate", 5e-5, 1e-4, 2e-5),
        ("train.batch_size", 100, 128, 64),
        ("train.batch_size", 1, 2, None),
        ("train.batch_size", 1000000, None, 524288),
        ("model.hidden", "512 relu, 256 tanh", "1024 relu, 512 tanh", "256 relu, 128 tanh"),
        ("model.hidden", "1024", "2048", "512"),
        ("model.hidden", "none", None, None),
        ("model.hidden", "65536", None, "32768"),
        ("model.dropout", 0.0, 0.05, None),
        ("model.dropout", 0.95, None, 0.9),
        ("model.l2", 0.0, 1e-6, None),
        ("model.l2", 1e-6, 2e-6, 0.0),
        ("optimizer.beta_1", 0.9, 0.95, 0.8),
        ("train.steps", 1000, 2000, 500),
        ("train.checkpoint_every", 10, 20, 0),
        ("train.seed", 7, 8, 6),
        ("train.seed", 0, 1, None),
        ("optimizer.nesterov", False, True, None),
        ("model.activation", "relu", "sigmoid", None),
        ("data.dir", "/data", None, None),
    ],
)
def test_a_step_up_and_a_step_down(key: str, value: Any, up: Any, down: Any) -> None:
    def first(values: list[Any]) -> Any:
        return values[0] if values else None

    assert (first(stepped(key, value, True)), first(stepped(key, value, False))) == (up, down)


@given(st.sampled_from(sorted(FIELDS)), st.lists(st.booleans(), max_size=40))
def test_no_walk_on_a_ladder_leaves_the_field_range(key: str, walk: list[bool]) -> None:
    field = FIELDS[key]
    chosen, names = field.applies_to or ("data.name", ("auto",))
    value = default_of(key, {chosen: names[0]})
    value = parse_value(key, value) if field.kind != "bool" else False
    for up in walk:
        values = stepped(key, value, up)
        if values:
            assert parse_value(key, values[0]) == values[0] != value
            value = values[0]


def test_a_ladder_walked_up_and_down_comes_back() -> None:
    value: float = 1e-4
    for up in [True] * 9 + [False] * 9:
        value = stepped("optimizer.learning_rate", value, up)[0]
    assert value == 1e-4


def test_a_choice_that_does_not_fit_is_stepped_over() -> None:
    model = FormModel(check({"model.output": "linear", "loss.name": "mean_squared_error"}))
    assert model.step("loss.name", up=True)
    assert model.problem is None and model.value("loss.name") == "mean_absolute_error"
    model = FormModel(check({"model.output": "softmax"}))
    while model.step("loss.name", up=True):
        assert model.problem is None


configs = st.fixed_dictionaries(
    {
        "optimizer.name": st.sampled_from(["adam", "sgd", "rmsprop", "adamw"]),
        "schedule.name": st.sampled_from(["constant", "step", "cosine"]),
        "loss.name": st.sampled_from(["categorical_crossentropy", "huber"]),
        "train.batch_size": st.sampled_from([50, 100]),
    },
    optional={
        "optimizer.beta_1": st.sampled_from([0.5, 0.9]),
        "optimizer.momentum": st.sampled_from([0.0, 0.9]),
        "schedule.decay_rate": st.sampled_from([0.5, 0.9]),
        "schedule.decay_steps": st.sampled_from([0, 100]),
        "loss.huber_delta": st.sampled_from([1.0, 2.0]),
    },
)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    return check({key: value for key, value in values.items() if applies(key, values)})


@given(configs, configs)
def test_the_changes_lead_from_one_configuration_to_the_other(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    before, after = _checked(one), _checked(other)
    changes = changes_between(before, after)
    assert complete(overlay(before, changes)) == after
    assert bool(changes) == (before != after)


@given(configs, configs)
def test_an_undone_edit_leaves_what_was(one: dict[str, Any], other: dict[str, Any]) -> None:
    before, after = _checked(one), _checked(other)
    model = FormModel(before)
    model.set_running(before)
    model.take(changes_between(before, after))
    values = model.staged()
    model.sent(values)
    model.answered(values, ok=True)
    assert model.staged() == {}
    changes = {key: [before.get(key), after.get(key)] for key in changed_keys(before, after)}
    edits = Edits()
    edits.add(Event(1, 1, 0.0, 5, "edited", {"who": "me", "changes": changes}))
    undo = edits.undo(after, 5)
    if undo is None:
        assert before == after
        return
    assert edited(after, undo.values) == before  # as the session does it
    model.take(undo.values)
    model.sent(undo.values)
    model.answered(undo.values, ok=True)
    assert model.staged() == {} and model.config == before


@given(configs, configs)
def test_a_refused_edit_leaves_what_was(one: dict[str, Any], other: dict[str, Any]) -> None:
    before, after = _checked(one), _checked(other)
    model = FormModel(before)
    model.set_running(before)
    model.take(changes_between(before, after))
    values = model.staged()
    model.sent(values)
    model.answered(values, ok=False)
    assert model.staged() == {} and model.config == before


def test_scripted_edits_of_a_file_stay_until_a_preset_is_loaded() -> None:
    edits = [{"step": 3, "set": {"optimizer.learning_rate": 0.5}}]
    model = FormModel(check({"edits": edits}))
    assert model.config["edits"] == edits
    model.accept("train.steps", "50")
    assert model.config["edits"] == edits
    with pytest.raises(ConfigError):
        model.accept("edits", "[]")
