"""The application: sends the user's actions to the training worker and shows its reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual import events, on
from textual.binding import Binding
from textual.screen import Screen

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.chart_stack import StackActions
from nanotrain_tui.app.handlers.charts import ChartActions
from nanotrain_tui.app.handlers.dispatch import methods_of
from nanotrain_tui.app.handlers.export import ExportActions
from nanotrain_tui.app.handlers.form import FormActions
from nanotrain_tui.app.handlers.overlay import OverlayActions
from nanotrain_tui.app.handlers.palette import Palette, palette
from nanotrain_tui.app.handlers.replay import ReplayActions
from nanotrain_tui.app.handlers.screen import ScreenActions
from nanotrain_tui.app.handlers.session import SessionActions
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.setup import SetUp
from nanotrain_tui.app.handlers.shell import Result
from nanotrain_tui.app.handlers.steering import SteeringActions
from nanotrain_tui.app.handlers.type_ahead import TypeAhead
from nanotrain_tui.app.handlers.views import ViewContext, Views
from nanotrain_tui.app.keys.actions import ACTIONS, BY_ID
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.screens.charts import ChartsScreen
from nanotrain_tui.app.screens.dashboard import Dashboard
from nanotrain_tui.app.screens.dialogs import Ask
from nanotrain_tui.app.screens.live_screen import LiveScreen, View
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.jobs import Leave
from nanotrain_tui.app.source.others import EVERY_S
from nanotrain_tui.app.source.ports import Backend, Preferences, Watch
from nanotrain_tui.app.source.reports import (
    Answered,
    Attached,
    BoardRead,
    Fault,
    Followed,
    FromWorker,
    Launching,
    LookedUp,
    NotAttached,
    OthersRead,
    Trouble,
    Windowed,
    WorkerReport,
)
from nanotrain_tui.app.source.setup_reader import AFTER_S
from nanotrain_tui.app.source.worker import FOLLOW_EVERY_S, TrainingWorker
from nanotrain_tui.app.terminal.paced_app import PacedApp
from nanotrain_tui.app.themes import load_themes, run_colors, starting_theme
from nanotrain_tui.app.widgets.bars import Holds, KeyLine
from nanotrain_tui.app.widgets.charts import ChartWidget
from nanotrain_tui.app.widgets.form_list import FormList
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.drawing.glyphs import terminal_glyphs
from nanotrain_tui.follow.run_state import RunState

LOOK_AT_AGE_EVERY_S = 1.0


class NanotrainApp(PacedApp, inherit_bindings=False):
    """The dashboard. It shows one session at a time."""

    TITLE = "nanotrain"
    CSS_PATH = "dashboard.tcss"
    BINDINGS = [Binding("ctrl+c", "interrupted", show=False)]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False  # the palette is an action of the table

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
        look_up_after_s: float = AFTER_S,
        others_every_s: float = EVERY_S,
    ) -> None:
        super().__init__()
        self.model = FormModel(config, presets)
        self.backend = backend
        self.preferences = preferences or Preferences()
        self.key_table = Keymap(self.preferences.keys)
        self.in_process = in_process
        self._wanted = session
        self._watch = watch
        self._look_up_after_s = look_up_after_s
        self._others_every_s = others_every_s
        self._problems = [*problems, *self.key_table.problems]
        self.theme_names: list[str] = []
        self.theme_summaries: Mapping[str, str] = {}
        self._load_themes()
        self.set_class(not terminal_glyphs().braille, "-ascii")
        self.training = TrainingWorker(backend, self._post_report, follow_every_s)
        self.link = SessionLink(self, self, self.model, self.training, in_process)
        self._make_handlers()
        self.type_ahead = TypeAhead(self, self._let_through)

    def _make_handlers(self) -> None:
        """Find the method for each action of the table and for each report of the worker."""
        link, model, preferences = self.link, self.model, self.preferences
        self.steering = SteeringActions(self, self, model, link)
        self.form_actions = FormActions(
            self,
            self,
            model,
            link,
            self.steering,
            preferences.save_preset,
            lambda: self.set_up.data(),
            lambda: self.set_up.table(),
        )
        self.chart_actions = ChartActions(self, self, link)
        self.stack_actions = StackActions(self, self, link, self.chart_actions)
        self.set_up = SetUp(
            self, self, model, self.backend, self._post_report, self._look_up_after_s
        )
        self.overlay_actions = OverlayActions(
            self, link, self.chart_actions, self.backend, self._post_report, self._others_every_s
        )
        export = ExportActions(self, link, preferences.formats)
        context = ViewContext(
            self, self, link, model, self.backend, self.key_table, preferences,
            self.stack_actions, export, self.overlay_actions,
        )  # fmt: skip
        self.methods = methods_of(
            ACTIONS,
            {
                "session": SessionActions(self, self, model, link, self.set_up.before_start),
                "steering": self.steering,
                "form": self.form_actions,
                "charts": self.chart_actions,
                "stack": self.stack_actions,
                "overlay": self.overlay_actions,
                "replay": ReplayActions(self, link),
                "export": export,
                "screen": ScreenActions(self, self, self, link, preferences),
                "view": Views(context),
            },
        )
        self._receivers: dict[type[WorkerReport], Callable[..., None]] = {
            Launching: link.launching_progress,
            Attached: link.attached,
            NotAttached: link.not_attached,
            Followed: link.followed,
            Answered: link.answered,
            Windowed: self.chart_actions.windowed,
            Trouble: link.trouble,
            Fault: link.fault,
            LookedUp: self.set_up.looked_up,
            BoardRead: self.set_up.board_read,
            OthersRead: self.overlay_actions.read,
        }

    # --- screens and themes ----------------------------------------------------------------

    @property
    def dashboard(self) -> Dashboard:
        return next(screen for screen in self.screen_stack if isinstance(screen, Dashboard))

    @property
    def front(self) -> LiveScreen:
        """The screen that shows the session now: the dashboard, or a view that covers it."""
        return next(
            screen
            for screen in reversed(self.screen_stack)
            if isinstance(screen, LiveScreen) and (screen.is_mounted or screen is self.dashboard)
        )

    @property
    def charts(self) -> ChartsScreen | None:
        screens = [one for one in self.screen_stack if isinstance(one, ChartsScreen)]
        return screens[0] if screens and screens[0].is_mounted else None

    def get_default_screen(self) -> Screen[None]:
        opening = self._wanted is not None or self._watch is not None
        return Dashboard(self.model, self.in_process, opening)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"muted": "$text-muted", **run_colors()}

    def _load_themes(self) -> None:
        found = load_themes(self.preferences.themes_dir)
        for name in list(self.available_themes):
            if not name.startswith("textual-"):
                self.unregister_theme(name)
        for theme in found.themes.values():
            self.register_theme(theme)
        self.theme_names = list(found.themes)
        self.theme_summaries = found.summaries
        self._problems.extend(found.problems)
        wanted = starting_theme(self.preferences.theme, self.theme_names)
        if wanted in self.theme_names:
            self.theme = wanted
        if self.preferences.theme and self.preferences.theme not in self.theme_names:
            self._problems.append(f"theme '{self.preferences.theme}' does not exist any more")

    # --- start and end ---------------------------------------------------------------------

    def on_mount(self) -> None:
        self.set_keymap(self.key_table.changed)
        self.set_interval(LOOK_AT_AGE_EVERY_S, self.link.look_at_age)

    def on_ready(self) -> None:
        """Start the worker. The first frame is on the screen by now."""
        self.training.start()
        for problem in self._problems:
            self.note(problem, "warning")
        self.refresh_keys()
        if self._watch is not None:
            self.link.watch(self._watch)
        elif self._wanted is not None:
            self.link.attach(self._wanted)
        elif self._problems:
            self.say(self._problems[0], "warning")
        else:
            self.say(
                "r: train with these values, Enter: edit a value, ?: show all keys.",
                holds=lambda: not self.link.situation.state,
            )
        self.set_up.follow(self.link.is_idle)

    def on_unmount(self) -> None:
        self.training.submit(Leave())
        self.set_up.end()
        self.overlay_actions.end()

    # --- keys ------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Handle keys one by one. A widget forwards a key here if it does not use it."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if event.time < self.terminal_taken_at:
                return  # pressed before the program took the terminal, such as a second Ctrl+Z
            self.key_pressed()
            if not self.type_ahead.holds(event):
                await self._let_through(event)
        else:
            await super().on_event(event)

    async def _let_through(self, key: events.Key) -> None:
        """Send a key to the widget that has the focus."""
        name = self.key_table.works_everywhere(key.key)
        if name:
            self.action_perform(name)  # here, because dialogs do not forward keys
        else:
            await super().on_event(key)
        self.type_ahead.sent()

    def action_perform(self, name: str, *key: str) -> None:
        """Run one action of the table, or show why it is not available.

        ``key``: the key pressed, for an action with ``each_key``.
        """
        self.front.odd_key = None
        reason = BY_ID[name].disabled_reason(self.link.situation)
        if reason:
            self.say(reason, "warning", self.link.while_same(BY_ID[name].disabled_reason))
            return
        self.methods[name](*key)
        self.refresh_keys()

    def action_command_palette(self) -> None:
        """Open our palette instead of Textual's."""
        found = self.palette()

        def chosen(name: str | None) -> None:
            if name is not None:
                self.call_next(found.does[name])  # when the list is closed

        title = "Find an action or a field"
        self.push_screen(PickList(title, found.entries, explain=found.explain), chosen)

    def palette(self) -> Palette:
        """The entries of the palette, and what each of them does."""
        link, edit_field = self.link, self.form_actions.edit_field
        return palette(self.key_table, self.model, link.situation, self.action_perform, edit_field)

    def action_interrupted(self) -> None:
        text = self._about_leaving()
        self.say(text, "warning", lambda: self._about_leaving() == text)

    def _about_leaving(self) -> str:
        """The keys that close the dashboard and end the session."""
        if not self.link.situation.live:
            return "Press q to close the dashboard."
        then = "ends the session" if self.link.ends_with_app else "the session keeps running"
        return f"q closes the dashboard ({then}); s stops the session."

    def on_descendant_focus(self) -> None:
        self.refresh_keys()  # those of the region that has the focus now

    @on(View.Opened)
    def _view_opened(self) -> None:
        self.show(self.link.state)

    # --- the mouse -------------------------------------------------------------------------

    @on(KeyLine.Clicked)
    def _footer_clicked(self, message: KeyLine.Clicked) -> None:
        self.action_perform(message.action)

    @on(FormList.Chosen)
    def _field_clicked(self) -> None:
        self.action_perform("edit")

    @on(ChartWidget.Pointed)
    def _chart_clicked(self, message: ChartWidget.Pointed) -> None:
        self.chart_actions.point(message.cell, message.across)

    @on(ChartWidget.Scrolled)
    def _charts_scrolled(self, message: ChartWidget.Scrolled) -> None:
        self.stack_actions.scroll(message.charts)

    # --- the worker ------------------------------------------------------------------------

    def _post_report(self, report: WorkerReport) -> None:
        """Send a report to the app's thread. Called in the worker's thread."""
        self.post_message(FromWorker(report))

    @on(FromWorker)
    def _take_report(self, message: FromWorker) -> None:
        if self.screen_stack and self.dashboard.is_whole:  # not while the app closes
            self._receivers[type(message.report)](*message.report)
            self._check_messages()

    # --- for the handlers: see handlers.shell ----------------------------------------------

    def say(self, text: str, level: str = "info", holds: Holds | None = None) -> None:
        for screen in {self.dashboard, self.front}:
            screen.say(text, level, holds)

    def note(self, text: str, level: str) -> None:
        self.dashboard.note(text, level)

    def ask(
        self,
        question: str,
        choices: Sequence[tuple[str, str]],
        no: str,
        answered: Callable[[str | None], None],
    ) -> None:
        self.push_screen_next(Ask(question, choices, no), answered)

    def push_screen_next(
        self, screen: Screen[Result], callback: Callable[[Result | None], None]
    ) -> None:
        # Not at once: an open editor closes afterwards and would take the focus.
        self.call_next(self.push_screen, screen, callback)

    def ring(self) -> None:
        if self.preferences.bell:
            self.bell()

    def form_changed(self) -> None:
        self.dashboard.reload_form()
        self.set_up.form_changed()
        self.refresh_keys()

    def refresh_keys(self) -> None:
        self.front.show_keys(self.key_table.footer(self.link.situation, self.front.footer))
        self._check_messages()

    def _check_messages(self) -> None:
        """Remove the messages that are no longer true."""
        for screen in {self.dashboard, self.front}:
            screen.check_message()

    def show(self, state: RunState) -> None:
        self.set_up.follow(self.link.is_idle)
        self.chart_actions.follow(state)
        self.overlay_actions.follow(state)
        if self.may_draw_figures():
            self.front.show_state(state)
        self.refresh_keys()

    def draw_figures(self) -> None:
        self.show(self.link.state)
