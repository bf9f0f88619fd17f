"""The keys of a person's own data: their values, what is needed, and a task that is not known."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog import (
    Config,
    ConfigError,
    check,
    default_of,
    expected_data,
    format_value,
    function_of,
    output_of,
    overlay,
    parse_value,
    paths_of,
    task_of,
    usual_preset,
    with_paths,
)

TABLE = {"data.name": "csv", "data.path": "readings.csv"}
ARRAYS = {"data.name": "npz", "data.path": "arrays.npz"}
FUNCTION = {"data.name": "function", "data.function": "loader.py:load"}


def refused(values: Config, task: str = "") -> ConfigError:
    with pytest.raises(ConfigError) as error:
        check(values, task)
    return error.value


@pytest.mark.parametrize("values", [TABLE, ARRAYS, FUNCTION])
def test_their_defaults(values: Config) -> None:
    config = check(values)
    assert (config["data.task"], config["data.split"]) == ("auto", "0.2")
    assert "data.curve" not in config and "data.samples" not in config
    assert check(config) == config


def test_a_table_has_a_target_and_columns_and_arrays_have_none() -> None:
    assert check(TABLE)["data.target"] == check(TABLE)["data.features"] == ""
    assert refused({**ARRAYS, "data.target": "species"}).key == "data.target"
    assert refused({**TABLE, "data.x": "images"}).key == "data.x"
    assert refused({"data.path": "readings.csv"}).key == "data.path"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a, b", "a, b"),
        ("-comment", "-comment"),
        (["width", "length"], "width, length"),
        (3, "3"),
        (" X ", "X"),
        ("sin(x)", "sin(x)"),
        ("a,b", "a,b"),
    ],
)
def test_names_of_columns_stay_as_they_are(given: object, text: str) -> None:
    for key in ("data.features", "data.target"):
        assert check({**TABLE, key: given})[key] == text
        assert overlay(TABLE, {key: given})[key] == text


def test_points_refuse_the_names_of_columns() -> None:
    for names in ("width", "", "x,", "x, width"):
        assert refused({"data.name": "spiral", "data.features": names}).key == "data.features"
        with pytest.raises(ConfigError, match="not known"):
            overlay({"data.name": "spiral"}, {"data.features": names})
    table = {**TABLE, "data.features": "width"}
    assert check(overlay(table, {"data.name": "spiral"}))["data.features"] == "x, y"


@pytest.mark.parametrize(
    ("given", "text"), [(0.25, "0.25"), ("0.20", "0.2"), ("part", "part"), ("1e-3", "0.001")]
)
def test_a_split_is_a_fraction_or_a_column(given: object, text: str) -> None:
    assert check({**TABLE, "data.split": given})["data.split"] == text


@pytest.mark.parametrize("given", [0, 1, "1.0", -0.1, "nan", "inf", "", True, "20"])
def test_a_split_that_leaves_no_part(given: object) -> None:
    assert refused({**TABLE, "data.split": given}).key == "data.split"


@given(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True))
def test_any_fraction_is_read_back(fraction: float) -> None:
    text = parse_value("data.split", fraction)
    assert float(text) == fraction
    assert parse_value("data.split", format_value("data.split", text)) == text


@pytest.mark.parametrize("given", ["loader.py", "loader.py:", ":load", "a.py:b c", "a.py:1", 5])
def test_a_function_has_a_file_and_a_name(given: object) -> None:
    assert refused({**FUNCTION, "data.function": given}).key == "data.function"


@pytest.mark.parametrize(
    ("values", "key", "words"),
    [
        ({"data.name": "csv"}, "data.path", "data.path=readings.csv"),
        ({"data.name": "npz"}, "data.path", "data.x and data.y"),
        ({"data.name": "npz", "data.x": "x.npy"}, "data.y", "set both"),
        ({"data.name": "npz", "data.y": "y.npy"}, "data.x", "set both"),
        ({"data.name": "function"}, "data.function", "loader.py:load"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(values: Config, key: str, words: str) -> None:
    error = refused(values)
    assert error.key == key and words in error.message
    assert check({"data.name": "npz", "data.x": "x.npy", "data.y": "y.npy"})


@pytest.mark.parametrize(
    ("task", "loss", "output"),
    [
        ("auto", "categorical_crossentropy", "softmax"),
        ("classification", "categorical_crossentropy", "softmax"),
        ("binary", "binary_crossentropy", "sigmoid"),
        ("regression", "mean_squared_error", "linear"),
    ],
)
def test_the_task_decides_the_loss(task: str, loss: str, output: str) -> None:
    config = check({**TABLE, "data.task": task})
    assert task_of(config) == ("" if task == "auto" else task)
    assert (config["loss.name"], output_of(config)) == (loss, output)
    assert default_of("loss.name", config) == loss


def test_as_long_as_the_task_is_not_known_no_loss_is_refused() -> None:
    for loss in ("binary_crossentropy", "mean_squared_error", "kl_divergence"):
        values = {**TABLE, "loss.name": loss}
        assert check(values)["loss.name"] == loss
        assert refused({**values, "loss.name": "kl_divergence"}, "regression").key == "loss.name"
    wrong = {**TABLE, "data.task": "regression", "loss.name": "hinge"}
    assert refused(wrong).key == "loss.name"
    assert expected_data(check({**TABLE, "data.task": "binary"})).outputs == 0


def test_a_task_that_becomes_known_brings_its_usual_loss() -> None:
    found = check(overlay(check(TABLE), {"data.task": "regression"}))
    assert found["loss.name"] == "mean_squared_error"
    chosen = check({**TABLE, "loss.name": "huber"})
    assert check(overlay(chosen, {"data.task": "regression"}))["loss.name"] == "huber"
    softmax = check({**TABLE, "model.output": "softmax"})
    assert check(overlay(softmax, {"data.task": "classification"}))["model.output"] == "softmax"
    pictures = check({"data.name": "digits", "model.output": "softmax"})
    assert check(overlay(pictures, TABLE))["model.output"] == "softmax"


def test_a_table_and_arrays_propose_a_preset() -> None:
    assert [usual_preset(one) for one in (TABLE, ARRAYS)] == ["tabular", "sane"]


def test_the_paths_of_the_data() -> None:
    config = check({**FUNCTION, "data.function": "/a:b/loader.py:load"})
    assert function_of(config) == ("/a:b/loader.py", "load")
    assert paths_of(config) == ["/a:b/loader.py"]
    assert paths_of(check({})) == []
    pair = check({"data.name": "npz", "data.x": "x.npy", "data.y": "y.npy"})
    assert paths_of(pair) == ["x.npy", "y.npy"]
    named = check({**ARRAYS, "data.x": "images", "data.y": "labels"})
    moved = with_paths(named, lambda path: str(Path("/data", path)))
    assert moved == {**named, "data.path": "/data/arrays.npz"}
    assert with_paths(config, lambda path: "/x.py")["data.function"] == "/x.py:load"
    tested = check({**TABLE, "data.test_path": "more.csv", "data.dir": "here"})
    assert sorted(paths_of(tested)) == ["here", "more.csv", "readings.csv"]
