"""Prints what ``train --dry-run`` would start: data, network, memory, disk and trainer command."""

import json
import shlex
import textwrap
from typing import TYPE_CHECKING

from nanotrain_tui.catalog import outputs_of
from nanotrain_tui.catalog.formats import count, file_size, megabytes, plural, weights_size
from nanotrain_tui.catalog.network import NetworkLayer, network, network_text, shape_text

from .data.report import parts_of, summary
from .exit_status import FINISHED
from .output import say, table, width

if TYPE_CHECKING:
    from nanotrain_tui.launch.memory_check import MemoryCheck
    from nanotrain_tui.launch.plan import Plan


_DRAWN = ("pictures", "grid")  # facts for the set-up panel


def print_plan(plan: "Plan", as_json: bool) -> int:
    """Print the plan and return the exit status."""
    layers = network(plan.config, plan.data["shape"], outputs_of(plan.data))
    memory = plan.memory.as_dict() if plan.memory is not None else {}
    disk = plan.disk.as_dict() if plan.disk is not None else {}
    if as_json:
        report = {
            "data": {key: value for key, value in plan.facts.items() if key not in _DRAWN},
            "choices": list(plan.choices),
            "warnings": list(plan.warnings),
            "network": [layer._asdict() for layer in layers],
            "memory": memory,
            "room": disk,
            "command": list(plan.trainer_command),
        }
        print(json.dumps(report))
        return FINISHED
    for choice in plan.choices:
        say(choice)
    say("\n".join([summary(plan.facts), *parts_of(plan.facts)]))
    say("\n".join(_network(layers)))
    if plan.memory is not None:
        say("\n".join(_memory(plan.memory)))
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


def _network(layers: list[NetworkLayer]) -> list[str]:
    """The network in one line, and a table of its layers."""
    parameters = sum(layer.parameters for layer in layers)
    header = ("LAYER", "TYPE", "OUTPUT", "PARAMETERS", "WEIGHTS", "OPTIMIZER")
    rows = [
        (
            layer.name,
            layer.full_text,
            shape_text(layer.shape),
            count(layer.parameters),
            weights_size(layer.weights_mb),
            weights_size(layer.optimizer_mb),
        )
        for layer in layers
    ]
    head = f"network: {network_text(layers)}, {plural(parameters, 'parameter')}"
    return [head, *(f"  {line}" for line in table(header, rows))]


def _memory(memory: "MemoryCheck") -> list[str]:
    """The estimated peak, the memory that is available, and the parts of the peak."""
    need, available = memory.need, memory.available.memory_mb
    of = f" of {megabytes(available)} available" if available is not None else ""
    parts = {
        "TensorFlow": need.framework_mb,
        "data": need.data_mb,
        "copies of the weights": need.weights_mb,
        "copies of the optimizer's values": need.slots_mb,
        "gradients": need.gradients_mb,
        "outputs of the layers": need.activations_mb,
    }
    used = [f"{name} {megabytes(mb)}" for name, mb in parts.items() if round(mb)]
    head = f"memory: about {megabytes(need.total_mb)}{of} at the peak"
    return [head, *(f"  {line}" for line in textwrap.wrap(", ".join(used), width() - 2))]
