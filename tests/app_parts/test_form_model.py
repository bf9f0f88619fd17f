"""The form's values, without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import presets
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.app.form import preset_match
from nanotrain_tui.app.form.field_text import bounds
from nanotrain_tui.app.form.model import PRESET_KEY, FormModel
from nanotrain_tui.app.form.preset_match import differences
from nanotrain_tui.catalog import FIELDS, ConfigError, applies, check


def form() -> FormModel:
    shipped = presets()
    return FormModel(check(shipped[0].values), shipped)


def keys(model: FormModel) -> list[str]:
    return [row.key for row in model.rows() if row.key]


def test_only_fields_that_apply_are_listed() -> None:
    model = form()
    assert "optimizer.beta_1" in keys(model)
    assert "optimizer.momentum" not in keys(model)
    assert "schedule.decay_rate" not in keys(model)
    model.accept("optimizer.name", "sgd")
    model.accept("schedule.name", "exponential")
    assert "optimizer.beta_1" not in keys(model)
    assert {"optimizer.momentum", "optimizer.nesterov", "schedule.decay_rate"} <= set(keys(model))


def test_rows_begin_with_the_preset_and_have_a_heading_for_each_section() -> None:
    rows = form().rows()
    assert rows[0].key == PRESET_KEY and rows[0].value == "tutorial"
    assert [row.label for row in rows if not row.key] == [
        "Data", "Model", "Loss and optimizer", "Training", "Augmentation", "Machine",
        "Guard",
    ]  # fmt: skip


def test_changes_are_counted_beside_the_preset_and_taking_them_back_is_none() -> None:
    model = form()
    model.accept("optimizer.learning_rate", "0.01")
    assert model.preset_label == "tutorial + 1"
    model.accept("train.steps", "50")
    assert model.preset_label == "tutorial + 2"
    model.accept("trainer.threads", "2")  # not a preset's
    assert model.preset_label == "tutorial + 2"
    model.accept("train.steps", "1000")
    model.accept("optimizer.learning_rate", "1e-4")
    assert model.preset_label == "tutorial"


def test_another_optimizer_with_its_own_defaults_is_one_change() -> None:
    model = form()
    model.accept("optimizer.name", "sgd")
    assert model.preset_label == "tutorial + 1"
    model.accept("optimizer.momentum", "0.9")
    assert model.preset_label == "tutorial + 2"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "sane"),
        ({"optimizer.learning_rate": 0.01}, "sane + 1"),
        ({"train.on_nan": "pause"}, "sane"),  # a session replaces auto
        ({"data.name": "digits", "guard.heat": "off"}, "sane"),
    ],
)
def test_a_configuration_is_the_nearest_preset_with_its_changes(
    changes: dict[str, object], label: str
) -> None:
    shipped = presets()
    sane = next(one for one in shipped if one.name == "sane")
    values = check({**sane.values, **changes})
    assert FormModel(values, shipped).preset_label == label
    model = form()
    model.load(values)
    assert model.preset_label == label


def test_a_configuration_that_is_near_no_preset_is_custom() -> None:
    far = {
        "model.hidden": "7", "model.dropout": 0.1, "model.l2": 0.1, "optimizer.name": "rmsprop",
        "optimizer.learning_rate": 0.5, "train.steps": 7, "train.batch_size": 7, "train.seed": 7,
        "train.eval_every": 7, "train.checkpoint_every": 7, "model.initializer": "zeros",
    }  # fmt: skip
    assert FormModel(check(far), presets()).preset_label == "custom"


def test_a_preset_fills_the_model_and_leaves_data_and_machine_alone() -> None:
    model = form()
    model.accept("data.name", "digits")
    model.accept("trainer.threads", "2")
    model.accept("optimizer.name", "sgd")
    model.load_preset("sane")
    assert model.value("optimizer.name") == "adam"
    assert model.value("model.initializer") == "glorot_uniform"
    assert (model.value("data.name"), model.value("trainer.threads")) == ("digits", 2)
    assert model.preset_label == "sane"


def test_a_value_at_fault_is_refused_and_the_old_one_stays() -> None:
    model = form()
    model.accept("model.output", "softmax")
    with pytest.raises(ConfigError, match="output"):
        model.accept("loss.name", "hinge")
    assert model.value("loss.name") == "categorical_crossentropy"
    assert model.problem is None


def test_a_value_that_makes_another_wrong_is_taken_and_the_other_marked() -> None:
    model = form()
    model.accept("model.output", "linear")
    assert model.value("model.output") == "linear"
    marked = [row for row in model.rows() if row.problem]
    assert [row.key for row in marked] == ["loss.name"]
    assert "softmax" in marked[0].problem
    with pytest.raises(ConfigError):
        model.config  # noqa: B018
    model.accept("model.output", "auto")
    assert model.problem is None


def test_what_differs_from_the_session_is_marked_until_it_is_gone() -> None:
    model = form()
    assert model.set_running(model.config)
    assert not model.set_running(model.config)
    model.accept("train.steps", "5000")
    assert [row.key for row in model.rows() if row.mark] == ["train.steps"]
    assert model.set_running({})
    assert not any(row.mark for row in model.rows())


def test_what_the_session_settled_by_itself_is_no_difference() -> None:
    model = form()
    model.accept("data.dir", "~/mnist")
    settled = {**model.config, "data.name": "digits", "data.dir": str(Path("~/mnist").expanduser())}
    model.set_running(settled)
    assert not any(row.mark for row in model.rows())
    model.accept("data.name", "mnist")
    model.accept("data.dir", "/elsewhere")
    assert [row.key for row in model.rows() if row.mark] == ["data.name", "data.dir"]


def test_what_was_left_open_stays_open_whatever_the_session_settles() -> None:
    model = form()
    model.set_running(model.config)
    model.set_running({**model.config, "data.name": "digits", "train.on_nan": "pause"})
    assert (model.value("data.name"), model.value("train.on_nan")) == ("auto", "auto")
    assert model.staged() == {} and model.preset_label == "tutorial"


def test_a_toggle_flips_and_says_what_it_lacks() -> None:
    model = form()
    model.accept("optimizer.name", "sgd")
    with pytest.raises(ConfigError, match="momentum"):
        model.toggle("optimizer.nesterov")
    model.accept("optimizer.momentum", "0.9")
    model.toggle("optimizer.nesterov")
    assert model.value("optimizer.nesterov") is True


def test_a_sessions_configuration_fills_the_form_whatever_else_it_holds() -> None:
    model = form()
    model.load({**check({"optimizer.name": "sgd"}), "from.the.future": 1, "optimizer.beta_1": 0.5})
    assert model.value("optimizer.name") == "sgd"
    assert model.problem is None


def test_zero_is_shown_typed_and_stepped_as_its_word() -> None:
    model = form()
    assert (model.shown("guard.limit_c"), model.text("guard.limit_c")) == ("auto", "auto")
    model.accept("guard.limit_c", "70")
    model.accept("guard.limit_c", "auto")
    assert model.value("guard.limit_c") == 0.0
    assert model.stepped_text("trainer.threads", "auto", up=True) == "1"
    assert model.stepped_text("trainer.threads", "1", up=False) == "auto"


def test_the_first_step_from_auto_is_a_useful_value() -> None:
    model = form()
    for key, expected in (
        ("guard.limit_c", "50"), ("guard.resume_c", "30"), ("guard.memory_mb", "10"),
    ):  # fmt: skip
        assert model.stepped_text(key, "auto", up=True) == expected
        assert model.stepped_text(key, expected, up=False) == "auto"


def test_bounds_in_words() -> None:
    assert bounds("model.dropout") == "0 (off) to under 1"
    assert bounds("optimizer.learning_rate") == "over 0 to 1,000"
    assert bounds("data.dir") == ""


changes = st.tuples(
    st.sampled_from(sorted(FIELDS)),
    st.one_of(
        st.sampled_from(["", "0", "-1", "nan", "1e309", "0.5", "on", "sgd", "cosine", "linear"]),
        st.text(max_size=12),
    ),
)


@given(st.lists(changes, max_size=12))
def test_no_sequence_of_changes_breaks_the_form(sequence: list[tuple[str, str]]) -> None:
    """Whatever is typed, what is listed applies, and a form without a problem can run."""
    model = form()
    for key, text in sequence:
        if not applies(key, {row: model.value(row) for row in keys(model)[1:]}):
            continue
        before = model.text(key)
        try:
            model.accept(key, text)
        except ConfigError as error:
            assert error.message
            assert model.text(key) == before
    problem = model.problem
    rows = model.rows()
    assert [row.key for row in rows if row.problem] == ([problem.key] if problem else [])
    if problem is None:
        assert set(model.config) == {row.key for row in rows if row.key} - {PRESET_KEY}


def test_comparisons_are_kept_and_nobody_else_changes_them() -> None:
    preset = {"train.batch_size": 10}
    for size in (*range(20, 130), 20):
        found = differences(preset, {"train.batch_size": size})
        assert found == {"train.batch_size": size}
        found.clear()
    assert differences(preset, {"train.batch_size": 20}) == {"train.batch_size": 20}
    assert len(preset_match._compared) <= 100
