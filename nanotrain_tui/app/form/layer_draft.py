"""The list of layers while it is edited: the texts, and the shapes behind each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from nanotrain_tui.app.form.ladder import fraction_step, power_of_two
from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.catalog.built_layers import BuiltLayer, build_so_far, parameters_of
from nanotrain_tui.catalog.layer_kinds import FILTERS, KINDS, RATE, SIZE, UNITS
from nanotrain_tui.catalog.layer_list import (
    KEY,
    MAX_LISTED,
    MAX_WINDOW,
    Entry,
    format_listed,
    parse_listed,
)
from nanotrain_tui.catalog.layers import MAX_UNITS
from nanotrain_tui.drawing.lists.layers import LayerRow

Texts = tuple[str, ...]


class Place(NamedTuple):
    """What the layers are between: the shape of an example, and the output layer."""

    shape: Sequence[int] = ()  # empty: not known yet
    outputs: int = 0
    output: str = ""  # its activation
    activation: str = ""  # of the layers that name none: model.activation


class LayerDraft:
    """The layers with a cursor. Every change can be undone.

    ``preview`` is the text that is being typed for the layer under the cursor.
    """

    def __init__(self, text: str, place: Place) -> None:
        self.place = place
        self.texts: Texts = _split(text)
        self.cursor = 0
        self.preview: str | None = None
        self._before: list[tuple[Texts, int]] = []

    # --- changes ---------------------------------------------------------------------------

    @property
    def here(self) -> str:
        """The layer under the cursor; empty if there is none."""
        return self.texts[self.cursor] if self.texts else ""

    @property
    def text(self) -> str:
        """The value of ``model.layers``."""
        return ", ".join(self.texts)

    @property
    def is_full(self) -> bool:
        return len(self.texts) >= MAX_LISTED

    def go_to(self, index: int) -> None:
        """Put the cursor on a layer, or on the nearest one."""
        self.cursor = max(0, min(len(self.texts) - 1, index))

    def add(self, text: str, below: bool) -> None:
        """Insert a layer below the cursor, or above it, and put the cursor on it."""
        at = self.cursor + (below and bool(self.texts))
        self._change((*self.texts[:at], text, *self.texts[at:]), at)

    def remove(self) -> None:
        """Remove the layer under the cursor."""
        at = self.cursor
        self._change((*self.texts[:at], *self.texts[at + 1 :]), at)

    def move(self, by: int) -> None:
        """Move the layer under the cursor up or down by one place."""
        to = self.cursor + by
        if 0 <= to < len(self.texts):
            texts = list(self.texts)
            texts[self.cursor], texts[to] = texts[to], texts[self.cursor]
            self._change(tuple(texts), to)

    def replace(self, text: str) -> None:
        """Take a text for the layer under the cursor; it may have several layers.

        Raises ConfigError for the first that is not one.
        """
        at = self.cursor
        parts = enumerate(text.split(","), at + 1)
        texts = [format_listed(parse_listed(part, number)) for number, part in parts]
        if len(self.texts) - 1 + len(texts) > MAX_LISTED:
            raise ConfigError(KEY, f"{MAX_LISTED} layers are allowed at most.")
        self._change((*self.texts[:at], *texts, *self.texts[at + 1 :]), at + len(texts) - 1)

    def step(self, up: bool) -> bool:
        """Increase or decrease the layer's first number; returns whether that is possible."""
        stepped = stepped_layer(self.here, up)
        if stepped is None:
            return False
        self.replace(stepped)
        return True

    def undo(self) -> bool:
        """Take the last change back; returns whether there was one."""
        if not self._before:
            return False
        self.texts, self.cursor = self._before.pop()
        return True

    def _change(self, texts: Texts, cursor: int) -> None:
        if texts != self.texts:
            self._before.append((self.texts, self.cursor))
        self.texts = texts
        self.go_to(cursor)

    # --- what is shown ---------------------------------------------------------------------

    def built(self) -> Built:
        """The rows with their shapes, and the first problem."""
        texts, at = list(self.texts), self.cursor
        if self.preview is not None:
            texts[at : at + 1] = [part.strip() for part in self.preview.split(",")]
        return built(texts, self.place)


class Built(NamedTuple):
    """The layers as the editor shows them."""

    rows: list[LayerRow]  # the inputs, each layer, and the output if there is a layer
    parameters: int | None = None  # of all layers; None: not known
    problem: str = ""  # by layer and reason


def built(texts: Sequence[str], place: Place) -> Built:
    """The layers of these texts for examples of the place's shape, and the first problem."""
    entries, problem, wrong = _parsed(texts)
    layers: list[BuiltLayer] = []
    if place.shape and entries:
        layers, error = build_so_far(entries, place.shape, place.outputs)
        hidden = layers[: len(entries)]
        if error is not None and (not problem or len(hidden) < len(entries)):
            problem = error.message
            wrong = len(hidden)
    rows = [
        _row(index, text, entries, layers, place, index == wrong)
        for index, text in enumerate(texts)
    ]
    inputs = layers[0].inputs if layers else tuple(place.shape) or None
    rows.insert(0, LayerRow("", "inputs", shape=inputs))
    is_whole = bool(layers) and not problem
    if texts:
        output = LayerRow(
            "",
            f"output {place.output}",
            shape=(place.outputs,) if place.outputs else None,
            parameters=layers[-1].parameters if is_whole else 0,
            wrong=wrong == len(texts),
        )
        rows.append(output)
    return Built(rows, parameters_of(layers) if is_whole else None, problem)


def _row(
    index: int,
    text: str,
    entries: Sequence[Entry],
    layers: Sequence[BuiltLayer],
    place: Place,
    wrong: bool,
) -> LayerRow:
    known = layers[index] if index < min(len(layers), len(entries)) else None
    entry = entries[index] if index < len(entries) else {}
    default = place.activation if entry.get("activation", "") is None else ""
    if known is None:
        return LayerRow(str(index + 1), text, default, wrong=wrong)
    return LayerRow(str(index + 1), text, default, known.shape, known.parameters, wrong)


def stepped_layer(text: str, up: bool) -> str | None:
    """The layer with the next higher or lower first number; None if there is none."""
    try:
        entry = parse_listed(text)
    except ConfigError:
        return None
    stepped: dict[str, Any] = dict(entry)
    for name in KINDS[entry["kind"]].numbers:
        if name in (UNITS, FILTERS):
            stepped[name] = int(max(1, min(MAX_UNITS, power_of_two(entry[name], up))))
            break
        if name == RATE:
            stepped[name] = fraction_step(entry[name] or 0.0, up)
            break
        if name == SIZE:
            change = 1 if up else -1
            stepped[name] = [max(1, min(MAX_WINDOW, side + change)) for side in entry[name]]
            if entry["stride"] == entry[name]:  # of a pooling, the default
                stepped["stride"] = list(stepped[name])
            break
    return format_listed(stepped) if stepped != entry else None


def _split(text: str) -> Texts:
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()


def _parsed(texts: Sequence[str]) -> tuple[list[Entry], str, int | None]:
    """The layers up to the first that is not one, the reason, and the place of that layer."""
    entries: list[Entry] = []
    for number, text in enumerate(texts, 1):
        try:
            entries.append(parse_listed(text, number))
        except ConfigError as error:
            return entries, error.message, number - 1
    return entries, "", None
