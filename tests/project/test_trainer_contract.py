"""The catalog and the trainer know the same names and numbers, though neither imports the other."""

import subprocess
import sys

import numpy as np
import pytest

from nanotrain_tui import catalog
from nanotrain_tui.catalog import fields
from nanotrain_tui.catalog.schedules import learning_rate_after
from nanotrain_tui.host.live_config import OWN_KEYS
from nanotrain_tui.trainer import (
    activations,
    data,
    initializers,
    losses,
    optimizers,
    schedule,
    settings,
)

# What the trainer may change during training: all that is live, but for what the host does itself.
LIVE = {
    key: field
    for key, field in catalog.FIELDS.items()
    if field.live == catalog.LIVE and key not in OWN_KEYS
}


def test_every_name_in_the_catalog_has_its_formula_in_the_trainer() -> None:
    assert set(activations.ACTIVATIONS) == set(catalog.ACTIVATIONS)
    assert set(losses.LOSSES) == set(catalog.LOSSES)
    assert set(optimizers.OPTIMIZERS) == set(catalog.OPTIMIZERS)
    assert set(initializers.INITIALIZERS) == set(catalog.INITIALIZERS)
    assert set(schedule.SCHEDULES) == set(catalog.SCHEDULES)


def test_optimizers_have_the_same_parameters_and_defaults() -> None:
    trainers = {name: entry.defaults for name, entry in optimizers.OPTIMIZERS.items()}
    assert trainers == {name: entry.parameters for name, entry in catalog.OPTIMIZERS.items()}


def test_optimizers_have_the_same_slots() -> None:
    trainers = {
        name: sum(not slot.scalar for slot in entry.slots)
        for name, entry in optimizers.OPTIMIZERS.items()
    }
    assert trainers == {name: entry.slots for name, entry in catalog.OPTIMIZERS.items()}


def test_losses_have_the_same_output_parameters_and_defaults() -> None:
    for name, entry in catalog.LOSSES.items():
        ours = losses.LOSSES[name]
        assert ours.output == entry.output, name
        defaults = {key: catalog.FIELDS["loss." + key].default for key in entry.parameters}
        assert ours.defaults == defaults, name
    assert {name for name, _ in losses.FROM_LOGITS} <= set(catalog.LOSSES)
    assert {output for _, output in losses.FROM_LOGITS} <= set(catalog.ACTIVATIONS)


def test_schedules_have_the_same_parameters_and_defaults() -> None:
    for name, entry in catalog.SCHEDULES.items():
        own = [key for key in entry.parameters if key != "decay_steps"]  # common to all that decay
        defaults = {key: catalog.FIELDS["schedule." + key].default for key in own}
        assert schedule.SCHEDULES[name].defaults == defaults, name


@pytest.mark.parametrize("name", catalog.SCHEDULES)
@pytest.mark.parametrize("decay_steps", [0, 7])
def test_the_form_draws_the_learning_rates_of_the_trainer(name: str, decay_steps: int) -> None:
    given = {"schedule.name": name, "schedule.warmup_steps": 5, "schedule.decay_rate": 0.3,
             "schedule.decay_steps": decay_steps, "schedule.end_fraction": 0.2}  # fmt: skip
    config = catalog.check(catalog.drop_inapplicable(given))
    drawn = [learning_rate_after(config, n, 40) for n in range(40)]
    assert drawn == pytest.approx(list(schedule.learning_rates(config, 0, 40, 40)), rel=1e-6)


def test_numbers_have_the_same_ranges() -> None:
    ranges = {
        key: settings.Range(one.kind == fields.INT, one.low, one.high, one.above, one.below)
        for key, one in LIVE.items()
        if one.kind in (fields.INT, fields.FLOAT)
    }
    assert ranges == settings.SCALARS


def test_flags_choices_and_names_are_the_same() -> None:
    assert set(settings.FLAGS) == {k for k, field in LIVE.items() if field.kind == fields.BOOL}
    choices = {k: list(field.choices or ()) for k, field in LIVE.items() if field.kind == "choice"}
    assert {key: list(names) for key, names in settings.CHOICES.items()} == choices
    swapped = {key for key, field in catalog.FIELDS.items() if field.live == catalog.SWAP}
    assert set(settings.NAMES) == swapped | {"model.hidden"}  # its activations may be swapped
    known = {*settings.SCALARS, *settings.FLAGS, *settings.CHOICES}
    assert known == set(LIVE)


