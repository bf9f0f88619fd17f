"""How the trainer is called: by a Python of this machine, or by one in a container."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nanotrain_tui
from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.trainer_python import container
from nanotrain_tui.trainer_python.cache import Remembered
from nanotrain_tui.trainer_python.container import Folder
from nanotrain_tui.trainer_python.errors import LaunchError
from nanotrain_tui.trainer_python.finder import find_trainer_python
from nanotrain_tui.trainer_python.paths import ContainerError, PathMap

TRAINER = Path(nanotrain_tui.__file__).absolute().parent / "trainer"
PATHS = "trainer.paths"


def python_of(
    config: Mapping[str, Any], remembered: Remembered | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The command of the Python that trains, and what is to be said of it. Raises LaunchError."""
    found = find_trainer_python(trainer_command(config), remembered)
    try:
        command, said = container.settle(found)
    except ContainerError as error:
        raise LaunchError(error.key, error.message) from error
    return tuple(command), tuple(said)


def with_trainer(python: Sequence[str], told: Any) -> tuple[str, ...]:
    """The whole command: that Python, told where the trainer lies. Raises LaunchError."""
    command = seeing(python, [Folder(str(TRAINER))], told)
    return (*command, paths_of(command, told).inside(str(TRAINER)))


def seeing(command: Sequence[str], folders: Iterable[Folder], told: Any) -> tuple[str, ...]:
    """The command with these folders in reach of the trainer; ``told`` is ``trainer.paths``.

    Raises LaunchError where that cannot be.
    """
    try:
        return tuple(container.mount(list(command), folders, told))
    except ContainerError as error:
        raise LaunchError(error.key, error.message) from error


def paths_of(command: Sequence[str], told: Any) -> PathMap:
    """What the trainer calls the folders of this machine. Raises LaunchError."""
    try:
        return container.find_paths(list(command), told)
    except ContainerError as error:
        raise LaunchError(error.key, error.message) from error
