"""The command that runs the trainer, with a Python of this machine or one in a container."""

import os
from typing import Any, List, Mapping, Optional, Sequence, Tuple

import nanotrain_tui
from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.container import Folder, complete, find_paths, mount
from nanotrain_tui.trainer_python.finder import find_trainer_python

TRAINER = os.path.join(os.path.dirname(os.path.abspath(nanotrain_tui.__file__)), "trainer")


def python_of(
    config: Mapping[str, Any], cache: Optional[PythonCache] = None
) -> Tuple[List[str], List[str]]:
    """The command of the Python that trains, and notes for the user. Raises LaunchError."""
    return complete(find_trainer_python(trainer_command(config), cache))


def with_trainer(python: Sequence[str], trainer_paths: Any) -> List[str]:
    """The Python's command with the trainer's folder as its program.

    ``trainer_paths`` is the value of ``trainer.paths``. Raises LaunchError.
    """
    command = mount(python, [Folder(TRAINER)], trainer_paths)
    return [*command, find_paths(command, trainer_paths).inside(TRAINER)]
