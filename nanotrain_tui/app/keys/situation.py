"""When an action makes sense, and why it makes none at other times."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nanotrain_tui.session.state import ENDED


class Situation(NamedTuple):
    """What decides whether an action makes sense: the session's state, empty without one."""

    state: str = ""
    launching: bool = False
    name: str = ""
    staged: int = 0  # values in the form that wait to be applied
    undoable: bool = False  # something is staged, or the session has an edit to undo
    replayed: bool = False  # what is shown is a recording being played

    @property
    def live(self) -> bool:
        going_on = bool(self.state) and self.state not in ENDED and not self.replayed
        return self.launching or going_on

    @property
    def paused(self) -> bool:
        return self.state == "paused" and not self.launching and not self.replayed

    @property
    def phase(self) -> str:
        """Which footer the dashboard shows."""
        if self.live and self.staged:
            return "staged"
        if self.paused:
            return "paused"
        if self.live:
            return "live"
        return "ended" if self.state else "idle"


IN_A_REPLAY = "This is a replay, which cannot be steered: W returns to the session itself."
Reason = Callable[[Situation], str]


def always(_: Situation) -> str:
    return ""


def not_in_a_replay(situation: Situation) -> str:
    return IN_A_REPLAY if situation.replayed else ""


def in_a_replay(situation: Situation) -> str:
    return "" if situation.replayed else "For a replay: W plays the session from its beginning."


def while_live_or_played(situation: Situation) -> str:
    return "" if situation.replayed else while_live(situation)


def while_live(situation: Situation) -> str:
    if situation.live:
        return ""
    if situation.replayed:
        return IN_A_REPLAY
    if situation.state:
        return f"{situation.name} has ended ({situation.state}): r starts or resumes."
    return "Nothing runs yet: r starts a session."


def while_paused(situation: Situation) -> str:
    if situation.live and situation.state == "running" and not situation.launching:
        return "Single steps are for a paused session: Space pauses it."
    return while_live(situation)


def while_staged(situation: Situation) -> str:
    if situation.live and not situation.staged:
        return "Nothing is staged: e opens a field to stage its value."
    return while_live(situation)


def after_an_edit(situation: Situation) -> str:
    if situation.live and not situation.undoable:
        return "There is no edit to undo."
    return while_live(situation)


def with_a_session(situation: Situation) -> str:
    if situation.launching or not situation.state:
        return "There is no session yet: r starts one."
    return ""


def with_a_session_itself(situation: Situation) -> str:
    return with_a_session(situation) or not_in_a_replay(situation)
