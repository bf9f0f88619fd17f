"""The app's side of a session: what was asked of the worker, and what comes back from it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from nanotrain_tui.app.screens.memory_dialog import ask_about_memory
from nanotrain_tui.app.source.ports import Refused, Reply, TooLarge, Watch
from nanotrain_tui.app.source.worker import Attach, Command, Job, Launch, Resume, Start
from nanotrain_tui.catalog import flatten
from nanotrain_tui.follow.run_state import Checkpoint, Diverged, Preparing, RunState

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp

FAULT = "An error in the dashboard, which the log names; the session goes on and is read again."
WORKER_ENDED = "The dashboard can no longer reach the session, which goes on: q, then attach."
OLD_AFTER_S = 3.0  # figures of a running session that old are shown with their age
IDLE = RunState(state="idle")
WATCHING = "Space plays, < > speed, [ ] events, { } a hundredth, : goes to, W returns."


class SessionLink:
    """Starts, commands and follows one session at a time; each answer changes the screen."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app
        self.model = app.model
        self.launching = False
        self.next_job: Launch | None = None  # once the session that is being stopped has ended
        self.stop_asked = False  # from here: then its end is no news to ring for
        self._attaching = False
        self._asked: Launch | None = None  # what is being launched, or was last
        self._before = IDLE  # what was shown before the launch
        self._pending: list[str] = []

    # --- asking ----------------------------------------------------------------------------

    def attach(self, name: str) -> None:
        """Follow the session of this name; the form takes its configuration."""
        self.launching = self._attaching = True
        self._let_go()
        self.app.show(RunState(name=name, state="starting"))
        self.app.training.submit(Attach(name))
        self.app.say(f"Looking for session {name} …")

    def watch(self, watch: Watch) -> None:
        """Play this session's recording; the form shows what was in force."""
        self.launching = self._attaching = True
        self._let_go()
        self._before = self.app.run_state
        self.app.training.submit(watch)
        self.app.say(f"Rewinding {watch.name} …")

    def launch(self, job: Launch) -> None:
        """Have a session started, resumed or forked, and follow it from then on."""
        self.next_job = None
        if not self._submit(job):
            return
        self._asked = job
        self._before = self.app.run_state
        self.launching = True
        self.stop_asked = False
        self._let_go()
        if isinstance(job, Start):
            self.model.set_running({})
            self.model.set_running(job.config)
        doing = "resuming the session" if isinstance(job, Resume) else "starting a session"
        self.app.show(_launching(Preparing(doing, None)))
        self.app.form_changed()
        self.app.say(f"{doing.capitalize()} …")

    def launch_after_stop(self, job: Launch, then: str) -> None:
        """The same once the session that runs has been stopped."""
        if not self.app.situation.live:
            self.launch(job)
            return
        self.next_job = job
        self.stop(f"Stopping; then {then} …")

    def stop(self, feedback: str) -> None:
        """Ask the session to end after this step."""
        self.stop_asked = True
        self.command(Command("stop"), feedback)

    def command(self, command: Command, feedback: str) -> bool:
        """Send a command to the session; False, and said, where nothing can be sent."""
        if not self._submit(command):
            return False
        self._pending.append(command.do)
        self.app.say(feedback)
        return True

    def is_pending(self, do: str) -> bool:
        """Whether a command was sent that has no answer yet."""
        return do in self._pending

    def _let_go(self) -> None:
        """What was asked of the session before is its own matter."""
        self._pending.clear()
        self.app.steering.forget()

    def _submit(self, job: Job) -> bool:
        """Hand a job to the worker thread; False, and said, if that has ended."""
        if self.app.training.is_alive():
            self.app.training.submit(job)
            return True
        self.app.say(WORKER_ENDED, "error")
        return False

    # --- hearing ---------------------------------------------------------------------------

    def launching_goes_on(self, preparing: Preparing) -> None:
        """The session is being started still, and this is what goes on."""
        if self.launching:
            self.app.show(_launching(preparing))

    def attached(self, name: str) -> None:
        """From now on the session of this name is followed."""
        self.launching = False
        self.app.show(RunState(name=name))
        if self.app.watching:
            self.app.say(WATCHING)
        else:
            self.app.say(f"{self._what_was_done()} {name}.", "good")
        if not self._attaching and self.model.problem is None:
            for one in self.model.advice():
                self.app.dashboard.note(one.message, "warning")

    def _what_was_done(self) -> str:
        if self._attaching:
            return "Attached to"
        return "Resumed" if isinstance(self._asked, Resume) else "Started"

    def not_attached(self, error: Refused) -> None:
        """It could not be started or found: what was followed before still is."""
        self.launching = self._attaching = self.app.watching = False
        before, self._before = self._before, IDLE
        self.app.show(before)
        live = before is not IDLE and not before.ended
        self.model.set_running(flatten(dict(before.config)) if live else {})
        if isinstance(error, TooLarge) and self._asked is not None:
            ask_about_memory(self.app, self._asked, error)
        self.app.dashboard.note(error.message, "error")
        self.app.say(error.message, "error")
        self.app.form_changed()
        if error.key and self.app.dashboard.form.go_to(error.key):
            self.app.dashboard.explain()

    def followed(self, state: RunState) -> None:
        """The session as it is now."""
        if self.launching:
            return  # the session before, while the next one starts
        before = self.app.run_state
        is_news = bool(before.seq) or not self._attaching
        self.app.show(self._dated(state))
        config = flatten(dict(state.config))
        played = state.replay is not None
        changed = self.model.set_running({} if state.ended or played else config)
        if played and config and state.config != before.config:
            self._attaching = False
            self.model.load(config)
            changed = True
        if self._attaching and config:
            self._attaching = False
            self.model.load(config)
            changed = True
        if changed:
            self.app.form_changed()
        if is_news and not played:
            self._tell(before, state)
        if state.ended and self.next_job is not None:
            self.launch(self.next_job)

    def answered(self, command: Command, reply: Reply) -> None:
        """What became of a command."""
        if command.do in self._pending:
            self._pending.remove(command.do)
        if command.do == "replay":
            if reply.why:
                self.app.say(reply.why, "info" if reply.ok else "warning")
        elif command.do == "set":
            self.app.steering.answered(command, reply)
        elif command.do == "undo":
            self.app.steering.undo_answered(command, reply)
        elif reply.ok:
            done = "under way" if command.do == "step" else "done"
            at = f" at step {reply.step:,}" if reply.step is not None else ""
            self.app.say(f"{command.do}: {done}{at}.", "good")
        else:
            if command.do == "stop":
                self.next_job = None
            self.app.say(f"{command.do} was refused: {reply.why}", "error")

    def look_at_age(self) -> None:
        """Show since when the figures are old, or that they no longer are; asked every second."""
        state = self.app.run_state
        dated = self._dated(state)
        if dated.silent_since != state.silent_since:
            self.app.show(dated)

    def _dated(self, state: RunState) -> RunState:
        """The state with the time of its figures, if a live session's are old."""
        if state is IDLE or state.ended or state.replay is not None or self.launching:
            return state
        now, heard_at = time.monotonic(), self.app.training.heard_at
        terminal = self.app.terminal
        stopped_until = 0.0 if terminal is None else terminal.started_at
        if now - max(heard_at, stopped_until) <= OLD_AFTER_S:
            return replace(state, silent_since=None) if state.silent_since else state
        since = state.silent_since or self.app.run_state.silent_since
        return replace(state, silent_since=since or time.time() - (now - heard_at))

    def fault(self, report: str) -> None:
        """The worker thread reports an error of its own."""
        last = report.strip().splitlines()[-1]
        self.app.dashboard.note(f"An error in the dashboard: {last}", "error")
        if self.launching:
            self.launching = False
            self.model.set_running({})
            self.app.show(IDLE)
        self.app.say(FAULT, "error")

    def _tell(self, before: RunState, state: RunState) -> None:
        """Say what the session came to by itself, and ring."""
        if state.ended and not before.ended:
            self.app.say(*_ending(state))
            if not self.stop_asked:
                self.app.ring()
        elif state.diverged is not None and before.diverged is None:
            self.app.say(_divergence(state.diverged, state.good_checkpoint), "error")
            if state.diverged.policy == "pause":
                self.app.ring()


def _launching(preparing: Preparing) -> RunState:
    """What is shown of a session that has no recording yet."""
    return RunState(name="new session", state="starting", preparing=preparing)


def _ending(state: RunState) -> tuple[str, str]:
    """How a session ended, in a line with its level."""
    why = f" {state.notices[-1]}" if state.state == "failed" and state.notices else ""
    level = {"finished": "good", "stopped": "warning"}.get(state.state, "error")
    resumable = state.checkpoints and state.state != "finished"
    then = "r resumes it or runs a new one." if resumable else "r runs a new one."
    return f"{state.name}: {state.state} at step {state.step:,}.{why} {then}", level


def _divergence(diverged: Diverged, good: Checkpoint | None) -> str:
    what = f"The {diverged.metric} is {diverged.value} since step {diverged.step:,}."
    if good is None:
        return f"{what} There is no good checkpoint: R begins anew, s stops."
    return f"{what} F forks from step {good.step:,}, s stops."
