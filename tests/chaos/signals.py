"""Signals to the app, the host, the trainer and tegrastats, at every moment of a session."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .promises import (
    all_commands,
    each_step_once,
    no_process_left,
    nothing_lost,
    resumes_to_same_bits,
)
from .terminal import Terminal
from .witness import Witness
from .world import Skipped, World, wait_for

NAME = "chaos"
STEPS = 600
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGSTOP")
TARGETS = ("app", "host", "supervisor", "trainer", "tegrastats")
MOMENTS = ("start", "running", "checkpoint", "end")


class Fault(NamedTuple):
    """A signal to the process ``target`` at a moment of the session; SIGSTOP is continued."""

    signal: str
    target: str
    moment: str

    def __str__(self) -> str:
        return f"{self.signal} to the {self.target} at {self.moment}"


def faults(rng: random.Random) -> list[Fault]:
    """All of them. Each 20 in a row have each target at each moment once."""
    pairs = [(target, moment) for target in TARGETS for moment in MOMENTS]
    first = {pair: rng.randrange(len(SIGNALS)) for pair in pairs}
    found = []
    for turn in range(len(SIGNALS)):
        for pair in rng.sample(pairs, len(pairs)):
            found.append(Fault(SIGNALS[(first[pair] + turn) % len(SIGNALS)], *pair))
    return found


def play(world: World, rng: random.Random, fault: Fault) -> Iterator[str]:
    """The session ends well, or is resumed to the same values."""
    folder = world.folder(NAME)
    arguments = world.train_arguments(NAME, "slow=0.004,load=0.3", STEPS)
    started = world.start(
        *arguments, "--detach", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    witness = Witness(folder, rng.randrange(2**31))
    app = None
    try:
        if fault.target == "app":
            started.wait(60.0)
            app = Terminal(world, "attach", NAME)
            if fault.moment != "start":
                app.shows("q quit")
        _await_moment(world, witness, rng, fault)
        fault_at = time.monotonic()
        _inject(world, rng, fault, app)
        started.wait(120.0)
        yield from _afterwards(world, witness, fault_at, app)
    finally:
        witness.stop()
        if app:
            app.close()
        if started.poll() is None:
            started.kill()
            started.wait()


def _await_moment(world: World, witness: Witness, rng: random.Random, fault: Fault) -> None:
    if fault.moment == "start":
        if fault.target != "app":
            wait_for(lambda: world.find(fault.target), f"the {fault.target}")
        time.sleep(rng.uniform(0.0, 0.4))
        return
    before_end = rng.randrange(10, 40)  # the witness learns of a step a moment later
    step = {
        "running": rng.randrange(20, 500),
        "checkpoint": 50 * rng.randrange(1, 10),
        "end": STEPS - before_end,
    }[fault.moment]
    alive = time.monotonic() + 60.0
    while witness.steps_by(time.monotonic()) < step and time.monotonic() < alive:
        if witness.seen and time.monotonic() - witness.seen[-1].at > 3.0:
            return  # it has ended
        time.sleep(0.002)


def _inject(world: World, rng: random.Random, fault: Fault, app: Terminal | None) -> None:
    """Send the signal, and continue what it stopped. Raises Skipped."""
    hit = [app.process.pid] if app else world.find(fault.target)
    number = getattr(signal, fault.signal)
    if not [pid for pid in hit if _send(pid, number)]:
        raise Skipped(f"the {fault.target} had ended before")
    if number == signal.SIGSTOP:
        time.sleep(rng.uniform(0.1, 1.5))
        for pid in hit:
            _send(pid, signal.SIGCONT)


def _send(pid: int, number: int) -> bool:
    """Whether the process was there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _afterwards(
    world: World, witness: Witness, fault_at: float, app: Terminal | None
) -> Iterator[str]:
    folder = world.folder(NAME)
    if not Path(folder.recording).exists():
        # Killed before anything was recorded: nothing is promised but that the name is free.
        yield from no_process_left(world)
        ran = world.run(*world.train_arguments(NAME, "chunk=50", 50))
        if ran.status != 0:
            yield f"the name cannot be used again: {ran.err[-400:]}"
        return
    wait_for(lambda: not folder.is_alive(), "the session to end")
    witness.stop()
    if app and not app.ends("q"):
        yield f"the dashboard does not answer the key q:\n{app.text()}"
    yield from no_process_left(world)
    yield from nothing_lost(folder, witness, fault_at)
    yield from each_step_once(folder)
    yield from all_commands(world, NAME)
    yield from resumes_to_same_bits(world, folder)
    yield from no_process_left(world)
