"""The form with the values of a script: its keys, and what was found in its model."""

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.catalog import ConfigError, advise, check
from nanotrain_tui.host.live_config import LiveConfig

FOUND = {"optimizer.name": "adam", "optimizer.learning_rate": 0.001, "train.batch_size": 32}


def test_the_form_shows_what_a_script_has_and_nothing_else() -> None:
    form = FormModel({})
    form.load({**check({"script.command": "python3 train.py"}), **FOUND})
    assert form.problem is None
    keys = {row.key for row in form.rows()}
    assert {"script.command", "guard.heat", *FOUND} <= keys
    assert not {"model.hidden", "data.name", "train.steps"} & keys
    assert advise(form.config) == []


def test_a_script_lets_its_optimizer_change_and_nothing_of_its_network() -> None:
    config = LiveConfig(check({"script.command": "python3 train.py"}), "stop")
    config.found(FOUND)
    assert config.check({"optimizer.learning_rate": "0.01"}) == {"optimizer.learning_rate": 0.01}
    for key, value in (("model.dropout", 0.5), ("train.batch_size", 64)):
        try:
            config.check({key: value})
        except ConfigError as error:
            assert "decided by the script" in str(error)
        else:
            raise AssertionError(key)
