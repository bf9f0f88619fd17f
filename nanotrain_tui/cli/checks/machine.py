"""The checks of ``nanotrain doctor``, except those of the trainer's Python."""

import getpass
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import ConfigError, expected_data
from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.config import Folders
from nanotrain_tui.telemetry.board import BoardInfo

OK, WARN, PROBLEM = "ok", "warn", "problem"

MIN_FREE_MB = 500
MIN_MEMORY_MB = 6000  # TensorFlow and a network take up to 1.5 GB; with less RAM, swap helps
MIN_COLUMNS, MIN_LINES = 80, 24


@dataclass(frozen=True)
class Check:
    """The result of a check. ``advice`` says what to do; it is empty if the status is ``ok``."""

    name: str
    status: str  # "ok", "warn" or "problem"
    found: str
    advice: str = ""


def check_tegrastats(named: str, is_jetson: bool) -> Check:
    """Check which program measures GPU load, power and temperatures."""
    from nanotrain_tui.telemetry.child import TelemetryError, find_tegrastats

    try:
        program = find_tegrastats(named or None)
    except TelemetryError as error:
        return Check(
            "tegrastats", PROBLEM, str(error), "Give the path of the program: --tegrastats PATH."
        )
    if program:
        return Check("tegrastats", OK, program)
    if is_jetson:
        return Check(
            "tegrastats", WARN, "not found on this Jetson",
            "Install nvidia-l4t-tools, or give the program's path: --tegrastats PATH.",
        )  # fmt: skip
    return Check(
        "tegrastats", OK, "none; this is not a Jetson, so load and memory come from psutil and NVML"
    )


def check_gpu(is_jetson: bool) -> Check:
    """Check which GPU telemetry can read. Whether TensorFlow uses it is a check of the trainer."""
    if is_jetson:
        return Check("gpu", OK, "the Jetson's GPU, which shares its memory with the CPU")
    from nanotrain_tui.telemetry.nvml import open_gpu

    gpu = open_gpu()
    if isinstance(gpu, str):
        return Check("gpu", OK, f"none: {gpu}; training runs on the CPU")
    try:
        total = gpu.read().memory_total_mb
        return Check("gpu", OK, gpu.name + (f", {total} MB" if total else ""))
    finally:
        gpu.close()


def check_terminal(environ: Mapping[str, str]) -> Check:
    """Check whether this terminal can show the dashboard."""
    if not sys.stdout.isatty():
        return Check("terminal", OK, "the output is not a terminal; the dashboard needs one")
    columns, lines = shutil.get_terminal_size()
    term = environ.get("TERM", "")
    encoding = sys.stdout.encoding or "unknown encoding"
    found = f"TERM={term or '(unset)'}, {columns}x{lines}, {_colours(environ)}, {encoding}"
    variables = {"tmux": "TMUX", "ssh": "SSH_CONNECTION"}
    inside = [name for name, variable in variables.items() if environ.get(variable)]
    found += f", in {' and '.join(inside)}" if inside else ""
    if term in ("", "dumb", "unknown"):
        return Check(
            "terminal", WARN, found, "Set TERM for the dashboard, for example to xterm-256color."
        )
    if columns < MIN_COLUMNS or lines < MIN_LINES:
        return Check(
            "terminal", WARN, found,
            f"Enlarge it to at least {MIN_COLUMNS}x{MIN_LINES} characters for the dashboard.",
        )  # fmt: skip
    if not encoding.lower().startswith("utf"):
        return Check(
            "terminal",
            WARN,
            found,
            "Set LANG=C.UTF-8 so that charts are drawn with lines instead of letters.",
        )
    return Check("terminal", OK, found)


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "24-bit colour"
    return "256 colours" if "256" in environ.get("TERM", "") else "16 colours"


def check_home(folders: Folders) -> Check:
    """Check whether sessions can be written, and how much space is free."""
    home = folders.home
    existing = nearest_folder(home)
    if existing is None or not os.access(existing, os.W_OK | os.X_OK):
        found = f"{home} cannot be written"
        if existing is None:
            found += ": a file is in the way"
        advice = "Set NANOTRAIN_HOME to a folder that you can write to."
        return Check("home", PROBLEM, found, advice)
    free_mb = shutil.disk_usage(existing).free // (1 << 20)
    found = f"{home}, {megabytes(free_mb)} free"
    if free_mb < MIN_FREE_MB:
        return Check(
            "home",
            WARN,
            found,
            "Free some space, or set NANOTRAIN_HOME to a folder on another disk.",
        )
    return Check("home", OK, found)


