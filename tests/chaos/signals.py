"""Signals to the app, the host, the trainer and tegrastats, at every moment of a session."""

import os
import pty
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from .promises import (
    all_commands,
    each_step_once,
    no_process_left,
    nothing_lost,
    same_bits,
    state_of,
)
from .witness import Witness
from .world import World, wait_for

NAME = "chaos"
STEPS = 600
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGSTOP")
TARGETS = ("app", "host", "host", "supervisor", "trainer", "trainer", "tegrastats")
MOMENTS = ("start", "running", "checkpoint", "end")


def play(world: World, rng: random.Random) -> Iterator[str]:
    """One signal to one process; yields first what is done, then each broken promise."""
    target, name, moment = rng.choice(TARGETS), rng.choice(SIGNALS), rng.choice(MOMENTS)
    yield f"{name} to the {target} at {moment}"
    number = getattr(signal, name)
    folder = world.folder(NAME)
    arguments = world.train_arguments(NAME, "slow=0.004,load=0.3", STEPS)
    started = world.start(*arguments, "--detach", stdout=subprocess.DEVNULL)
    witness = Witness(folder, rng.randrange(2**31))
    app = None
    try:
        if moment == "start":
            wait_for(lambda: world.find("host"), "a host")
            time.sleep(rng.uniform(0.0, 0.4))
        else:
            wait_for(lambda: witness.steps_by(time.monotonic()) > 0, "the first step")
        if target == "app":
            started.wait(60.0)
            app = _Dashboard(world)
        _await_moment(moment, witness, rng)
        fault_at = time.monotonic()
        hit = app.pids() if app else world.find(target)
        for pid in hit:
            _send(pid, number)
        if number == signal.SIGSTOP:
            time.sleep(rng.uniform(0.1, 1.5))
            for pid in hit:
                _send(pid, signal.SIGCONT)
        started.wait(120.0)
        yield from _afterwards(world, witness, fault_at, app)
    finally:
        witness.stop()
        if app:
            app.close()
        if started.poll() is None:
            started.kill()
            started.wait()


def _await_moment(moment: str, witness: Witness, rng: random.Random) -> None:
    at = {"start": 0, "running": rng.randrange(20, 500), "checkpoint": 50 * rng.randrange(1, 10)}
    step = at.get(moment, STEPS - rng.randrange(0, 12))
    alive = time.monotonic() + 60.0
    while witness.steps_by(time.monotonic()) < step and time.monotonic() < alive:
        if witness.seen and time.monotonic() - witness.seen[-1].at > 3.0:
            return  # it has ended
        time.sleep(0.005)


def _afterwards(
    world: World, witness: Witness, fault_at: float, app: "_Dashboard | None"
) -> Iterator[str]:
    folder = world.folder(NAME)
    if not Path(folder.recording).exists():
        # Killed before anything was recorded: nothing is promised but that the name is free.
        yield from no_process_left(world)
        return
    wait_for(lambda: not folder.is_alive(), "the session to end")
    witness.stop()
    if app and not app.leaves():
        yield "the dashboard does not answer the key q"
    yield from no_process_left(world)
    yield from nothing_lost(folder, witness, fault_at)
    yield from each_step_once(folder)
    yield from all_commands(world, NAME)
    if state_of(world, NAME) != "finished":
        ran = world.run("resume", NAME)
        if ran.status != 0 or state_of(world, NAME) != "finished":
            yield f"resume ends with {ran.status}: {ran.err[-400:]}"
        wait_for(lambda: not folder.is_alive(), "the resumed session to end")
        yield from each_step_once(folder)
        yield from all_commands(world, NAME)
    yield from same_bits(folder)
    yield from no_process_left(world)


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class _Dashboard:
    """The real app on a pseudo-terminal that somebody reads."""

    def __init__(self, world: World) -> None:
        self._master, slave = pty.openpty()
        self._process = world.start("attach", NAME, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self._first = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        self._first.wait(60.0)

    def pids(self) -> list[int]:
        return [self._process.pid]

    def leaves(self) -> bool:
        """Whether it has gone, or goes when it is asked to by its key.

        A key that comes before it has taken its terminal again is lost, so it is asked more often.
        """
        for _ in range(20):
            try:
                os.write(self._master, b"q")
                self._process.wait(3.0)
                return True
            except OSError:
                break
            except subprocess.TimeoutExpired:
                continue
        return self._process.poll() is not None

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self) -> None:
        try:
            while os.read(self._master, 65536):
                self._first.set()
        except OSError:
            self._first.set()  # it has gone
