"""Start a session's host as a process that outlives us, and wait for its first word."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nanotrain_tui
from nanotrain_tui.config import Folders
from nanotrain_tui.host.job import Job
from nanotrain_tui.launch.errors import LaunchError
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.session.client import whoami
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, create_session

READY_WITHIN_S = 60.0
_LONGEST_ANSWER = 1 << 16

HOST = Path(nanotrain_tui.__file__).absolute().parent / "host"


def start(
    plan: Plan, folders: Folders, name: str | None = None, on_nan: str = "stop"
) -> SessionFolder:
    """Make the session's folder and start its host, detached; raises LaunchError.

    ``name`` is the new session's; without one it is named after its data. ``on_nan`` (pause, stop
    or continue) is what ``train.on_nan = "auto"`` stands for. When this returns the host
    lives and records, and the trainer is loading. Where it cannot, nothing new is left behind.
    """
    folder = make_folder(plan, folders)
    try:
        _start_host(write_job(plan, folder), folder)
    except BaseException:
        remove_folder(folder)
        raise
    return folder


def make_folder(plan: Plan, folders: Folders) -> SessionFolder:
    """A new folder for the session; raises LaunchError naming the home that takes none."""
    try:
        return create_session(str(folders.home), str(plan.config["data.name"]))
    except SessionError as error:
        raise LaunchError("", f"{error}. NANOTRAIN_HOME moves all that is written.") from error


def remove_folder(folder: SessionFolder) -> None:
    """Take back a session that never came to life."""
    if not folder.is_alive():
        shutil.rmtree(folder.path, ignore_errors=True)


def write_job(plan: Plan, folder: SessionFolder) -> Job:
    """What the host is asked to do."""
    return Job(
        folder=folder.path,
        config=dict(plan.config),
        trainer_config=dict(plan.trainer_config),
        trainer_command=list(plan.trainer_command),
        tegrastats=plan.tegrastats,
        interval_s=float(plan.config["telemetry.interval_s"]),
        who=whoami(),
        said=list(plan.choices),
        cwd=str(Path.cwd()),
        env={},
    )


def _start_host(job: Job, folder: SessionFolder) -> None:
    ready, theirs = os.pipe()
    try:
        with Path(folder.log).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(HOST), "--ready-fd", str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[theirs],
                start_new_session=True,
            )
        os.close(theirs)
        theirs = -1
        try:
            process.communicate(job.to_json().encode(), timeout=READY_WITHIN_S)
        finally:
            process.kill()
            process.wait()
        _check(_read_answer(ready), folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchError("", f"the session's host cannot be started: {error}.") from error
    finally:
        os.close(ready)
        if theirs >= 0:
            os.close(theirs)


def _read_answer(ready: int) -> bytes:
    """Its first line, or as much as came before it went; raises LaunchError if it hangs."""
    deadline = time.monotonic() + READY_WITHIN_S
    answer = b""
    while not answer.endswith(b"\n") and len(answer) < _LONGEST_ANSWER:
        readable, _, _ = select.select([ready], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise LaunchError("", f"the session's host gave no sign in {READY_WITHIN_S:g} s.")
        data = os.read(ready, _LONGEST_ANSWER)
        if not data:
            break
        answer += data
    return answer


def _check(answer: bytes, folder: SessionFolder) -> None:
    try:
        told = json.loads(answer)
    except ValueError:
        words = _last_words(folder.log)
        raise LaunchError("", f"the session's host ended at its start: {words}") from None
    if not told["ok"]:
        raise LaunchError(told["key"], told["message"])


def _last_words(log: str) -> str:
    try:
        lines = Path(log).read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:500] if lines else "it said nothing."
