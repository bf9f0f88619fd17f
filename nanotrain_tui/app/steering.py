"""Edits on their way from the form to the session: applied at once, or staged; undone.

The rule: an edit goes to the session at once, unless something is staged; then it joins that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanotrain_tui.app.memory_dialog import larger_batch
from nanotrain_tui.app.ports import Reply
from nanotrain_tui.app.worker import Command
from nanotrain_tui.catalog import FIELDS, SWAP, format_value

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp

MOST_UNDONE = 200


@dataclass(slots=True)
class Edit:
    """One applied edit: what was sent last for it, and what takes it back."""

    values: Mapping[str, Any]
    inverse: Mapping[str, Any]
    answered: bool = False


class Steering:
    """What becomes of edits while a session is live."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app
        self.model = app.model
        self._edits: list[Edit] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._edits)

    def forget(self) -> None:
        """Another session: what was done to the one before is not undone here."""
        self._edits.clear()

    def take(self, key: str, stage: bool) -> None:
        """The form has a new value of ``key``: send it, stage it, or ask."""
        staged = self.model.staged()
        problem = self.model.problem
        if not staged:
            self.app.say(f"{self._told(key)}: as it runs.")
        elif problem is not None:
            self.app.say(f"{self._told(key)}: held back, as {problem}", "warning")
        elif stage:
            self._say_staged(key, len(staged))
        elif self.model.staged_for_restart():
            self._ask_to_restart(key)
        else:
            self.send(staged)

    def send(self, values: Mapping[str, Any]) -> None:
        """One ``set`` for all these values."""
        inverse = self.model.inverse(values)
        swaps = [key for key in values if self.model.change_kind(key) == SWAP]
        feedback = f"{self._describe(values)} …{_cost(values, swaps)}"
        if self.app.link.command(Command("set", {"values": dict(values)}), feedback):
            self.model.sent(values)
            self._remember(values, inverse)
            self.app.form_changed()
            warning = larger_batch(self.app.run_state, values)
            if warning:
                self.app.dashboard.note(warning, "warning")

    def answered(self, command: Command, reply: Reply) -> None:
        """What became of a ``set``; a refused one leaves the form."""
        values = command.arguments["values"]
        self.model.answered(values, reply.ok)
        edit = next((edit for edit in reversed(self._edits) if edit.values == values), None)
        if edit is not None:
            edit.answered = True
            if not reply.ok:
                self._edits.remove(edit)
        self.app.form_changed()
        if reply.ok:
            at = f" after step {reply.step:,}" if reply.step is not None else ""
            self.app.say(f"{self._describe(values)}{at}.", "good")
        else:
            self.app.dashboard.form.go_to(next(iter(values)))
            self.app.say(f"{self._describe(values)} was refused: {reply.why}", "error")

    # --- the keys --------------------------------------------------------------------------

    def do_apply(self) -> None:
        problem = self.model.problem
        if problem is not None:
            self.app.dashboard.form.go_to(problem.key)
            self.app.say(f"Cannot apply: {problem}", "error")
        elif self.model.staged_for_restart():
            self._ask_to_restart("")
        else:
            self.send(self.model.staged())

    def do_drop(self) -> None:
        count = self.model.drop_staged()
        self.app.form_changed()
        self.app.say(f"Dropped {_values(count)}; the form shows what runs.")

    def do_undo(self) -> None:
        edit = self._edits.pop()
        if not self.model.runs_with(edit.values):
            told = self._describe(edit.values)
            self.app.say(f"Not undone: {told} was changed since, by somebody else.", "warning")
            return
        self.model.take(edit.inverse)
        feedback = f"Undo: {self._describe(edit.inverse)} …"
        if self.app.link.command(Command("set", {"values": dict(edit.inverse)}), feedback):
            self.model.sent(edit.inverse)
        self.app.form_changed()

    # --- inside ----------------------------------------------------------------------------

    def _remember(self, values: Mapping[str, Any], inverse: Mapping[str, Any]) -> None:
        last = self._edits[-1] if self._edits else None
        if last is not None and not last.answered and last.values.keys() == values.keys():
            last.values = dict(values)  # a key held down is one edit
            return
        self._edits.append(Edit(dict(values), inverse))
        del self._edits[:-MOST_UNDONE]

    def _ask_to_restart(self, key: str) -> None:
        anew = self.model.staged_for_restart()
        others = len(self.model.staged()) - len(anew)
        names = ", ".join(FIELDS[name].label for name in anew[:3])
        choices = [("y", f"stop, and start a new session with {_values(len(anew) + others)}")]
        if others:
            choices.append(("l", f"apply the other {_values(others)} now"))
        choices.append(("k", "keep it staged, for later"))

        def answered(answer: str | None) -> None:
            if answer == "y":
                self.app.session_keys.begin_anew(self.model.config)
            elif answer == "l":
                self.send({k: v for k, v in self.model.staged().items() if k not in anew})
            elif answer == "k":
                self._say_staged(key or anew[0], len(self.model.staged()))
            else:
                self.model.drop_staged()
                self.app.form_changed()
                self.app.say("Cancelled; the form shows what runs.")

        question = f"A change of {names} cannot keep the weights."
        self.app.ask(question, choices, "cancel: back to what runs", answered)

    def _say_staged(self, key: str, count: int) -> None:
        kind = " (needs a restart)" if self.model.staged_for_restart() else ""
        self.app.say(f"{self._told(key)}: {_values(count)} staged{kind}; a applies, x drops.")

    def _told(self, key: str) -> str:
        return f"{FIELDS[key].label} {self.model.text(key) or 'empty'}"

    def _describe(self, values: Mapping[str, Any]) -> str:
        told = [f"{FIELDS[key].label} {format_value(value)}" for key, value in values.items()]
        return ", ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")


def _cost(values: Mapping[str, Any], swaps: list[str]) -> str:
    if not swaps:
        return ""
    slots = ", the optimizer starts with fresh slots" if "optimizer.name" in values else ""
    return f" the weights stay{slots}; compiled anew once."


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"
