"""The session's keys: start, pause, step, checkpoint, stop, begin anew, resume, fork."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nanotrain_tui.app.screens.dialogs import Item, PickList, Prompt
from nanotrain_tui.app.source.worker import Command, Fork, Resume, Start
from nanotrain_tui.catalog import flatten
from nanotrain_tui.catalog.formats import clock, file_size, percent, plural
from nanotrain_tui.follow.run_state import Checkpoint

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp

MOST_STEPS = 10**9
GOES_ON = "let it go on"


class SessionKeys:
    """What the actions of the session do."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app
        self.model = app.model

    def do_run(self) -> None:
        if self._cannot_run():
            return
        if self.app.link.launching:
            self.app.say("A session is being started already.", "warning")
        elif self.app.situation.live:
            self.do_restart()
        elif self._can_resume():
            self._ask_how_to_go_on()
        else:
            self.app.link.launch(Start(self.model.config))

    def do_restart(self) -> None:
        if self._cannot_run():
            return
        state = self.app.run_state
        choices = [("y", "begin anew with the form's values")]
        if self.model.staged():
            choices.append(("s", "begin anew with the values it was running with"))
        question = f"{state.name} is {state.state} at step {state.step:,}."
        if self.app.situation.live:
            question += " It will be stopped."

        def answered(answer: str | None) -> None:
            if answer == "s":
                self.model.drop_staged()
                self.app.form_changed()
            if answer is not None:
                self.begin_anew(self.model.config)
            else:
                self.app.say("It goes on." if self.app.situation.live else "As it was.")

        self.app.ask(question, choices, GOES_ON, answered)

    def begin_anew(self, config: Mapping[str, Any]) -> None:
        """Stop what runs, if anything does, and start a session with this configuration."""
        self.app.link.launch_after_stop(Start(config), "a new session starts")

    def do_pause(self) -> None:
        if self.app.situation.replayed:
            self.app.replay_keys.toggle()
            return
        paused = self.app.situation.paused
        do = "resume" if paused else "pause"
        if self.app.link.is_pending(do):
            self.app.say(
                f"{do.capitalize()} is asked for already; it takes effect at the next step."
            )
        else:
            self._command(do, "Going on …" if paused else "Pausing at the next step …")

    def do_step(self) -> None:
        self._command("step", "One step …", n=1)

    def do_steps(self) -> None:
        def accept(text: str) -> str:
            number = text.strip().replace("_", "").replace(",", "")
            if not (number.isascii() and number.isdigit() and 0 < int(number[:12]) <= MOST_STEPS):
                return f"A whole number from 1 to {MOST_STEPS:,}."
            self._command("step", f"{plural(int(number), 'step')} …", n=int(number))
            return ""

        self.app.push_screen(Prompt("steps", "5", "How many steps to make, then pause.", accept))

    def do_evaluate(self) -> None:
        self._command("evaluate", "Evaluating after this step …")

    def do_checkpoint(self) -> None:
        self._command("checkpoint", "Writing a checkpoint after this step …")

    def do_stop(self) -> None:
        state = self.app.run_state
        steps = f" of {state.steps:,}" if state.steps else ""
        question = f"Stop {state.name or 'the session'} at step {state.step:,}{steps}?"

        def answered(answer: str | None) -> None:
            if answer:
                self.app.link.stop("Stopping after this step …")
            else:
                self.app.say("It goes on.")

        choices = [("y", "stop it; what is recorded stays")]
        self.app.ask(question, choices, GOES_ON, answered)

    def do_fork(self) -> None:
        if self._cannot_run():
            return
        found = self.app.run_state.checkpoints
        if not found:
            diverged = self.app.run_state.diverged is not None
            yet = "There is no checkpoint yet; c writes one."
            anew = "There is no good checkpoint to fork from; R begins anew with the form's values."
            self.app.say(anew if diverged else yet, "warning")
            return
        items = [
            Item(one.file, _line(one), _about(one, self.app.run_state.name))
            for one in reversed(found)
        ]
        self.app.push_screen(
            PickList("fork from a checkpoint", items, items[0].name, lambda _: ""),
            self._checkpoint_picked,
        )

    def _checkpoint_picked(self, file: str | None) -> None:
        one = next((one for one in self.app.run_state.checkpoints if one.file == file), None)
        if one is None:
            return
        config = self.model.config_beside(self._recorded())
        job = Fork(self.app.run_state.name, one.step, config)
        if not self.app.situation.live:
            self.app.link.launch(job)
            return
        name = self.app.run_state.name

        def answered(answer: str | None) -> None:
            if answer == "y":
                self.app.link.launch_after_stop(job, f"the fork starts from step {one.step:,}")
            elif answer == "b":
                self.app.link.launch(job)
            else:
                self.app.say("It goes on.")

        choices = [("y", f"stop {name}, then fork"), ("b", "let both train at once")]
        question = f"{name} is {self.app.run_state.state} at step {self.app.run_state.step:,}."
        self.app.ask(question, choices, "no fork", answered)

    # --- inside ----------------------------------------------------------------------------

    def _cannot_run(self) -> bool:
        problem = self.model.problem
        if problem is None:
            return False
        self.app.dashboard.form.go_to(problem.key)
        self.app.dashboard.explain()
        self.app.say(f"Cannot run: {problem}", "error")
        return True

    def _can_resume(self) -> bool:
        state = self.app.run_state
        if not state.ended or not state.checkpoints:
            return False
        return state.state != "finished" or self.model.value("train.steps") > state.step

    def _ask_how_to_go_on(self) -> None:
        state = self.app.run_state
        choices = [
            ("r", f"resume it from its last checkpoint, step {state.checkpoints[-1].step:,}"),
            ("n", "start a new session with the form's values"),
            ("f", "fork: a new session from one of its checkpoints"),
        ]

        def answered(answer: str | None) -> None:
            if answer == "r":
                self.app.link.launch(Resume(state.name, self.model.changes_from(self._recorded())))
            elif answer == "n":
                self.app.link.launch(Start(self.model.config))
            elif answer == "f":
                self.do_fork()

        question = f"{state.name} has ended ({state.state}) at step {state.step:,}."
        self.app.ask(question, choices, "leave it", answered)

    def _recorded(self) -> dict[str, Any]:
        return flatten(dict(self.app.run_state.config))

    def _command(self, do: str, feedback: str, **arguments: Any) -> None:
        self.app.link.command(Command(do, arguments), feedback)


def _line(one: Checkpoint) -> str:
    tested = one.value("accuracy")
    accuracy = "not tested" if tested is None else percent(tested)
    size = file_size(one.bytes, "")
    best = "best" if one.best else ""
    return f"step {one.step:>9,}  {accuracy:>10}  {best:4}  {size:>9}  at {clock(one.t)}"


def _about(one: Checkpoint, name: str) -> str:
    return f"Weights and optimizer of {name} after step {one.step:,}; the form's values from there."
