"""Commands of the command line, and the sessions they start, for tests."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from nanotrain_tui.session.folder import SessionFolder, list_sessions

FAKE = Path(__file__).resolve().parent / "scripted_trainer.py"
PATIENCE_S = 240.0  # no bound on speed: a busy machine is no bug


class Ran(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str


def strictly(text: str) -> Any:
    """JSON as every parser reads it: without NaN."""

    def reject(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=reject)


Nano = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]


def options(script: str = "", steps: int = 300) -> list[str]:
    """A session by a trainer that follows this script."""
    trainer = f"trainer.command={sys.executable} {FAKE} --script={script}"
    return ["--set", trainer, "--set", f"train.steps={steps}", "--set", "telemetry.interval_s=60"]


def is_paragraph(text: str) -> bool:
    """One line, said by us, and no traceback."""
    one_line = text.startswith("nanotrain: error: ") and text.count("\n") == 1
    return one_line and "Traceback" not in text


def until(happened: Callable[[], Any]) -> None:
    """Wait for it, for a minute at most: a test that fails, not one that hangs."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def only_session(home: Path) -> SessionFolder:
    """The one session there is."""
    (folder,) = list_sessions(str(home))
    return folder


def read_until(process: "subprocess.Popen[str]", word: str) -> str:
    """The first line of its output that holds the word."""
    assert process.stdout
    for line in process.stdout:
        if word in line:
            return line
    raise AssertionError(f"no line with {word!r}")


def host_of(folder: SessionFolder) -> int:
    """The process that holds the session's lock."""
    inode = Path(folder.lock).stat().st_ino
    for line in Path("/proc/locks").read_text().splitlines():
        words = line.split()
        if words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
            return int(words[4])
    raise AssertionError("nobody holds the lock")
