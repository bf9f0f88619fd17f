"""The application: turns keys into jobs for the training worker, and its messages into a screen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from textual import events, on
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding
from textual.filter import LineFilter
from textual.screen import Screen

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.charts import ChartKeys
from nanotrain_tui.app.handlers.form import FormKeys
from nanotrain_tui.app.handlers.library import LibraryKeys
from nanotrain_tui.app.handlers.palette import ActionsAndFields, Palette
from nanotrain_tui.app.handlers.replay import ReplayKeys
from nanotrain_tui.app.handlers.screen import ScreenKeys
from nanotrain_tui.app.handlers.session import SessionKeys
from nanotrain_tui.app.handlers.session_link import IDLE, SessionLink
from nanotrain_tui.app.handlers.steering import Steering
from nanotrain_tui.app.handlers.type_ahead import TypeAhead
from nanotrain_tui.app.keys.actions import BY_ID, Situation
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.screens.dashboard import Dashboard
from nanotrain_tui.app.screens.dialogs import Ask
from nanotrain_tui.app.source.ports import Backend, Preferences, Watch
from nanotrain_tui.app.source.worker import (
    FOLLOW_EVERY_S,
    Answered,
    Attached,
    Fault,
    Followed,
    Launching,
    Leave,
    NotAttached,
    TrainingWorker,
    Trouble,
    Windowed,
)
from nanotrain_tui.app.terminal.canvas import UNASKED
from nanotrain_tui.app.terminal.driver import TerminalDriver
from nanotrain_tui.app.terminal.printable import Printable
from nanotrain_tui.app.themes import load_themes, starting_theme
from nanotrain_tui.app.widgets.bars import KeyLine
from nanotrain_tui.app.widgets.form_list import FormList
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.drawing.glyphs import terminal_glyphs
from nanotrain_tui.follow.run_state import RunState

LAST_RESORT_S = 5  # a dead terminal can block the way out; then the kernel ends us
CHECK_EVERY_S = 1.0


class NanotrainApp(App[None], inherit_bindings=False):
    """One dashboard on one session at a time."""

    TITLE = "nanotrain"
    CSS_PATH = "dashboard.tcss"
    COMMANDS = {ActionsAndFields}  # noqa: RUF012  (Textual's own class variable)
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = [Binding("ctrl+c", "interrupted", show=False)]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        backend: Backend,
        config: Mapping[str, Any],
        *,
        presets: Sequence[Preset] = (),
        problems: Sequence[str] = (),
        preferences: Preferences | None = None,
        session: str | None = None,
        watch: Watch | None = None,
        in_process: bool = False,
        follow_every_s: float = FOLLOW_EVERY_S,
    ) -> None:
        no_color = "NO_COLOR" in os.environ
        super().__init__(driver_class=TerminalDriver, ansi_color=True if no_color else None)
        self.no_colors = no_color
        self.model = FormModel(config, presets)
        self.backend = backend
        self.preferences = preferences or Preferences()
        self.key_table = Keymap(self.preferences.keys)
        self.steering = Steering(self)
        self.session_keys = SessionKeys(self)
        self.replay_keys = ReplayKeys(self)
        self.chart_keys = ChartKeys(self)
        self.watching = False  # a replay was asked for, and not left since
        form_keys = FormKeys(self)
        self.edit_field = form_keys.edit_field
        self._owners = (
            self.session_keys, self.steering, self.replay_keys, form_keys, self.chart_keys,
            LibraryKeys(self), ScreenKeys(self),
        )  # fmt: skip
        self._printable = Printable()
        self.in_process = in_process
        self.run_state = IDLE
        self._wanted = session
        self._watch = watch
        self._figures_wait = False  # for a terminal that has not taken the last ones yet
        self._figures_drawn = False  # since the last frame
        self._keys_pressed = 0
        self._problems = [*problems, *self.key_table.problems]
        self.theme_names: list[str] = []
        self._load_themes()
        self.set_class(not terminal_glyphs().braille, "-ascii")
        self.training = TrainingWorker(backend, self.post_message, follow_every_s)
        self.link = SessionLink(self)
        self.type_ahead = TypeAhead(self)

    # --- what there is ---------------------------------------------------------------------

    @property
    def situation(self) -> Situation:
        idle = self.run_state is IDLE
        return Situation(
            "" if idle else self.run_state.state,
            self.link.launching,
            self.run_state.name,
            len(self.model.staged()),
            self.steering.can_undo,
            self.run_state.replay is not None,
            self.chart_keys.screen is not None,
        )

    @property
    def dashboard(self) -> Dashboard:
        return next(screen for screen in self.screen_stack if isinstance(screen, Dashboard))

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._printable]

    def get_default_screen(self) -> Screen[None]:
        return Dashboard(self.model, self.in_process)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"muted": "$text-muted"}

    def _load_themes(self) -> None:
        found = load_themes(self.preferences.themes_dir)
        for name in list(self.available_themes):
            if not name.startswith("textual-"):
                self.unregister_theme(name)
        for theme in found.themes.values():
            self.register_theme(theme)
        self.theme_names = list(found.themes)
        self._problems.extend(found.problems)
        wanted = starting_theme(self.preferences.theme, self.theme_names)
        if wanted in self.theme_names:
            self.theme = wanted
        if self.preferences.theme and self.preferences.theme not in self.theme_names:
            self._problems.append(f"theme '{self.preferences.theme}' is not there any more")

    # --- life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.set_keymap(self.key_table.changed)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # RuntimeError, ValueError: not the main thread, as under a test's runner
            with contextlib.suppress(RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leave_by_signal)
        self.set_interval(CHECK_EVERY_S, self._check_terminal)
        self.set_interval(CHECK_EVERY_S, self.link.look_at_age)

    def on_ready(self) -> None:
        """The first frame is on the screen: now there is time for everything else."""
        self.training.start()
        for problem in self._problems:
            self.dashboard.note(problem, "warning")
        self._refresh()
        if self._watch is not None:
            self.replay_keys.begin(self._watch)
        elif self._wanted is not None:
            self.link.attach(self._wanted)
        elif self._problems:
            self.say(self._problems[0], "warning")
        else:
            self.say("r trains with these values, Enter changes one, ? shows all keys.")

    def on_unmount(self) -> None:
        self.training.submit(Leave())

    def _leave_by_signal(self) -> None:
        signal.alarm(LAST_RESORT_S)
        self.exit()

    def _check_terminal(self) -> None:
        """Leave when the terminal is gone; its input would be read empty again and again."""
        if self.is_headless or self.is_web:
            return
        try:
            termios.tcgetattr(0)
        except termios.error:
            self._leave_by_signal()

    # --- keys ------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys one by one; what they are forwarded to sends them back here if it has no use."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self.terminal is not None and event.time < self.terminal.started_at:
                return  # typed before the shell had the terminal, such as a second Ctrl+Z
            self._keys_pressed += 1
            self._figures_drawn = False
            if not self.type_ahead.holds(event):
                await self.let_through(event)
        else:
            if isinstance(event, events.Resize) and self.terminal is not None:
                self.terminal.repaint()
            await super().on_event(event)

    async def let_through(self, key: events.Key) -> None:
        """Give a key to what has the focus now."""
        if key.key in self.key_table.keys("suspend") and not key.is_printable:
            self.action_perform("suspend")  # here, as dialogs pass on no key
        else:
            await super().on_event(key)
        self.type_ahead.sent()

    def action_perform(self, name: str, *key: str) -> None:
        """Do one action of the table, or say why it makes no sense now; ``key``: if it is told."""
        why_not = BY_ID[name].why_not(self.situation)
        if why_not:
            self.say(why_not, "warning")
            return
        self.handler(name)(*key)
        self._refresh()

    def handler(self, name: str) -> Callable[..., None]:
        """The method that does an action of the table."""
        owner = next(owner for owner in self._owners if hasattr(owner, f"do_{name}"))
        method: Callable[..., None] = getattr(owner, f"do_{name}")
        return method

    def action_command_palette(self) -> None:
        """In place of Textual's."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_interrupted(self) -> None:
        self.say("q leaves the dashboard (the session goes on), s stops the session.", "warning")

    # --- the mouse -------------------------------------------------------------------------

    @on(KeyLine.Clicked)
    def _footer_clicked(self, message: KeyLine.Clicked) -> None:
        self.action_perform(message.action)

    @on(FormList.Chosen)
    def _field_clicked(self) -> None:
        self.action_perform("edit")

    # --- the session -----------------------------------------------------------------------

    @on(Launching)
    def _launching_goes_on(self, message: Launching) -> None:
        self.link.launching_goes_on(message.preparing)

    @on(Attached)
    def _attached(self, message: Attached) -> None:
        self.link.attached(message.name)

    @on(NotAttached)
    def _not_attached(self, message: NotAttached) -> None:
        self.link.not_attached(message.error)

    @on(Followed)
    def _followed(self, message: Followed) -> None:
        self.link.followed(message.state)

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self.link.answered(message.command, message.reply)

    @on(Windowed)
    def _windowed(self, message: Windowed) -> None:
        self.chart_keys.windowed(message)

    @on(Trouble)
    def _trouble(self, message: Trouble) -> None:
        self.dashboard.note(message.why, "error")
        self.say(message.why, "error")

    @on(Fault)
    def _fault(self, message: Fault) -> None:
        self.link.fault(message.report)

    # --- the screen ------------------------------------------------------------------------

    def say(self, text: str, level: str = "info") -> None:
        self.dashboard.say(text, level)
        if self.chart_keys.screen is not None:
            self.chart_keys.screen.say(text, level)

    def ask(
        self,
        question: str,
        choices: Sequence[tuple[str, str]],
        no: str,
        answered: Callable[[str | None], None],
    ) -> None:
        """Put a question; the answer's letter comes back, None for no."""
        # Not at once: an editor that asks is gone by the time of the answer, and would not hear it.
        self.call_next(self.push_screen, Ask(question, choices, no), answered)

    def ring(self) -> None:
        """The terminal's bell, where the user lets it."""
        if self.preferences.bell:
            self.bell()

    def form_changed(self) -> None:
        """The model of the form is another: draw it."""
        self.dashboard.reload_form()
        self._refresh()

    def show(self, state: RunState) -> None:
        self.run_state = state
        self.chart_keys.follow(state)
        self._figures_wait = self.terminal is not None and self.terminal.lags
        if not self._figures_wait:
            self._figures_drawn = True
            (self.chart_keys.screen or self.dashboard).show_state(state)
        self._refresh()

    def caught_up(self) -> None:
        """The terminal has been sent all there was: now the newest figures may follow."""
        if self._figures_wait:
            self.show(self.run_state)

    @property
    def terminal(self) -> TerminalDriver | None:
        """The terminal, where there is one to draw on."""
        return self._driver if isinstance(self._driver, TerminalDriver) else None

    @property
    def synchronizes(self) -> bool:
        """Whether the terminal can be told to show a frame in one go."""
        return self._sync_available

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send a frame; what keys change goes before figures that change by themselves."""
        terminal = self.terminal
        if terminal is None or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
            return
        # The newest key's effects first; from the top down, in however many frames they come.
        rank = UNASKED if self._figures_drawn else UNASKED + 1 + self._keys_pressed
        self._figures_drawn = False
        terminal.show(renderable, rank)
        self.post_display_hook()

    def _refresh(self) -> None:
        screen = self.chart_keys.screen or self.dashboard
        screen.show_keys(self.key_table.footer(self.situation))
