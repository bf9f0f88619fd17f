"""Try every crash point; see the package's docstring."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from .layer import NoCompiler, Worker
from .points import KINDS, play
from .scenarios import SCENARIOS

MOST_SHOWN = 5


def main(arguments: Sequence[str]) -> int:
    """0 where every promise held, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS))
    parser.add_argument("--every", type=int, default=1, help="try each K-th point (1)")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    failed = 0
    try:
        worker = Worker()
    except NoCompiler as error:
        print(error)
        return 0
    with worker:
        for name in chosen.scenario or SCENARIOS:
            began = time.monotonic()
            result = play(worker, name, chosen.every, chosen.seed, chosen.kinds.split(","))
            counts = ", ".join(f"{count} {kind}" for kind, count in result.tried.items())
            seconds = time.monotonic() - began
            print(
                f"{name}: {counts or 'nothing'}; {result.states} different states, "
                f"{len(result.broken)} broken promises ({seconds:.0f} s)",
                flush=True,
            )
            for what, times in Counter(one.what for one in result.broken).most_common(MOST_SHOWN):
                where = next(one.where for one in result.broken if one.what == what)
                print(f"    {times} x {what}\n        first: {where}", flush=True)
            failed += bool(result.broken)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
