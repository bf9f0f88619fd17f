"""Start a session's host as a process that outlives us, and wait for its first word."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nanotrain_tui
from nanotrain_tui.config import Folders
from nanotrain_tui.host.job import Job
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.session.client import whoami
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, create_session
from nanotrain_tui.session.history import Start
from nanotrain_tui.session.scores import AFTER
from nanotrain_tui.trainer_python.call import seeing
from nanotrain_tui.trainer_python.container import Folder
from nanotrain_tui.trainer_python.errors import LaunchError

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
    folder = make_folder(plan, folders, name)
    try:
        _start_host(write_job(plan, folder, on_nan), folder)
    except BaseException:  # whatever stops it, Ctrl+C too: no folder without a host stays
        remove_folder(plan, folder)
        raise
    return folder


def make_folder(plan: Plan, folders: Folders, name: str | None = None) -> SessionFolder:
    """The folder for the session; raises LaunchError naming the home that takes none.

    A new one, with the checkpoint it begins from, or that of the session to go on with.
    """
    if plan.resumes is not None:
        return plan.resumes
    try:
        folder = create_session(str(folders.home), str(plan.config["data.name"]), name)
    except SessionError as error:
        hint = "" if name else ". NANOTRAIN_HOME moves all that is written."
        raise LaunchError("", f"{error}{hint}") from error
    try:
        _copy_checkpoint(plan, folder)
    except FileNotFoundError as error:
        remove_folder(plan, folder)
        name = plan.parent.name if plan.parent else ""
        raise LaunchError(
            "", f"the checkpoint is gone: {name} deleted it meanwhile; try again."
        ) from error
    except OSError as error:
        remove_folder(plan, folder)
        raise LaunchError("", f"the checkpoint cannot be copied: {error}.") from error
    return folder


def remove_folder(plan: Plan, folder: SessionFolder) -> None:
    """Take back a session that never came to life."""
    if plan.resumes is None and not folder.is_alive():
        shutil.rmtree(folder.path, ignore_errors=True)


def write_job(plan: Plan, folder: SessionFolder, on_nan: str = "stop") -> Job:
    """What the host is asked to do."""
    start, parent = plan.start, plan.parent
    checkpoints = [Folder(folder.checkpoints, writable=True)]
    command = seeing(plan.trainer_command, checkpoints, plan.config["trainer.paths"])
    file = start.file if start else None
    return Job(
        folder=folder.path,
        config=dict(plan.config),
        trainer_config=dict(plan.trainer_config),
        trainer_command=list(command),
        tegrastats=plan.tegrastats,
        interval_s=float(plan.config["telemetry.interval_s"]),
        who=whoami(),
        said=list(plan.choices),
        cwd=str(Path.cwd()),
        env={},
        on_nan=on_nan,
        checkpoint=_described(start),
        exact=start.exact and plan.resumes is not None if start else False,
        edits=[edit.as_dict() for edit in start.edits] if start and plan.resumes else None,
        warnings=list(plan.warnings),
        parent={"session": parent.name, "checkpoint": file, "step": start.step}
        if parent and start
        else None,
        resumes_after=plan.resumes_after,
    )


def _described(start: Start | None) -> dict[str, Any] | None:
    """The checkpoint to begin from, as its event tells it."""
    if start is None or start.checkpoint is None:
        return None
    body = {key: value for key, value in start.checkpoint.body.items() if key != AFTER}
    return {**body, "step": start.step}


def _copy_checkpoint(plan: Plan, folder: SessionFolder) -> None:
    """Hard-linked where that is possible: a checkpoint is replaced, never written into."""
    file = plan.start.file if plan.start else None
    if plan.parent is None or file is None:
        return
    source, target = Path(plan.parent.checkpoints, file), Path(folder.checkpoints, file)
    target.parent.mkdir(mode=0o700)
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


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
