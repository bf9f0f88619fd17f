"""A home of its own for each round, the commands run in it, and every process that it leaves."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.folder import SessionFolder

PATIENCE_S = 600.0
ROOT = Path(__file__).resolve().parents[2]
TRAINER = ROOT / "tests" / "fakes" / "scripted_trainer.py"
NANOTRAIN = (sys.executable, "-m", "nanotrain_tui")
SIGNS = {
    "trainer": "scripted_trainer.py",
    "tegrastats": "fake-tegrastats",
    "app": "nanotrain_tui attach",
}
TEGRASTATS = """#!{python}
import sys, time
while True:
    time.sleep(0.2)
    print("RAM 1203/3956MB (lfb 301x4MB) SWAP 12/1978MB (cached 3MB) CPU [10%@1428,5%@1428] "
          "EMC_FREQ 0% GR3D_FREQ 5% CPU@40C GPU@39C POM_5V_IN 2000/2000", flush=True)
"""


class TimedOut(AssertionError):
    """Something that must happen did not happen in two minutes."""


class Skipped(Exception):
    """The fault could not be injected; the text is the reason."""


class Ran(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str


def wait_for(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """The condition's first true value. Raises TimedOut."""
    give_up = time.monotonic() + patience_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up:
            raise TimedOut(f"waited {patience_s:g} s for {what}")
        time.sleep(0.01)


def ask_to_stop(folder: SessionFolder, **options: Any) -> None:
    """Ask a session to stop at its next step; nothing happens if it has ended."""
    try:
        with ControlClient(folder) as client:
            client.request("stop", timeout=30.0, **options)
    except ControlError:
        pass


def processes_with(text: str) -> dict[int, str]:
    """pid: command line, of all processes with a text in their environment, zombies aside."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if text.encode() not in (entry / "environ").read_bytes() + b"\0":
                continue
            if (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                continue
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
        except (OSError, IndexError):
            continue  # it ended meanwhile
        found[int(entry.name)] = command.decode("utf-8", "replace").strip()
    return found


class World:
    """``home`` is its NANOTRAIN_HOME; every process started below it is found by that variable."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if "NANOTRAIN" not in name}
        self.env = {
            **kept,
            "NANOTRAIN_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
        }

    def folder(self, name: str) -> SessionFolder:
        return SessionFolder(str(self.home / "sessions" / name))

    def start(self, *arguments: str, **more: Any) -> "subprocess.Popen[bytes]":
        """A command of its own process group; the caller waits for it."""
        return subprocess.Popen(
            [*NANOTRAIN, *arguments], env=self.env, start_new_session=True, cwd=self.home, **more
        )

    def run(self, *arguments: str) -> Ran:
        """A command to its end. Raises TimedOut."""
        done = self._finish([*NANOTRAIN, *arguments])
        return Ran(done.returncode, *_texts(done))

    def run_in_turn(self, commands: list[list[str]]) -> list[Ran]:
        """Several commands, in one process that starts once. Raises TimedOut."""
        done = self._finish([sys.executable, "-m", "tests.chaos.in_turn"], json.dumps(commands))
        if done.returncode != 0:
            return [Ran(done.returncode, *_texts(done))] * len(commands)
        return [Ran(*one) for one in json.loads(done.stdout)]

    def _finish(self, command: list[str], given: str = "") -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(
                command,
                env=self.env,
                cwd=self.home,
                input=given.encode(),
                capture_output=True,
                timeout=PATIENCE_S,
            )
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"{' '.join(command)} takes over {PATIENCE_S} s") from error

    def train_arguments(self, name: str, script: str, steps: int, **values: object) -> list[str]:
        """The command line of a session by the scripted trainer."""
        chosen = {
            "trainer.command": f"{sys.executable} {TRAINER} --script={script}",
            "telemetry.tegrastats": str(self._tegrastats()),
            "telemetry.interval_s": 0.5,
            "train.steps": steps,
            "train.checkpoint_every": 50,
            **{key.replace("__", "."): value for key, value in values.items()},
        }
        sets = [word for key, value in chosen.items() for word in ("--set", f"{key}={value}")]
        return ["train", "--name", name, *sets]

    def processes(self) -> dict[int, str]:
        """pid: command line, of all that run with this home."""
        return processes_with(f"NANOTRAIN_HOME={self.home}\0")

    def find(self, role: str) -> list[int]:
        """The processes of a role: ``host``, ``supervisor``, ``trainer``, ``tegrastats``, ``app``.

        The supervisor is the process above the host, and has the same command line.
        """
        if role in ("host", "supervisor"):
            found = self._with_sign("nanotrain_tui/host")
            below = [pid for pid in found if _parent_of(pid) in found]
            hosts = below or found
            return hosts if role == "host" else [pid for pid in found if pid not in hosts]
        return self._with_sign(SIGNS[role])

    def _with_sign(self, sign: str) -> list[int]:
        # A trainer's command is part of other command lines too: it must be what is run.
        return [
            pid
            for pid, command in self.processes().items()
            if sign in " ".join(command.split()[:4])
            and "train --name" not in command
            and "--inspect" not in command  # the trainer's program looks at the data, and ends
        ]

    def _tegrastats(self) -> Path:
        path = self.home / "fake-tegrastats"
        if not path.exists():
            path.write_text(TEGRASTATS.format(python=sys.executable))
            path.chmod(0o755)
        return path

    def kill_all(self) -> None:
        """Leave no process behind, whatever happened."""
        for _ in range(100):
            left = self.processes()
            for pid in left:
                try:
                    os.kill(pid, 9)
                except ProcessLookupError:
                    pass
            if not left:
                return
            time.sleep(0.05)


@contextmanager
def new_world(keep: bool = False) -> Iterator[World]:
    """A world that leaves nothing behind; ``keep`` leaves its files for a look."""
    home = Path(tempfile.mkdtemp(prefix="nanotrain-chaos-"))
    world = World(home)
    try:
        yield world
    finally:
        world.kill_all()
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def _texts(done: "subprocess.CompletedProcess[bytes]") -> tuple[str, str]:
    return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def _parent_of(pid: int) -> int:
    """0 where the process has gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0
