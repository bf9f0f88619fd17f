"""The sessions that are drawn behind the charts: the parent of a fork, and those chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from nanotrain_tui.app.handlers.charts import ChartActions
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Shell
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.jobs import Window
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.others import EVERY_S, OthersThread
from nanotrain_tui.app.source.ports import Backend
from nanotrain_tui.app.source.reports import WorkerReport
from nanotrain_tui.drawing.backdrop import LETTERS, PARENT, Backdrop, Other, steps_shown
from nanotrain_tui.drawing.glyphs import terminal_glyphs
from nanotrain_tui.drawing.lists.entries import Entry
from nanotrain_tui.drawing.lists.sessions import evaluated_texts
from nanotrain_tui.follow.curves import NO_WINDOW, WindowCurves
from nanotrain_tui.follow.run_state import RunState

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

REMOVE_ALL = "-"  # no session can have this name
NEAR = 64  # steps are read again if they differ by more than this part of them
MOST_NAMED = 2  # in a message
TOO_MANY = f"At most {len(LETTERS)} sessions can be drawn. Remove one first: C on the dashboard."


class OverlayActions:
    """Chooses sessions, and keeps their curves current. They stay chosen for the next session."""

    def __init__(
        self,
        shell: Shell,
        link: SessionLink,
        charts: ChartActions,
        backend: Backend,
        post: Callable[[WorkerReport], object],
        every_s: float = EVERY_S,
    ) -> None:
        self._shell = shell
        self._link = link
        self._charts = charts
        self._backend = backend
        self._post = post
        self._every_s = every_s
        self._chosen: dict[str, str] = {}  # the letter of each chosen session
        self._states: Mapping[str, RunState] = {}
        self._problems: Mapping[str, str] = {}  # why sessions cannot be read; they were shown
        self._asked: tuple[str, ...] = ()
        self._windows: dict[str, Window] = {}  # the steps that are read in more detail
        self._details: Mapping[str, tuple[Window, WindowCurves]] = {}
        self._thread: OthersThread | None = None
        charts.viewed = self._viewed

    def follow(self, state: RunState) -> None:
        """Take a new state of the session shown. Its parent is drawn without being chosen."""
        wanted = tuple(dict.fromkeys(one for one in (state.parent, *self._chosen) if one))
        wanted = tuple(name for name in wanted if name != state.name) if state.name else ()
        windows = self._wanted_windows(wanted)
        if wanted == self._asked and windows == self._windows:
            return
        self._asked, self._windows = wanted, windows
        if self._thread is None:
            self._thread = OthersThread(self._backend, self._post, self._every_s)
            self._thread.start()
        self._thread.follow(wanted, windows)
        self._show()

    def _viewed(self) -> None:
        """The charts show other steps: those of the other sessions are read again."""
        if self._asked:
            self.follow(self._link.state)

    def _wanted_windows(self, names: Sequence[str]) -> dict[str, Window]:
        """The steps of each session that a zoomed chart shows; none if all steps are shown."""
        if not names or self._charts.view.window is None:
            return {}
        axis, begins_at = self._charts.axis, self._link.state.begins_at
        found = {}
        for name in names:
            other = self._other(name)
            steps = steps_shown(other, axis, begins_at) if other is not None else None
            if steps is not None:
                found[name] = _unless_near(self._windows.get(name), Window(*steps))
        return found

    def read(
        self,
        states: Sequence[RunState],
        problems: Mapping[str, str],
        details: Mapping[str, tuple[Window, WindowCurves]],
    ) -> None:
        """The states of the sessions that could be read, and why the others could not.

        ``details``: their curves in the steps that are shown.
        """
        self._states = {state.name: state for state in states}
        self._details = details
        self._show()
        self._viewed()
        before, self._problems = self._problems, problems
        for name, why in problems.items():
            if name in self._chosen and before.get(name) != why:
                self._say_problem(name, why)

    def _say_problem(self, name: str, why: str) -> None:
        """Tell why a session cannot be drawn, until it can, or is not chosen any more."""
        self._shell.say(
            f"{name} cannot be drawn: {why}",
            "warning",
            lambda: name in self._chosen and self._problems.get(name) == why,
        )

    def end(self) -> None:
        """Stop following."""
        if self._thread is not None:
            self._thread.end()

    def _show(self) -> None:
        """Draw the sessions that have been read, without those that were removed meanwhile."""
        others = (self._other(name) for name in self._asked)
        behind: Backdrop = tuple(other for other in others if other is not None)
        self._charts.show_behind(behind)

    def _other(self, name: str) -> Other | None:
        """A session as it is drawn; None if it is not chosen, or not read yet."""
        is_parent = name == self._link.state.parent
        letter = PARENT if is_parent else self._chosen.get(name)
        if letter is None or name not in self._states:
            return None
        window, detail = self._details.get(name, (None, NO_WINDOW))
        is_shown = window is not None and window == self._windows.get(name)
        return Other(letter, self._states[name], detail if is_shown else NO_WINDOW)

    # --- the list --------------------------------------------------------------------------

    def choose(self) -> None:
        """Open the list of sessions. A chosen one is drawn, or removed if it was drawn."""
        library = self._backend.library
        if library is None:
            self._shell.say("The list of sessions is not available here.", "warning")
        else:
            self._shell.say("Reading the sessions …")
            self._shell.run_worker(self._choose_of(library))

    async def _choose_of(self, library: Library) -> None:
        found = await asyncio.to_thread(library.sessions, lambda _: None)
        state = self._link.state
        self._shell.say("")
        listed = [one for one in found if one.name not in (state.name, state.parent)]
        if not listed:
            self._shell.say("There is no other session to draw behind the charts.", "warning")
            return
        entries = [self._entry(one) for one in listed]
        if self._chosen:
            entries.insert(0, Entry(REMOVE_ALL, "remove all", "Draw none of these sessions."))
        title = "draw behind the charts"
        self._shell.push_screen(PickList(title, entries, "", self._toggle), self._toggled)

    def _entry(self, one: SessionSummary) -> Entry:
        letter = self._chosen.get(one.name)
        results = ", ".join(evaluated_texts(one, terminal_glyphs()))
        does = f"Drawn as {letter}. Enter: remove it." if letter else "Enter: draw it."
        about = ", ".join(text for text in (one.shown_state, one.optimizer or "", results) if text)
        drawn = f"drawn as {letter}" if letter else ""
        return Entry(one.name, one.name, f"{does} {about}", drawn)

    def draw(self, names: Sequence[str]) -> str:
        """Draw these sessions too. Returns why that is not possible, or an empty text."""
        state = self._link.state
        if not state.name:
            return "No session is open. Press Enter to open one, and C to draw others behind it."
        wanted = [name for name in names if name not in (state.name, state.parent)]
        if not wanted:
            return f"{' and '.join(names)}: already on the charts. Choose another session."
        new = [name for name in wanted if name not in self._chosen]
        free = [letter for letter in LETTERS if letter not in self._chosen.values()]
        if len(new) > len(free):
            return TOO_MANY
        self._chosen.update(zip(new, free, strict=False))
        self.follow(state)
        self._say_drawn(wanted)
        return ""

    def _toggle(self, name: str) -> str:
        """Draw a session, or remove it. Returns why that is not possible, or an empty text."""
        if name == REMOVE_ALL:
            self._chosen.clear()
        elif name in self._chosen:
            del self._chosen[name]
        else:
            return self.draw([name])
        return ""

    def _toggled(self, name: str | None) -> None:
        if name is None or name in self._chosen:
            return
        self.follow(self._link.state)
        if name == REMOVE_ALL:
            self._shell.say("No other session is drawn.", holds=lambda: not self._chosen)
        else:
            removed = f"{name} is not drawn any more."
            self._shell.say(removed, holds=lambda: name not in self._chosen)

    def _say_drawn(self, names: Sequence[str]) -> None:
        """Tell the letters of sessions, as long as they are drawn."""
        letters = {name: self._chosen[name] for name in names}
        drawn = ", ".join(f"{name} is drawn as {letter}" for name, letter in letters.items())
        if len(letters) > MOST_NAMED:
            drawn = f"{len(letters)} sessions are drawn as {', '.join(letters.values())}"
        self._shell.say(
            f"{drawn}. Press C to add or remove sessions.",
            holds=lambda: letters.items() <= self._chosen.items(),
        )


def _unless_near(old: Window | None, new: Window) -> Window:
    """The new steps, or the old ones if they are nearly the same: their curves have been read."""
    if old is None:
        return new
    slack = (new.last - new.first) // NEAR
    same = abs(old.first - new.first) <= slack and abs(old.last - new.last) <= slack
    return old if same else new
