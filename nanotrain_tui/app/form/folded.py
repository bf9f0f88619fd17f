"""The form folded to one line: the values that describe a training, and those that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nanotrain_tui.app.form.model import PRESET_KEY, Row
from nanotrain_tui.catalog.layer_list import brief_layers
from nanotrain_tui.follow.script import model as script_model

OPTIMIZER, RATE = "optimizer.name", "optimizer.learning_rate"
BATCH, LOSS = "train.batch_size", "loss.name"
HIDDEN, LAYERS, ACTIVATION = "model.hidden", "model.layers", "model.activation"
DATASET = "data.name"
ALWAYS = (
    OPTIMIZER, script_model.OPTIMIZER, RATE, BATCH, LOSS, script_model.LOSS, HIDDEN, LAYERS,
    ACTIVATION, DATASET, script_model.LAYERS, script_model.PARAMETERS,
)  # fmt: skip
JOINED = (RATE, ACTIVATION)  # without a dot after the value before


class Part(NamedTuple):
    """The value of one field in the line."""

    row: Row
    text: str
    joined: bool = False

    @property
    def key(self) -> str:
        return self.row.key


def folded_parts(rows: Sequence[Row], cursor: str, dataset: str = "") -> list[Part]:
    """The parts of the line: the usual ones, those with a sign, and the one under the cursor.

    ``dataset`` is the name of the data that "auto" stands for, if it is known.
    """
    by_key = {row.key: row for row in rows if row.key}
    one_layer = HIDDEN in by_key and by_key[HIDDEN].short_value.isdigit()
    listed = LAYERS in by_key and bool(by_key[LAYERS].value)
    left_out = {ACTIVATION: not one_layer, LAYERS: not listed}
    shown = [key for key in ALWAYS if key in by_key and not left_out.get(key)]
    parts = [Part(by_key[key], _text(by_key[key], dataset), key in JOINED) for key in shown]
    for key, row in by_key.items():
        wanted = row.mark or row.problem or key == cursor
        if key not in shown and wanted and key != PRESET_KEY:
            parts.append(Part(row, f"{row.label} {row.value or 'empty'}"))
    return parts


def _text(row: Row, dataset: str) -> str:
    if row.key in (script_model.LAYERS, script_model.PARAMETERS):
        return script_model.brief(row.key, row.value)
    if row.key == LAYERS:
        return brief_layers(row.short_value) or f"{row.label} empty"
    if row.key == BATCH:
        return f"batch {row.value}"
    if row.key == LOSS:
        return row.value.partition(" (")[0]
    if row.key in (HIDDEN, ACTIVATION):
        return row.short_value
    if row.key == DATASET and row.short_value == "auto":
        return dataset or f"data {row.value}"
    return row.value
