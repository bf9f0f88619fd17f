"""The task of the data decides which loss and which output are meant, and which fit."""

import pytest

from nanotrain_tui.catalog import (
    LOSSES,
    ConfigError,
    advise,
    check,
    expected_data,
    format_value,
    output_of,
    overlay,
    parse_value,
)
from nanotrain_tui.catalog.data_words import (
    example_word,
    form_words,
    picture_words,
    problem_text,
    selects_words,
    target_words,
)

DATA = {"classification": "mnist", "binary": "spiral", "regression": "curve"}
# What each loss can train. A new loss needs no row: it can train every task.
FITTING = {
    "categorical_crossentropy": {"classification"},
    "binary_crossentropy": {"classification", "binary"},
    "hinge": {"classification", "binary"},
    "kl_divergence": {"classification"},
    "cosine_similarity": {"classification", "regression"},
}


@pytest.mark.parametrize(
    ("data", "loss", "output"),
    [
        ("auto", "categorical_crossentropy", "softmax"),
        ("digits", "categorical_crossentropy", "softmax"),
        ("spiral", "binary_crossentropy", "sigmoid"),
        ("curve", "mean_squared_error", "linear"),
        ("multi-gauss", "mean_squared_error", "linear"),
    ],
)
def test_loss_and_output_follow_the_task(data: str, loss: str, output: str) -> None:
    config = check({"data.name": data})
    assert (config["loss.name"], output_of(config)) == (loss, output)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("task", DATA)
def test_a_loss_that_does_not_fit_the_task_is_refused_with_the_reason(loss: str, task: str) -> None:
    given = {"data.name": DATA[task], "loss.name": loss}
    if task in FITTING.get(loss, DATA):
        assert check(given)["loss.name"] == loss
        return
    with pytest.raises(ConfigError) as refused:
        check(given)
    assert refused.value.key == "loss.name"
    usual = check({"data.name": DATA[task]})["loss.name"]
    assert refused.value.message.endswith(f"take {usual}.")


@pytest.mark.parametrize("data", ["spiral", "curve"])
def test_softmax_of_one_output_is_refused(data: str) -> None:
    with pytest.raises(ConfigError, match="softmax of a single output") as refused:
        check({"data.name": data, "loss.name": "mse", "model.output": "softmax"})
    assert refused.value.key == "model.output"


def test_other_data_takes_another_loss_unless_a_fitting_one_was_chosen() -> None:
    pictures = check({"data.name": "mnist", "model.output": "softmax"})
    assert check(overlay(pictures, {"data.name": "curve"}))["loss.name"] == "mean_squared_error"
    assert check(overlay(pictures, {"data.name": "xor"}))["model.output"] == "auto"
    kept = check(overlay({**pictures, "model.output": "auto", "loss.name": "huber"},
                         {"data.name": "curve"}))  # fmt: skip
    assert kept["loss.name"] == "huber"
    back = check(overlay(check({"data.name": "xor"}), {"data.name": "digits"}))
    assert back["loss.name"] == "categorical_crossentropy"
    with pytest.raises(ConfigError, match="needs classes to tell apart"):
        check(overlay(pictures, {"data.name": "curve", "loss.name": "cross_entropy"}))


def test_the_keys_of_made_data_belong_to_their_data() -> None:
    assert check({"data.name": "spiral"})["data.features"] == "x, y"
    assert "data.curve" not in check({"data.name": "spiral"})
    for given in ({"data.noise": 0.1}, {"data.name": "curve", "data.features": "x"}):
        with pytest.raises(ConfigError, match="means nothing with"):
            check(given)
    noisy = {"data.name": "curve", "data.noise": 0.5, "data.samples": 70}
    assert check(overlay(noisy, {"data.name": "spiral"}))["data.noise"] == 0.0


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("x, y", "x, y"),
        ("Y², sin(X), xy", "y^2, sin x, xy"),
        (["x", "x^2", "x"], "x, x^2"),
        ("x2,y2", "x^2, y^2"),
    ],
)
def test_features_are_names(given: object, names: str) -> None:
    points = {"data.name": "spiral", "data.features": given}
    assert check(points)["data.features"] == names
    assert overlay({}, points)["data.features"] == names
    assert parse_value("data.features", format_value("data.features", names)) == names


def test_the_expected_data_has_the_sizes_of_the_configuration() -> None:
    config = check({"data.name": "xor", "data.samples": 30, "data.features": "x, y, xy"})
    data = expected_data(config)
    assert (data.shape, data.train, data.test, data.outputs) == ((3,), 15, 15, 1)
    assert expected_data(check({})).train == 60000


def test_the_words_of_data() -> None:
    pictures = {"shape": [28, 28], "classes": 10}
    assert (example_word(pictures), form_words(pictures)) == ("image", "28 x 28 pixels")
    assert target_words(pictures) == "10 classes"
    rows = {"shape": [2], "classes": 2, "outputs": 1, "task": "binary"}
    assert (example_word(rows), form_words(rows)) == ("example", "rows of 2 numbers")
    assert target_words(rows) == "2 classes"
    curve = {"shape": [1], "classes": 0, "outputs": 1, "task": "regression"}
    assert form_words(curve) == "one number each"
    assert target_words(curve) == "one number to predict"
    assert target_words({**curve, "outputs": 3}) == "3 numbers to predict"


def test_the_part_that_selects_is_the_validation_part_if_there_is_one() -> None:
    assert selects_words({"validation": 500, "test": 900}) == "the validation part selects the best"
    for without in ({}, {"validation": None}, {"validation": 0}):
        assert selects_words({**without, "test": 900}) == "the test part selects the best"


def test_the_words_of_picture_files() -> None:
    sizes = {"smallest": [20, 30], "median": [64, 48], "largest": [1080, 1920]}
    pictures = {"formats": {"JPEG": 1200, "PNG": 7}, "sizes": sizes}
    assert picture_words(pictures) == [
        "files: 1,200 JPEG, 7 PNG",
        "sizes (height x width): 20 x 30 to 1080 x 1920, median 64 x 48",
    ]
    alike = {**pictures, "sizes": {name: [32, 32] for name in sizes}}
    assert picture_words(alike)[1] == "sizes (height x width): 32 x 32"
    for other in ({}, {"formats": {"JPEG": 1}}, {"sizes": sizes}, {"formats": {}, "sizes": sizes}):
        assert picture_words(other) == []


def test_a_problem_of_the_data_is_a_sentence_with_what_to_do() -> None:
    problem = {"message": "It has 3 empty values.", "column": "age", "hint": "Fill them."}
    assert problem_text(problem) == "column 'age': it has 3 empty values (Fill them)"
    assert problem_text({**problem, "column": "column 7", "hint": None}) == (
        "column 7: it has 3 empty values."
    )
    assert problem_text({"message": "No rows."}) == "No rows."


def test_advice_is_given_for_every_task() -> None:
    for data in DATA.values():
        assert isinstance(advise(check({"data.name": data})), list)
