"""The values that the trainer accepts for what may change during training."""

import pytest

from nanotrain_tui.trainer.settings import CHOICES, FLAGS, SCALARS, Refused, checked_value


def test_what_is_allowed_comes_back_as_it_is():
    for key, choices in CHOICES.items():
        for name in choices:
            assert checked_value(key, name) == name, key
    for key in FLAGS:
        for value in (True, False):
            assert checked_value(key, value) is value, key
    assert checked_value("optimizer.learning_rate", 0.5) == 0.5


def test_numbers_have_the_type_of_their_key():
    for key, allowed in SCALARS.items():
        value = checked_value(key, 1.0 if 1.0 in allowed else 0.5)
        assert type(value) is (int if allowed.whole else float), key


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("train.on_nan", "retry", "'retry' is not one of auto, pause, stop, continue"),
        ("schedule.name", None, "None is not one of"),
        ("optimizer.nesterov", 1, "1 is not true or false"),
        ("optimizer.learning_rate", "0.1", "'0.1' is not a number"),
        ("optimizer.learning_rate", True, "True is not a number"),
        ("optimizer.learning_rate", float("nan"), "nan is not a number"),
        ("optimizer.learning_rate", 0.0, "it must be above 0 and at most 1000"),
        ("train.steps", 1.5, "1.5 is not a whole number"),
        ("train.steps", 0, "it must be at least 1"),
    ],
)
def test_anything_else_is_refused_with_what_would_be_right(key, value, says):
    with pytest.raises(Refused) as error:
        checked_value(key, value)
    assert str(error.value).startswith(key + ": ") and says in str(error.value)


def test_hidden_layers_are_refused_where_layers_are_listed():
    from nanotrain_tui.trainer.edits import apply_changes

    config = {
        "layers": [{"kind": "flatten"}, {"kind": "dense", "units": 8, "activation": None}],
        "model.activation": "relu", "output": "softmax", "optimizer.name": "sgd",
        "loss.name": "categorical_crossentropy",
    }  # fmt: skip
    with pytest.raises(Refused, match=r"model\.hidden does not apply, because model\.layers"):
        apply_changes(config, {"model.hidden": "8 tanh"})
    changed = apply_changes(config, {"model.activation": "tanh"})
    assert changed["layers"] == config["layers"]  # its activation is still that of the model
