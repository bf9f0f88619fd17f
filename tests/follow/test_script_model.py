"""What the form shows of a script's model."""

from typing import Any

import pytest

from nanotrain_tui.follow.script.model import (
    LAYERS,
    LOSS,
    PARAMETERS,
    brief,
    fixed_reason,
    found_values,
    layer_lines,
)

MODEL = {
    "kind": "Sequential",
    "layers": ["dense 8 relu", "dense 1"],
    "parameters": 814090,
    "loss": "huber",
    "optimizer": "Lion",
    "learning_rate": "cosine over 900 steps",
    "fixed": {"learning rate": "the schedule is the script's own"},
}


def shown(model: Any, **given: Any) -> dict[str, str]:
    return {one.label: one.value for one in found_values({"model": model}, given)}


def test_the_values_that_the_form_has_no_field_for() -> None:
    assert shown(MODEL) == {
        "network": "Sequential",
        "layers": "2",
        "parameters": "814,090",
        "loss": "huber",
        "optimizer": "Lion",
        "rate's schedule": "cosine over 900 steps",
        "data": "the script's own",
    }
    fields = {"loss.name": "huber", "optimizer.name": "adam"}
    assert not {"loss", "optimizer"} & set(shown(MODEL, **fields))
    assert shown({**MODEL, "optimizer": None})["optimizer"] == "several"
    assert shown({}) == shown(None) == {}


@pytest.mark.parametrize("odd", [7, None, [1], {"a": 1}, True])
def test_a_value_of_another_type_is_left_out(odd: Any) -> None:
    found = shown({**dict.fromkeys(MODEL, odd), "kind": "Model", "layers": []})
    assert found["network"] == "Model" and found["data"] == "the script's own"
    assert not {"layers", "loss", "optimizer", "rate's schedule"} & set(found)
    assert layer_lines({"model": {"layers": [odd, "dense 1"]}}) == ["", "dense 1"]


def test_why_a_key_cannot_be_changed() -> None:
    script = {"model": MODEL}
    why = fixed_reason("optimizer.learning_rate", script)
    assert why == "The schedule is the script's own."
    assert (
        fixed_reason("optimizer.learning_rate", {}) == fixed_reason("guard.limit_c", script) == ""
    )
    at_start, by_script = (fixed_reason(k, {}) for k in ("script.command", "train.steps"))
    assert at_start and by_script and at_start != by_script


def test_a_folded_value_has_its_unit() -> None:
    assert brief(LAYERS, "2") == "2 layers"
    assert brief(PARAMETERS, "814,090") == "814,090 parameters"
    assert brief(LOSS, "huber") == "huber"
