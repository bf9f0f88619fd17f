"""Run random rounds and count the broken promises; see the package's docstring."""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from . import damage, disks, ends, signals
from .world import SKIPPED, TimedOut, World, new_world

Play = Callable[[World, random.Random], Iterator[str]]
KINDS: dict[str, Play] = {
    "signals": signals.play,
    "disks": disks.play,
    "files": damage.play,
    "ends": ends.play,
}


class Round(NamedTuple):
    """What was done, the promises that it broke, and why nothing could be done, if so."""

    what: str
    broken: list[str]
    skipped: str = ""


def main(arguments: Sequence[str]) -> int:
    """0 where every promise held, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--rounds", type=int, default=10, help="of each kind (10)")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--only", type=int, help="this round alone")
    parser.add_argument("--keep", action="store_true", help="keep the files of each round")
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}", flush=True)
    failed = 0
    for kind in chosen.kinds.split(","):
        numbers = range(chosen.rounds) if chosen.only is None else [chosen.only]
        found = [play_round(kind, chosen.seed, number, chosen.keep) for number in numbers]
        bad, skipped = (
            sum(bool(one.broken) for one in found),
            sum(bool(one.skipped) for one in found),
        )
        failed += bad
        print(f"{kind}: {len(found)} rounds, {bad} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def play_round(kind: str, seed: int, number: int, keep: bool = False) -> Round:
    """Play one round, and print what it did and which promises it broke."""
    rng = random.Random(f"{seed} {kind} {number}")
    began = time.monotonic()
    with new_world(keep) as world:
        steps = KINDS[kind](world, rng)
        what = next(steps)
        try:
            found = list(steps)
        except TimedOut as error:
            found = [str(error)]
        broken = [one for one in found if not one.startswith(SKIPPED)]
        skipped = next((one for one in found if one.startswith(SKIPPED)), "")
        seconds = time.monotonic() - began
        print(f"{kind} {number}: {what} ({seconds:.0f} s) {skipped}", flush=True)
        for promise in broken:
            print(f"    BROKEN: {promise}", flush=True)
        if keep:
            print(f"    in {world.home}", flush=True)
    return Round(what, broken, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
