"""Runs a program that may hang or print anything, and reads its output."""

import json
import os
import selectors
import subprocess
import tempfile
import time
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.trainer_python import crash
from nanotrain_tui.trainer_python.leash import Leash

MAX_BYTES = 1 << 20  # of each output; a program that prints more is not one of ours
_READ_SIZE = 1 << 16
_MAX_REASON = 500  # characters of a reason that a message quotes


class Reply(NamedTuple):
    """How a program ended, and what it wrote."""

    status: int  # negative for a signal
    out: bytes
    err: bytes


def query(
    command: Sequence[str],
    within_s: float,
    stdin: bytes = b"",
    env: Optional[Mapping[str, str]] = None,
    cwd: Optional[str] = None,
) -> Reply:
    """Run a program to its end and return its output.

    The program and all that it started are killed when it takes longer, when it is interrupted,
    when it prints more than MAX_BYTES and does not end, and when this process dies. Raises OSError
    where it cannot be run, subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryFile() as file:
        file.write(stdin)
        file.seek(0)
        leash = Leash(command, file, subprocess.PIPE, env, cwd, within_s)
    with leash:
        child = leash.process
        try:
            deadline = time.monotonic() + within_s
            out, err = _read_outputs(child, deadline)
            reply = Reply(child.wait(max(0.0, deadline - time.monotonic())), out, err)
        except subprocess.TimeoutExpired:
            raise subprocess.TimeoutExpired(list(command), within_s) from None
        leash.check()
        return reply


def _read_outputs(child: "subprocess.Popen[bytes]", deadline: float) -> Tuple[bytes, bytes]:
    """Both outputs, until the child closes them or has written too much."""
    outputs = {child.stdout: bytearray(), child.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for pipe in outputs:
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, pipe)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(child.args, 0)
            for key, _ in selector.select(left):
                data = os.read(key.fd, _READ_SIZE)
                outputs[key.data] += data
                if not data or len(outputs[key.data]) > MAX_BYTES:
                    selector.unregister(key.fileobj)
                    key.data.close()
    return bytes(outputs[child.stdout]), bytes(outputs[child.stderr])


def json_objects(output: bytes) -> Iterator[Dict[str, Any]]:
    """The lines that hold a JSON object, the last first; other lines are skipped."""
    for line in reversed(output.splitlines()):
        if not line.lstrip().startswith(b"{"):
            continue
        try:
            value = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def exit_reason(output: bytes) -> str:
    """Why a program ended: the last error that a Python printed, else the last line."""
    text = output.decode("utf-8", "replace").strip()
    reason = crash.last_error(text) or (text.splitlines()[-1] if text else "")
    return reason[:_MAX_REASON] or "it printed nothing."
