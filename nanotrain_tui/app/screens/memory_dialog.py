"""The question shown if a session needs more memory or disk space than is available."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

SMALLER, AS_IT_IS = "smaller", "as it is"


class MemoryDialog(ModalScreen[str | None]):
    """Returns SMALLER, AS_IT_IS, or None for neither."""

    DEFAULT_CSS = """
    MemoryDialog {
        align: center middle;
        & > #memory {
            width: 66; max-width: 100%; height: auto; padding: 1 2;
            border: round $warning; background: $surface; color: $foreground;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "smaller", "Smaller", show=False),
        Binding("a", f"dismiss('{AS_IT_IS}')", "As it is", show=False),
        Binding("escape,q,n", "dismiss", "Back", show=False),
    ]

    def __init__(self, question: str, batch: int | None) -> None:
        super().__init__()
        self._question = question
        self._batch = batch

    def compose(self) -> ComposeResult:
        choices = [("a", "start anyway"), ("Esc", "cancel")]
        if self._batch is not None:
            choices.insert(0, ("Enter", f"start with a batch size of {self._batch:,}"))
        parts: list[str | tuple[str, str]] = [self._question, "\n"]
        for key, text in choices:
            parts += ["\n", (key.ljust(5), "bold $warning"), f"  {text}"]
        yield Static(Content.assemble(*parts), id="memory")

    def action_smaller(self) -> None:
        if self._batch is not None:
            self.dismiss(SMALLER)
