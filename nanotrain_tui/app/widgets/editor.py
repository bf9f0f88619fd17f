"""The editor of one value, shown below the form while the user types."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

MAX_LENGTH = 4000  # far more than the longest list of layers


class FieldEditor(Vertical):
    """A line to type in. ``accept`` takes the text and returns "", or an error; then it stays open.

    ``step`` returns the next higher or lower value as text, or None. ``describe`` returns the hint
    for what is typed now. With ``complete``, Tab completes what is typed.
    """

    DEFAULT_CSS = """
    FieldEditor {
        height: auto;
        & > #edit-title { color: $primary; text-style: bold; height: 1; }
        & > Input, & > Input:focus {
            border: none; height: 1; padding: 0; background: $panel; color: $foreground;
        }
        & > #edit-why { color: $error; height: auto; display: none; }
        & > #edit-hint { color: $muted; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel the edit", show=False),
        Binding("tab", "complete", "Complete a path, or apply", show=False),
        Binding("shift+tab", "apply", "Apply, as Enter does", show=False),
        Binding("up", "step(True)", "Increase the value", show=False),
        Binding("down", "step(False)", "Decrease the value", show=False),
    ]

    class Done(Message):
        """The editor is done. ``applied``: whether a value was accepted."""

        def __init__(self, key: str, applied: bool) -> None:
            super().__init__()
            self.key = key
            self.applied = applied

    def __init__(
        self,
        key: str,
        title: str,
        text: str,
        hint: str,
        accept: Callable[[str], str],
        step: Callable[[str, bool], str | None] | None = None,
        describe: Callable[[str], str] | None = None,
        complete: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        self.key = key
        self._title = title
        self._text = text
        self._hint = hint
        self._accept = accept
        self._step = step
        self._describe = describe
        self._complete = complete

    def compose(self) -> ComposeResult:
        yield Static(Content(self._title), id="edit-title")
        line = Input(self._text, max_length=MAX_LENGTH, compact=True)
        line.cursor_blink = False  # a slow connection would carry it
        yield line
        yield Static("", id="edit-why")
        yield Static(Content(self._hint), id="edit-hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_apply()

    def action_apply(self) -> None:
        why = self._accept(self.query_one(Input).value)
        if not why:
            self.post_message(self.Done(self.key, True))
            return
        self.query_one("#edit-why", Static).update(Content(why))
        self._show_reason(True)

    def _show_reason(self, shown: bool) -> None:
        """Show why the text was not accepted, or the hint."""
        self.query_one("#edit-why", Static).display = shown
        self.query_one("#edit-hint", Static).display = not shown

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._describe is not None:
            self.query_one("#edit-hint", Static).update(Content(self._describe(event.value)))
            self._show_reason(False)

    def action_complete(self) -> None:
        if self._complete is None:
            self.action_apply()
            return
        self._put(self._complete(self.query_one(Input).value))

    def action_step(self, up: bool) -> None:
        stepped = self._step(self.query_one(Input).value, up) if self._step is not None else None
        if stepped is not None:
            self._put(stepped)

    def _put(self, text: str) -> None:
        """Replace what is typed."""
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text)

    def action_leave(self) -> None:
        self.post_message(self.Done(self.key, False))
