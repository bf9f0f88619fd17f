"""What would be trained, on what, with how much memory and by which program; nothing is started."""

import json
import shlex
from typing import TYPE_CHECKING

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
        f"{data['name']}: {data['train']:,} images to train on and {data['test']:,} to test on, "
        f"{size} pixels, {data['classes']} classes"
    )
    if plan.memory is not None:
        there = plan.memory.available.memory_mb
        of = f" of {there:,.0f} MB available" if there is not None else ""
        say(f"memory: about {plan.memory.need.total_mb:,.0f} MB{of}")
    if plan.room is not None:
        there = plan.room.free_mb
        of = f" of {there:,.0f} MB free" if there is not None else ""
        each = f"{plan.room.checkpoints} checkpoints of {plan.room.checkpoint_mb:,.1f} MB"
        say(f"disk: about {plan.room.need_mb:,.0f} MB{of} ({each})")
    for warning in plan.warnings:
        say(f"warning: {warning}")
    say(f"trainer: {shlex.join(plan.trainer_command)}")
    return FINISHED
