"""What would be trained, on what, with how much memory and by which program; nothing is started."""

import json
import shlex
from typing import TYPE_CHECKING

from nanotrain_tui.catalog.formats import count, megabytes, plural

from .exit_status import FINISHED
from .output import say

if TYPE_CHECKING:
    from nanotrain_tui.launch import Plan


def print_plan(plan: "Plan", as_json: bool) -> int:
    """Print it; the exit status."""
    memory = plan.memory.told() if plan.memory is not None else {}
    room = plan.room.told() if plan.room is not None else {}
    if as_json:
        told = {
            "data": dict(plan.data),
            "choices": list(plan.choices),
            "warnings": list(plan.warnings),
            "memory": memory,
            "room": room,
            "command": list(plan.trainer_command),
        }
        print(json.dumps(told))
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
        there = plan.memory.available.memory_mb
        of = f" of {megabytes(there)} available" if there is not None else ""
        say(f"memory: about {megabytes(plan.memory.need.total_mb)}{of}")
    if plan.room is not None:
        there = plan.room.free_mb
        of = f" of {megabytes(there)} free" if there is not None else ""
        each = f"{plural(plan.room.checkpoints, 'checkpoint')} of {plan.room.checkpoint_mb:,.1f} MB"
        say(f"disk: about {megabytes(plan.room.need_mb)}{of} ({each})")
    for warning in plan.warnings:
        say(f"warning: {warning}")
    say(f"trainer: {shlex.join(plan.trainer_command)}")
    return FINISHED
