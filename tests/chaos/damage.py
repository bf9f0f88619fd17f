"""Files of a session damaged by an SD card, a cut copy or a careless hand."""

import random
from collections.abc import Iterator
from pathlib import Path

from .promises import FORMATS, no_process_left
from .world import World

GOOD, BAD = "good", "bad"
WAYS = ("flip", "cut", "zero", "garbage", "delete", "empty", "folder")


def play(world: World, rng: random.Random) -> Iterator[str]:
    """One file is damaged; commands end in a sentence, and the other session is unharmed."""
    for name in (GOOD, BAD):
        ran = world.run(*world.train_arguments(name, "chunk=7", 400))
        if ran.status != 0:
            yield f"train ends with {ran.status}: {ran.err}"
            return
    folder = Path(world.folder(BAD).path)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    file = rng.choice([*files, folder / "recording.nanotrain", folder / "recording.nanotrain"])
    way = rng.choice(WAYS)
    yield f"{file.relative_to(folder)}: {way}"
    _damage(file, way, rng)
    yield from _reads(world)
    yield from no_process_left(world)


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


def _reads(world: World) -> Iterator[str]:
    for command in (["sessions"], ["sessions", "--json"], ["show", GOOD], ["verify", GOOD]):
        ran = world.run(*command)
        if ran.status != 0 or GOOD not in ran.out + ran.err or "Traceback" in ran.err:
            yield f"{' '.join(command)} ends with {ran.status}: {(ran.out + ran.err)[-400:]}"
    commands = [["show", BAD], ["show", BAD, "--json"], ["checkpoints", BAD], ["verify", BAD]]
    commands += [["compare", GOOD, BAD], ["resume", BAD, "--detach"]]
    commands += [
        ["export", BAD, "--format", kind, "--force", "-o", str(world.home / f"out.{kind}")]
        for kind in FORMATS
    ]
    for command in commands:
        ran = world.run(*command)
        lines = ran.err.strip().splitlines()
        if ran.status not in (0, 1, 2) or "Traceback" in ran.err or len(lines) > 3:
            yield f"{' '.join(command)} ends with {ran.status}: {ran.err[-400:]}"
        if ran.status != 0 and not (ran.err.strip() or ran.out.strip()):
            yield f"{' '.join(command)} ends with {ran.status} without a word"
