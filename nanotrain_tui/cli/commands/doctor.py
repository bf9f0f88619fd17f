"""``nanotrain doctor``: what is here, what is amiss, and what to do about it."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog import ConfigError, check
from nanotrain_tui.cli.checks.machine import (
    OK,
    PROBLEM,
    Check,
    check_board,
    check_gpu,
    check_home,
    check_logind,
    check_memory,
    check_tegrastats,
    check_terminal,
    worst,
)
from nanotrain_tui.cli.cost import check_cost
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, note, os_reason
from nanotrain_tui.cli.options import Asked, json_option, machine_options
from nanotrain_tui.cli.output import print_json, say, width
from nanotrain_tui.config import Folders, find_folders

if TYPE_CHECKING:
    from nanotrain_tui.cli.checks.trainer import Tried

SIGNS = {"ok": "ok     ", "warn": "WARN   ", "problem": "PROBLEM"}


@click.command("doctor")
@machine_options
@json_option
@click.pass_obj
def command(asked: Asked, as_json: bool) -> int:
    """Say what is missing on this machine and what to do about it.

    Looks at TensorFlow and which Python has it, GPU, tegrastats, memory and swap, power mode,
    folders, the terminal, and whether a session outlives your log-out. TensorFlow is loaded for
    it, which takes seconds. Exit status 1 if something keeps you from training.

    \b
    nanotrain doctor
    nanotrain doctor --python ~/tf/bin/python
    nanotrain doctor --json | jq '.checks[] | select(.status != "ok")'
    """
    folders = find_folders()
    if sys.stderr.isatty():
        note("looking; loading TensorFlow takes a while ...")
    checks, pythons = examine(asked, folders)
    if as_json:
        told = [vars(found) for found in checks]
        tried = [vars(one) for one in pythons]
        print_json({"checks": told, "pythons": tried, "folders": _places(folders)})
    else:
        _print_text(checks, folders)
    return FAILED if worst(checks) == PROBLEM else FINISHED


def examine(asked: Asked, folders: Folders) -> tuple[list[Check], list["Tried"]]:
    """Everything, in the order a person would ask; and the Pythons that were looked at."""
    from nanotrain_tui.cli.checks.trainer import check_trainer
    from nanotrain_tui.telemetry.board import describe_board
    from nanotrain_tui.trainer_python.cache import PythonCache
    from nanotrain_tui.trainer_python.environment import has_nvidia

    settings, values = _settings(asked, folders)
    board = describe_board()
    gpu = check_gpu(board.is_jetson)
    # as a session asks, which has no NVML
    has_gpu = board.is_jetson or has_nvidia() or not gpu.found.startswith("none")
    trainer, pythons = check_trainer(values, has_gpu, PythonCache(folders.places.python_cache))
    checks = [
        *check_board(board),
        *trainer,
        gpu,
        check_tegrastats(str(values["telemetry.tegrastats"]), board.is_jetson),
        *check_memory(board, values),
        check_home(folders),
        check_cost(folders),
        settings,
        check_terminal(os.environ),
        check_logind(),
    ]
    return checks, pythons


def _settings(asked: Asked, folders: Folders) -> tuple[Check, Mapping[str, Any]]:
    """Whether the user's settings can be read; the defaults where they cannot."""
    try:
        values = asked.configure(folders)
    except (ConfigError, OSError) as error:
        found = os_reason(error) if isinstance(error, OSError) else str(error)
        told = {key: asked.value(key) for key in ("trainer.command", "telemetry.tegrastats")}
        values = check({key: value for key, value in told.items() if value is not None})
        return Check("settings", PROBLEM, found, "Mend it, or move it away."), values
    there = folders.settings_file
    return Check("settings", OK, str(there) if there.exists() else f"none ({there})"), values


def _places(folders: Folders) -> dict[str, Any]:
    return {
        "home": str(folders.home),
        "sessions": str(folders.sessions),
        "config": str(folders.config),
        "presets": str(folders.presets),
        "themes": str(folders.themes),
        "cache": str(folders.cache),
        "data": [str(folder) for folder in folders.data_dirs],
    }


def _print_text(checks: list[Check], folders: Folders) -> None:
    import textwrap

    for found in checks:
        start = f"{SIGNS[found.status]}  {found.name:<11} "
        text = textwrap.wrap(
            found.found, width(), initial_indent=start, subsequent_indent=" " * len(start),
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        say("\n".join(text or [start]))
        if found.advice:
            indent = " " * len(start)
            advice = textwrap.fill(
                found.advice, width(), initial_indent=f"{indent}-> ",
                subsequent_indent=f"{indent}   ", break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
            say(advice)
    say("\nFolders")
    for name, place in _places(folders).items():
        say(f"  {name:<9} {', '.join(place) if isinstance(place, list) else place}")
