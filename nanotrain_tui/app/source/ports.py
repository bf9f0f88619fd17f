"""What the app needs of the world outside it: a place to start sessions, a session to follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import Preparing, RunState

Report = Callable[[Preparing], None]
Formats = Callable[[], Mapping[str, tuple[str, str]]]  # by name: suffix, what it is
SavePreset = Callable[[str, Mapping[str, Any]], Preset]  # name, configuration; raises ConfigError


@dataclass(frozen=True, slots=True)
class Reply:
    """A session's answer to one command."""

    ok: bool
    state: str = ""
    step: int | None = None
    why: str = ""


class Channel(Protocol):
    """A way to command a session, for one thread."""

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        """Send one command and wait until it is applied or refused: a pause asked for while
        TensorFlow loads waits for the first step. Raises Refused."""

    def close(self) -> None: ...


class Source(Protocol):
    """One session, used from the worker thread alone but for its channels."""

    @property
    def name(self) -> str: ...

    def follow(self) -> RunState:
        """Read what is new and return the whole state. Raises Refused."""

    def window(self, first: int, last: int) -> WindowCurves:
        """The steps ``first`` to ``last`` alone, in bins of their own: see ``follow.window``.
        Raises Refused."""

    def channel(self) -> Channel:
        """A connection for commands. Safe from any thread."""

    def reopen(self) -> None:
        """Read the session from its beginning again, after a fault. Raises Refused."""

    def close(self) -> None:
        """Let go of the session; it goes on (an in-process one ends)."""


class Backend(Protocol):
    """Where sessions come from.

    What starts one raises TooLarge where memory or the disk is short, unless it is to be done
    ``anyway``.
    """

    @property
    def library(self) -> Library | None:
        """All sessions there are, to list and compare; None where there is no such list."""

    def start(self, config: Mapping[str, Any], report: Report, anyway: bool = False) -> Source:
        """Start a session with a checked flat configuration. Raises Refused."""

    def attach(self, name: str) -> Source:
        """The session of that name, running or ended. Raises Refused."""

    def replay(self, watch: Watch) -> Source:
        """A session's recording, to be played; commands of the replay are ``replay``, with
        ``what``: play, pause, faster, slower, before, after, back, ahead, or ``to``. Raises
        Refused."""

    def resume(
        self, name: str, changes: Mapping[str, Any], report: Report, anyway: bool = False
    ) -> Source:
        """Go on with an ended session from its last whole checkpoint. Raises Refused."""

    def fork(
        self,
        name: str,
        step: int,
        config: Mapping[str, Any],
        report: Report,
        anyway: bool = False,
    ) -> Source:
        """Start a session from the checkpoint another wrote after ``step``. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A session to be played: how fast, and from where ("1200", "12:30", "45%"; empty: begin)."""

    name: str
    speed: float = 1.0
    begin: str = ""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The user's own: themes, presets, keys, and whether the terminal's bell may ring."""

    theme: str = ""
    themes_dir: Path | None = None
    save_theme: Callable[[str], None] | None = None  # raises OSError
    save_preset: SavePreset | None = None
    keys: Mapping[str, str] = field(default_factory=dict)  # by action: "r,ctrl+r"
    bell: bool = True
    formats: Formats | None = None  # of the export; slow, as it loads them
