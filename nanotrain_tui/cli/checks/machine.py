"""What ``nanotrain doctor`` looks at, one function a matter."""

import getpass
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.config import Folders
from nanotrain_tui.telemetry.board import BoardInfo

OK, WARN, PROBLEM = "ok", "warn", "problem"

LEAST_FREE_MB = 500
LEAST_MEMORY_MB = 6000  # TensorFlow and a network want up to 1.5 GB; below this swap is a rescue
LEAST_COLUMNS, LEAST_LINES = 80, 24
MNIST = {"shape": (28, 28), "classes": 10, "train": 60_000, "test": 10_000}


@dataclass(frozen=True)
class Check:
    """A finding; ``advice`` says what to do where something is amiss, else it is empty."""

    name: str
    status: str  # "ok", "warn" or "problem"
    found: str
    advice: str = ""


def check_tegrastats(named: str, is_jetson: bool) -> Check:
    """Where GPU load, power and temperatures come from."""
    from nanotrain_tui.telemetry.child import TelemetryError, find_tegrastats

    try:
        program = find_tegrastats(named or None)
    except TelemetryError as error:
        return Check("tegrastats", PROBLEM, str(error), "Give --tegrastats the program's path.")
    if program:
        return Check("tegrastats", OK, program)
    if is_jetson:
        return Check(
            "tegrastats", WARN, "not found on this Jetson",
            "Install nvidia-l4t-tools, or name it: --tegrastats PATH.",
        )  # fmt: skip
    return Check("tegrastats", OK, "none, and no Jetson: load and memory come from psutil and NVML")


def check_gpu(is_jetson: bool) -> Check:
    """The GPU that telemetry sees; whether TensorFlow uses it is the trainer's check."""
    if is_jetson:
        return Check("gpu", OK, "the Jetson's own, which shares its memory with the CPU")
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
    """Whether the dashboard can be drawn here."""
    if not sys.stdout.isatty():
        return Check("terminal", OK, "output is no terminal here; the dashboard needs one")
    columns, lines = shutil.get_terminal_size()
    term = environ.get("TERM", "")
    encoding = sys.stdout.encoding or "unknown encoding"
    found = f"TERM={term or '(unset)'}, {columns}x{lines}, {_colours(environ)}, {encoding}"
    signs = {"tmux": "TMUX", "ssh": "SSH_CONNECTION"}
    within = [name for name, sign in signs.items() if environ.get(sign)]
    found += f", in {' and '.join(within)}" if within else ""
    if term in ("", "dumb", "unknown"):
        return Check("terminal", WARN, found, "Set TERM, to xterm-256color say, for the dashboard.")
    if columns < LEAST_COLUMNS or lines < LEAST_LINES:
        return Check(
            "terminal", WARN, found,
            f"Make it at least {LEAST_COLUMNS}x{LEAST_LINES} characters for the dashboard.",
        )  # fmt: skip
    if not encoding.lower().startswith("utf"):
        return Check("terminal", WARN, found, "Set LANG=C.UTF-8 to get lines instead of letters.")
    return Check("terminal", OK, found)


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "24-bit colour"
    return "256 colours" if "256" in environ.get("TERM", "") else "16 colours"


def check_home(folders: Folders) -> Check:
    """Whether sessions can be written, and how much of them."""
    home = folders.home
    there = nearest_folder(home)
    if there is None or not os.access(there, os.W_OK | os.X_OK):
        found = f"{home} cannot be written"
        if there is None:
            found += ": a file is in the way"
        advice = "Set NANOTRAIN_HOME to a folder that can be written."
        return Check("home", PROBLEM, found, advice)
    free_mb = shutil.disk_usage(there).free // (1 << 20)
    found = f"{home}, {megabytes(free_mb)} free"
    if free_mb < LEAST_FREE_MB:
        return Check("home", WARN, found, "Make room, or set NANOTRAIN_HOME to another disk.")
    return Check("home", OK, found)


def nearest_folder(path: Path) -> Path | None:
    """The folder itself or the one it would be made in; None where a file is in the way."""
    for place in (path, *path.parents):
        if is_folder(place):
            return place
        if os.path.lexists(place):
            return None
    return None


