"""Going on from what was trained before: resume, fork, restart."""

from collections.abc import Mapping
from typing import Any

from nanotrain_tui.catalog import Config
from nanotrain_tui.config import Folders
from nanotrain_tui.launch.errors import LaunchError
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.session.checkpoints import Checkpoint
from nanotrain_tui.session.folder import SessionFolder


def list_checkpoints(folder: SessionFolder) -> list[Checkpoint]:
    """The checkpoints of a session, the newest last, each file read and compared.

    Those that were deleted in favour of newer ones are left out; a missing or damaged one says so
    in its ``problem``. Works on running sessions too. Raises RecordingError.
    """
    raise NotImplementedError


def configuration_of(folder: SessionFolder) -> Config:
    """The flat configuration in force at the end of the recording, every edit applied.

    Raises RecordingError.
    """
    raise NotImplementedError


def plan_resume(
    folder: SessionFolder, folders: Folders, changes: Mapping[str, Any] | None = None
) -> Plan:
    """How a session that ended goes on from its last whole checkpoint; for ``start``.

    After ``stopped``, ``failed`` and ``interrupted``; after ``finished`` only if ``changes`` has
    more ``train.steps``. ``changes`` are flat and in force from the checkpoint on. Raises
    LaunchError or ConfigError (running, finished, a key that cannot change), RecordingError.
    """
    raise NotImplementedError


def plan_fork(
    parent: SessionFolder,
    folders: Folders,
    checkpoint: int | str = "last",
    changes: Mapping[str, Any] | None = None,
) -> Plan:
    """A new session from a checkpoint of any session, a running one too; for ``start``.

    ``checkpoint`` is ``last``, ``best`` or the step. The configuration is the one in force at the
    checkpoint with ``changes``, which are flat; scripted edits still ahead stay, a person's edits
    after the checkpoint do not. Raises LaunchError, ConfigError or RecordingError.
    """
    raise NotImplementedError


def plan_restart(
    folder: SessionFolder, folders: Folders, changes: Mapping[str, Any] | None = None
) -> Plan:
    """A new session from nothing, with the configuration ``folder`` began with and ``changes``.

    Raises LaunchError, ConfigError or RecordingError.
    """
    raise NotImplementedError


def resume(
    folder: SessionFolder,
    changes: Mapping[str, Any] | None,
    folders: Folders,
    on_nan: str = "stop",
) -> SessionFolder:
    """``start(plan_resume(...))``: the same folder, training again."""
    raise LaunchError("", "resume is not ready yet")


def fork(
    parent: SessionFolder,
    checkpoint: int | str | None,
    changes: Mapping[str, Any] | None,
    folders: Folders,
    name: str | None = None,
    on_nan: str = "stop",
) -> SessionFolder:
    """``start(plan_fork(...))``: the new session's folder; None for the last checkpoint."""
    raise LaunchError("", "fork is not ready yet")


def restart(
    folder: SessionFolder,
    changes: Mapping[str, Any] | None,
    folders: Folders,
    name: str | None = None,
    on_nan: str = "stop",
) -> SessionFolder:
    """``start(plan_restart(...))``: the new session's folder."""
    raise LaunchError("", "restart is not ready yet")
