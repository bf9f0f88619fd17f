"""The one table that feeds form, command line, help and validation."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nanotrain_tui.catalog import (
    ACTIVATIONS,
    FIELDS,
    LOSSES,
    OPTIMIZERS,
    ConfigError,
    check,
    drop_inapplicable,
    flatten,
    format_value,
    nest,
    output_of,
    parse_layers,
    parse_value,
    trainer_command,
    trainer_config,
)

NUMBERS = [key for key, field in FIELDS.items() if field.kind in ("int", "float")]
CHOICES = [key for key, field in FIELDS.items() if field.kind == "choice"]


def test_the_defaults_are_a_whole_configuration() -> None:
    config = check({})
    assert config["model.hidden"] == "1024"
    assert config["optimizer.learning_rate"] == 0.0001
    assert config["train.eval_every"] == 100


def test_a_checked_configuration_passes_again_unchanged() -> None:
    for optimizer in OPTIMIZERS:
        config = check({"optimizer.name": optimizer, "schedule.name": "cosine"})
        assert check(config) == config


@pytest.mark.parametrize(
    "text", ["abc", "", "-1", "1e400", "nan", "inf", "99999999999999999999", "1,5", "--"]
)
def test_no_number_takes_nonsense(text: str) -> None:
    for key in NUMBERS:
        with pytest.raises(ConfigError) as error:
            parse_value(key, text)
        assert error.value.key == key
        assert len(str(error.value)) < 300


@pytest.mark.parametrize("key", CHOICES)
def test_a_misspelt_choice_names_the_nearest(key: str) -> None:
    name = next(iter(FIELDS[key].choices or ()))
    with pytest.raises(ConfigError, match=f"Did you mean '{name}'"):
        parse_value(key, "z" + name)


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("rate", "optimizer.learning_rate"),
        ("Batch", "train.batch_size"),
        ("crash", "train.on_crash"),
    ],
)
def test_a_word_of_a_key_names_it(word: str, key: str) -> None:
    with pytest.raises(ConfigError, match=f"Did you mean '{key}'"):
        check({word: 1})


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"optimizer\.learning_rate"):
        check({"optimizer.learnig_rate": 0.1})


@pytest.mark.parametrize(
    "text, name",
    [
        ("softmax_cross_entropy_with_logits", "categorical_crossentropy"),
        ("MSE", "mean_squared_error"),
        ("squared error", "mean_squared_error"),
        ("KLD", "kl_divergence"),
        ("log-cosh", "log_cosh"),
    ],
)
def test_losses_answer_to_the_names_people_know(text: str, name: str) -> None:
    assert parse_value("loss.name", text) == name


@pytest.mark.parametrize("entries", [field.choices for field in FIELDS.values() if field.choices])
def test_every_choice_says_what_it_does(entries: dict) -> None:
    for name, entry in entries.items():
        assert entry.name == name
        assert entry.summary.endswith((".", "..."))
        assert len(entry.summary) <= 120


def test_every_field_explains_itself() -> None:
    for key, field in FIELDS.items():
        assert field.key == key
        assert field.summary.endswith(".")
        assert len(field.label) <= 16


@pytest.mark.parametrize("loss", LOSSES)
def test_the_output_a_loss_is_made_for_fits_it(loss: str) -> None:
    config = check({"loss.name": loss})
    assert output_of(config) == LOSSES[loss].output


@pytest.mark.parametrize(
    "loss, output, fits",
    [
        ("categorical_crossentropy", "linear", False),
        ("categorical_crossentropy", "softmax", True),
        ("binary_crossentropy", "hard_sigmoid", True),
        ("binary_crossentropy", "relu", False),
        ("hinge", "sigmoid", False),
        ("hinge", "tanh", True),
        ("poisson", "tanh", False),
        ("poisson", "exponential", True),
        ("mean_squared_error", "softmax", True),
    ],
)
def test_a_loss_that_does_not_fit_the_output_is_refused(loss: str, output: str, fits: bool) -> None:
    values = {"loss.name": loss, "model.output": output}
    if fits:
        check(values)
        return
    with pytest.raises(ConfigError, match=r"from the output layer.*set model\.output") as error:
        check(values)
    assert error.value.key == "loss.name"


def test_a_loss_for_classes_is_refused_on_numbers() -> None:
    with pytest.raises(ConfigError, match="numbers to predict"):
        check({}, task="regression")


def test_each_optimizer_has_its_own_parameters_and_no_others() -> None:
    for name, optimizer in OPTIMIZERS.items():
        config = check({"optimizer.name": name})
        own = {key.split(".")[1] for key in config if key.startswith("optimizer.")}
        assert own == set(optimizer.parameters) | {"name", "learning_rate"}


def test_a_parameter_of_another_optimizer_is_refused_or_dropped() -> None:
    values = {"optimizer.name": "adam", "optimizer.momentum": 0.9}
    with pytest.raises(ConfigError, match="belongs to sgd, rmsprop"):
        check(values)
    assert drop_inapplicable(values) == {"optimizer.name": "adam"}


def test_layers_are_read_and_resolved() -> None:
    config = check({"model.hidden": "512 Relu , 256", "model.activation": "tanh"})
    assert config["model.hidden"] == "512 relu, 256"
    told = trainer_config(config)
    assert told["layers"] == [
        {"units": 512, "activation": "relu"},
        {"units": 256, "activation": "tanh"},
    ]
    assert told["output"] == "softmax"


@pytest.mark.parametrize("value", [1024, "1024", [1024]])
def test_layers_may_be_a_number_a_text_or_a_list(value: object) -> None:
    assert parse_value("model.hidden", value) == "1024"


@pytest.mark.parametrize(
    "text", ["", ",", "0", "-4", "12 relu tanh", "x", "12 foo", "1e9", "8," * 40, "60000, 60000"]
)
def test_layers_that_cannot_be(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        check({"model.hidden": text})
    assert error.value.key == "model.hidden"


def test_a_layer_has_1_to_65536_units() -> None:
    assert [layer.units for layer in parse_layers("1, 65_536")] == [1, 65_536]
    for text in ("0", "65537"):
        with pytest.raises(ConfigError, match=f"'{text}' units; a layer has 1 to 65,536;"):
            parse_layers(text)


def test_a_trainer_command_is_split_as_a_shell_would() -> None:
    config = check({"trainer.command": "docker run --rm 'my image' python3"})
    assert trainer_command(config) == ["docker", "run", "--rm", "my image", "python3"]
    assert trainer_command(check({"trainer.command": ["python3", "-X", "dev"]})) == [
        "python3", "-X", "dev",
    ]  # fmt: skip
    assert trainer_command(check({})) is None


def test_nest_and_flatten_are_inverse() -> None:
    config = check({})
    assert nest(config)["optimizer"]["name"] == "adam"
    assert flatten(nest(config)) == config


VALUES = st.text() | st.floats() | st.floats(0.01, 0.99) | st.integers() | st.none()


@given(st.sampled_from(sorted(FIELDS)), VALUES)
def test_any_value_is_taken_or_refused_by_name(key: str, value: object) -> None:
    try:
        parsed = parse_value(key, value)
    except ConfigError as error:
        assert error.key == key
    else:
        assert parse_value(key, parsed) == parsed
        if isinstance(parsed, float):
            assert math.isfinite(parsed)


@given(st.sampled_from(NUMBERS), st.floats(0, 1e6))
def test_what_is_shown_can_be_typed_back(key: str, value: float) -> None:
    try:
        parsed = parse_value(key, value)
    except ConfigError:
        return
    assert parse_value(key, format_value(key, parsed)) == parsed


@given(st.text() | st.text("1059 ,relutanh", min_size=1))
@example("none")
@example("512 relu, 256 tanh, 8")
def test_no_text_breaks_the_layers_reader(text: str) -> None:
    try:
        layers = parse_layers(text)
    except ConfigError:
        return
    assert all(layer.units > 0 for layer in layers)
    assert all(layer.activation in ("", *ACTIVATIONS) for layer in layers)
