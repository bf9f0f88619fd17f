"""The session's keys: start, pause, step, checkpoint, stop, restart, resume, fork."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.screens.dialogs import Prompt
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.jobs import Command, Fork, Resume, Start
from nanotrain_tui.catalog import flatten
from nanotrain_tui.catalog.formats import clock, file_size, plural
from nanotrain_tui.drawing.lists.entries import Entry
from nanotrain_tui.drawing.metric_text import cut
from nanotrain_tui.follow.run_state import Checkpoint, RunState
from nanotrain_tui.session.metrics import PERCENT, Metrics

MOST_STEPS = 10**9
SCORE_CELLS = 16  # for the name of the metric that rates checkpoints
CONTINUES = "The session continues."


class SessionActions:
    """What the actions of the session do."""

    def __init__(
        self,
        shell: Shell,
        screens: Screens,
        model: FormModel,
        link: SessionLink,
        before_start: Callable[[Callable[[], None]], None],
    ) -> None:
        """``before_start`` calls its argument once the form has what is found in its data."""
        self._before_start = before_start
        self._shell = shell
        self._screens = screens
        self._model = model
        self._link = link

    def run(self) -> None:
        if self._cannot_run():
            return
        if self._link.launching:
            self._shell.say(
                "A session is already starting.", "warning", lambda: self._link.launching
            )
        elif self._link.situation.live:
            self.restart()
        elif self._can_resume():
            self._ask_how_to_run()
        else:
            self._before_start(self._start)

    def _start(self) -> None:
        """Start a session with the values of the form."""
        self._link.launch(Start(self._model.config))

    def restart(self) -> None:
        if self._cannot_run():
            return
        state = self._link.state
        choices = [("y", "start a new session with the form's values")]
        if self._model.staged():
            choices.append(("s", "start a new session with the values of this one"))
        question = f"{state.name} is {state.state} at step {state.step:,}."
        if self._link.situation.live:
            question += " It will be stopped."

        def answered(answer: str | None) -> None:
            if answer == "s":
                self._model.drop_staged()
                self._screens.form_changed()
            if answer is not None:
                self._before_start(lambda: self._link.restart(self._model.config))
            elif self._link.situation.live:
                self._shell.say(CONTINUES, holds=self._while_live)
            else:
                self._shell.say("Cancelled.")

        self._shell.ask(question, choices, "cancel", answered)

    def pause(self) -> None:
        if self._link.situation.replayed:
            self._link.move_replay("toggle")
            return
        paused = self._link.situation.paused
        do = "resume" if paused else "pause"
        if self._link.is_pending(do):
            self._shell.say(
                f"Already waiting to {do}; this takes effect at the next step.",
                holds=lambda: self._link.is_pending(do),
            )
        else:
            self._command(do, "Resuming …" if paused else "Pausing at the next step …")

    def step(self) -> None:
        self._command("step", "Running one step …", n=1)

    def steps(self) -> None:
        def accept(text: str) -> str:
            number = text.strip().replace("_", "").replace(",", "")
            if not (number.isascii() and number.isdigit() and 0 < int(number[:12]) <= MOST_STEPS):
                return f"Type a whole number from 1 to {MOST_STEPS:,}."
            self._command("step", f"Running {plural(int(number), 'step')} …", n=int(number))
            return ""

        self._shell.push_screen(
            Prompt("steps", "5", "Number of steps to run before the next pause.", accept)
        )

    def evaluate(self) -> None:
        self._command("evaluate", "Evaluating after this step …")

    def checkpoint(self) -> None:
        self._command("checkpoint", "Writing a checkpoint after this step …")

    def stop(self) -> None:
        state = self._link.state
        steps = f" of {state.steps:,}" if state.steps else ""
        question = f"Stop {state.name or 'the session'} at step {state.step:,}{steps}?"

        def answered(answer: str | None) -> None:
            if answer:
                self._link.stop("Stopping after this step …")
            else:
                self._shell.say(CONTINUES, holds=self._while_live)

        choices = [("y", "stop; the recording is kept")]
        self._shell.ask(question, choices, "cancel", answered)

    def fork(self) -> None:
        if self._cannot_run():
            return
        found = self._link.state.checkpoints
        if not found:
            diverged = self._link.state.diverged is not None
            missing = "There is no checkpoint yet. Press c to write one."
            if self._link.state.ended:
                missing = "There is no checkpoint to fork from. Press R to restart."
            no_good = "There is no good checkpoint to fork from. Press R to restart."
            self._shell.say(
                no_good if diverged else missing,
                "warning",
                lambda: not self._link.state.checkpoints,
            )
            return
        state = self._link.state
        about = {one.file: _about(one, state) for one in found}
        cells = max(len(f"{one.step:,}") for one in found)
        entries = [
            Entry(one.file, _line(one, state.metrics, cells), _age(one, state), names=_words(one))
            for one in reversed(found)
        ]
        self._shell.push_screen(
            PickList(
                f"fork {state.name} from a checkpoint",
                entries,
                explain=lambda entry: about[entry.name],
            ),
            self._checkpoint_picked,
        )

    def _checkpoint_picked(self, file: str | None) -> None:
        one = next((one for one in self._link.state.checkpoints if one.file == file), None)
        if one is None:
            return
        config = self._model.config_beside(self._recorded())
        job = Fork(self._link.state.name, one.step, config)
        if not self._link.situation.live:
            self._link.launch(job)
            return
        name = self._link.state.name

        def answered(answer: str | None) -> None:
            if answer == "y":
                self._link.launch_after_stop(job, f"the fork starts from step {one.step:,}")
            elif answer == "b":
                self._link.launch(job)
            else:
                self._shell.say(CONTINUES, holds=self._while_live)

        choices = [("y", f"stop {name}, then fork"), ("b", "keep it running, and fork")]
        question = f"{name} is {self._link.state.state} at step {self._link.state.step:,}."
        self._shell.ask(question, choices, "cancel", answered)

    # --- inside ----------------------------------------------------------------------------

    def _while_live(self) -> bool:
        return self._link.situation.live

    def _cannot_run(self) -> bool:
        problem = self._model.problem
        if problem is None:
            return False
        self._screens.dashboard.go_to(problem.key)
        self._screens.dashboard.explain()
        self._shell.say(f"Cannot start: {problem}", "error", self._model.while_problem())
        return True

    def _can_resume(self) -> bool:
        state = self._link.state
        if not state.ended or not state.checkpoints:
            return False
        return state.state != "finished" or self._model.value("train.steps") > state.step

    def _ask_how_to_run(self) -> None:
        state = self._link.state
        choices = [
            ("r", f"resume from the last checkpoint, step {state.checkpoints[-1].step:,}"),
            ("n", "start a new session with the form's values"),
            ("f", "fork: start a new session from a checkpoint"),
        ]

        def answered(answer: str | None) -> None:
            if answer == "r":
                self._link.launch(Resume(state.name, self._model.changes_from(self._recorded())))
            elif answer == "n":
                self._before_start(self._start)
            elif answer == "f":
                self.fork()

        question = f"{state.name} has ended ({state.state}) at step {state.step:,}."
        self._shell.ask(question, choices, "cancel", answered)

    def _recorded(self) -> dict[str, Any]:
        return flatten(dict(self._link.state.config))

    def _command(self, do: str, feedback: str, **arguments: Any) -> None:
        self._link.command(Command(do, arguments), feedback)


def _line(one: Checkpoint, metrics: Metrics, cells: int) -> str:
    """The step in so many cells, the result, whether it is the best, and the size."""
    size = file_size(one.bytes, "")
    best = "best" if one.best else ""
    return f"step {one.step:>{cells},}  {_result(one, metrics):>10}  {best:4}  {size:>9}"


def _words(one: Checkpoint) -> tuple[str, ...]:
    """What a checkpoint is also found by: its step as it is typed."""
    return (str(one.step), *(["best"] if one.best else []))


def _age(one: Checkpoint, state: RunState) -> str:
    """When it was written, and how long before the newest state: ``at 0:09, 0:02 ago``."""
    ago = clock(max(0.0, state.elapsed_s - one.t))
    return f"at {clock(one.t)}, {f'{ago} before the end' if state.ended else f'{ago} ago'}"


def _result(one: Checkpoint, metrics: Metrics) -> str:
    """The score of the checkpoint, if it was tested: ``94.27%``, ``mAP 0.81``."""
    metric = metrics.get(one.score.metric) if one.score is not None else metrics.expected.primary
    value = one.value(metric.name) if metric is not None else None
    if value is None and one.score is not None:
        value = one.score.value
    if metric is None or value is None:
        return "not tested"
    name = "" if metric.format == PERCENT else f"{cut(metric.label, SCORE_CELLS)} "
    return f"{name}{metric.text(value)}"


def _about(one: Checkpoint, state: RunState) -> str:
    return (
        f"Starts with the weights and optimizer state of {state.name} after step {one.step:,}, "
        f"and trains with the form's values. File: {one.file}"
    )
