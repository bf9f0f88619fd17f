"""What the app needs of the world outside it: a place to start sessions, a session to follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nanotrain_tui.follow.run_state import Preparing, RunState

Report = Callable[[Preparing], None]


class Refused(Exception):
    """Something could not be done; the message is a sentence for the user.

    ``key`` names the field at fault, or is empty.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.key = key


@dataclass(frozen=True, slots=True)
class Reply:
    """A session's answer to one command."""

    ok: bool
    state: str = ""
    step: int | None = None
    why: str = ""


class Source(Protocol):
    """One session: followed from the worker thread alone, commanded from several."""

    @property
    def name(self) -> str: ...

    def follow(self) -> RunState:
        """Read what is new and return the whole state. Raises Refused."""

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        """Send one command and wait until it is applied or refused: a pause asked for while
        TensorFlow loads waits for the first step. Safe from any thread. Raises Refused."""

    def close(self) -> None:
        """Let go of the session; it goes on (an in-process one ends)."""


class Backend(Protocol):
    """Where sessions come from."""

    def start(self, config: Mapping[str, Any], report: Report) -> Source:
        """Start a session with a checked flat configuration. Raises Refused."""

    def attach(self, name: str) -> Source:
        """The session of that name, running or ended. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The user's own: where their themes lie, which was last chosen, how to remember one."""

    theme: str = ""
    themes_dir: Path | None = None
    remember_theme: Callable[[str], None] | None = None
