"""The catalog and the trainer know the same names, though neither imports the other."""

import pytest

from nanotrain_tui import catalog


@pytest.mark.tensorflow
def test_every_name_in_the_catalog_has_its_formula_in_the_trainer() -> None:
    from nanotrain_tui.trainer import activations, losses

    assert set(activations.ACTIVATIONS) == set(catalog.ACTIVATIONS)
    assert set(losses.LOSSES) == set(catalog.LOSSES)


@pytest.mark.tensorflow
def test_optimizers_have_the_same_parameters_and_defaults() -> None:
    from nanotrain_tui.trainer.optimizers import OPTIMIZERS

    trainers = {name: entry.defaults for name, entry in OPTIMIZERS.items()}
    assert trainers == {name: entry.parameters for name, entry in catalog.OPTIMIZERS.items()}


def test_schedules_and_initializers_have_the_same_names() -> None:
    from nanotrain_tui.trainer.initializers import INITIALIZERS
    from nanotrain_tui.trainer.schedule import SCHEDULES

    assert set(INITIALIZERS) == set(catalog.INITIALIZERS)
    assert set(SCHEDULES) == set(catalog.SCHEDULES)


def test_the_trainer_declares_the_standard_metrics() -> None:
    from nanotrain_tui.session.metrics import STANDARD, declaration_of
    from nanotrain_tui.trainer.metrics import METRICS

    assert declaration_of(STANDARD) == METRICS
