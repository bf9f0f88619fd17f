"""What ``r`` would do with the form's values, as far as it is known at once."""

from setup_fakes import AVAILABLE, DATA, findings

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.form.outlook import outlook_of, steps_of
from nanotrain_tui.catalog import check

SHAPE_14 = {**DATA, "shape": [14, 14]}


def test_the_network_is_that_of_the_data_and_follows_each_value() -> None:
    model = FormModel({})
    found = (model.config, findings(SHAPE_14))
    assert outlook_of(model, found).layers[0].inputs == 196
    model.accept("model.hidden", "64 tanh")
    outlook = outlook_of(model, found)
    assert [layer.parameters for layer in outlook.layers] == [197 * 64, 65 * 10]
    assert [layer.activation for layer in outlook.layers] == ["tanh", "softmax"]


def test_findings_of_other_data_or_of_another_trainer_are_not_shown() -> None:
    model = FormModel({})
    found = (model.config, findings())
    assert outlook_of(model, found).findings is not None
    for key, value in (("data.name", "digits"), ("trainer.command", "python3.9")):
        changed = FormModel({key: value})
        assert outlook_of(changed, found).findings is None
    assert outlook_of(model, None).findings is None


def test_a_problem_with_a_value_goes_when_the_value_changes() -> None:
    model = FormModel({"telemetry.tegrastats": "/nowhere"})
    refused = findings(problem="there is no program /nowhere", key="telemetry.tegrastats")
    found = (model.config, refused)
    outlook = outlook_of(model, found)
    assert (outlook.problem, outlook.problem_label) == (
        "there is no program /nowhere",
        "tegrastats",
    )
    model.accept("telemetry.tegrastats", "")
    outlook = outlook_of(model, found)
    assert not outlook.problem and outlook.findings is not None


def test_a_problem_with_the_trainer_stays_until_it_is_looked_up_again() -> None:
    model = FormModel({})
    found = (model.config, findings(problem="no TensorFlow", key="trainer.command", data={}))
    model.accept("train.steps", "5")
    assert outlook_of(model, found).problem == "no TensorFlow"


def test_a_batch_larger_than_the_data_is_refused_at_once() -> None:
    model = FormModel({})
    found = (model.config, findings({**DATA, "train": 600}))
    assert not outlook_of(model, found).problem
    model.accept("train.batch_size", "700")
    outlook = outlook_of(model, found)
    assert outlook.problem_label == "batch size" and "600" in outlook.problem
    assert outlook.memory is None


def test_the_newest_free_memory_counts() -> None:
    model = FormModel({})
    found = (model.config, findings())
    outlook = outlook_of(model, found)
    assert outlook.memory is not None and outlook.memory.fits
    outlook = outlook_of(model, found, AVAILABLE._replace(memory_mb=100.0))
    assert outlook.memory is not None and not outlook.memory.fits


def test_a_form_with_a_problem_has_no_advice_and_no_memory() -> None:
    model = FormModel({"model.output": "linear"})
    outlook = outlook_of(model, (check({}), findings()))
    assert outlook.problem_label == "loss" and outlook.layers and outlook.findings is not None
    assert not outlook.advice and outlook.memory is None


def test_epochs_replace_steps() -> None:
    assert steps_of(check({"train.steps": 7}), DATA) == 7
    assert steps_of(check({"train.epochs": 2, "train.batch_size": 64}), DATA) == 2 * 938
