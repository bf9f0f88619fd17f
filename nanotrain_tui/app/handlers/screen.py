"""The keys of the screen: panes, theme, palette, picture, suspend, quit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.keys.actions import REGION_KEYS
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.widgets.event_log import EventLog
from nanotrain_tui.app.widgets.output_pane import OutputPane
from nanotrain_tui.drawing.lists.entries import Entry

REGION_NAMES = ("Configuration", "Upper chart", "Lower chart", "Events")


class Display(Protocol):
    """The parts of the application that only the actions of the screen use."""

    theme: str
    theme_names: list[str]
    theme_summaries: Mapping[str, str]
    no_colors: bool

    def save_screenshot(self, *, path: str) -> str:
        """Write the screen to an SVG file and return its path. Raises OSError."""

    def suspend_to_shell(self) -> bool:
        """Suspend the process until ``fg``. Returns False if no shell could continue it."""

    def action_command_palette(self) -> None:
        """Open the palette."""


class ScreenActions:
    """What the actions of the screen do."""

    def __init__(
        self,
        shell: Shell,
        screens: Screens,
        display: Display,
        link: SessionLink,
        preferences: Preferences,
    ) -> None:
        self._shell = shell
        self._screens = screens
        self._display = display
        self._link = link
        self._preferences = preferences
        self._asks_to_quit = False

    def quit(self) -> None:
        if not self._link.ends_with_app:
            self._shell.exit()
            return
        if self._asks_to_quit:
            return
        self._asks_to_quit = True

        def answered(answer: str | None) -> None:
            self._asks_to_quit = False
            if answer:
                self._shell.exit()
            else:
                self._shell.say("The session continues.", holds=lambda: self._link.situation.live)

        question = "The session runs in this process: quitting ends it."
        self._shell.ask(question, [("y", "quit and end the session")], "cancel", answered)

    def theme(self) -> None:
        display = self._display
        if display.no_colors:
            self._shell.say("NO_COLOR is set, so themes have no effect.", "warning")
            return
        entries = [
            Entry(name, name, display.theme_summaries.get(name, "")) for name in display.theme_names
        ]

        def explain(entry: Entry) -> str:
            return f"{entry.summary} The screen shows it. Enter keeps it, Esc goes back."

        def preview(name: str) -> None:
            display.theme = name

        self._shell.push_screen(
            PickList("theme", entries, display.theme, explain=explain, moved=preview),
            self._theme_chosen,
        )

    def _theme_chosen(self, name: str | None) -> None:
        if name is None:
            return
        self._shell.say(f"Theme: {name}", holds=lambda: self._display.theme == name)
        if self._preferences.save_theme is not None:
            try:
                self._preferences.save_theme(name)
            except OSError as error:
                text = f"Theme: {name}; the choice is not saved ({error.strerror})"
                self._shell.say(text, "warning")

    def next_pane(self) -> None:
        self._screens.dashboard.focus_next()

    def previous_pane(self) -> None:
        self._screens.dashboard.focus_previous()

    def region(self, key: str) -> None:
        index = REGION_KEYS.index(key)
        if self._screens.dashboard.go_to_region(index):
            text, level = f"{REGION_NAMES[index]}.", "info"
        else:
            text, level = f"{REGION_NAMES[index]}: not shown now.", "warning"
        here = self._screens.focused
        self._shell.say(text, level, lambda: self._screens.focused is here)

    @property
    def _log(self) -> EventLog | OutputPane:
        """The events, or the output if that has the focus."""
        focused = self._screens.focused
        return focused if isinstance(focused, OutputPane) else self._screens.dashboard.log_pane

    def log_up(self) -> None:
        self._log.scroll_rows(1)

    def log_down(self) -> None:
        self._log.scroll_rows(-1)

    def log_page_up(self) -> None:
        self._log.page(1)

    def log_page_down(self) -> None:
        self._log.page(-1)

    def log_oldest(self) -> None:
        self._log.oldest()

    def log_newest(self) -> None:
        self._log.newest()

    def palette(self) -> None:
        self._display.action_command_palette()

    def picture(self) -> None:
        try:
            saved = self._display.save_screenshot(path=str(Path.cwd()))
        except OSError as error:
            self._shell.say(f"Cannot save the picture: {error.strerror}", "error")
        else:
            self._shell.say(f"Saved {saved}", "good")

    def suspend(self) -> None:
        if self._display.suspend_to_shell():
            self._shell.say("Resumed.")
        else:
            text = "Cannot suspend: nanotrain was not started from a shell."
            self._shell.say(text, "warning")
