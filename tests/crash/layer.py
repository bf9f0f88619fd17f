"""Builds ``layer.c`` and runs scenarios over it, in a process that has it preloaded."""

import errno
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("layer.c")
FOREVER = 2**62


class NoCompiler(Exception):
    """The layer cannot be built here; the message says why."""


@functools.cache
def library() -> Path:
    """The compiled layer. Raises NoCompiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        raise NoCompiler("SKIPPED LOUDLY: no C compiler; crashes at every write are not tried here")
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    path = Path(tempfile.gettempdir(), f"nanotrain-crash-{os.getuid()}-{digest}.so")
    if not path.exists():
        aside = path.with_suffix(f".{os.getpid()}")
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(aside), str(SOURCE), "-ldl"]
        built = subprocess.run([*command, "-lpthread"], capture_output=True, text=True)
        if built.returncode:
            raise NoCompiler(f"SKIPPED LOUDLY: {SOURCE.name} does not compile: {built.stderr}")
        aside.replace(path)
    return path


class Fault(NamedTuple):
    """The calls ``first`` to ``last`` (counted from 1) fail with ``error``; -1 kills."""

    first: int = 0
    last: int = 0
    error: int = 0

    def __str__(self) -> str:
        if not self.first:
            return "no fault"
        name = "killed" if self.error < 0 else errno.errorcode[self.error]
        calls = {self.first: "", FOREVER: " and all later"}.get(self.last, f" to {self.last}")
        return f"call {self.first}{calls}: {name}"


class Done(NamedTuple):
    """A run: how it ended, the calls that changed files, and how many of them failed.

    ``status`` is that of the process, negative for a signal; ``error`` is its traceback.
    """

    status: int
    calls: int
    hits: int
    error: str


class Worker:
    """Runs each scenario in a new child of one process that has loaded the layer and Python."""

    def __init__(self) -> None:
        env = {name: value for name, value in os.environ.items() if "NANOTRAIN" not in name}
        env.update(LD_PRELOAD=str(library()), PYTHONPATH=str(ROOT), CRASH_LAYER=str(library()))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            cwd=ROOT,
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(self, scenario: str, home: Path, log: Path, fault: Fault | None = None) -> Done:
        """Run it in ``home``; ``log`` gets its notes, and without a fault all changes of files."""
        request = {
            "scenario": scenario,
            "home": str(home),
            "log": str(log),
            "fault": list(fault or Fault()),
        }
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        reply: dict[str, Any] = json.loads(self._process.stdout.readline())
        return Done(**reply)
