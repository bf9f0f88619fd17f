"""The frame that all lists in dialogs share: title, filter line, content, keys."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from nanotrain_tui.app.widgets.filter_line import FilterLine
from nanotrain_tui.catalog.formats import capital

Result = TypeVar("Result")


class FilterDialog(ModalScreen[Result]):
    """A dialog whose content is narrowed by typing. Esc first shows everything, then closes."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    FilterDialog {
        align: center middle;
        & > .dialog {
            width: 78; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; background: $surface; padding: 0 1;
            border-title-color: $primary; border-subtitle-color: $muted;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Clear or close", show=False),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]
    KEYS: ClassVar[str] = "Esc: close"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = capital(self._title)
            box.border_subtitle = self.KEYS
            yield FilterLine()
            yield from self.content()

    def content(self) -> ComposeResult:
        """The widgets below the filter line."""
        raise NotImplementedError

    def filter(self, typed: str) -> tuple[int, int]:
        """Show what matches; returns how many entries do, and how many there are."""
        raise NotImplementedError

    def action_move(self, by: int) -> None:
        raise NotImplementedError

    def action_page(self, direction: int) -> None:
        raise NotImplementedError

    @property
    def box(self) -> Vertical:
        return self.query_one(".dialog", Vertical)

    @property
    def line(self) -> FilterLine:
        return self.query_one(FilterLine)

    def on_mount(self) -> None:
        self.line.show_count(*self.filter(""))

    @on(FilterLine.Changed)
    def _typed(self, message: FilterLine.Changed) -> None:
        message.stop()
        self.line.show_count(*self.filter(message.typed))
        leave = self.KEYS.rpartition("Esc: ")[0] + "Esc: show all"
        self.box.border_subtitle = leave if message.typed else self.KEYS

    def action_leave(self) -> None:
        if self.line.line.value:
            self.line.clear()
        else:
            self.dismiss(None)
