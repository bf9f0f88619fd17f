"""Starts a session's host as a process of its own, and waits until it is ready."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from typing import Any, Dict, Optional

import nanotrain_tui
from nanotrain_tui.host.job import Job
from nanotrain_tui.launch.code import keep_source, sources_of
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.session.client import whoami
from nanotrain_tui.session.durable import sync, sync_tree
from nanotrain_tui.session.errors import SessionError, reason_of
from nanotrain_tui.session.folder import SessionFolder, create_session
from nanotrain_tui.session.history import Start
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.regular import append_regular
from nanotrain_tui.session.scores import AFTER
from nanotrain_tui.trainer_python.container import Folder, mount
from nanotrain_tui.trainer_python.launch_error import LaunchError
from nanotrain_tui.trainer_python.paths import PATHS_KEY

READY_WITHIN_S = 60.0
HOST = os.path.join(os.path.dirname(os.path.abspath(nanotrain_tui.__file__)), "host")
_MAX_REPLY = 1 << 16  # bytes
_MAX_REASON = 500  # characters of the log that a message quotes


def start(
    plan: Plan, places: Places, name: Optional[str] = None, on_nan: str = "stop"
) -> SessionFolder:
    """Make the session's folder and start its host, detached; raises LaunchError.

    A new session without a ``name`` is named after its data. ``on_nan`` (pause, stop or continue)
    is what ``train.on_nan = "auto"`` stands for. When this returns, the host is recording and the
    trainer is loading. Where it fails, nothing new is left behind.
    """
    folder = make_folder(plan, places, name)
    try:
        _start_host(write_job(plan, folder, on_nan), folder)
    except BaseException:  # Ctrl+C too: no folder without a host may stay
        remove_folder(plan, folder)
        raise
    return folder


def make_folder(plan: Plan, places: Places, name: Optional[str] = None) -> SessionFolder:
    """The folder of the session that is resumed, or a new one with the checkpoint it begins from.

    Raises LaunchError.
    """
    if plan.resumes is not None:
        _keep_source(plan, plan.resumes)
        return plan.resumes
    try:
        folder = create_session(places.home, str(plan.data["name"]), name)
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
        raise LaunchError("", f"the checkpoint cannot be copied: {reason_of(error)}.") from error
    try:
        _keep_source(plan, folder)
    except LaunchError:
        remove_folder(plan, folder)
        raise
    return folder


def remove_folder(plan: Plan, folder: SessionFolder) -> None:
    """Remove the folder of a new session that could not be started."""
    if plan.resumes is None and not folder.is_alive():
        shutil.rmtree(folder.path, ignore_errors=True)


def write_job(plan: Plan, folder: SessionFolder, on_nan: str = "stop") -> Job:
    """The job for the host."""
    start, parent = plan.start, plan.parent
    checkpoints = [Folder(folder.checkpoints, writable=True)]
    command = mount(plan.trainer_command, checkpoints, plan.config.get(PATHS_KEY))
    file = start.file if start else None
    return Job(
        folder=folder.path,
        config=dict(plan.config),
        trainer_config=dict(plan.trainer_config),
        trainer_command=command,
        tegrastats=plan.tegrastats,
        interval_s=float(plan.config["telemetry.interval_s"]),
        who=whoami(),
        said=list(plan.choices),
        cwd=os.getcwd(),
        env={},
        on_nan=on_nan,
        checkpoint=_checkpoint_body(start),
        exact=start.exact and plan.resumes is not None if start else False,
        edits=[edit.as_dict() for edit in start.edits] if start and plan.resumes else None,
        warnings=list(plan.warnings),
        parent={"session": parent.name, "checkpoint": file, "step": start.step}
        if parent and start
        else None,
        resumes_after=plan.resumes_after,
        sources=sources_of(plan.code, folder),
    )


def _checkpoint_body(start: Optional[Start]) -> Optional[Dict[str, Any]]:
    """The body of the checkpoint's event, with the step to begin from."""
    if start is None or start.checkpoint is None:
        return None
    body = {key: value for key, value in start.checkpoint.body.items() if key != AFTER}
    return {**body, "step": start.step}


def _keep_source(plan: Plan, folder: SessionFolder) -> None:
    """Raises LaunchError if the copy cannot be written."""
    if plan.code is None:
        return
    try:
        keep_source(plan.code, folder)
    except OSError as error:
        raise LaunchError("", f"the source cannot be copied: {reason_of(error)}.") from error


def _copy_checkpoint(plan: Plan, folder: SessionFolder) -> None:
    """As a hard link where that is possible: a checkpoint is replaced, never written into."""
    file = plan.start.file if plan.start else None
    if plan.parent is None or file is None:
        return
    source = os.path.join(plan.parent.checkpoints, file)
    target = os.path.join(folder.checkpoints, file)
    os.mkdir(folder.checkpoints, mode=0o700)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
    sync_tree(folder.checkpoints)
    sync(folder.path)


def _start_host(job: Job, folder: SessionFolder) -> None:
    ready, hosts_end = os.pipe()
    try:
        with os.fdopen(append_regular(folder.log), "ab") as log:
            process = subprocess.Popen(
                [sys.executable, HOST, "--ready-fd", str(hosts_end)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[hosts_end],
                start_new_session=True,
            )
        os.close(hosts_end)
        hosts_end = -1
        try:
            process.communicate(job.to_json().encode(), timeout=READY_WITHIN_S)
        finally:
            process.kill()
            process.wait()
        _check(_read_reply(ready), folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchError(
            "", f"the session's host cannot be started: {reason_of(error)}."
        ) from error
    finally:
        os.close(ready)
        if hosts_end >= 0:
            os.close(hosts_end)


def _read_reply(ready: int) -> bytes:
    """The host's first line, or what it wrote before it ended. Raises LaunchError if it hangs."""
    deadline = time.monotonic() + READY_WITHIN_S
    reply = b""
    while not reply.endswith(b"\n") and len(reply) < _MAX_REPLY:
        readable, _, _ = select.select([ready], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise LaunchError("", f"the session's host gave no sign in {READY_WITHIN_S:g} s.")
        data = os.read(ready, _MAX_REPLY)
        if not data:
            break
        reply += data
    return reply


def _check(line: bytes, folder: SessionFolder) -> None:
    """Raises LaunchError with the host's reason where it did not start."""
    try:
        reply = json.loads(line.decode("utf-8"))
    except ValueError:
        reason = _last_line(folder.log)
        raise LaunchError("", f"the session's host ended at its start: {reason}") from None
    if not reply["ok"]:
        raise LaunchError(reply["key"], reply["message"])


def _last_line(log: str) -> str:
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = file.read().strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:_MAX_REASON] if lines else "it printed nothing."