def test_the_names_are_known_without_tensorflow() -> None:
    code = (
        "import sys\n"
        "from nanotrain_tui.trainer import activations, losses, optimizers, settings\n"
        "from nanotrain_tui.trainer.checkpoints import slots\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_data_sets_and_sources_are_the_same() -> None:
    rows = {name: row for name, row in catalog.DATASETS.items() if not row.first_of}
    assert set(rows) == set(data.source_names())
    assert catalog.DATASETS[data.AUTO].first_of == tuple(data.automatic_sources())
    for name, row in rows.items():
        source = data.source_of(name)
        assert set(source.keys) <= set(catalog.FIELDS)
        assert (source.download is not None) == bool(row.download_mb)
        if not row.task:
            continue  # a person's own files
        facts = data.inspect({"data.name": name})
        if facts["ok"]:
            usual = {key: facts[key] for key in ("classes", "train", "test")}
            assert usual == {key: getattr(row, key) for key in usual}
            assert tuple(facts["shape"]) == row.shape


def test_made_data_has_the_same_parameters_defaults_and_names() -> None:
    from nanotrain_tui.trainer.data import playground
    from nanotrain_tui.trainer.data.sources import curve

    made = {name: row for name, row in catalog.DATASETS.items() if row.parameters and row.task}
    assert set(made) == {"curve", *playground.POINTS}
    for name, row in made.items():
        defaults = curve.DEFAULTS if name == "curve" else playground.DEFAULTS
        assert row.parameters == defaults, name
        own = set(data.source_of(name).keys) - {"data.seed"}
        assert own == {"data." + parameter for parameter in defaults}, name
        assert row.outputs == data.inspect({"data.name": name})["outputs"]
    assert list(catalog.FIELDS["data.curve"].choices or ()) == list(curve.CURVES)
    assert list(catalog.FIELDS["data.features"].choices or ()) == list(playground.FEATURES)


@pytest.mark.parametrize("name", ["csv", "npz", "function"])
def test_the_sources_of_a_persons_data_read_their_keys(name: str) -> None:
    own = {key for key in data.source_of(name).keys if key not in catalog.check({})}
    assert own == {"data." + parameter for parameter in catalog.DATASETS[name].parameters}


@pytest.mark.parametrize("name", ["curve", "spiral", "plane"])
@pytest.mark.parametrize(("samples", "share"), [(10, 0.5), (11, 0.5), (333, 0.77), (250, 0.002)])
def test_the_expected_sizes_of_made_data_are_the_trainers(
    name: str, samples: int, share: float
) -> None:
    given = {"data.name": name, "data.samples": samples, "data.train_share": share}
    expected = catalog.expected_data(catalog.check(given))
    facts = data.inspect(given)
    sizes = [expected.train, expected.test, list(expected.shape)]
    assert sizes == [facts["train"], facts["test"], facts["shape"]] or expected.train == 0


@pytest.mark.parametrize("limit", [0, 7, 500])
@pytest.mark.parametrize("validation", [0.0, 0.1, 0.25])
def test_the_training_part_is_the_trainers(limit: int, validation: float) -> None:
    config = {"data.name": "spiral", "data.limit": limit, "data.validation": validation}
    loaded = data.load(config, lambda what, fraction: None)
    assert catalog.training_part(config, 250) == len(loaded.train)


def test_tasks_are_the_same_and_each_has_its_usual_loss() -> None:
    from nanotrain_tui.catalog.losses import TASKS, USUAL_LOSS
    from nanotrain_tui.trainer import metrics

    assert set(TASKS) == set(metrics.TASKS) == set(USUAL_LOSS)
    assert all(task in catalog.LOSSES[loss].tasks for task, loss in USUAL_LOSS.items())


def test_the_trainer_declares_the_standard_metrics() -> None:
    from nanotrain_tui.session.metrics import STANDARD, declaration_of
    from nanotrain_tui.trainer.data.dataset import Dataset, Rows
    from nanotrain_tui.trainer.metrics import declaration

    rows = Rows(np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.uint8))
    data = Dataset("mnist", "here", rows, rows, "classification", 10)
    assert declaration_of(STANDARD) == declaration(data)