def is_folder(path: Path) -> bool:
    """Whether it is one, as far as this user may know."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_memory(board: BoardInfo, values: Mapping[str, Any], root: str = "/") -> list[Check]:
    """RAM beside what ``values`` would take of it, and the swap that is the last resort."""
    import psutil  # type: ignore[import-untyped,unused-ignore]

    total_mb = psutil.virtual_memory().total // (1 << 20)
    swap_mb = sum(area.total_mb for area in board.swap)
    kinds = ", ".join(
        f"{area.name} ({area.kind}) {megabytes(area.total_mb)}" for area in board.swap
    )
    checks = [_check_need(megabytes(total_mb), values, root)]
    if swap_mb or total_mb >= LEAST_MEMORY_MB:
        checks.append(Check("swap", OK, kinds or "none"))
    else:
        advice = (
            "With little memory the kernel may kill TensorFlow while it loads: make 4 GB of swap "
            "(fallocate -l 4G /swapfile, chmod 600, mkswap, swapon)."
        )
        checks.append(Check("swap", WARN, "none", advice))
    return checks


def _check_need(total: str, values: Mapping[str, Any], root: str) -> Check:
    from nanotrain_tui.launch import memory_check as memory

    needed = memory.check_memory(values, MNIST, memory.read_available(root))
    there = needed.available.memory_mb
    found = total if there is None else f"{total}, {megabytes(there)} available"
    found += f"; training on MNIST with your settings takes about {megabytes(needed.need.total_mb)}"
    return Check("memory", OK if needed.fits else WARN, found, needed.message)


def check_board(board: BoardInfo) -> list[Check]:
    """Which machine this is, and how fast it may run."""
    if not board.is_jetson:
        return [Check("board", OK, board.model or "no Jetson")]
    release = f", L4T {board.l4t}" if board.l4t else ""
    checks = [Check("board", OK, f"{board.model or 'a Jetson'}{release}")]
    return [*checks, _power_mode(board), _clocks(board)]


def _power_mode(board: BoardInfo) -> Check:
    others = [
        f"{name} (-m {number})"
        for number, name in sorted(board.power_modes.items())
        if name != board.power_mode
    ]
    told = f"; there are also {', '.join(others)}" if others else ""
    mode = board.power_mode
    if mode is None:
        advice = f"'sudo nvpmodel -q' says which; {_fastest(board)}."
        return Check("power mode", WARN, f"unknown{told}", advice)
    if mode.upper().startswith("MAXN"):
        return Check("power mode", OK, mode + told)
    advice = f"{_fastest(board)}, if the power supply bears it."
    return Check("power mode", WARN, mode + told, advice)


def _fastest(board: BoardInfo) -> str:
    """Mode 0 on most boards, and 15 W on an Orin Nano Super: so by name where there is one."""
    for number, name in board.power_modes.items():
        if name.upper().startswith("MAXN"):
            return f"'sudo nvpmodel -m {number}' is the fastest"
    return "'sudo nvpmodel -m NUMBER' takes another mode of /etc/nvpmodel.conf"


def _clocks(board: BoardInfo) -> Check:
    limits = (("GPU", board.gpu), ("CPU", board.cpu))
    known = [f"{name} up to {clock.max_mhz} MHz" for name, clock in limits if clock.max_mhz]
    locked = {True: "locked", False: "free", None: "unknown"}[board.clocks_locked]
    return Check("clocks", OK, ", ".join([locked, *known]))


def check_logind() -> Check:
    """Whether a training outlives the log-out of who started it."""
    from nanotrain_tui.telemetry.logind import logind_kills_user_processes

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    if not logind_kills_user_processes(user=user):
        return Check("log-out", OK, "a session goes on when you log out")
    if Path("/var/lib/systemd/linger", user).exists():
        return Check("log-out", OK, "a session goes on when you log out: linger is on for you")
    return Check(
        "log-out", WARN, "systemd ends your processes when you log out, trainings too",
        "loginctl enable-linger",
    )  # fmt: skip


def worst(checks: Iterable[Check]) -> str:
    """The gravest status among them."""
    return max((check.status for check in checks), key=(OK, WARN, PROBLEM).index, default=OK)
