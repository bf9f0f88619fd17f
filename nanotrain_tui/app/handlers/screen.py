"""The keys of the screen: panes, charts, theme, help, palette, picture, shell, leaving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nanotrain_tui.app.screens.dialogs import Help

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp


class ScreenKeys:
    """What the actions of the screen do."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app

    def do_quit(self) -> None:
        if not (self.app.in_process and self.app.situation.live):
            self.app.exit()
            return

        def answered(answer: str | None) -> None:
            if answer:
                self.app.exit()
            else:
                self.app.say("It goes on.")

        question = "In-process, the session ends with the dashboard."
        self.app.ask(question, [("y", "end both")], "stay", answered)

    def do_theme(self) -> None:
        app = self.app
        if app.no_colors:
            app.say("NO_COLOR is set: the colours stay the terminal's own.", "warning")
            return
        here = app.theme_names.index(app.theme) if app.theme in app.theme_names else -1
        app.theme = app.theme_names[(here + 1) % len(app.theme_names)]
        app.say(f"Theme: {app.theme}")
        if app.preferences.remember_theme is not None:
            try:
                app.preferences.remember_theme(app.theme)
            except OSError as error:
                app.say(f"Theme: {app.theme}; not remembered ({error.strerror})", "warning")

    def do_next_pane(self) -> None:
        self.app.dashboard.focus_next()

    def do_previous_pane(self) -> None:
        self.app.dashboard.focus_previous()

    def do_help(self) -> None:
        self.app.push_screen(Help(self.app.key_table))

    def do_palette(self) -> None:
        self.app.action_command_palette()

    def do_picture(self) -> None:
        try:
            saved = self.app.save_screenshot(path=str(Path.cwd()))
        except OSError as error:
            self.app.say(f"The picture cannot be saved here: {error.strerror}", "error")
        else:
            self.app.say(f"Saved {saved}", "good")

    def do_suspend(self) -> None:
        terminal = self.app.terminal
        if terminal is None or not terminal.suspend():
            self.app.say("No shell has started nanotrain here, so none can continue it.", "warning")
        else:
            self.app.say("Back from the shell.")
