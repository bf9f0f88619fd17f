"""Sends edits of the form to the session: at once, or staged first. Also undoes edits.

An edit is sent at once, unless values are staged; then it is staged too. Undo takes back the value
that was staged last. If no value is staged, it undoes the session's newest edit by any user.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.memory_question import larger_batch
from nanotrain_tui.app.handlers.session_link import EditTrail, SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.source.jobs import Command
from nanotrain_tui.app.source.ports import Reply
from nanotrain_tui.app.widgets.bars import Holds
from nanotrain_tui.catalog import FIELDS, SWAP
from nanotrain_tui.catalog.formats import plural, sentence, value_text
from nanotrain_tui.session.client import whoami
from nanotrain_tui.session.undo import Undo


class SteeringActions:
    """What the actions for edits do while a session is live."""

    def __init__(self, shell: Shell, screens: Screens, model: FormModel, link: SessionLink) -> None:
        self._shell = shell
        self._screens = screens
        self._model = model
        self._link = link

    def take(self, key: str, stage: bool) -> None:
        """Send or stage the new value of ``key``, or ask the user. Draws the form."""
        order = self._link.edits.staged
        order[:] = [*(one for one in order if one != key), key]
        staged = self._model.staged()
        problem = self._model.problem
        if not staged:
            self._shell.say(
                f"{self._value_of(key)}: the session already uses this value.",
                holds=self._while_staged(0),
            )
        elif problem is not None:
            self._shell.say(
                f"{self._value_of(key)} is not sent: {problem}",
                "warning",
                self._model.while_problem(),
            )
        elif stage:
            self._say_staged(key, len(staged))
        elif self._model.staged_for_restart():
            self._ask_to_restart(key)
        else:
            self.send(staged)
            return
        self._screens.form_changed()

    def send(self, values: Mapping[str, Any]) -> None:
        """Send all these values in one ``set`` command. Draws the form."""
        swaps = [key for key in values if self._model.change_kind(key) == SWAP]
        feedback = f"{self._describe(values)} …{_cost(values, swaps)}"
        command = Command("set", {"values": dict(values)}, partial(self._set_answered, values))
        if self._link.command(command, feedback):
            self._model.sent(values)
            warning = larger_batch(self._link.state, values)
            if warning:
                self._shell.note(warning, "warning")
        self._screens.form_changed()

    def _set_answered(self, values: Mapping[str, Any], reply: Reply) -> None:
        """Handle the reply to a ``set``. Refused values are removed from the form."""
        self._model.answered(values, reply.ok)
        self._screens.form_changed()
        if reply.ok:
            self._link.edits.answered_at = self._link.state.seq
            self._shell.say(f"{self._describe(values)}{_after(reply)}.", "good")
        else:
            self._screens.dashboard.go_to(next(iter(values)))
            self._shell.say(f"{self._describe(values)} was refused: {reply.why}", "error")

    def _undo_answered(self, trail: EditTrail, values: Mapping[str, Any], reply: Reply) -> None:
        """Handle the reply to an undo. The form changes unless another session is shown now."""
        mine = bool(values) and trail is self._link.edits
        if mine:
            self._model.answered(values, reply.ok)
        self._screens.form_changed()
        if reply.ok:
            self._link.edits.answered_at = self._link.state.seq
            what = f": {self._describe(values)}" if mine else ""
            self._shell.say(f"Undone{_after(reply)}{what}.", "good")
        else:
            self._shell.say(sentence(f"Cannot undo: {reply.why}"), "warning")

    # --- the keys --------------------------------------------------------------------------

    def apply(self) -> None:
        problem = self._model.problem
        if problem is not None:
            self._screens.dashboard.go_to(problem.key)
            self._shell.say(f"Cannot apply: {problem}", "error", self._model.while_problem())
        elif self._model.staged_for_restart():
            self._ask_to_restart("")
        else:
            self.send(self._model.staged())

    def drop(self) -> None:
        count = self._model.drop_staged()
        self._screens.form_changed()
        self._shell.say(
            f"Discarded {_values(count)}. The form shows the session's values.",
            holds=self._while_staged(0),
        )

    def undo(self) -> None:
        if self._model.staged():
            self._unstage()
        elif self._link.is_behind or self._link.state.undo is None:
            # Edits are still on their way, so only the session knows which edit is the newest.
            answered = partial(self._undo_answered, self._link.edits, {})
            self._link.command(Command("undo", answered=answered), "Undoing the last edit …")
        else:
            self._undo(self._link.state.undo)

    # --- inside ----------------------------------------------------------------------------

    def _undo(self, edit: Undo) -> None:
        """Undo this edit, unless another user has already undone it."""
        answered = partial(self._undo_answered, self._link.edits, edit.values)
        command = Command("undo", {"edit": edit.seq}, answered)
        by = "" if edit.who == whoami() else f" (by {edit.who})"
        if self._link.command(command, f"Undoing{by}: {self._describe(edit.values)} …"):
            self._model.take(edit.values)
            self._model.sent(edit.values)
        self._screens.form_changed()

    def _unstage(self) -> None:
        """Take back the value that was staged last, or all values of a preset."""
        staged = self._model.staged()
        order = reversed(self._link.edits.staged)
        newest = next((key for key in order if key in staged), None)
        self._model.unstage(list(staged) if newest is None else [newest])
        self._screens.form_changed()
        left = len(self._model.staged())
        if newest is None or not left:
            self._shell.say(
                "No values are staged. The form shows the session's values.",
                holds=self._while_staged(0),
            )
        else:
            self._shell.say(
                f"{self._value_of(newest)}: no longer staged; {_values(left)} still staged.",
                holds=self._while_staged(left),
            )

    def _ask_to_restart(self, key: str) -> None:
        restarts = self._model.staged_for_restart()
        others = len(self._model.staged()) - len(restarts)
        names = ", ".join(FIELDS[name].label for name in restarts[:3])
        choices = [("y", f"stop, and start a new session with {_values(len(restarts) + others)}")]
        if others:
            choices.append(("l", f"apply the other {_values(others)} now"))
        choices.append(("k", "keep all values staged"))

        def answered(answer: str | None) -> None:
            if answer == "y":
                self._link.restart(self._model.config)
            elif answer == "l":
                self.send({k: v for k, v in self._model.staged().items() if k not in restarts})
            elif answer == "k":
                self._say_staged(key or restarts[0], len(self._model.staged()))
            else:
                self._model.drop_staged()
                self._screens.form_changed()
                self._shell.say(
                    "Cancelled. The form shows the session's values.",
                    holds=self._while_staged(0),
                )

        question = f"To change {names}, training must start again with new weights."
        self._shell.ask(question, choices, "cancel: discard all staged values", answered)

    def _say_staged(self, key: str, count: int) -> None:
        kind = " (needs a restart)" if self._model.staged_for_restart() else ""
        staged = f"{_values(count)} staged{kind}. a: apply, x: discard."
        self._shell.say(f"{self._value_of(key)}: {staged}", holds=self._while_staged(count))

    def _while_staged(self, count: int) -> Holds:
        """The condition that this number of values is staged in a live session."""
        return lambda: self._model.live and len(self._model.staged()) == count

    def _value_of(self, key: str) -> str:
        return f"{FIELDS[key].label} {self._model.shown(key) or 'empty'}"

    def _describe(self, values: Mapping[str, Any]) -> str:
        texts = [f"{FIELDS[key].label} {value_text(key, value)}" for key, value in values.items()]
        return ", ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")


def _after(reply: Reply) -> str:
    return f" after step {reply.step:,}" if reply.step is not None else ""


def _cost(values: Mapping[str, Any], swaps: list[str]) -> str:
    if not swaps:
        return ""
    slots = ", optimizer state reset" if "optimizer.name" in values else ""
    return f" Weights kept{slots}, model compiled again."


def _values(count: int) -> str:
    return plural(count, "value")
