"""Prints what ``train --dry-run`` would start: data, memory, disk space and trainer command."""

import json
import shlex
from typing import TYPE_CHECKING

from nanotrain_tui.catalog.formats import count, file_size, megabytes, plural

from .exit_status import FINISHED
from .output import say

if TYPE_CHECKING:
    from nanotrain_tui.launch.plan import Plan


def print_plan(plan: "Plan", as_json: bool) -> int:
    """Print the plan and return the exit status."""
    memory = plan.memory.as_dict() if plan.memory is not None else {}
    disk = plan.disk.as_dict() if plan.disk is not None else {}
    if as_json:
        report = {
            "data": dict(plan.data),
            "choices": list(plan.choices),
            "warnings": list(plan.warnings),
            "memory": memory,
            "room": disk,
            "command": list(plan.trainer_command),
        }
        print(json.dumps(report))
        return FINISHED
    data = plan.data
    size = " x ".join(str(side) for side in data["shape"])
    for choice in plan.choices:
        say(choice)
    say(
        f"{data['name']}: {plural(data['train'], 'image')} to train on and "
        f"{count(data['test'])} to test on, {size} pixels, {data['classes']} classes"
    )
    if plan.memory is not None:
        available = plan.memory.available.memory_mb
        of = f" of {megabytes(available)} available" if available is not None else ""
        say(f"memory: about {megabytes(plan.memory.need.total_mb)}{of}")
    if plan.disk is not None:
        free = plan.disk.free_mb
        of = f" of {megabytes(free)} free" if free is not None else ""
        checkpoints = plural(plan.disk.checkpoints, "checkpoint")
        files = f"{checkpoints} of {file_size(round(plan.disk.checkpoint_mb * 1e6))}"
        say(f"disk: about {megabytes(plan.disk.need_mb)}{of} ({files})")
    for warning in plan.warnings:
        say(f"warning: {warning}")
    say(f"trainer: {shlex.join(plan.trainer_command)}")
    return FINISHED
