"""The letter of each field, which goes to it after the field key."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits

from nanotrain_tui.app.form.field_text import DIR, OWN
from nanotrain_tui.app.form.model import PRESET_KEY
from nanotrain_tui.catalog import DATASETS, FIELDS

# These are changed most often, so they get their letter first.
_FIRST = (
    "optimizer.learning_rate", "optimizer.name", "train.batch_size", "train.steps",
    "model.activation", "model.hidden", "model.dropout", "train.eval_every", PRESET_KEY,
    "train.checkpoint_every", "loss.name", "optimizer.momentum", "schedule.name",
)  # fmt: skip

DATA = "data.name"
_LAST = "+-*/=.,;:!@#$%&()<>[]{}"


def _letters() -> dict[str, str]:
    """A letter for each field, from its label if possible. The result is always the same.

    Two fields have the same letter only if no data set has both.
    """
    letters: dict[str, str] = {}
    # The keys of single data sets get what is left, so that the others keep their letters.
    of_data = {key for key, field in FIELDS.items() if (field.applies_to or ("",))[0] == DATA}
    for key in dict.fromkeys((*_FIRST, *sorted(FIELDS, key=of_data.__contains__))):
        label = FIELDS[key].label if key in FIELDS else "preset"
        own = [sign for sign in label.lower() if sign in ascii_lowercase]
        wanted = [
            *own,
            *(sign.upper() for sign in own),
            *ascii_lowercase,
            *digits,
            *ascii_uppercase,
            *_LAST,
        ]
        taken = {letters[other] for other in letters if _are_together(key, other)}
        letters[key] = next(sign for sign in wanted if sign not in taken)
    return letters


def _are_together(one: str, other: str) -> bool:
    """Whether both fields can be in the form at the same time."""
    conditions = [_condition(key) for key in (one, other) if key in FIELDS]
    names = [set(found[1]) for found in conditions if found and found[0] == DATA]
    return len(names) < 2 or bool(names[0] & names[1])


def _condition(key: str) -> tuple[str, tuple[str, ...]] | None:
    """The choices with which the form shows the field."""
    if key == DIR:
        return DATA, tuple(name for name in DATASETS if name not in OWN)
    return FIELDS[key].applies_to


LETTERS = _letters()
