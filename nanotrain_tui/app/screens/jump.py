"""The dialog that goes to a field: it shows all fields, each with a letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nanotrain_tui.app.form.letters import LETTERS
from nanotrain_tui.app.form.model import Row

_MOST_ROWS = 21  # that fit on 24 lines
_COLUMNS = {2: 35, 3: 22}  # number of columns: the cells of each; three cells between columns


class Jump(ModalScreen[str | None]):
    """Returns the key of the field whose letter is pressed, or None if cancelled."""

    DEFAULT_CSS = """
    Jump {
        align: center middle;
        & > #jump {
            width: 78; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; background: $surface; padding: 0 1;
            border-title-color: $primary; border-subtitle-color: $muted;
        }
        & Static { height: auto; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,space", "dismiss", "Leave", show=False)
    ]

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__()
        self._rows = [row for row in rows if row.key in LETTERS]

    def compose(self) -> ComposeResult:
        with Vertical(id="jump") as box:
            box.border_title = "Go to field"
            box.border_subtitle = "letter: go to the field, Esc: cancel"
            yield Static(self._table())

    def _table(self) -> Content:
        columns = 2 if len(self._rows) <= 2 * _MOST_ROWS else 3
        height = -(-len(self._rows) // columns)
        parts: list[str | tuple[str, str]] = []
        for y in range(height):
            for column, row in enumerate(self._rows[y::height]):
                parts.append("   " if column else "")
                parts.append((f" {LETTERS[row.key]} ", "bold $primary"))
                room = _COLUMNS[columns] - 4 - len(row.label)
                value = row.value if len(row.value) <= room - 1 else row.short_value
                room = max(1, room)
                value = set_cell_size(value, min(len(value), room - 1))
                parts.append(f" {row.label}")
                parts.append((" " * (room - len(value)) + value, "$muted"))
            parts.append("\n")
        return Content.assemble(*parts).rstrip()

    def on_key(self, event: events.Key) -> None:
        for row in self._rows:
            if event.character == LETTERS[row.key]:
                event.stop()
                self.dismiss(row.key)
                return
