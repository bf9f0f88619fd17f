"""Files of a session damaged by an SD card, a cut copy or a careless hand."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .promises import FORMATS, TRACEBACK, each_step_once, no_process_left, same_bits
from .world import Ran, World, wait_for

GOOD, BAD = "good", "bad"
STEPS, MORE_STEPS = 400, 600
WAYS = ("flip", "cut", "zero", "garbage", "delete", "empty", "folder")
FILES = ("recording", "newest checkpoint", "other checkpoint", "trainer.log", "lock")


class Fault(NamedTuple):
    """``way`` is what happens to the file; ``file`` is one of FILES."""

    file: str
    way: str

    def __str__(self) -> str:
        return f"{self.file}: {self.way}"


def faults(rng: random.Random) -> list[Fault]:
    """Every file with every way."""
    found = [Fault(file, way) for file in FILES for way in WAYS]
    rng.shuffle(found)
    return found


def play(world: World, rng: random.Random, fault: Fault) -> Iterator[str]:
    """One file is damaged; commands end in a sentence, and the other session is unharmed."""
    for name in (GOOD, BAD):
        ran = world.run(*world.train_arguments(name, "chunk=7", STEPS))
        if ran.status != 0:
            yield f"train ends with {ran.status}: {ran.err}"
            return
    _damage(_path(Path(world.folder(BAD).path), fault.file), fault.way, rng)
    yield from _good_is_unharmed(world)
    yield from _reads(world)
    yield from _resumes(world, fault)
    yield from _good_is_unharmed(world)
    yield from no_process_left(world)


def _path(folder: Path, file: str) -> Path:
    checkpoints = sorted((folder / "checkpoints").iterdir())
    return {
        "recording": folder / "recording.nanotrain",
        "newest checkpoint": checkpoints[-1],
        "other checkpoint": checkpoints[0],
        "trainer.log": folder / "trainer.log",
        "lock": folder / "lock",
    }[file]


def _damage(file: Path, way: str, rng: random.Random) -> None:
    data = bytearray(file.read_bytes())
    size = len(data)
    if way == "flip":
        for _ in range(rng.choice((1, 1, 3, 30))):
            if data:
                data[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif way == "cut":
        data = data[: rng.randrange(size + 1)]
    elif way == "zero":
        at = rng.randrange(size + 1)
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    elif way == "garbage":
        at = rng.randrange(size + 1)
        data[at : at + 4096] = rng.randbytes(len(data[at : at + 4096]))
    elif way == "empty":
        data = bytearray()
    file.unlink()
    if way == "folder":
        file.mkdir()
    elif way != "delete":
        file.write_bytes(data)
        file.chmod(0o600)


def _good_is_unharmed(world: World) -> Iterator[str]:
    """The list and the other session work as if nothing had happened."""
    commands = [["sessions"], ["sessions", "--json"], ["show", GOOD], ["verify", GOOD]]
    for command, ran in zip(commands, world.run_in_turn(commands), strict=True):
        if ran.status != 0 or GOOD not in ran.out + ran.err or TRACEBACK in ran.err:
            yield f"{' '.join(command)} ends with {ran.status}: {(ran.out + ran.err)[-400:]}"
    yield from same_bits(world.folder(GOOD))


def _reads(world: World) -> Iterator[str]:
    """Each command answers, or says in a sentence why it cannot."""
    commands = [["show", BAD], ["show", BAD, "--json"], ["checkpoints", BAD], ["verify", BAD]]
    commands += [["compare", GOOD, BAD]]
    commands += [
        ["export", BAD, "--format", kind, "--force", "-o", str(world.home / f"out.{kind}")]
        for kind in FORMATS
    ]
    for command, ran in zip(commands, world.run_in_turn(commands), strict=True):
        yield from _explains(ran, command)


def _explains(ran: Ran, command: list[str]) -> Iterator[str]:
    lines = ran.err.strip().splitlines()
    if ran.status not in (0, 1, 2) or TRACEBACK in ran.err or len(lines) > 3:
        yield f"{' '.join(command)} ends with {ran.status}: {ran.err[-400:]}"
    if ran.status != 0 and not (ran.err.strip() or ran.out.strip()):
        yield f"{' '.join(command)} ends with {ran.status} without a word"


def _resumes(world: World, fault: Fault) -> Iterator[str]:
    """A resume says why it cannot, or trains to the end."""
    folder = world.folder(BAD)
    command = ["resume", BAD, "--set", f"train.steps={MORE_STEPS}"]
    ran = world.run(*command)
    wait_for(lambda: not folder.is_alive(), "the resumed session to end")
    yield from _explains(ran, command)
    if fault.file == "recording":
        return  # its values may be damaged, and verify says so
    yield from each_step_once(folder)
    yield from same_bits(folder)
    is_needed = "checkpoint" in fault.file or fault.way == "folder"  # then it may be refused
    if ran.status != 0 and not is_needed:
        yield f"resume ends with {ran.status}: {ran.err[-400:]}"
