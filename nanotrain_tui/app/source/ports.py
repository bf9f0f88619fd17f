"""The interfaces that the app uses to start, follow and control sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.drawing.setup.state import BoardState, Findings
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import Preparing, RunState

if TYPE_CHECKING:
    from nanotrain_tui.launch.code import Code

Report = Callable[[Preparing], None]
Formats = Callable[[], Mapping[str, tuple[str, str]]]  # by name: (suffix, description)
SavePreset = Callable[[str, Mapping[str, Any]], Preset]  # name, configuration; raises ConfigError


@dataclass(frozen=True, slots=True)
class Reply:
    """A session's reply to one command. ``why`` is the reason if it was refused."""

    ok: bool
    state: str = ""
    step: int | None = None
    why: str = ""


class Channel(Protocol):
    """A connection that sends commands to a session. Used by one thread."""

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        """Send one command and wait until it is applied or refused. For example, a pause sent
        while TensorFlow loads is applied at the first step. Raises Refused."""

    def close(self) -> None: ...


class Source(Protocol):
    """One session. Only the worker thread uses it, except for its channels."""

    @property
    def name(self) -> str: ...

    def follow(self) -> RunState:
        """Read the new events and return the whole state. Raises Refused."""

    def window(self, first: int, last: int) -> WindowCurves:
        """The curves of the steps ``first`` to ``last`` in more detail: see ``follow.window``.
        Raises Refused."""

    def channel(self) -> Channel:
        """Open a connection for commands. Any thread may call this."""

    def reopen(self) -> None:
        """Read the session from its start again, after an error. Raises Refused."""

    def close(self) -> None:
        """Stop following the session. It keeps running; an in-process session ends."""


class Board(Protocol):
    """The board, read before a session runs on it. Made and iterated in one thread."""

    def states(self) -> Iterator[BoardState]:
        """The board at each reading, until ``stop``. A failure is a state with a problem."""

    def stop(self) -> None:
        """End the iteration. Any thread may call this, more than once."""


class Backend(Protocol):
    """Starts and finds sessions.

    The methods that start one raise TooLarge if there is not enough memory or disk space, unless
    ``anyway`` is true.
    """

    @property
    def library(self) -> Library | None:
        """All sessions, to list and compare; None if there is no list."""

    def start(self, config: Mapping[str, Any], report: Report, anyway: bool = False) -> Source:
        """Start a session with a checked flat configuration. Raises Refused."""

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        """What ``start`` would use for a checked flat configuration. Takes seconds; nothing is
        written. What would refuse the start is a problem in the findings."""

    def with_pictures(self, config: Mapping[str, Any], findings: Findings) -> Findings:
        """Findings of ``look_up`` that decode pictures, with these pictures."""

    def agree(self, code: Code) -> None:
        """Remember that the user agreed to run this code. Any thread may call it. Raises
        OSError."""

    def board(self, config: Mapping[str, Any]) -> Board:
        """Read the board. ``config`` names the tegrastats program and the limits of the guard."""

    def attach(self, name: str) -> Source:
        """Find the session of this name, running or ended. Raises Refused."""

    def replay(self, watch: Watch) -> Source:
        """Replay a session's recording. Its only command is ``replay``, with ``what``: toggle,
        faster, slower, before, after, back, ahead, or seek with ``to``. Raises Refused."""

    def resume(
        self, name: str, changes: Mapping[str, Any], report: Report, anyway: bool = False
    ) -> Source:
        """Resume an ended session from its last valid checkpoint. Raises Refused."""

    def fork(
        self,
        name: str,
        step: int,
        config: Mapping[str, Any],
        report: Report,
        anyway: bool = False,
    ) -> Source:
        """Start a session from another session's checkpoint of ``step``. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A session to replay, its speed, and where to start: "1200", "12:30", "45%" or ""."""

    name: str
    speed: float = 1.0
    begin: str = ""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The user's themes, presets and keys, and whether the terminal's bell may ring."""

    theme: str = ""
    themes_dir: Path | None = None
    save_theme: Callable[[str], None] | None = None  # raises OSError
    save_preset: SavePreset | None = None
    keys: Mapping[str, str] = field(default_factory=dict)  # by action: "r,ctrl+r"
    bell: bool = True
    formats: Formats | None = None  # the export formats; slow, because it imports them
