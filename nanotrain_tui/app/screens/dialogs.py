"""The small dialogs: a question, and a prompt for a line of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nanotrain_tui.app.widgets.editor import FieldEditor
from nanotrain_tui.catalog.formats import capital


class Ask(ModalScreen[str | None]):
    """A question with a key for each answer. Returns that key, or None for no."""

    DEFAULT_CSS = """
    Ask {
        align: center middle;
        & > #ask {
            width: 66; max-width: 100%; height: auto; padding: 1 2;
            border: round $warning; background: $surface; color: $foreground;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "No", show=False),
    ]

    def __init__(self, question: str, choices: Sequence[tuple[str, str]], no: str) -> None:
        super().__init__()
        self._question = question
        taken = {key for key, _ in choices}
        self._choices = [*choices, ("Esc" if "n" in taken else "n", no)]

    def compose(self) -> ComposeResult:
        lines: list[str | tuple[str, str]] = [self._question, "\n"]
        for key, text in self._choices:
            lines += ["\n", (key.ljust(4 if len(self._choices[-1][0]) > 1 else 1), "bold $warning")]
            lines.append(f"  {text}")
        yield Static(Content.assemble(*lines), id="ask")

    def on_key(self, event: events.Key) -> None:
        *answers, (no, _) = self._choices
        if event.character in {key for key, _ in answers}:
            event.stop()
            self.dismiss(event.character)
        elif event.character == no:
            event.stop()
            self.dismiss(None)


class Prompt(ModalScreen[bool]):
    """A line of text. ``accept`` takes it and returns "", or an error; then the prompt stays.

    ``hint`` explains what to type. A function returns the explanation for each text.
    """

    DEFAULT_CSS = """
    Prompt {
        align: center middle;
        & > FieldEditor {
            width: 70; max-width: 100%; height: auto; padding: 0 1;
            border: round $primary; background: $surface;
            border-title-color: $primary; border-subtitle-color: $muted;
            & > #edit-title { display: none; }
        }
    }
    """

    def __init__(
        self, title: str, text: str, hint: str | Callable[[str], str], accept: Callable[[str], str]
    ) -> None:
        super().__init__()
        about = hint if isinstance(hint, str) else hint(text)
        describe = None if isinstance(hint, str) else hint
        self._editor = FieldEditor("", "", text, about, accept, describe=describe)
        self._editor.border_title = capital(title)
        self._editor.border_subtitle = "Enter: accept, Esc: cancel"

    def compose(self) -> ComposeResult:
        yield self._editor

    @on(FieldEditor.Done)
    def _done(self, message: FieldEditor.Done) -> None:
        message.stop()
        self.dismiss(message.applied)
