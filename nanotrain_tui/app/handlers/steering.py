"""Edits on their way from the form to the session: applied at once, or staged; undone.

The rule: an edit goes to the session at once, unless something is staged; then it joins that.
An undo concerns what is staged, else the newest edit of the session, whoever made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nanotrain_tui.app.screens.memory_dialog import larger_batch
from nanotrain_tui.app.source.ports import Reply
from nanotrain_tui.app.source.worker import Command
from nanotrain_tui.catalog import FIELDS, SWAP
from nanotrain_tui.catalog.formats import plural, sentence, value_text
from nanotrain_tui.session.client import whoami

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp
    from nanotrain_tui.session.undo import Undo

NEVER = -1


class Steering:
    """What becomes of edits while a session is live."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app
        self.model = app.model
        self._staged: list[str] = []  # keys in the order in which they were staged
        self._undos: list[tuple[Command, Mapping[str, Any]]] = []  # sent, with what each restores
        self._unseen_since = NEVER  # the seq shown when the last edit from here was answered

    @property
    def can_undo(self) -> bool:
        """Whether something is staged, or the session has an edit to undo, as far as is known."""
        return bool(self.model.staged()) or self._is_behind or self.app.run_state.undo is not None

    @property
    def _is_behind(self) -> bool:
        """Whether what is shown lacks an edit or an undo that was sent from here."""
        link = self.app.link
        on_its_way = link.is_pending("set") or link.is_pending("undo")
        return on_its_way or self.app.run_state.seq <= self._unseen_since

    def forget(self) -> None:
        """Another session is shown: nothing was sent to it from here."""
        self._staged.clear()
        self._undos.clear()
        self._unseen_since = NEVER

    def take(self, key: str, stage: bool) -> None:
        """The form has a new value of ``key``: send it, stage it, or ask."""
        self._staged = [*(one for one in self._staged if one != key), key]
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
        swaps = [key for key in values if self.model.change_kind(key) == SWAP]
        feedback = f"{self._describe(values)} …{_cost(values, swaps)}"
        if self.app.link.command(Command("set", {"values": dict(values)}), feedback):
            self.model.sent(values)
            self.app.form_changed()
            warning = larger_batch(self.app.run_state, values)
            if warning:
                self.app.dashboard.note(warning, "warning")

    def answered(self, command: Command, reply: Reply) -> None:
        """What became of a ``set``; a refused one leaves the form."""
        values = command.arguments["values"]
        self.model.answered(values, reply.ok)
        self.app.form_changed()
        if reply.ok:
            self._unseen_since = self.app.run_state.seq
            self.app.say(f"{self._describe(values)}{_after(reply)}.", "good")
        else:
            self.app.dashboard.form.go_to(next(iter(values)))
            self.app.say(f"{self._describe(values)} was refused: {reply.why}", "error")

    def undo_answered(self, command: Command, reply: Reply) -> None:
        """What became of an undo; the form goes with it."""
        mine = next((one for one in self._undos if one[0] is command), None)
        if mine is not None:
            self._undos.remove(mine)
            self.model.answered(mine[1], reply.ok)
        self.app.form_changed()
        if reply.ok:
            self._unseen_since = self.app.run_state.seq
            told = f": {self._describe(mine[1])}" if mine is not None else ""
            self.app.say(f"Undone{_after(reply)}{told}.", "good")
        else:
            self.app.say(sentence(f"Nothing was undone: {reply.why}"), "warning")

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
        if self.model.staged():
            self._unstage()
        elif self._is_behind or self.app.run_state.undo is None:
            # The session knows which edit is the newest once those from here are applied.
            self.app.link.command(Command("undo"), "Undo …")
        else:
            self._undo(self.app.run_state.undo)

    # --- inside ----------------------------------------------------------------------------

    def _undo(self, edit: Undo) -> None:
        """Undo this edit, unless somebody else is faster."""
        command = Command("undo", {"edit": edit.seq})
        by = "" if edit.who == whoami() else f" (by {edit.who})"
        if self.app.link.command(command, f"Undo{by}: {self._describe(edit.values)} …"):
            self._undos.append((command, edit.values))
            self.model.take(edit.values)
            self.model.sent(edit.values)
        self.app.form_changed()

    def _unstage(self) -> None:
        """Take back the value that was staged last; those of a preset together."""
        staged = self.model.staged()
        newest = next((key for key in reversed(self._staged) if key in staged), None)
        self.model.unstage(list(staged) if newest is None else [newest])
        self.app.form_changed()
        left = len(self.model.staged())
        if newest is None or not left:
            self.app.say("Nothing is staged any more; the form shows what runs.")
        else:
            self.app.say(f"{self._told(newest)}: as it runs; {_values(left)} staged still.")

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
        return f"{FIELDS[key].label} {self.model.shown(key) or 'empty'}"

    def _describe(self, values: Mapping[str, Any]) -> str:
        told = [f"{FIELDS[key].label} {value_text(key, value)}" for key, value in values.items()]
        return ", ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")


def _after(reply: Reply) -> str:
    return f" after step {reply.step:,}" if reply.step is not None else ""


def _cost(values: Mapping[str, Any], swaps: list[str]) -> str:
    if not swaps:
        return ""
    slots = ", the optimizer starts with fresh slots" if "optimizer.name" in values else ""
    return f" the weights stay{slots}; compiled anew once."


def _values(count: int) -> str:
    return plural(count, "value")
