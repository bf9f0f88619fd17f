"""A session under test, and waiting for what it does."""

import os
import socket
import struct
import time
from pathlib import Path

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import NotRunning
from nanotrain_tui.session.recording.reader import SessionReader

PATIENCE_S = 240.0  # no bound on speed: a busy machine is no bug


def runs(pid):
    """Whether a process runs and is no zombie: an orphan may have no parent to reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def connect(path):
    """A connection to a socket, however long its path is: an address holds 107 bytes."""
    path = Path(path)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    held = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # A time limit comes later: with one it would not wait for a place in the queue.
        connection.connect(f"/proc/self/fd/{held}/{path.name}")
    finally:
        os.close(held)
    connection.settimeout(30)
    return connection


def wait_for(condition, what="it"):
    """The condition's first true value; a test that waits a minute has failed."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < give_up, f"waited {PATIENCE_S:g} s for {what}"
        time.sleep(0.02)


class Peers:
    """SO_PEERCRED as the kernel gives it, with another user in it."""

    size = struct.calcsize("3i")

    def __init__(self, uid):
        self.uid = uid

    def unpack(self, data):
        pid, _, gid = struct.unpack("3i", data)
        return pid, self.uid, gid


class Started:
    """A session under test."""

    def __init__(self, folder):
        self.folder = folder
        self.client = ControlClient(folder)
        try:
            status = self.client.request("status")
            self.pid, self.trainer_pid = status["pid"], status["trainer_pid"]
        except NotRunning:  # it was a short one
            ready = self.events("ready")
            self.pid, self.trainer_pid = None, ready[0].body["pid"] if ready else None

    def do(self, do, **arguments):
        return self.client.request(do, who="me@here", timeout=PATIENCE_S, **arguments)

    def events(self, *kinds):
        with SessionReader(self.folder) as reader:
            return reader.events(kinds or None)

    def wait_for_event(self, kind):
        return wait_for(lambda: self.events(kind), kind)[0]

    def wait_for_step(self, step):
        def reached():
            with SessionReader(self.folder) as reader:
                return reader.position()[0] >= step

        wait_for(reached, f"step {step}")

    def end(self):
        """Wait until the host has exited; returns the kinds of all events."""
        wait_for(lambda: not self.folder.is_alive(), "the end")
        return [event.kind for event in self.events()]

    def assert_nothing_runs(self):
        for pid in filter(None, (self.pid, self.trainer_pid)):
            wait_for(lambda pid=pid: not runs(pid), f"process {pid} to go")

    def losses(self):
        """(step, loss) of every update that counts."""
        with SessionReader(self.folder) as reader:
            rows = reader.metric_series("loss")
        return [(row.first_step + i, v) for row in rows for i, v in enumerate(row.values)]
