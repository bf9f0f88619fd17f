"""The parts of the application that the handlers use. The application implements both."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from textual.screen import Screen
from textual.widget import Widget

from nanotrain_tui.app.screens.charts import ChartsScreen
from nanotrain_tui.app.screens.dashboard import Dashboard
from nanotrain_tui.app.widgets.bars import Holds
from nanotrain_tui.follow.run_state import RunState

Result = TypeVar("Result")


class Shell(Protocol):
    """Messages, questions and dialogs for the user."""

    def say(self, text: str, level: str = "info", holds: Holds | None = None) -> None:
        """Show a message in the message line. Levels: info, good, warning, error.

        ``holds``: whether it is still true. It disappears when it is not; without this condition
        it stays until the next message.
        """

    def note(self, text: str, level: str) -> None:
        """Add a line to the log on the screen. It is not recorded."""

    def ask(
        self,
        question: str,
        choices: Sequence[tuple[str, str]],
        no: str,
        answered: Callable[[str | None], None],
    ) -> None:
        """Ask a question. ``answered`` gets the key of the choice, or None for no."""

    def push_screen(
        self, screen: Screen[Result], callback: Callable[[Result | None], None] | None = None
    ) -> object:
        """Open a screen or a dialog. ``callback`` gets its result."""

    def push_screen_next(
        self, screen: Screen[Result], callback: Callable[[Result | None], None]
    ) -> None:
        """Open a dialog after the current message is handled, so that an editor can close first."""

    def run_worker(self, work: Coroutine[Any, Any, None], *, exit_on_error: bool = True) -> object:
        """Run a coroutine in the background."""

    def ring(self) -> None:
        """Ring the terminal's bell, if the user allows it."""

    def exit(self) -> None:
        """Close the dashboard."""


class Screens(Protocol):
    """The screens that the handlers read and draw."""

    @property
    def dashboard(self) -> Dashboard:
        """The dashboard, even if another screen is on top of it."""

    @property
    def charts(self) -> ChartsScreen | None:
        """The charts screen if it is open, else None."""

    @property
    def focused(self) -> Widget | None:
        """The widget that has the focus."""

    @property
    def terminal_taken_at(self) -> float:
        """When the program last took the terminal, in time.monotonic(); 0 without a terminal."""

    def show(self, state: RunState) -> None:
        """Draw a session's state."""

    def form_changed(self) -> None:
        """Draw the form, and the footer, which depends on it."""

    def refresh_keys(self) -> None:
        """Draw the footer."""
