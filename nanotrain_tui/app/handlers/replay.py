"""The keys of a replay: play, speed, seek, and back to the session itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanotrain_tui.app.screens.dialogs import Prompt
from nanotrain_tui.app.source.ports import Watch
from nanotrain_tui.app.source.worker import Command
from nanotrain_tui.follow.replay import is_place

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp


class ReplayKeys:
    """What the actions of a replay do."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app

    def do_watch(self) -> None:
        name = self.app.run_state.name
        if self.app.watching:
            self.app.watching = False
            self.app.link.attach(name)
        else:
            self.begin(Watch(name))

    def begin(self, watch: Watch) -> None:
        """Play a session from where it is asked for."""
        if self.app.in_process and self.app.situation.live:
            self.app.say("In-process the session ends with its dashboard: q first.", "warning")
            return
        self.app.watching = True
        self.app.link.watch(watch)

    def toggle(self) -> None:
        self._move("toggle")

    def do_faster(self) -> None:
        self._move("faster")

    def do_slower(self) -> None:
        self._move("slower")

    def do_event_before(self) -> None:
        self._move("before")

    def do_event_after(self) -> None:
        self._move("after")

    def do_back(self) -> None:
        self._move("back")

    def do_ahead(self) -> None:
        self._move("ahead")

    def do_goto(self) -> None:
        def accept(text: str) -> str:
            problem = is_place(text)
            if not problem:
                self._move("seek", to=text)
            return problem

        about = "A step (1200), a time (12:30) or a share (45%)."
        self.app.push_screen(Prompt("go to", "", about, accept))

    def _move(self, what: str, **arguments: str) -> None:
        self.app.link.command(Command("replay", {"what": what, **arguments}), "")
