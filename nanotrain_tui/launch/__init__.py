"""From a configuration to a running session: find the trainer's Python, look at the data, start.

``prepare`` makes a plan of a configuration, ``plan_resume``, ``plan_fork`` and ``plan_restart`` of
a session there is; ``start`` (or ``start_in_process``) sets it going.
"""

from nanotrain_tui.trainer_python.errors import LaunchError
from nanotrain_tui.trainer_python.finder import find_trainer_python

from .detached import start
from .in_process import InProcessSession, start_in_process
from .plan import Plan, prepare
from .resume_and_fork import (
    configuration_of,
    fork,
    list_checkpoints,
    plan_fork,
    plan_restart,
    plan_resume,
    restart,
    resume,
)

__all__ = [
    "InProcessSession",
    "LaunchError",
    "Plan",
    "configuration_of",
    "find_trainer_python",
    "fork",
    "list_checkpoints",
    "plan_fork",
    "plan_restart",
    "plan_resume",
    "prepare",
    "restart",
    "resume",
    "start",
    "start_in_process",
]
