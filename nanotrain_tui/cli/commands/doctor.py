"""``nanotrain doctor``: check this machine and say how to solve its problems."""

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
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, note
from nanotrain_tui.cli.options import RunOptions, json_option, machine_options
from nanotrain_tui.cli.output import print_json, say, width
from nanotrain_tui.config import Folders, find_folders
from nanotrain_tui.session.errors import os_reason

if TYPE_CHECKING:
    from nanotrain_tui.cli.checks.trainer import ExaminedPython

LABELS = {"ok": "ok     ", "warn": "WARN   ", "problem": "PROBLEM"}


@click.command("doctor")
@machine_options
@json_option
@click.pass_obj
def command(options: RunOptions, as_json: bool) -> int:
    """Check this machine: what is missing, and what to do about it.

    The checks: TensorFlow and the Python that has it, GPU, tegrastats, memory and swap, power
    mode, folders, the terminal, and whether a session keeps running when you log out. Loading
    TensorFlow takes some seconds.

    Exit status: 0 you can train; 1 a problem keeps you from training.

    \b
    nanotrain doctor
    nanotrain doctor --python ~/tf/bin/python
    nanotrain doctor --json | jq '.checks[] | select(.status != "ok")'
    """
    folders = find_folders()
    if sys.stderr.isatty():
        note("checking; loading TensorFlow takes a while ...")
    checks, pythons = run_checks(options, folders)
    if as_json:
        print_json({
            "checks": [vars(check) for check in checks],
            "pythons": [python.to_json() for python in pythons],
            "folders": _folder_paths(folders),
        })  # fmt: skip
    else:
        _print_text(checks, folders)
    return FAILED if worst(checks) == PROBLEM else FINISHED


def run_checks(options: RunOptions, folders: Folders) -> tuple[list[Check], list["ExaminedPython"]]:
    """All checks, the most important first, and the Pythons that were examined."""
    from nanotrain_tui.cli.checks.trainer import check_trainer
    from nanotrain_tui.telemetry.board import describe_board
    from nanotrain_tui.trainer_python.cache import PythonCache
    from nanotrain_tui.trainer_python.environment import has_nvidia

    settings, values = _settings(options, folders)
    board = describe_board()
    gpu = check_gpu(board.is_jetson)
    # A session decides in the same way, without NVML.
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


def _settings(options: RunOptions, folders: Folders) -> tuple[Check, Mapping[str, Any]]:
    """Check whether the user's settings can be read. The defaults are returned if not."""
    try:
        values = options.configure(folders)
    except (ConfigError, OSError) as error:
        found = os_reason(error) if isinstance(error, OSError) else str(error)
        given = {key: options.value(key) for key in ("trainer.command", "telemetry.tegrastats")}
        values = check({key: value for key, value in given.items() if value is not None})
        return Check("settings", PROBLEM, found, "Correct the file, or move it away."), values
    file = folders.settings_file
    return Check("settings", OK, str(file) if file.exists() else f"none ({file})"), values


def _folder_paths(folders: Folders) -> dict[str, Any]:
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
        start = f"{LABELS[found.status]}  {found.name:<11} "
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
    for name, path in _folder_paths(folders).items():
        say(f"  {name:<9} {', '.join(path) if isinstance(path, list) else path}")
