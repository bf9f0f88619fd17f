"""The keys of a replay: open and close it, change its speed, and go to a position."""

from __future__ import annotations

from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Shell
from nanotrain_tui.app.screens.dialogs import Prompt
from nanotrain_tui.app.source.ports import Watch
from nanotrain_tui.follow.replay import is_place


class ReplayActions:
    """What the actions of a replay do."""

    def __init__(self, shell: Shell, link: SessionLink) -> None:
        self._shell = shell
        self._link = link

    def watch(self) -> None:
        name = self._link.state.name
        if self._link.watching:
            self._link.attach(name)
        else:
            self._link.watch(Watch(name))

    def faster(self) -> None:
        self._link.move_replay("faster")

    def slower(self) -> None:
        self._link.move_replay("slower")

    def event_before(self) -> None:
        self._link.move_replay("before")

    def event_after(self) -> None:
        self._link.move_replay("after")

    def back(self) -> None:
        self._link.move_replay("back")

    def ahead(self) -> None:
        self._link.move_replay("ahead")

    def goto(self) -> None:
        def accept(text: str) -> str:
            problem = is_place(text)
            if not problem:
                self._link.move_replay("seek", to=text)
            return problem

        about = "A step (1200), a time (12:30) or a percentage (45%)."
        self._shell.push_screen(Prompt("go to", "", about, accept))
