"""The app's side of a session: its state, what was asked of it, and what came back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.memory import ask_about_memory
from nanotrain_tui.app.handlers.session_text import WATCHING, divergence, ending, launching
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.app.source.jobs import Attach, Command, Job, Launch, Resume, Start, Window
from nanotrain_tui.app.source.ports import Reply, Watch
from nanotrain_tui.app.source.refusals import Refused, TooLarge
from nanotrain_tui.app.source.worker import TrainingWorker
from nanotrain_tui.catalog import flatten
from nanotrain_tui.follow.run_state import Preparing, RunState

FAULT = "The dashboard had an error (see the log). Running sessions are not affected."
WORKER_ENDED = "Connection lost; the session keeps running. Press q, then run nanotrain attach."
IN_PROCESS = "The session runs in this process. Press q to end it first."
OLD_AFTER_S = 3.0  # figures of a running session that old are shown with their age
IDLE = RunState(state="idle")
NEVER = -1


@dataclass
class EditTrail:
    """What was edited from here in the session shown; another session begins a new one."""

    staged: list[str] = field(default_factory=list)  # keys in the order in which they were staged
    answered_at: int = NEVER  # the seq shown when the last edit from here was answered


class SessionLink:
    """Starts, commands and follows one session at a time; each reply changes the screen."""

    def __init__(
        self,
        shell: Shell,
        screens: Screens,
        model: FormModel,
        worker: TrainingWorker,
        in_process: bool,
    ) -> None:
        self._shell = shell
        self._screens = screens
        self._model = model
        self._worker = worker
        self._in_process = in_process
        self.state = IDLE
        self.edits = EditTrail()
        self.launching = False
        self.watching = False  # a replay was asked for, and not left since
        self._next_launch: Launch | None = None  # after the end of the session being stopped
        self._stop_asked = False  # then the end is no news to ring for
        self._attaching = False
        self._last_launch: Launch | None = None
        self._before = IDLE  # what was shown before the launch
        self._pending: list[Command] = []

    # --- what there is ---------------------------------------------------------------------

    @property
    def situation(self) -> Situation:
        """What decides which actions make sense."""
        state = self.state
        return Situation(
            "" if state is IDLE else state.state,
            self.launching,
            state.name,
            len(self._model.staged()),
            self.can_undo,
            state.replay is not None,
        )

    @property
    def can_undo(self) -> bool:
        """Whether something is staged, or the session has an edit to undo, as far as is known."""
        return bool(self._model.staged()) or self.is_behind or self.state.undo is not None

    @property
    def is_behind(self) -> bool:
        """Whether the state shown lacks an edit or an undo that was sent from here."""
        on_its_way = self.is_pending("set") or self.is_pending("undo")
        return on_its_way or self.state.seq <= self.edits.answered_at

    @property
    def ends_with_app(self) -> bool:
        """Whether leaving the dashboard would end a session."""
        return self._in_process and self.situation.live

    def is_pending(self, do: str) -> bool:
        """Whether a command was sent that has no reply yet."""
        return any(command.do == do for command in self._pending)

    # --- asking ----------------------------------------------------------------------------

    def attach(self, name: str) -> None:
        """Follow the session of this name; the form takes its configuration."""
        if self._cannot_leave():
            return
        self.watching = False
        self.launching = self._attaching = True
        self._let_go()
        self.show(RunState(name=name, state="starting"))
        self._worker.submit(Attach(name))
        self._shell.say(f"Looking for session {name} …")

    def watch(self, watch: Watch) -> None:
        """Play this session's recording; the form shows what was in force."""
        if self._cannot_leave():
            return
        self.watching = True
        self.launching = self._attaching = True
        self._let_go()
        self._before = self.state
        self._worker.submit(watch)
        self._shell.say(f"Rewinding {watch.name} …")

    def move_replay(self, what: str, **arguments: str) -> None:
        """Play, pause or move the replay; see ``ports.Backend.replay``."""
        command = Command("replay", {"what": what, **arguments}, self._replay_answered)
        self.command(command, "")

    def launch(self, job: Launch) -> None:
        """Have a session started, resumed or forked, and follow it from then on."""
        self._next_launch = None
        if not self._submit(job):
            return
        self._last_launch = job
        self._before = self.state
        self.launching = True
        self._stop_asked = False
        self._let_go()
        if isinstance(job, Start):
            self._model.set_running({})
            self._model.set_running(job.config)
        doing = "resuming the session" if isinstance(job, Resume) else "starting a session"
        self.show(launching(Preparing(doing, None)))
        self._screens.form_changed()
        self._shell.say(f"{doing.capitalize()} …")

    def launch_after_stop(self, job: Launch, then: str) -> None:
        """Launch once the session that runs has been stopped."""
        if not self.situation.live:
            self.launch(job)
            return
        self._next_launch = job
        self.stop(f"Stopping; then {then} …")

    def restart(self, config: Mapping[str, Any]) -> None:
        """Stop what runs, if anything does, and start a session with this configuration."""
        self.launch_after_stop(Start(config), "a new session starts")

    def stop(self, feedback: str) -> None:
        """Ask the session to end after this step."""
        self._stop_asked = True
        self.command(Command("stop"), feedback)

    def command(self, command: Command, feedback: str) -> bool:
        """Send a command to the session; False, with a message, where nothing can be sent."""
        if not self._submit(command):
            return False
        self._pending.append(command)
        self._shell.say(feedback)
        return True

    def read_window(self, window: Window) -> None:
        """Have a part of the session read; ``Windowed`` brings its curves."""
        self._worker.submit(window)

    def show(self, state: RunState) -> None:
        """Take a state and draw it."""
        self.state = state
        self._screens.show(state)

    def _cannot_leave(self) -> bool:
        """Whether following another session would end this one; then a message says so."""
        if self.ends_with_app:
            self._shell.say(IN_PROCESS, "warning")
            return True
        return False

    def _let_go(self) -> None:
        """Forget what was asked of the session shown so far."""
        self._pending.clear()
        self.edits = EditTrail()

    def _submit(self, job: Job) -> bool:
        """Hand a job to the worker thread; False, with a message, if that has ended."""
        if self._worker.is_alive():
            self._worker.submit(job)
            return True
        self._shell.say(WORKER_ENDED, "error")
        return False

    # --- the worker's reports --------------------------------------------------------------

    def launching_progress(self, preparing: Preparing) -> None:
        """The session is still starting; ``preparing`` says what is happening."""
        if self.launching:
            self.show(launching(preparing))

    def attached(self, name: str) -> None:
        """From now on the session of this name is followed."""
        self.launching = False
        self.show(RunState(name=name))
        if self.watching:
            self._shell.say(WATCHING)
        else:
            self._shell.say(f"{self._what_was_done()} {name}.", "good")
        if not self._attaching and self._model.problem is None:
            for one in self._model.advice():
                self._shell.note(one.message, "warning")

    def _what_was_done(self) -> str:
        if self._attaching:
            return "Attached to"
        return "Resumed" if isinstance(self._last_launch, Resume) else "Started"

    def not_attached(self, error: Refused) -> None:
        """It could not be started or found: what was followed before still is."""
        self.launching = self._attaching = self.watching = False
        before, self._before = self._before, IDLE
        self.show(before)
        live = before is not IDLE and not before.ended
        self._model.set_running(flatten(dict(before.config)) if live else {})
        if isinstance(error, TooLarge) and self._last_launch is not None:
            ask_about_memory(self._shell, self._model, error, self._last_launch, self.launch)
        self._shell.note(error.message, "error")
        self._shell.say(error.message, "error")
        self._screens.form_changed()
        if error.key and self._screens.dashboard.form.go_to(error.key):
            self._screens.dashboard.explain()

    def followed(self, state: RunState) -> None:
        """The session as it is now."""
        if self.launching:
            return  # the session before, while the next one starts
        before = self.state
        is_news = bool(before.seq) or not self._attaching
        self.show(self._dated(state))
        config = flatten(dict(state.config))
        played = state.replay is not None
        changed = self._model.set_running({} if state.ended or played else config)
        edited_in_replay = played and state.config != before.config
        if config and (self._attaching or edited_in_replay):
            self._attaching = False
            self._model.load(config)
            changed = True
        if changed:
            self._screens.form_changed()
        if is_news and not played:
            self._say_news(before, state)
        if state.ended and self._next_launch is not None:
            self.launch(self._next_launch)

    def answered(self, command: Command, reply: Reply) -> None:
        """The session's reply to a command."""
        self._no_longer_pending(command)
        if command.answered is not None:
            command.answered(reply)
        elif reply.ok:
            done = "started" if command.do == "step" else "done"
            at = f" at step {reply.step:,}" if reply.step is not None else ""
            self._shell.say(f"{command.do}: {done}{at}.", "good")
        else:
            if command.do == "stop":
                self._next_launch = None
            self._shell.say(f"{command.do} was refused: {reply.why}", "error")

    def _no_longer_pending(self, command: Command) -> None:
        """Replies to commands of one kind come in order, and replaced edits get none."""
        places = [at for at, one in enumerate(self._pending) if one is command]
        if places:
            later = self._pending[places[0] + 1 :]
            earlier = [one for one in self._pending[: places[0]] if one.do != command.do]
            self._pending = earlier + later

    def _replay_answered(self, reply: Reply) -> None:
        if reply.why:
            self._shell.say(reply.why, "info" if reply.ok else "warning")

    def trouble(self, why: str) -> None:
        """The session cannot be read at the moment."""
        self._shell.note(why, "error")
        self._shell.say(why, "error")

    def fault(self, report: str) -> None:
        """The worker thread reports an error of its own."""
        last = report.strip().splitlines()[-1]
        self._shell.note(f"An error in the dashboard: {last}", "error")
        if self.launching:
            self.launching = False
            self._model.set_running({})
            self.show(IDLE)
        self._shell.say(FAULT, "error")

    # --- the age of what is shown ----------------------------------------------------------

    def look_at_age(self) -> None:
        """Show since when the figures are old, or that they no longer are; asked every second."""
        dated = self._dated(self.state)
        if dated.silent_since != self.state.silent_since:
            self.show(dated)

    def _dated(self, state: RunState) -> RunState:
        """The state with the time of its figures, if a live session's are old."""
        if state is IDLE or state.ended or state.replay is not None or self.launching:
            return state
        now, heard_at = time.monotonic(), self._worker.heard_at
        if now - max(heard_at, self._screens.terminal_taken_at) <= OLD_AFTER_S:
            return replace(state, silent_since=None) if state.silent_since else state
        since = state.silent_since or self.state.silent_since
        return replace(state, silent_since=since or time.time() - (now - heard_at))

    def _say_news(self, before: RunState, state: RunState) -> None:
        """Say what the session came to by itself, and ring."""
        if state.ended and not before.ended:
            self._shell.say(*ending(state))
            if not self._stop_asked:
                self._shell.ring()
        elif state.diverged is not None and before.diverged is None:
            self._shell.say(
                divergence(state.diverged, state.good_checkpoint, state.metrics), "error"
            )
            if state.diverged.policy == "pause":
                self._shell.ring()