def nearest_folder(path: Path) -> Path | None:
    """The folder, or its nearest parent that exists; None if a file is in the way."""
    for folder in (path, *path.parents):
        if is_folder(folder):
            return folder
        if os.path.lexists(folder):
            return None
    return None


def is_folder(path: Path) -> bool:
    """Whether the path is a folder; False if this user may not look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_memory(board: BoardInfo, values: Mapping[str, Any], root: str = "/") -> list[Check]:
    """Check the RAM against what a training with ``values`` needs, and the swap.

    ``root`` is the folder that holds ``proc``.
    """
    import psutil  # type: ignore[import-untyped,unused-ignore]

    total_mb = psutil.virtual_memory().total // (1 << 20)
    swap_mb = sum(area.total_mb for area in board.swap)
    kinds = ", ".join(
        f"{area.name} ({area.kind}) {megabytes(area.total_mb)}" for area in board.swap
    )
    checks = [_check_need(megabytes(total_mb), values, root)]
    if swap_mb or total_mb >= MIN_MEMORY_MB:
        checks.append(Check("swap", OK, kinds or "none"))
    else:
        advice = (
            "With this little memory, the kernel may kill TensorFlow while it loads. Add 4 GB of "
            "swap: fallocate -l 4G /swapfile, then chmod 600, mkswap and swapon."
        )
        checks.append(Check("swap", WARN, "none", advice))
    return checks


def _check_need(total: str, values: Mapping[str, Any], root: str) -> Check:
    from nanotrain_tui.launch import memory_check as memory

    data = expected_data(values)
    facts = {**data._asdict(), "outputs": data.outputs}
    try:
        needed = memory.check_memory(values, facts, memory.read_available(root))
    except ConfigError as error:
        return Check("memory", WARN, total, f"{error}")
    available = needed.available.memory_mb
    found = total if available is None else f"{total}, {megabytes(available)} available"
    need = megabytes(needed.need.total_mb)
    found += f"; training on {data.label} with your settings takes about {need}"
    return Check("memory", OK if needed.fits else WARN, found, needed.message)


def check_board(board: BoardInfo) -> list[Check]:
    """Check which board this is, its power mode and its clocks."""
    if not board.is_jetson:
        return [Check("board", OK, board.model or "not a Jetson")]
    release = f", L4T {board.l4t}" if board.l4t else ""
    checks = [Check("board", OK, f"{board.model or 'a Jetson'}{release}")]
    return [*checks, _power_mode(board), _clocks(board)]


def _power_mode(board: BoardInfo) -> Check:
    others = [
        f"{name} (-m {number})"
        for number, name in sorted(board.power_modes.items())
        if name != board.power_mode
    ]
    choices = f"; the other modes are {', '.join(others)}" if others else ""
    mode = board.power_mode
    if mode is None:
        advice = f"'sudo nvpmodel -q' shows the mode; {_fastest(board)}."
        return Check("power mode", WARN, f"unknown{choices}", advice)
    if mode.upper().startswith("MAXN"):
        return Check("power mode", OK, mode + choices)
    advice = f"{_fastest(board)}. Use it if the power supply can deliver that much power."
    return Check("power mode", WARN, mode + choices, advice)


def _fastest(board: BoardInfo) -> str:
    """The command for the fastest mode. Its number differs, so the mode is found by its name."""
    for number, name in board.power_modes.items():
        if name.upper().startswith("MAXN"):
            return f"'sudo nvpmodel -m {number}' selects the fastest mode"
    return "'sudo nvpmodel -m NUMBER' selects another mode of /etc/nvpmodel.conf"


def _clocks(board: BoardInfo) -> Check:
    limits = (("GPU", board.gpu), ("CPU", board.cpu))
    known = [f"{name} up to {clock.max_mhz} MHz" for name, clock in limits if clock.max_mhz]
    locked = {True: "locked", False: "free", None: "unknown"}[board.clocks_locked]
    return Check("clocks", OK, ", ".join([locked, *known]))


def check_logind() -> Check:
    """Check whether a training keeps running when its user logs out."""
    from nanotrain_tui.telemetry.logind import logind_kills_user_processes

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    if not logind_kills_user_processes(user=user):
        return Check("log-out", OK, "a session keeps running when you log out")
    if Path("/var/lib/systemd/linger", user).exists():
        return Check(
            "log-out", OK, "a session keeps running when you log out: lingering is enabled for you"
        )
    return Check(
        "log-out", WARN, "systemd ends your processes when you log out, and a training with them",
        "Run 'loginctl enable-linger'.",
    )  # fmt: skip


def worst(checks: Iterable[Check]) -> str:
    """The most serious status of these checks; ``ok`` if there are none."""
    return max((check.status for check in checks), key=(OK, WARN, PROBLEM).index, default=OK)
