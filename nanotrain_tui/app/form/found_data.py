"""What the form proposes for its data, and what a look at the data changes in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanotrain_tui.app.form.preset_match import differences, nearest_preset, on_data_of
from nanotrain_tui.catalog import (
    Config,
    ConfigError,
    overlay,
    parse_value,
    task_of,
    usual_data,
    usual_preset,
)
from nanotrain_tui.catalog.fields import AUTO
from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.catalog.losses import LOSSES, misfit

NAME, TASK = "data.name", "data.task"
BATCH, STEPS, EPOCHS = "train.batch_size", "train.steps", "train.epochs"
LOSS, OUTPUT = "loss.name", "model.output"
_OF_PARTS = (TASK, "data.seed", "data.limit", "data.validation")  # the task does not depend on them

Values = Mapping[str, Any]


class Proposed:
    """The preset of the form, and the values that were put into the form for its data.

    The user's changes are the differences from these values. They stay when other data proposes
    other values.
    """

    def __init__(self, presets: Mapping[str, Values], given: Values) -> None:
        self._presets = presets
        self.take_nearest(given)
        self._is_chosen = self.preset != usual_preset(given)

    def take_nearest(self, given: Values) -> None:
        """Take the preset that is nearest to these values."""
        self._task_found = ""  # by a look at the data, in place of auto
        self.choose(nearest_preset(self._presets, given))

    def choose(self, preset: str) -> None:
        """The user has chosen a preset."""
        self.preset = preset
        self._values: Config = dict(self._presets.get(preset, {}))
        self._is_chosen = True

    def edited(self, given: Config, edit: Values, live: bool) -> Config:
        """The values of the form after an edit of the user, which may change what is proposed.

        Raises ConfigError.
        """
        candidate = overlay(given, edit)
        preset = "" if live else self._other_preset(given, candidate)
        if preset:
            return on_data_of(candidate, self._presets[preset])
        is_of_other_data = TASK not in edit and has_other_data(given, candidate)
        if self._task_found and is_of_other_data and candidate.get(TASK) == self._task_found:
            return moved(candidate, self._values, self._values, {TASK: AUTO})
        return candidate

    def accepted(self, given: Values, edit: Values, live: bool) -> None:
        """The edit was valid: remember what is proposed after it."""
        candidate = overlay(given, edit)
        preset = "" if live else self._other_preset(given, candidate)
        if TASK in edit or has_other_data(given, candidate):
            self._task_found = ""
        if preset:
            self.choose(preset)
            self._is_chosen = False

    def _other_preset(self, given: Values, candidate: Values) -> str:
        """The preset that other data proposes; empty if the form has another than proposed."""
        before, after = usual_preset(given), usual_preset(candidate)
        if after == before or after not in self._presets:
            return ""
        is_usual = not self._is_chosen or before == self.preset
        return after if is_usual and not differences(self._values, given) else ""

    def found(self, given: Config, data: Values, live: bool) -> tuple[Config, str]:
        """The form's values with the task, the preset and the values that the data proposes.

        ``data`` is the trainer's answer about the data of the form. Also returns a message, empty
        if nothing is new.
        """
        if usual_data(given.get(NAME, AUTO)).task or not data.get("task"):
            return given, ""
        machine = {} if given.get(TASK, AUTO) != AUTO else {TASK: str(data["task"])}
        self._task_found = machine.get(TASK, self._task_found)
        if live or not self.preset:
            taken = overlay(given, machine)
            return taken, _taken_text(given, taken, "", {})
        name, values = str(data.get("preset") or ""), _proposal_in(data)
        is_taken = not self._is_chosen and name in self._presets
        base = {**self._presets[name], **values} if is_taken else self._values
        base = _fitting(given, self._values, base, int(data["train"]))
        taken = moved(given, self._values, base, machine)
        self._values = base
        self.preset = name if is_taken else self.preset
        usual = self._presets.get(name, {})
        other = {key: value for key, value in values.items() if usual.get(key) != value}
        return taken, _taken_text(given, taken, name if is_taken else "", other)


def has_other_data(before: Values, after: Values) -> bool:
    """Whether the task of the data may be another one than before."""
    keys = {key for key in (*before, *after) if key.startswith("data.")}
    return any(before.get(key) != after.get(key) for key in keys.difference(_OF_PARTS))


def moved(given: Values, before: Values, after: Values, machine: Values) -> Config:
    """The form's values with other proposed ones: ``after`` in place of ``before``.

    ``machine`` are values of the data. What the user changed stays, without a loss that cannot
    train the task.
    """
    own = differences(before, given)
    changed = overlay(given, machine)
    if LOSS in own and misfit(LOSSES[own[LOSS]], task_of(changed)):
        own = {key: value for key, value in own.items() if key not in (LOSS, OUTPUT)}
    return overlay(on_data_of(changed, after), own)


def _proposal_in(data: Values) -> Config:
    """The values in the trainer's answer, without those that this version does not know."""
    values = {}
    found = data.get("proposal")
    for key, value in found.items() if isinstance(found, Mapping) else ():
        try:
            values[key] = parse_value(key, value)
        except ConfigError:
            continue
    return values


def _fitting(given: Values, base: Values, proposed: Values, train: int) -> Config:
    """The values to propose, with a batch that fits the data.

    The user's number of steps has no number of epochs beside it, which would replace it.
    """
    own = differences(base, given)
    values = dict(proposed)
    if STEPS in own and EPOCHS not in own:
        values.pop(EPOCHS, None)
    batch = values.get(BATCH)
    if train > 0 and batch is not None and BATCH not in own:
        values[BATCH] = min(parse_value(BATCH, batch), train)
    return values


def _taken_text(given: Values, after: Values, preset: str, values: Values) -> str:
    """A message about what the form has taken from the data; empty if it is as before."""
    if dict(given) == dict(after):
        return ""
    task = str(after.get(TASK, AUTO))
    said = [f"task {task}"] if task not in (AUTO, given.get(TASK)) else []
    if preset:
        number = sum(after.get(key) == value for key, value in values.items())
        also = f" and {plural(number, 'value')}" if number else ""
        said.append(f"preset {preset}{also}, proposed for this data")
    elif given.get(BATCH) != after.get(BATCH):
        said.append(f"batch size {after.get(BATCH)}, as many as there are to train on")
    return "; ".join(said)
