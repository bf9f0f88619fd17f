"""The kinds of faults: which faults each kind has, and the code that plays one of them."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from . import damage, disks, ends, signals, terminals
from .world import World


class Kind(NamedTuple):
    """``faults`` are all faults, in the order of ``rng``; ``str(fault)`` is what a person reads.

    ``play`` injects one fault and yields the broken promises. It raises Skipped if the fault could
    not be injected.
    """

    faults: Callable[[random.Random], Sequence[Any]]
    play: Callable[[World, random.Random, Any], Iterator[str]]


KINDS: dict[str, Kind] = {
    "signals": Kind(signals.faults, signals.play),
    "terminals": Kind(terminals.faults, terminals.play),
    "disks": Kind(disks.faults, disks.play),
    "files": Kind(damage.faults, damage.play),
    "ends": Kind(ends.faults, ends.play),
}
