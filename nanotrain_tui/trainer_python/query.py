"""One question to a program that may hang, chatter or be none at all."""

import json
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nanotrain_tui.trainer_python import crash
from nanotrain_tui.trainer_python.leash import Leash

MOST_BYTES = 1 << 20  # of an answer; a program that says more is none of ours
_READ_SIZE = 1 << 16


class Said(NamedTuple):
    """How a program ended, and the last of what it wrote."""

    status: int  # negative for a signal
    out: bytes
    err: bytes


def ask(
    command: Sequence[str],
    within_s: float,
    question: bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Said:
    """Run a program to its end, with ``question`` as its standard input.

    It and all that it started are killed when it takes longer, is interrupted or never stops
    talking, and when this process dies. Raises OSError where it cannot be run,
    subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryFile() as asked:
        asked.write(question)
        asked.seek(0)
        leash = Leash(command, asked, subprocess.PIPE, env, cwd, within_s)
    with leash:
        child = leash.process
        try:
            deadline = time.monotonic() + within_s
            out, err = _listen(child, deadline)
            said = Said(child.wait(max(0.0, deadline - time.monotonic())), out, err)
        except subprocess.TimeoutExpired:
            raise subprocess.TimeoutExpired(list(command), within_s) from None
        leash.check()
        return said


def _listen(child: "subprocess.Popen[bytes]", deadline: float) -> tuple[bytes, bytes]:
    """All it writes, until it closes both or has said too much."""
    heard = {child.stdout: bytearray(), child.stderr: bytearray()}
    with selectors.DefaultSelector() as waiting:
        for pipe in heard:
            if pipe is not None:
                waiting.register(pipe, selectors.EVENT_READ, pipe)
        while waiting.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(child.args, 0)
            for key, _ in waiting.select(left):
                data = os.read(key.fd, _READ_SIZE)
                heard[key.data] += data
                if not data or len(heard[key.data]) > MOST_BYTES:
                    waiting.unregister(key.fileobj)
                    key.data.close()
    return bytes(heard[child.stdout]), bytes(heard[child.stderr])


def json_objects(output: bytes) -> Iterator[dict[str, Any]]:
    """The lines that hold a JSON object, the last first; what else is printed is passed over."""
    for line in reversed(output.splitlines()):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found


def last_words(output: bytes) -> str:
    """Why a program ended: the last error that a Python printed, else its last line."""
    text = output.decode("utf-8", "replace").strip()
    found = crash.last_error(text) or (text.splitlines()[-1] if text else "")
    return found[:500] or "it said nothing."
