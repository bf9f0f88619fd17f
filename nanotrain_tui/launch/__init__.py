"""From a configuration to a running session: find the trainer's Python, look at the data, start."""

from .detached import start
from .errors import LaunchError
from .in_process import InProcessSession, start_in_process
from .plan import Plan, prepare
from .python_finder import find_trainer_python

__all__ = [
    "InProcessSession",
    "LaunchError",
    "Plan",
    "find_trainer_python",
    "prepare",
    "start",
    "start_in_process",
]
