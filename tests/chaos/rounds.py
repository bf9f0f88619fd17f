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
    seconds: float = 0.0
    kept: str = ""  # the folder with its files, if they are kept


def play_round(kind: str, seed: int, number: int, keep: bool = False) -> Round:
    """Play one round.

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
    seconds = time.monotonic() - began
    return Round(
        kind, number, str(fault), broken, skipped, seconds, str(world.home) if keep else ""
    )


def report(played: Round) -> None:
    """Write on standard error what a round did and which promises it broke."""
    lines = [f"{played.kind} {played.number}: {played.fault} ({played.seconds:.0f} s)"]
    if played.skipped:
        lines.append(f"    SKIPPED LOUDLY: {played.skipped}")
    lines += [f"    BROKEN: {promise}" for promise in played.broken]
    if played.kept:
        lines.append(f"    in {played.kept}")
    print("\n".join(lines), file=sys.stderr, flush=True)
