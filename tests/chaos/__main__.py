"""Run random rounds and count the broken promises; see the package's docstring."""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from . import damage, disks, ends, signals
from .world import TimedOut, World, new_world

Play = Callable[[World, random.Random], Iterator[str]]
KINDS: dict[str, Play] = {
    "signals": signals.play,
    "disks": disks.play,
    "files": damage.play,
    "ends": ends.play,
}


def main(arguments: Sequence[str]) -> int:
    """0 where every promise held, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--rounds", type=int, default=10, help="of each kind (10)")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--only", type=int, help="this round alone")
    parser.add_argument("--keep", action="store_true", help="keep the files of a failed round")
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}", flush=True)
    broken = 0
    for kind in chosen.kinds.split(","):
        numbers = range(chosen.rounds) if chosen.only is None else [chosen.only]
        found = [play_round(kind, chosen.seed, number, chosen.keep) for number in numbers]
        broken += sum(map(len, found))
        print(f"{kind}: {len(found)} rounds, {sum(map(bool, found))} failed", flush=True)
    return 1 if broken else 0


def play_round(kind: str, seed: int, number: int, keep: bool = False) -> list[str]:
    """The promises that one round broke; what it did is printed."""
    rng = random.Random(f"{seed} {kind} {number}")
    began = time.monotonic()
    with new_world(keep) as world:
        told = KINDS[kind](world, rng)
        what = next(told)
        broken = []
        try:
            broken = [one for one in told if not one.startswith("SKIPPED")]
        except TimedOut as error:
            broken = [str(error)]
        seconds = time.monotonic() - began
        print(f"{kind} {number}: {what} ({seconds:.0f} s)", flush=True)
        for promise in broken:
            print(f"    BROKEN: {promise}", flush=True)
        if broken and keep:
            print(f"    in {world.home}", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
