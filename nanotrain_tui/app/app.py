"""The application: turns keys into jobs for the training worker, and its messages into a screen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from textual import on
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from nanotrain_tui.app.actions import BY_ID, Situation
from nanotrain_tui.app.bars import KeyLine
from nanotrain_tui.app.dashboard import Dashboard
from nanotrain_tui.app.dialogs import Ask, Help
from nanotrain_tui.app.form import FormList
from nanotrain_tui.app.form_keys import FormKeys
from nanotrain_tui.app.form_model import FormModel
from nanotrain_tui.app.glyphs import terminal_glyphs
from nanotrain_tui.app.palette import ActionsAndFields
from nanotrain_tui.app.ports import Backend, Preferences
from nanotrain_tui.app.themes import load_themes, starting_theme
from nanotrain_tui.app.worker import (
    FOLLOW_EVERY_S,
    Answered,
    Attach,
    Attached,
    Command,
    Died,
    Followed,
    Job,
    Launching,
    Leave,
    NotAttached,
    Start,
    TrainingWorker,
    Trouble,
)
from nanotrain_tui.catalog import flatten
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.follow.run_state import Preparing, RunState

LAST_RESORT_S = 5  # a dead terminal can block the way out; then the kernel ends us
TERMINAL_CHECK_S = 1.0
QUEUED_WRITES = 4
LATE_S = 0.5  # how long a screen that lags behind is left alone
WORKER_FAILED = "The dashboard's worker failed; the session goes on: q, then attach."
IDLE = RunState(state="idle")


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
        in_process: bool = False,
        follow_every_s: float = FOLLOW_EVERY_S,
    ) -> None:
        no_color = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_color else None)
        self.no_colors = no_color
        self.model = FormModel(config, presets)
        self.form_keys = FormKeys(self)
        self.preferences = preferences or Preferences()
        self.in_process = in_process
        self.run_state = IDLE
        self._wanted = session
        self._launching = False
        self._restart = False
        self._pending: list[str] = []
        self._load_next = False
        self._drawing_late = False
        self._problems = list(problems)
        self._themes: list[str] = []
        self._load_themes()
        self.set_class(not terminal_glyphs().braille, "-ascii")
        self.training = TrainingWorker(backend, self.post_message, follow_every_s)

    # --- what there is ---------------------------------------------------------------------

    @property
    def situation(self) -> Situation:
        idle = self.run_state is IDLE
        return Situation("" if idle else self.run_state.state, self._launching, self.run_state.name)

    @property
    def dashboard(self) -> Dashboard:
        return next(screen for screen in self.screen_stack if isinstance(screen, Dashboard))

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
        self._themes = list(found.themes)
        self._problems.extend(found.problems)
        wanted = starting_theme(self.preferences.theme, self._themes)
        if wanted in self._themes:
            self.theme = wanted
        if self.preferences.theme and self.preferences.theme not in self._themes:
            self._problems.append(f"theme '{self.preferences.theme}' is not there any more")

    # --- life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # RuntimeError, ValueError: not the main thread, as under a test's runner
            with contextlib.suppress(RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leave_by_signal)
        self.set_interval(TERMINAL_CHECK_S, self._check_terminal)

    def on_ready(self) -> None:
        """The first frame is on the screen: now there is time for everything else."""
        self.training.start()
        for problem in self._problems:
            self.dashboard.note(problem, "warning")
        self._refresh()
        if self._wanted is not None:
            self._launching = True
            self._show(RunState(name=self._wanted, state="starting"))
            self.training.submit(Attach(self._wanted))
            self.say(f"Looking for session {self._wanted} …")
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

    def action_perform(self, name: str) -> None:
        """Do one action of the table, or say why it makes no sense now."""
        why_not = BY_ID[name].why_not(self.situation)
        if why_not:
            self.say(why_not, "warning")
            return
        self.handler(name)()
        self._refresh()

    def handler(self, name: str) -> Callable[[], None]:
        """The method that does an action of the table: ours, or the form's."""
        owner = self if hasattr(self, f"do_{name}") else self.form_keys
        method: Callable[[], None] = getattr(owner, f"do_{name}")
        return method

    def action_interrupted(self) -> None:
        self.say("q leaves the dashboard (the session goes on), s stops the session.", "warning")

    def do_run(self) -> None:
        problem = self.model.problem
        if problem is not None:
            self.dashboard.form.go_to(problem.key)
            self.dashboard.explain()
            self.say(f"Cannot run: {problem}", "error")
        elif self._launching:
            self.say("A session is being started already.", "warning")
        elif self.situation.live:
            name = self.run_state.name
            question = f"{name} is {self.run_state.state} at step {self.run_state.step:,}."
            self.push_screen(
                Ask(question, "stop it and run anew with the form's values", "let it go on"),
                self._restart_answered,
            )
        else:
            self._launch()

    def _restart_answered(self, yes: bool | None) -> None:
        if not yes:
            self.say("It goes on.")
        elif not self.situation.live:
            self._launch()
        else:
            self._restart = True
            self._command("stop", "Stopping; then a new session starts …")

    def _launch(self) -> None:
        self._restart = False
        if self._submit(Start(self.model.config)):
            self._launching = True
            self._show(_launching(Preparing("starting the session", None)))
            self.say("Starting a session …")

    def do_pause(self) -> None:
        do = "resume" if self.run_state.state == "paused" and not self._launching else "pause"
        if do in self._pending:
            self.say(f"{do.capitalize()} is asked for already; it takes effect at the next step.")
        else:
            self._command(do, "Going on …" if do == "resume" else "Pausing at the next step …")

    def do_stop(self) -> None:
        steps = f" of {self.run_state.steps:,}" if self.run_state.steps else ""
        name = self.run_state.name or "the session"
        question = f"Stop {name} at step {self.run_state.step:,}{steps}?"
        ask = Ask(question, "stop it; what is recorded stays", "let it go on")
        self.push_screen(ask, self._stop_answered)

    def _stop_answered(self, yes: bool | None) -> None:
        if yes:
            self._command("stop", "Stopping after this step …")
        else:
            self.say("It goes on.")

    def do_quit(self) -> None:
        if self.in_process and self.situation.live:
            ask = Ask("In-process, the session ends with the dashboard.", "end both", "stay")
            self.push_screen(ask, self._quit_answered)
        else:
            self.exit()

    def _quit_answered(self, yes: bool | None) -> None:
        if yes:
            self.exit()
        else:
            self.say("It goes on.")

    def do_theme(self) -> None:
        if self.no_colors:
            self.say("NO_COLOR is set: the colours stay the terminal's own.", "warning")
            return
        here = self._themes.index(self.theme) if self.theme in self._themes else -1
        self.theme = self._themes[(here + 1) % len(self._themes)]
        self.say(f"Theme: {self.theme}")
        if self.preferences.remember_theme is not None:
            try:
                self.preferences.remember_theme(self.theme)
            except OSError as error:
                self.say(f"Theme: {self.theme}; not remembered ({error.strerror})", "warning")

    def do_next_pane(self) -> None:
        self.dashboard.focus_next()

    def do_previous_pane(self) -> None:
        self.dashboard.focus_previous()

    def do_help(self) -> None:
        self.push_screen(Help())

    def do_palette(self) -> None:
        self.action_command_palette()

    def do_picture(self) -> None:
        try:
            saved = self.save_screenshot(path=str(Path.cwd()))
        except OSError as error:
            self.say(f"The picture cannot be saved here: {error.strerror}", "error")
        else:
            self.say(f"Saved {saved}", "good")

    def do_suspend(self) -> None:
        self.action_suspend_process()
        self.say("Back from the shell.")

    # --- the mouse -------------------------------------------------------------------------

    @on(KeyLine.Clicked)
    def _footer_clicked(self, message: KeyLine.Clicked) -> None:
        self.action_perform(message.action)

    @on(FormList.Chosen)
    def _field_clicked(self) -> None:
        self.action_perform("edit")

    # --- the session -----------------------------------------------------------------------

    def _command(self, do: str, feedback: str) -> None:
        if self._submit(Command(do)):
            self._pending.append(do)
            self.say(feedback)

    def _submit(self, job: Job) -> bool:
        """Hand a job to the worker thread; False, and said, if a fault has ended it."""
        if self.training.is_alive():
            self.training.submit(job)
            return True
        self.say(WORKER_FAILED, "error")
        return False

    @on(Launching)
    def _launching_goes_on(self, message: Launching) -> None:
        if self._launching:
            self._show(_launching(message.preparing))

    @on(Attached)
    def _attached(self, message: Attached) -> None:
        attached = self._wanted is not None
        self._wanted = None
        self._launching = False
        self._load_next = attached
        self._show(RunState(name=message.name))
        self.say(f"{'Attached to' if attached else 'Started'} {message.name}.", "good")

    @on(NotAttached)
    def _not_attached(self, message: NotAttached) -> None:
        self._launching = False
        self._wanted = None
        self._show(IDLE)
        error = message.error
        self.dashboard.note(error.message, "error")
        self.say(error.message, "error")
        if error.key and self.dashboard.form.go_to(error.key):
            self.dashboard.explain()

    @on(Followed)
    def _followed(self, message: Followed) -> None:
        if self._launching:
            return  # the session before, while the next one starts
        before = self.run_state
        first = before.seq == 0
        self._show(message.state)
        if message.state.ended and not before.ended and not first:
            self.say(*_ending(message.state))
        config = flatten(dict(message.state.config))
        changed = self.model.set_running({} if message.state.ended else config)
        if first and config and self._load_next:
            self.model.load(config)
            self._load_next = False
            changed = True
        if changed:
            self.form_changed()
        if message.state.ended and self._restart:
            self._launch()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        do, reply = message.command.do, message.reply
        if do in self._pending:
            self._pending.remove(do)
        if reply.ok:
            at = f" at step {reply.step:,}" if reply.step is not None else ""
            self.say(f"{do}: done{at}.", "good")
        else:
            self._restart = self._restart and do != "stop"
            self.say(f"{do} was refused: {reply.why}", "error")

    @on(Trouble)
    def _trouble(self, message: Trouble) -> None:
        self.dashboard.note(message.why, "error")
        self.say(message.why, "error")

    @on(Died)
    def _died(self, message: Died) -> None:
        last = message.report.strip().splitlines()[-1]
        self.dashboard.note(f"The dashboard's worker failed: {last}", "error")
        if self._launching:
            self._launching = False
            self._show(IDLE)
        self.say(WORKER_FAILED, "error")

    # --- the screen ------------------------------------------------------------------------

    def say(self, text: str, level: str = "info") -> None:
        self.dashboard.say(text, level)

    def form_changed(self) -> None:
        """The model of the form is another: draw it."""
        self.dashboard.reload_form()

    def _show(self, state: RunState) -> None:
        self.run_state = state
        if not self._terminal_lags():
            self.dashboard.show_state(state)
        elif not self._drawing_late:
            self._drawing_late = True
            self.set_timer(LATE_S, self._show_late)
        self._refresh()

    def _show_late(self) -> None:
        self._drawing_late = False
        self._show(self.run_state)

    def _terminal_lags(self) -> bool:
        """Whether a slow link has not taken the last frames yet.

        Textual queues 30 writes and then blocks, and keys with it: so figures wait, keys do not.
        """
        writer = getattr(self._driver, "_writer_thread", None)
        return writer is not None and writer._queue.qsize() > QUEUED_WRITES

    def _refresh(self) -> None:
        self.dashboard.show_keys(self.situation)


def _launching(preparing: Preparing) -> RunState:
    """What is shown of a session that has no recording yet."""
    return RunState(name="new session", state="starting", preparing=preparing)


def _ending(state: RunState) -> tuple[str, str]:
    """How a session ended, in a line with its level."""
    why = f" {state.notices[-1]}" if state.state == "failed" and state.notices else ""
    level = {"finished": "good", "stopped": "warning"}.get(state.state, "error")
    return f"{state.name}: {state.state} at step {state.step:,}.{why} r runs a new one.", level
