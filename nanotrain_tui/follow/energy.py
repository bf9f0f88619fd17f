"""The energy of the training: joules per step and per epoch, from the measured power."""

from __future__ import annotations

from typing import NamedTuple

from nanotrain_tui.session.energy import Energy


class EnergyUse(NamedTuple):
    """The energy while steps were made. It includes evaluations, but no pauses."""

    joules: float
    steps: int
    per_step_j: float
    per_epoch_j: float | None  # None if the number of examples is not known
    samples_per_j: float | None  # training examples per joule


class TrainingEnergy:
    """Collects samples of power, in the order of time."""

    def __init__(self) -> None:
        self._energy = Energy()
        self._at: int | None = None  # the step of the last sample; None after a pause
        self._counted = 0  # the step up to which examples are counted
        self._since = 0  # examples since the last sample
        self._steps = 0
        self._samples = 0

    def add(self, t: float, power_mw: float, step: int, batch_size: int | None) -> None:
        """Add the power at ``t`` seconds of session time, after ``step`` updates."""
        self.reached(step, batch_size)
        before = self._energy.joules
        self._energy.add(t, power_mw)
        if self._at is not None and step > self._at and self._energy.joules != before:
            self._steps += step - self._at
            self._samples += self._since
        self._at = self._counted = step
        self._since = 0

    def reached(self, step: int, batch_size: int | None) -> None:
        """The steps up to ``step`` were completed with this batch size."""
        if self._at is not None and step > self._counted:
            self._since += (step - self._counted) * (batch_size or 0)
            self._counted = step

    def pause(self) -> None:
        """Training pauses until the next sample."""
        self._energy.pause()
        self._at = None

    def use(self, examples: int | None) -> EnergyUse | None:
        """The result; None before a step was measured.

        ``examples`` is the number of training examples of an epoch.
        """
        joules = self._energy.joules
        if joules is None or not self._steps:
            return None
        per_joule = self._samples / joules if joules and self._samples else None
        per_epoch = examples / per_joule if examples and per_joule else None
        return EnergyUse(joules, self._steps, joules / self._steps, per_epoch, per_joule)
