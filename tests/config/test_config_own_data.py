"""A person's own data in a configuration: its name, its task and its preset, from made-up facts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog import Config, ConfigError, check
from nanotrain_tui.config import FileError, Resolved, load_presets, resolved

PRESETS = load_presets(None)
PROPOSAL = {"train.batch_size": 16, "train.epochs": 60}


class Look:
    """Answers with the same facts, and counts how often it is asked."""

    def __init__(self, task: str = "binary", train: int = 120, **facts: Any) -> None:
        self.facts = {"task": task, "train": train, "preset": "tabular", **facts}
        self.asked: list[Config] = []

    def __call__(self, config: Config) -> dict[str, Any]:
        assert check(config) == config
        self.asked.append(config)
        return self.facts


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "readings.csv"
    path.write_text("a,b\n1,2\n")
    return str(path)


def of(
    data: str | None, look: Callable[[Config], Any] | None, *sets: str, **given: Any
) -> Resolved:
    settings = given.pop("settings", {})
    return resolved(PRESETS, settings, data=data, sets=sets, look=look, **given)


def test_a_file_brings_its_task_its_preset_and_a_line_for_each(table: str) -> None:
    look = Look(proposal=PROPOSAL)
    config, said = of(table, look)
    assert (config["data.name"], config["data.path"]) == ("csv", table)
    assert (config["data.task"], config["loss.name"]) == ("binary", "binary_crossentropy")
    assert (config["model.hidden"], config["train.batch_size"]) == ("64, 32", 16)
    assert config["train.epochs"] == 60
    assert said == (
        "data: csv, guessed from readings.csv",
        "preset: tabular, proposed for this data (batch size 16, epochs 60)",
    )
    assert [one["data.task"] for one in look.asked] == ["auto"]


def test_without_a_look_the_task_stays_open(table: str) -> None:
    config, said = of(table, None)
    assert (config["data.task"], config["model.hidden"]) == ("auto", "64, 32")
    assert said[-1] == "preset: tabular, proposed for this data"


def test_made_data_is_not_looked_at() -> None:
    look = Look()
    assert of(None, look, "data.name=curve").config["data.name"] == "curve"
    assert of(None, look).said == ()
    assert look.asked == []


@pytest.mark.parametrize("task", ["classification", "binary", "regression"])
def test_the_found_task_decides_the_loss_unless_another_is_named(table: str, task: str) -> None:
    usual = check({"data.name": "csv", "data.path": "x", "data.task": task})["loss.name"]
    assert of(table, Look(task)).config["loss.name"] == usual
    assert of(table, Look(task), "loss.name=mse").config["loss.name"] == "mean_squared_error"
    if task != "classification":
        with pytest.raises(ConfigError, match=r"loss\.name"):
            of(table, Look(task), "loss.name=categorical_crossentropy")


def test_a_task_that_is_named_stays(table: str, tmp_path: Path) -> None:
    look = Look("regression")
    assert of(table, look, "data.task=regression").config["data.task"] == "regression"
    assert look.asked[0]["data.task"] == "regression"
    file = tmp_path / "my.toml"
    file.write_text(f'[data]\nname = "csv"\npath = "{table}"\ntask = "auto"\n')
    assert of(None, Look("binary"), file=file).config["data.task"] == "binary"
    other = of(None, Look("regression"), f"data.path={table}", file=file)
    assert (other.config["data.task"], other.said[0][:7]) == ("regression", "preset:")


def test_what_the_user_sets_wins_over_the_proposal(table: str) -> None:
    look = Look(proposal=PROPOSAL)
    own = of(table, look, "batch_size=7", "steps=200")
    assert [own.config[f"train.{key}"] for key in ("batch_size", "steps")] == [7, 200]
    assert own.said[-1] == "preset: tabular, proposed for this data"
    assert of(table, look, settings={"train.epochs": 3}).config["train.epochs"] == 3
    named = of(table, look, preset="mlp")
    assert named.config["train.epochs"] == 0 and len(named.said) == 1
    assert named.config["loss.name"] == "binary_crossentropy"


def test_steps_of_the_user_replace_the_epochs_of_the_preset(table: str) -> None:
    config = of(table, Look(), "steps=200").config
    assert (config["train.steps"], config["train.epochs"]) == (200, 0)


def test_the_batch_is_at_most_the_training_part(table: str) -> None:
    assert of(table, Look(train=20)).config["train.batch_size"] == 20
    assert of(table, Look(train=20), "batch_size=25").config["train.batch_size"] == 25


LAYER = st.dictionaries(
    st.sampled_from(["train.batch_size", "train.steps", "train.epochs", "data.limit"]),
    st.integers(1, 500),
)
ANY_FACTS = st.builds(
    Look,
    st.sampled_from(["classification", "binary", "regression"]),
    st.integers(1, 1000),
    preset=st.sampled_from(["tabular", "sane", "tutorial"]),
    proposal=st.sampled_from([{}, PROPOSAL, {"train.epochs": 7, "model.dropout": 0.2}]),
)


@given(LAYER, LAYER, ANY_FACTS)
def test_the_users_values_win_and_the_configuration_is_whole(
    settings: dict[str, int], given: dict[str, int], look: Look
) -> None:
    layer = {"data.name": "csv", "data.path": "/readings.csv", **settings}
    config = of(None, look, *(f"{key}={value}" for key, value in given.items()), settings=layer)[0]
    user = {**settings, **given}
    assert check(config) == config and len(look.asked) == 1
    assert {key: config[key] for key in user} == user
    assert config["data.task"] == look.facts["task"]
    if "train.batch_size" not in user:
        assert config["train.batch_size"] <= look.facts["train"]
    if "train.steps" in user and "train.epochs" not in user:
        assert config["train.epochs"] == 0


def test_a_path_without_a_name_is_guessed(table: str, tmp_path: Path) -> None:
    for settings in ({}, {"data.name": "mnist"}, {"data.name": "auto"}):
        found = of(None, None, f"data.path={table}", settings=settings)
        assert (found.config["data.name"], found.said[0][:9]) == ("csv", "data: csv")
    file = tmp_path / "my.toml"
    file.write_text(f'[data]\npath = "{table}"\n')
    assert of(None, None, file=file).config["data.name"] == "csv"
    other = of(None, None, "data.name=digits", settings={"data.path": table})
    assert other.config["data.name"] == "digits"
    idx = tmp_path / "idx"
    idx.mkdir()
    (idx / "train-images-idx3-ubyte").write_bytes(b"")
    config = of(None, None, f"data.path={idx}").config
    assert (config["data.name"], config["data.dir"]) == ("mnist", str(idx))


@pytest.mark.parametrize(
    ("sets", "name"),
    [
        (["data.x=x.npy", "data.y=y.npy"], "npz"),
        (["data.function=loader.py:load"], "function"),
        (["data.name=csv", "data.path=nothing.weird"], "csv"),
    ],
)
def test_other_keys_of_files_name_their_data(sets: list[str], name: str) -> None:
    assert of(None, None, *sets).config["data.name"] == name


def test_a_file_for_data_that_is_named(table: str, tmp_path: Path) -> None:
    weird = tmp_path / "readings.weird"
    weird.write_text("a,b\n")
    config, said = of(str(weird), None, "data.name=csv")
    assert config["data.path"] == str(weird) and len(said) == 1
    assert of(str(tmp_path), None, "data.name=mnist").config["data.dir"] == str(tmp_path)
    function = of("load it", None, "data.name=function", "data.function=a.py:load")
    assert function.config["data.function"] == "a.py:load"


def test_a_file_that_cannot_be_trained_is_named(tmp_path: Path) -> None:
    look = Look()
    for sets in ([], [f"data.path={tmp_path}"]):
        with pytest.raises(FileError, match="empty folder"):
            of(None if sets else str(tmp_path), look, *sets)
    assert look.asked == []


def test_the_error_of_a_look_is_told(table: str) -> None:
    def look(config: Config) -> dict[str, Any]:
        raise ConfigError("data.target", "there is no column 'z'.")

    with pytest.raises(ConfigError, match="no column 'z'"):
        of(table, look)
