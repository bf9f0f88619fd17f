"""Where no preset is named, the data proposes one; whatever is named wins."""

from pathlib import Path
from typing import Any

import pytest

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.catalog import Config, ConfigError, check
from nanotrain_tui.config import load_presets, resolve, resolved

PRESETS = load_presets(None)
SAID = "preset: curve, proposed for this data"


def proposal_text(settings: Config, **given: Any) -> str:
    """The line that tells of the proposed preset; empty if there is none."""
    said = [one for one in resolved(PRESETS, settings, **given).said if one.startswith("preset")]
    return "".join(said)


def test_pictures_keep_the_tutorial_and_nothing_is_told() -> None:
    for sets in ([], ["data.name=digits"]):
        assert resolve(PRESETS, {}, sets=sets)["model.hidden"] == "1024"
        assert proposal_text({}, sets=sets) == ""


@pytest.mark.parametrize(
    ("data", "hidden"), [("curve", "64, 64"), ("spiral", "32, 32"), ("plane", "32, 32")]
)
def test_made_data_propose_their_preset(data: str, hidden: str) -> None:
    config = resolve(PRESETS, {}, sets=[f"data.name={data}"])
    assert config["model.hidden"] == hidden
    assert proposal_text({}, sets=[f"data.name={data}"]).startswith("preset: ")


def test_the_data_of_the_strongest_source_counts(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('[data]\nname = "curve"\n')
    settings = {"data.name": "spiral"}
    assert resolve(PRESETS, settings)["model.hidden"] == "32, 32"
    assert resolve(PRESETS, settings, file=file)["model.hidden"] == "64, 64"
    assert proposal_text(settings, file=file) == SAID
    sets = ["data.name=digits"]
    assert resolve(PRESETS, settings, file=file, sets=sets)["model.hidden"] == "1024"


def test_a_preset_that_is_named_wins(tmp_path: Path) -> None:
    sets = ["data.name=curve"]
    config = resolve(PRESETS, {}, preset="sane", sets=sets)
    assert (config["model.hidden"], config["loss.name"]) == ("1024", "mean_squared_error")
    assert proposal_text({}, preset="sane", sets=sets) == ""
    file = tmp_path / "my.toml"
    file.write_text('preset = "tutorial"\n[data]\nname = "xor"\n')
    config = resolve(PRESETS, {}, file=file)
    assert (config["model.hidden"], config["loss.name"]) == ("1024", "binary_crossentropy")
    assert proposal_text({}, file=file) == ""
    config = resolve(PRESETS, {"data.name": "curve"}, preset="tutorial")
    assert config["loss.name"] == "mean_squared_error"


def test_values_that_are_set_win_over_a_proposed_preset() -> None:
    sets = ["data.name=curve", "loss.name=mae", "hidden=8"]
    config = resolve(PRESETS, {"optimizer.name": "sgd"}, sets=sets)
    assert (config["loss.name"], config["model.hidden"]) == ("mean_absolute_error", "8")
    assert config["optimizer.name"] == "sgd"
    with pytest.raises(ConfigError, match="needs classes"):
        resolve(PRESETS, {}, sets=["data.name=curve", "loss.name=cross_entropy"])


def test_the_batch_of_a_proposed_preset_is_at_most_the_training_part() -> None:
    few = ["data.name=spiral", "data.samples=20"]
    assert resolve(PRESETS, {}, sets=few)["train.batch_size"] == 10
    aside = ["data.name=spiral", "data.samples=40", "data.validation=0.5"]
    assert resolve(PRESETS, {}, sets=aside)["train.batch_size"] == 10
    assert resolve(PRESETS, {}, sets=["data.limit=50"])["train.batch_size"] == 50
    assert resolve(PRESETS, {}, sets=[*few, "batch_size=15"])["train.batch_size"] == 15
    assert resolve(PRESETS, {}, preset="playground", sets=few)["train.batch_size"] == 25


def form() -> FormModel:
    return FormModel(resolve(PRESETS, {}), list(PRESETS.by_name.values()))


def test_the_form_takes_the_preset_of_other_data() -> None:
    model = form()
    model.accept("data.name", "curve")
    assert (model.preset_label, model.text("model.hidden")) == ("curve", "64, 64")
    model.accept("data.samples", "200")
    model.accept("data.name", "spiral")
    assert (model.preset_label, model.text("loss.name")) == ("playground", "binary_crossentropy")
    model.accept("data.name", "auto")
    assert model.preset_label == "tutorial" and model.config == resolve(PRESETS, {})


def test_the_form_keeps_values_of_another_preset_and_fits_the_loss() -> None:
    model = form()
    model.accept("model.hidden", "256")
    model.accept("data.name", "curve")
    assert (model.preset_label, model.text("model.hidden")) == ("tutorial + 1", "256")
    assert model.config["loss.name"] == "mean_squared_error"
    model.load_preset("sane")
    assert model.preset_label == "sane" and model.config["loss.name"] == "mean_squared_error"
    model.accept("data.name", "digits")
    assert model.preset_label == "sane"
    assert model.config["loss.name"] == "categorical_crossentropy"


def test_a_session_of_made_data_is_its_preset() -> None:
    shipped = list(PRESETS.by_name.values())
    for data, preset in (("curve", "curve"), ("xor", "playground"), ("mnist", "tutorial")):
        config = resolve(PRESETS, {}, sets=[f"data.name={data}"])
        assert FormModel(check(config), shipped).preset_label == preset
