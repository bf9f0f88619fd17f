"""The jobs that the app gives to the training worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanotrain_tui.app.source.ports import Reply, Watch


@dataclass(frozen=True, slots=True)
class Start:
    """Start a session with this flat configuration and follow it.

    ``anyway``: start even if there is not enough memory or disk space.
    """

    config: Mapping[str, Any]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Attach:
    """Follow the session of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume the ended session of this name with these changes, and follow it."""

    name: str
    changes: Mapping[str, Any]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """Start a session from another session's checkpoint, with this flat configuration."""

    name: str
    step: int
    config: Mapping[str, Any]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """Send one command of the control protocol to the session followed.

    ``answered`` is called with the reply, in the app's thread. If it is None, the reply is shown.
    """

    do: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    answered: Callable[[Reply], None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Window:
    """Read the steps ``first`` to ``last`` of the session followed, in more detail."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Look:
    """Read the session now, because a command has just changed it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the worker thread. The session keeps running."""


Launch = Start | Resume | Fork
Job = Launch | Attach | Watch | Command | Window | Look | Leave
