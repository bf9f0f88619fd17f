"""Connects the app to a session: keeps its state, sends commands, and handles the replies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.memory_question import ask_about_memory
from nanotrain_tui.app.handlers.session_text import WATCHING, divergence, ending, launching
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.app.source.jobs import Attach, Command, Job, Launch, Resume, Start, Window
from nanotrain_tui.app.source.ports import Reply, Watch
from nanotrain_tui.app.source.refusals import Refused, TooLarge
from nanotrain_tui.app.source.worker import TrainingWorker
from nanotrain_tui.app.widgets.bars import Holds
from nanotrain_tui.catalog import flatten
from nanotrain_tui.follow.run_state import Preparing, RunState

FAULT = "The dashboard had an error (see the log). Running sessions are not affected."
WORKER_ENDED = "Connection lost; the session keeps running. Press q, then run nanotrain attach."
IN_PROCESS = "The session runs in this process. Press q to end it first."
OLD_AFTER_S = 3.0  # older figures of a running session are shown with their age
IDLE = RunState(state="idle")
NEVER = -1


@dataclass
class EditTrail:
    """The edits made in this dashboard, for the session shown; reset for another session."""

    staged: list[str] = field(default_factory=list)  # keys in the order in which they were staged
    answered_at: int = NEVER  # the seq shown when the reply to the last edit arrived


class SessionLink:
    """Starts, controls and follows one session at a time, and shows each reply."""

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
        self.watching = False  # a replay was requested and is not closed yet
        self._next_launch: Launch | None = None  # starts when the session being stopped has ended
        self._stop_asked = False  # by the user, so the bell does not ring at the end
        self._attaching = False
        self._last_launch: Launch | None = None
        self._before = IDLE  # the state shown before the launch
        self._pending: list[Command] = []
        self._read = 0  # states of sessions so far

    # --- the state -------------------------------------------------------------------------

    @property
    def situation(self) -> Situation:
        """The facts that decide which actions are available."""
        state = self.state
        return Situation(
            "" if state is IDLE else state.state,
            self.launching,
            state.name,
            len(self._model.staged()),
            self.can_undo,
            state.replay is not None,
            state.replay is not None and not state.replay.playing,
            "script" in state.config,
        )

    @property
    def is_idle(self) -> bool:
        """Whether no session is open or being opened."""
        return self.state is IDLE and not self.launching

    @property
    def can_undo(self) -> bool:
        """Whether values are staged, or the session has (or may have) an edit to undo."""
        return bool(self._model.staged()) or self.is_behind or self.state.undo is not None

    @property
    def is_behind(self) -> bool:
        """Whether an edit or undo sent from here is not in the state shown yet."""
        is_sent = self.is_pending("set") or self.is_pending("undo")
        return is_sent or self.state.seq <= self.edits.answered_at

    @property
    def ends_with_app(self) -> bool:
        """Whether closing the dashboard would end a session."""
        return self._in_process and self.situation.live

    def while_same(self, text_of: Callable[[Situation], str]) -> Holds:
        """The condition that a text about the situation stays the same."""
        now = text_of(self.situation)
        return lambda: text_of(self.situation) == now

    def _while_shown(self, test: Callable[[RunState], bool] = lambda _: True) -> Holds:
        """The condition that the same session is shown, in a state that passes the test."""
        name = self.state.name
        return lambda: self.state.name == name and test(self.state)

    def is_pending(self, do: str) -> bool:
        """Whether a command of this kind was sent and has no reply yet."""
        return any(command.do == do for command in self._pending)

    # --- requests --------------------------------------------------------------------------

    def attach(self, name: str) -> None:
        """Follow the session of this name. The form shows its configuration."""
        if self._cannot_leave():
            return
        self.watching = False
        self.launching = self._attaching = True
        self._reset()
        self._before = self.state
        self.show(RunState(name=name))
        self._worker.submit(Attach(name))
        self._shell.say(f"Looking for session {name} …", holds=lambda: self.launching)

    def watch(self, watch: Watch) -> None:
        """Replay this session's recording. The form shows the values used at each position."""
        if self._cannot_leave():
            return
        self.watching = True
        self.launching = self._attaching = True
        self._reset()
        self._before = self.state
        self._worker.submit(watch)
        self._shell.say(f"Opening the replay of {watch.name} …", holds=lambda: self.launching)

    def move_replay(self, what: str, **arguments: str) -> None:
        """Play, pause or move the replay; see ``ports.Backend.replay``."""
        command = Command("replay", {"what": what, **arguments}, self._replay_answered)
        self.command(command, "")

    def launch(self, job: Launch) -> None:
        """Start, resume or fork a session, and follow it."""
        self._next_launch = None
        if not self._submit(job):
            return
        self._last_launch = job
        self._before = self.state
        self.launching = True
        self._stop_asked = False
        self._reset()
        if isinstance(job, Start):
            self._model.set_running({})
            self._model.set_running(job.config)
        doing = "resuming the session" if isinstance(job, Resume) else "starting a session"
        self.show(launching(Preparing(doing, None)))
        self._screens.form_changed()
        self._shell.say(f"{doing.capitalize()} …", holds=lambda: self.launching)

    def launch_after_stop(self, job: Launch, then: str) -> None:
        """Stop the running session, if there is one, then launch. The message names ``then``."""
        if not self.situation.live:
            self.launch(job)
            return
        self._next_launch = job
        self.stop(f"Stopping; then {then} …")

    def restart(self, config: Mapping[str, Any]) -> None:
        """Stop the running session, if there is one, and start one with this configuration."""
        self.launch_after_stop(Start(config), "a new session starts")

    def stop(self, feedback: str) -> None:
        """Stop the session after the current step."""
        self._stop_asked = True
        self.command(Command("stop"), feedback)

    def command(self, command: Command, feedback: str) -> bool:
        """Send a command to the session. Returns False, with a message, if that is not possible."""
        if not self._submit(command):
            return False
        self._pending.append(command)
        self._shell.say(feedback, holds=lambda: any(one is command for one in self._pending))
        return True

    def read_window(self, window: Window) -> None:
        """Read the curves of some steps. The report ``Windowed`` returns them."""
        self._worker.submit(window)

    def show(self, state: RunState) -> None:
        """Keep a state and draw it."""
        self.state = state
        self._screens.show(state)

    def _cannot_leave(self) -> bool:
        """Whether following another session would end this one. If so, shows a message."""
        if self.ends_with_app:
            self._shell.say(IN_PROCESS, "warning", lambda: self.ends_with_app)
            return True
        return False

    def _reset(self) -> None:
        """Forget the commands and edits of the session shown so far."""
        self._pending.clear()
        self.edits = EditTrail()

    def _submit(self, job: Job) -> bool:
        """Give a job to the worker thread. Returns False, with a message, if it has ended."""
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
        """The worker now follows the session of this name."""
        self.launching = False
        self.show(RunState(name=name))
        if self.watching:
            self._shell.say(WATCHING, holds=lambda: self.watching)
        else:
            self._shell.say(f"{self._what_was_done()} {name}.", "good", self._while_shown())
        if not self._attaching and self._model.problem is None:
            for one in self._model.advice():
                self._shell.note(one.message, "warning")

    def _what_was_done(self) -> str:
        if self._attaching:
            return "Attached to"
        return "Resumed" if isinstance(self._last_launch, Resume) else "Started"

    def not_attached(self, error: Refused) -> None:
        """The session could not be started or found. The previous one is still followed."""
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
        if error.key and self._screens.dashboard.go_to(error.key):
            self._screens.dashboard.explain()

    def followed(self, state: RunState) -> None:
        """The current state of the session."""
        if self.launching:
            return  # the previous session, while the next one starts
        if state.behind and not self.state.is_known:
            return  # a part of a recording that is being read: not a state of the session yet
        self._read += 1
        before = self.state
        is_news = bool(before.seq) or not self._attaching
        self.show(self._dated(state))
        config = flatten(dict(state.config))
        played = state.replay is not None
        changed = self._model.set_running({} if state.ended or played else config)
        edited_in_replay = played and state.config != before.config
        changed |= self._model.describe_script(state.script)
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
        """Remove a command, and older ones of its kind: replaced edits get no reply."""
        places = [at for at, one in enumerate(self._pending) if one is command]
        if places:
            later = self._pending[places[0] + 1 :]
            earlier = [one for one in self._pending[: places[0]] if one.do != command.do]
            self._pending = earlier + later

    def _replay_answered(self, reply: Reply) -> None:
        if not reply.why:
            return
        if reply.ok:
            self._shell.say(reply.why, holds=lambda: self.watching)
        else:
            passed = self._stops_passed
            self._shell.say(reply.why, "warning", lambda: self._stops_passed == passed)

    @property
    def _stops_passed(self) -> int | None:
        """The number of events before the replay's position; None: this is no replay."""
        at = self.state.replay
        return None if at is None else sum(stop.t <= at.t for stop in at.stops)

    def trouble(self, why: str) -> None:
        """The session cannot be read at present."""
        self._shell.note(why, "error")
        read = self._read
        self._shell.say(why, "error", lambda: self._read == read)

    def fault(self, report: str) -> None:
        """The worker thread had an error; ``report`` is its traceback."""
        last = report.strip().splitlines()[-1]
        self._shell.note(f"An error in the dashboard: {last}", "error")
        if self.launching:
            self.launching = False
            self._model.set_running({})
            self.show(IDLE)
        self._shell.say(FAULT, "error")

    # --- the age of the figures ------------------------------------------------------------

    def look_at_age(self) -> None:
        """Show or hide the age of the figures. Called every second."""
        dated = self._dated(self.state)
        if dated.silent_since != self.state.silent_since:
            self.show(dated)

    def _dated(self, state: RunState) -> RunState:
        """The state, with the time of its figures if the session is live and they are old."""
        if state is IDLE or state.ended or state.replay is not None or self.launching:
            return state
        now, heard_at = time.monotonic(), self._worker.heard_at
        if now - max(heard_at, self._screens.terminal_taken_at) <= OLD_AFTER_S:
            return replace(state, silent_since=None) if state.silent_since else state
        since = state.silent_since or self.state.silent_since
        return replace(state, silent_since=since or time.time() - (now - heard_at))

    def _say_news(self, before: RunState, state: RunState) -> None:
        """Show a message when the session ends or diverges by itself, and ring the bell."""
        if state.ended and not before.ended:
            self._shell.say(*ending(state), self._while_shown(lambda state: state.ended))
            if not self._stop_asked:
                self._shell.ring()
        elif state.diverged is not None and before.diverged is None:
            self._shell.say(
                divergence(state.diverged, state.good_checkpoint, state.metrics),
                "error",
                self._while_shown(lambda state: state.diverged is not None),
            )
            if state.diverged.policy == "pause":
                self._shell.ring()
