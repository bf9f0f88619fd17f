"""All that a program writes to its terminal, byte for byte."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence

PATIENCE_S = 240.0  # no bound on speed: a busy machine is no bug


def bytes_of(command: Sequence[str], until: str, env: Mapping[str, str]) -> bytes:
    """What it wrote in a terminal of 120 by 40 until a word came and it was told ``q``."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=dict(env), start_new_session=True
    )
    os.close(slave)
    seen, give_up, asked = b"", time.monotonic() + PATIENCE_S, False
    try:
        while True:
            assert time.monotonic() < give_up, seen[-2000:]
            if select.select([master], [], [], 0.1)[0]:
                try:
                    seen += os.read(master, 65536)
                except OSError:  # its end
                    break
            if until.encode() in seen and not asked:
                asked = True
                os.write(master, b"q")
            if process.poll() is not None:
                break
        return seen
    finally:
        process.kill()
        process.wait()
        os.close(master)
