"""``kill -9`` while a session is put away: of its own processes, or of a reader that settles it."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from nanotrain_tui.session.folder import SessionFolder

from .promises import (
    all_commands,
    each_step_once,
    no_process_left,
    nothing_lost,
    resumes_to_same_bits,
)
from .witness import Witness
from .world import Skipped, World, ask_to_stop, wait_for

NAME = "ending"
STEPS = 1500
# What is killed: processes of the session while it ends, or a reader of what a killed host left.
TARGETS = (
    "host",
    "supervisor",
    "trainer",
    "host and supervisor",
    "supervisor and host and trainer",
    "reader",
)


def faults(rng: random.Random) -> list[str]:
    """What is killed."""
    names = rng.sample(TARGETS, len(TARGETS))
    return [f"kill -9 of the {name} while the session is put away" for name in names]


def play(world: World, rng: random.Random, fault: str) -> Iterator[str]:
    """A session is asked to stop, or its host is killed; then what puts it away is killed."""
    target = fault.partition("of the ")[2].partition(" while")[0]
    delay_s = rng.uniform(0.0, 0.06)
    folder = world.folder(NAME)
    ran = world.run(*world.train_arguments(NAME, "slow=0.001", STEPS), "--detach")
    if ran.status != 0:
        yield f"train ends with {ran.status}: {ran.err}"
        return
    witness = Witness(folder, rng.randrange(2**31))
    try:
        wait_for(lambda: witness.steps_by(time.monotonic()) > 300, "some steps")
        killed = _processes(world, "host" if target == "reader" else target)
        if target != "reader":
            # The trainer is killed while it stops, the others after it has stopped.
            is_trainer = "trainer" in target
            ask_to_stop(folder, wait=not is_trainer)
            time.sleep(delay_s / 10 if is_trainer else delay_s)
        fault_at = time.monotonic()
        hit = sum(_kill(pid) for pid in killed)
        witness.stop()
        if not hit:
            raise Skipped(f"the {target} had ended before")
        wait_for(lambda: not folder.is_alive(), "the lock to be free")
        if target == "reader":
            _kill_reader(world, folder, delay_s / 10)
        yield from no_process_left(world)
        yield from nothing_lost(folder, witness, fault_at)
        yield from each_step_once(folder)
        yield from all_commands(world, NAME)
        yield from resumes_to_same_bits(world, folder)
        yield from no_process_left(world)
    finally:
        witness.stop()


def _processes(world: World, target: str) -> list[int]:
    return [pid for role in target.split(" and ") for pid in world.find(role)]


def _kill(pid: int) -> bool:
    """Whether it was still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _kill_reader(world: World, folder: SessionFolder, delay_s: float) -> None:
    reader = world.start("show", NAME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: _has_settled_or_ended(folder, reader), "the reader")
    time.sleep(delay_s)
    reader.kill()
    reader.wait()


def _has_settled_or_ended(folder: SessionFolder, reader: "subprocess.Popen[bytes]") -> bool:
    journal, log = (Path(folder.recording + end) for end in ("-journal", "-wal"))
    begun = journal.exists() or not log.exists()
    return begun or reader.poll() is not None
