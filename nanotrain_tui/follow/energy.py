"""What training takes in: joules a step and an epoch, from the power measured while it ran."""

from __future__ import annotations

from typing import NamedTuple

from nanotrain_tui.session.energy import Energy


class EnergyUse(NamedTuple):
    """Of the time in which steps were made, evaluations with it, pauses without."""

    joules: float
    steps: int
    per_step_j: float
    per_epoch_j: float | None  # None where the number of examples is not known
    samples_per_j: float | None  # training examples


class TrainingEnergy:
    """Takes every sample in the order of time."""

    def __init__(self) -> None:
        self._energy = Energy()
        self._at: int | None = None  # the step of the sample before, while it ran
        self._counted = 0  # the step up to which examples are counted
        self._since = 0  # examples since the sample before
        self._steps = 0
        self._samples = 0

    def add(self, t: float, power_mw: float, step: int, batch_size: int | None) -> None:
        """Power at ``t`` seconds of session time while training ran, with ``step`` updates made."""
        self.reached(step, batch_size)
        before = self._energy.joules
        self._energy.add(t, power_mw)
        if self._at is not None and step > self._at and self._energy.joules != before:
            self._steps += step - self._at
            self._samples += self._since
        self._at = self._counted = step
        self._since = 0

    def reached(self, step: int, batch_size: int | None) -> None:
        """Steps up to here were made with batches of this size."""
        if self._at is not None and step > self._counted:
            self._since += (step - self._counted) * (batch_size or 0)
            self._counted = step

    def pause(self) -> None:
        """Nothing is trained until the next sample."""
        self._energy.pause()
        self._at = None

    def use(self, examples: int | None) -> EnergyUse | None:
        """The figures; ``examples`` are those of an epoch. None until a step was measured."""
        joules = self._energy.joules
        if joules is None or not self._steps:
            return None
        per_joule = self._samples / joules if joules and self._samples else None
        per_epoch = examples / per_joule if examples and per_joule else None
        return EnergyUse(joules, self._steps, joules / self._steps, per_epoch, per_joule)
