"""When an action is available, and the reason shown when it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nanotrain_tui.session.state import ENDED


class Situation(NamedTuple):
    """The facts that decide which actions are available. ``state`` is empty without a session."""

    state: str = ""
    launching: bool = False
    name: str = ""
    staged: int = 0  # values in the form that are not applied yet
    undoable: bool = False  # values are staged, or the session has an edit to undo
    replayed: bool = False  # a replay is shown
    halted: bool = False  # a replay is shown, and it is paused
    script: bool = False  # the session runs a person's own script

    @property
    def live(self) -> bool:
        running = bool(self.state) and self.state not in ENDED and not self.replayed
        return self.launching or running

    @property
    def paused(self) -> bool:
        return self.state == "paused" and not self.launching and not self.replayed

    @property
    def phase(self) -> str:
        """The footer that the dashboard shows."""
        if self.replayed:
            return "replay"
        if self.live and self.staged:
            return "staged"
        of_script = "script " if self.script and self.state else ""
        if self.paused:
            return of_script + "paused"
        if self.live:
            return of_script + "live"
        return of_script + "ended" if self.state else "idle"


IN_A_REPLAY = "You cannot change a replay. Press W to return to the session."
Reason = Callable[[Situation], str]


def always(_: Situation) -> str:
    return ""


def not_in_a_replay(situation: Situation) -> str:
    return IN_A_REPLAY if situation.replayed else ""


def not_of_a_script(situation: Situation) -> str:
    """A script is run by the command line, with the command that the person sees there."""
    if not situation.script or situation.replayed:
        return not_in_a_replay(situation)
    if situation.live:
        return "Not for a script's session. Stop it with s, then run it again in a shell."
    return run_again(situation.name, of_script=True)


def run_again(name: str, of_script: bool) -> str:
    """How a session that has ended goes on."""
    if of_script:
        return f"'nanotrain run --resume {name}' runs the script again."
    return "Press r to resume it or start one."


def not_with_a_script(situation: Situation) -> str:
    if situation.script:
        return "A preset describes a network of nanotrain. Your script has a network of its own."
    return ""


def in_a_replay(situation: Situation) -> str:
    return (
        "" if situation.replayed else "This key works in a replay. Press W to replay the session."
    )


def while_live_or_played(situation: Situation) -> str:
    return "" if situation.replayed else while_live(situation)


def while_live(situation: Situation) -> str:
    if situation.live:
        return ""
    if situation.replayed:
        return IN_A_REPLAY
    if situation.state:
        ended = f"{situation.name} has ended ({situation.state})."
        return f"{ended} {run_again(situation.name, situation.script)}"
    return "No session is running. Press r to start one."


def while_paused(situation: Situation) -> str:
    if situation.live and situation.state == "running" and not situation.launching:
        return "Single steps need a paused session. Press Space to pause."
    return while_live(situation)


def while_staged(situation: Situation) -> str:
    if situation.live and not situation.staged:
        return "No values are staged. Press e to edit a field and stage its value."
    return while_live(situation)


def after_an_edit(situation: Situation) -> str:
    if situation.live and not situation.undoable:
        return "There is no edit to undo."
    return while_live(situation)


def with_a_session(situation: Situation) -> str:
    if situation.launching or not situation.state:
        return "There is no session yet. Press r to start one."
    return ""


def with_a_network_of_ours(situation: Situation) -> str:
    return with_a_session(situation) or not_of_a_script(situation)


def with_output(situation: Situation) -> str:
    if situation.replayed:
        return "A replay has no output. Press W to return to the session."
    return with_a_session(situation)
