"""Scripts that run as sessions, in a temporary home."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from coverage import Coverage

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fakes"))
sys.path.insert(0, str(HERE.parent / "host"))
sys.path.insert(0, str(HERE.parent / "end_to_end"))

from hosting import Started, runs  # noqa: E402
from light_apps import (  # noqa: E402, F401
    _light_apps,
    _one_terminal,
    _waits_for_quiet,
)

from nanotrain_tui.session.folder import list_sessions  # noqa: E402

FAKE_KERAS = HERE / "fake_keras"


class Scripts:
    """Starts scripts in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            **measured(),
            "NANOTRAIN_HOME": str(folder / "home"),
            "PYTHONPATH": os.pathsep.join([str(FAKE_KERAS), str(HERE.parents[1])]),
        }
        self.sessions: list[Started] = []

    def nano(self, *arguments, text="", **env):
        """``nanotrain`` with these arguments; ``text`` is written to train.py first."""
        if text:
            (self.folder / "train.py").write_text(text, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "nanotrain_tui", *map(str, arguments)],
            env={**self.env, **env}, cwd=self.folder, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, text, *arguments):
        """Run a script to its end."""
        options = ["--python", sys.executable, "--set", "telemetry.interval_s=60"]
        return self.nano("run", *options, *arguments, "train.py", text=text)

    def start(self, text, *options, resume=""):
        """Start a script and leave it running."""
        given = ["--python", sys.executable, "--set", "telemetry.interval_s=60", *options]
        command = ["--resume", resume] if resume else [*given, "train.py"]
        ran = self.nano("run", "--detach", *command, text=text)
        assert ran.returncode == 0, ran.stderr
        session = Started(self.last)
        self.sessions.append(session)
        return session

    @property
    def last(self):
        """The newest session: the numbers in the names count the runs of train.py."""
        return list_sessions(str(self.folder / "home"))[-1]

    def events(self, *kinds):
        """The events of the newest session."""
        from nanotrain_tui.session.recording.reader import SessionReader

        with SessionReader(self.last) as reader:
            return reader.events(kinds or None)


def measured():
    """The variables of a process that coverage measures as well, if it measures this one."""
    coverage = Coverage.current()
    return {"COVERAGE_PROCESS_CONFIG": coverage.config.serialize()} if coverage else {}


@pytest.fixture
def scripts(tmp_path):
    found = Scripts(tmp_path)
    yield found
    for session in found.sessions:
        session.client.close()
        for pid in filter(None, (session.pid, session.trainer_pid)):
            if runs(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        session.assert_nothing_runs()
