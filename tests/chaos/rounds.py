"""One round: a fault in a world of its own, and the promises that it broke."""

import random
import sys
import time
from typing import NamedTuple

from .kinds import KINDS
from .world import Skipped, TimedOut, new_world


class Round(NamedTuple):
    """``broken`` are the broken promises; ``skipped`` is why the fault was not injected, if so."""

    kind: str
    number: int
    fault: str
    broken: list[str]
    skipped: str = ""


def play_round(kind: str, seed: int, number: int, keep: bool = False) -> Round:
    """Play one round, and report on standard error what it did and which promises it broke.

    The faults of a kind are shuffled by the seed, and round ``number`` plays the one at that place.
    So as many rounds as there are faults play each fault once.
    """
    faults = KINDS[kind].faults(random.Random(f"{seed} {kind}"))
    fault = faults[number % len(faults)]
    rng = random.Random(f"{seed} {kind} {number}")
    began = time.monotonic()
    broken: list[str] = []
    skipped = ""
    with new_world(keep) as world:
        try:
            broken.extend(KINDS[kind].play(world, rng, fault))
        except TimedOut as error:
            broken.append(str(error))
        except Skipped as error:
            skipped = str(error)
    _report(f"{kind} {number}: {fault} ({time.monotonic() - began:.0f} s)")
    if skipped:
        _report(f"    SKIPPED LOUDLY: {skipped}")
    for promise in broken:
        _report(f"    BROKEN: {promise}")
    if keep:
        _report(f"    in {world.home}")
    return Round(kind, number, str(fault), broken, skipped)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
