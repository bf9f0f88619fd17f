"""What the app asks of the training worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanotrain_tui.app.source.ports import Reply, Watch


@dataclass(frozen=True, slots=True)
class Start:
    """Start a session with this flat configuration and follow it.

    ``anyway``: even where memory or the disk is short.
    """

    config: Mapping[str, Any]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Attach:
    """Follow the session of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with the session of this name that ended, with these values changed; follow it."""

    name: str
    changes: Mapping[str, Any]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """Start a session from a checkpoint of another, with this flat configuration; follow it."""

    name: str
    step: int
    config: Mapping[str, Any]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """Send one command of the control protocol to the session followed.

    ``answered`` is called with the reply, in the app's thread; None: the reply is only shown.
    """

    do: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    answered: Callable[[Reply], None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Window:
    """Read the steps ``first`` to ``last`` of the session followed, in bins of their own."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Look:
    """Read the session now: a command has just changed it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the thread; the session goes on."""


Launch = Start | Resume | Fork
Job = Launch | Attach | Watch | Command | Window | Look | Leave
