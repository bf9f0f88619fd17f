"""The text lines of the dashboard: the field's explanation, the newest message, the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from nanotrain_tui.app.form.field_text import bounds, explain
from nanotrain_tui.app.form.model import PRESET_KEY, FormModel, Row
from nanotrain_tui.app.keys.keymap import FooterItem
from nanotrain_tui.app.widgets.form_list import FormList
from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.catalog.formats import value_text
from nanotrain_tui.drawing.curves import draw_curve
from nanotrain_tui.drawing.glyphs import plain, terminal_glyphs
from nanotrain_tui.follow.script.model import LAYERS, layer_lines

CURVE_CELLS = 14

Holds = Callable[[], bool]  # whether a message is still true


class FieldAbout(Static):
    """The text below the form: explains the field under the cursor, or its problem."""

    DEFAULT_CSS = """
    FieldAbout { color: $foreground; height: 100%; }
    """

    def show(self, form: FormList, full: bool) -> None:
        """Explain the field under the cursor; ``full`` also shows its key and range."""
        row, model = form.row, form.model
        if row.problem:
            self.update(Content.assemble(("! ", "bold $error"), (row.problem, "$error")))
            return
        if row.advice:
            self.update(Content.assemble(("? ", "bold $warning"), row.advice))
            return
        if row.fixed:
            self.update(_fixed(row, model, full))
            return
        if row.key == PRESET_KEY:
            text = _preset(model)
        else:
            text = _full(model, row.key) if full else _short(model, row.key)
        self.update(text, layout=False)  # a new layout for each key press is slow


class MessageLine(Static):
    """One line with the newest message. The log shows the events of the session."""

    DEFAULT_CSS = """
    MessageLine {
        height: 1; width: 100%; color: $foreground; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """
    COLORS: ClassVar[dict[str, str]] = {
        "info": "$foreground", "good": "$success", "warning": "$warning", "error": "$error",
    }  # fmt: skip

    _holds: Holds | None = None

    def say(self, text: str, level: str = "info", holds: Holds | None = None) -> None:
        """Show a message. It disappears at a ``check`` at which ``holds`` is no longer true."""
        self._holds = holds
        line = " ".join(text.split())
        line = line if terminal_glyphs().braille else plain(line)
        self.update(Content.assemble((f" {line}", self.COLORS[level])), layout=False)

    def check(self) -> None:
        """Remove the message if it is no longer true."""
        if self._holds is not None and not self._holds():
            self.say("")


class KeyLine(Static):
    """The footer: keys and their actions. Actions that are not available are grey."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1; width: 100%; background: $panel; color: $foreground; text-wrap: nowrap;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: list[FooterItem] = []

    def show(self, items: Sequence[FooterItem]) -> None:
        if items != self._shown:
            self._shown = list(items)
            self.update(Content(" ").join(self._item(item) for item in items), layout=False)

    def _item(self, item: FooterItem) -> Content:
        styles = ("bold $primary", "$foreground") if item.possible else ("$muted", "$muted")
        return Content.assemble((f" {item.key}", styles[0]), (f" {item.label}", styles[1]))

    def on_click(self, event: events.Click) -> None:
        start = 0
        for item in self._shown:
            end = start + cell_len(f" {item.key} {item.label} ")
            if start <= event.x < end:
                self.post_message(self.Clicked(item.id))
                return
            start = end

    class Clicked(Message):
        """An action was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action


def _preset(model: FormModel) -> Content:
    preset = model.presets.get(model.preset_name)
    if preset is None:
        return Content("Press Enter to fill the form from a preset.")
    changed = [f"{FIELDS[k].label} {value_text(k, v)}" for k, v in model.preset_changes.items()]
    but = f"With {', '.join(changed)}. " if changed else ""
    return Content(but + preset.summary)


def _short(model: FormModel, key: str) -> Content:
    field, choice = explain(key, model.value(key), model.asks_for_data(key))
    return Content.assemble(*_drawn(model, key), choice or field)


def _full(model: FormModel, key: str) -> Content:
    field, choice = explain(key, model.value(key), model.asks_for_data(key))
    parts: list[str | tuple[str, str]] = [(f"{key}\n", "bold $primary"), field]
    if choice:
        parts.append("\n")
        parts += _drawn(model, key)
        parts.append(f"{model.text(key)}: {choice}")
    allowed = bounds(key)
    if allowed:
        parts.append((f"\n{allowed}", "$muted"))
    return Content.assemble(*parts)


def _fixed(row: Row, model: FormModel, full: bool) -> Content:
    """Why a value of a script cannot be changed, and the layers of its model."""
    parts: list[str | tuple[str, str]] = [(f"{row.label}: ", "bold $primary")] if full else []
    parts.append(f"Cannot be changed here. {row.fixed}")
    if row.key == LAYERS:
        parts += [(f"\n{line}", "$muted") for line in layer_lines(model.script)]
    return Content.assemble(*parts)


def _drawn(model: FormModel, key: str) -> list[tuple[str, str]]:
    """The curve of a field, two rows high, with its axes beside it; empty if it has none."""
    curve = draw_curve(key, model.values(), CURVE_CELLS, 2)
    if curve is None:
        return []
    top, bottom = curve.rows
    return [(f"{top} {curve.y}\n{bottom} {curve.x}\n", "$primary")]
