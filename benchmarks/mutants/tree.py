"""A throw-away copy of the tree, in which tests run against a changed program."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nanotrain_tui.trainer_python import reaper

from .packages import PRODUCT, ROOT
from .places import Mutant

_COPIED = ("benchmarks", "docs", "nanotrain_tui", "scripts", "tests", "themes")
_TAIL = 4000  # characters of the output that are kept


@dataclass(frozen=True)
class Outcome:
    """How pytest ended: ``status`` is None if its time was up. The rest is what the plugin wrote.

    ``seconds`` has all tests that ran, ``labels`` those of a recording.
    """

    status: int | None
    failed: list[str]
    seconds: dict[str, float]
    labels: dict[str, str]
    output: str


class Tree:
    """The copy. Its tests run one pytest at a time; nothing they start outlives it."""

    def __init__(self, place: Path) -> None:
        self.root = place / "tree"
        self._place = place
        ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
        for name in _COPIED:
            shutil.copytree(ROOT / name, self.root / name, ignore=ignored, symlinks=True)
        for file in [*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "LICENSE"]:
            shutil.copy2(file, self.root)
        shared = ROOT.parent / "shared"
        if shared.is_dir():
            (place / "shared").symlink_to(shared)
        compileall.compile_dir(str(self.root / PRODUCT), quiet=1)
        reaper.adopt_orphans()

    @contextmanager
    def changed(self, mutant: Mutant) -> Iterator[None]:
        """The copy has one change, until the context ends."""
        file = self.root / mutant.file
        source, times = file.read_bytes(), file.stat()
        changed = mutant.apply(source)
        compile(changed, mutant.file, "exec")
        cached = list((file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"))
        kept = {path: path.read_bytes() for path in cached}
        for path in cached:
            path.unlink()  # it may look newer than the change, which has the same size
        file.write_bytes(changed)
        try:
            yield
        finally:
            file.write_bytes(source)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
            for path, content in kept.items():
                path.write_bytes(content)

    def pytest(
        self,
        arguments: list[str],
        seconds: float,
        variables: Mapping[str, str] | None = None,
        search: tuple[str, ...] = (),
    ) -> Outcome:
        """Run pytest here for at most ``seconds``; ``search`` comes first on PYTHONPATH."""
        result = self._place / "result.json"
        result.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "benchmarks.mutants.plugin", *arguments]
        with tempfile.TemporaryDirectory(prefix="t", dir=self._place) as temporary:
            environment = {
                **os.environ, "PYTHONPATH": os.pathsep.join([*search, str(self.root)]),
                "CI": "1", "TMPDIR": temporary, "NANOTRAIN_MUTANTS_RESULT": str(result),
                **(variables or {}),
            }  # fmt: skip
            status, output = self._run(command, seconds, environment)
        wrote = json.loads(result.read_text("utf-8")) if result.exists() else {}
        return Outcome(
            status, wrote.get("failed", []), wrote.get("seconds", {}), wrote.get("labels", {}),
            output,
        )  # fmt: skip

    def _run(
        self, command: list[str], seconds: float, environment: Mapping[str, str]
    ) -> tuple[int | None, str]:
        log = self._place / "output"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
            finally:
                status = process.poll()
                _kill_group(process.pid)
                reaper.end_descendants()  # hosts are detached: they are in groups of their own
        return status, log.read_bytes().decode(errors="replace")[-_TAIL:]


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
