"""The dialog that goes to a field: it shows all fields, each with a letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from nanotrain_tui.app.form.letters import LETTERS
from nanotrain_tui.app.form.model import Row
from nanotrain_tui.app.widgets.form_list import fitting

_MOST_CELLS = 36  # of a column; a wider one only moves the values away from their names
_ACROSS, _DOWN = 4, 3  # cells and lines for the border, the padding and the footer


class Jump(ModalScreen[str | None]):
    """Returns the key of the field whose letter is pressed, or None if cancelled."""

    DEFAULT_CSS = """
    Jump {
        align: center middle;
        & > #jump {
            height: auto; max-height: 100%;
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
            yield Static()

    def on_resize(self, event: events.Resize) -> None:
        widths = self._widths(event.size)
        across = sum(widths) + len(widths) - 1
        self.query_one("#jump").styles.width = across + _ACROSS
        self.query_one(Static).update(self._table(widths))

    def _widths(self, screen: Size) -> list[int]:
        """The cells of each column: as few columns as hold all fields, as wide as fits."""
        lines = max(1, screen.height - _DOWN)
        columns = max(2, -(-len(self._rows) // lines))
        cells, more = divmod(screen.width - _ACROSS - (columns - 1), columns)
        if cells >= _MOST_CELLS:
            return [_MOST_CELLS] * columns
        return [max(1, cells + (column >= columns - more)) for column in range(columns)]

    def _table(self, widths: Sequence[int]) -> Content:
        height = -(-len(self._rows) // len(widths))
        parts: list[str | tuple[str, str]] = []
        for y in range(height):
            for column, row in enumerate(self._rows[y::height]):
                room = max(1, widths[column] - 4)
                label = fitting(Row("", "", row.label, row.label), room)
                value = fitting(row, room - cell_len(label) - 1)
                parts.append(" " if column else "")
                parts.append((f" {LETTERS[row.key]} ", "bold $primary"))
                parts.append(f" {label}")
                gap = room - cell_len(label)
                parts.append((value.rjust(gap)[:gap] if gap > 2 else " " * gap, "$muted"))
            parts.append("\n")
        return Content.assemble(*parts).rstrip()

    def on_key(self, event: events.Key) -> None:
        for row in self._rows:
            if event.character == LETTERS[row.key]:
                event.stop()
                self.dismiss(row.key)
                return
