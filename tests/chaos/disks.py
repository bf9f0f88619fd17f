"""A disk that fills while a session runs; it needs root, to mount a small disk in memory."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .promises import all_commands, each_step_once, no_process_left, nothing_lost, same_bits
from .witness import Witness
from .world import Skipped, World, ask_to_stop, wait_for

NAME = "full"
WAYS = ("room comes back", "room comes back after the stop", "stays full")


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us mount a disk in memory there."""
    if os.geteuid() != 0:
        return False
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True
    )
    return done.returncode == 0


def faults(rng: random.Random) -> list[str]:
    """How a disk fills, and when its room comes back."""
    return [f"the disk fills: {way}" for way in rng.sample(WAYS, len(WAYS))]


def play(world: World, rng: random.Random, fault: str) -> Iterator[str]:
    """The disk fills at some moment; what waits is written, or its loss is reported."""
    disk = world.home / "sessions"
    disk.mkdir()
    if not can_mount(disk):
        raise Skipped("no disk can be mounted here; root can")
    try:
        yield from _on_disk(world, rng, fault.rpartition(": ")[2], disk)
    finally:
        world.kill_all()
        subprocess.run(["umount", "-l", str(disk)], check=False)


def _on_disk(world: World, rng: random.Random, way: str, disk: Path) -> Iterator[str]:
    folder = world.folder(NAME)
    arguments = world.train_arguments(NAME, "slow=0.002", 100_000)
    train = world.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    witness = Witness(folder, rng.randrange(2**31))
    filler = disk / "filler"
    try:
        wait_for(lambda: witness.steps_by(time.monotonic()) > 100, "some steps")
        time.sleep(rng.uniform(0.0, 1.0))
        _fill(filler)
        time.sleep(rng.uniform(1.0, 3.0))
        if way == "room comes back":
            filler.unlink()
            time.sleep(rng.uniform(0.0, 2.0))
        ask_to_stop(folder, wait=False)
        if way == "room comes back after the stop":
            time.sleep(rng.uniform(0.0, 3.0))
            filler.unlink()
        fault_at = time.monotonic()
        out, _ = train.communicate(timeout=600)
        text = out.decode("utf-8", "replace")
        witness.stop()
        if filler.exists():
            filler.unlink()
        broken = [*nothing_lost(folder, witness, fault_at), *each_step_once(folder)]
        broken = broken or list(same_bits(folder))
        reported = train.returncode != 0 and "lost" in text
        if broken and not (way == "stays full" and reported):
            yield from broken
            yield f"train ended with {train.returncode}: {text[-500:]}"
        yield from no_process_left(world)
        yield from all_commands(world, NAME)
    finally:
        witness.stop()
        if train.poll() is None:
            train.kill()
            train.communicate()


def _fill(path: Path) -> None:
    """Take all the room there is."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
