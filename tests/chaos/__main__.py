"""Play rounds of random faults and count the broken promises; see the package's docstring."""

import argparse
import json
import random
import sys
from collections.abc import Sequence

from .counts import count, table, totals
from .kinds import KINDS
from .rounds import Round, play_round, report


def main(arguments: Sequence[str]) -> int:
    """0 if every promise held, 1 if one was broken, 130 if Ctrl+C ended it before that."""
    chosen = _parse(arguments)
    print(f"seed {chosen.seed}", file=sys.stderr, flush=True)
    rounds: list[Round] = []
    interrupted = False
    try:
        for kind in chosen.kinds:
            for number in range(chosen.rounds) if chosen.only is None else [chosen.only]:
                rounds.append(play_round(kind, chosen.seed, number, chosen.keep))
                report(rounds[-1])
    except KeyboardInterrupt:
        interrupted = True
        print("interrupted: the last round is not counted", file=sys.stderr, flush=True)
    counts = count(rounds)
    broken = [one for one in rounds if one.broken]
    if chosen.json:
        found = {
            "seed": chosen.seed,
            "interrupted": interrupted,
            "faults": counts,
            "kinds": totals(counts),
            "broken": [one._asdict() for one in broken],
        }
        print(json.dumps(found))
    else:
        print(table(counts))
    return 1 if broken else 130 if interrupted else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--rounds", type=int, default=10, help="of each kind (10)")
    parser.add_argument(
        "--kinds", type=_kinds, default=list(KINDS), help=f"some of {','.join(KINDS)} (all)"
    )
    parser.add_argument("--only", type=int, metavar="NUMBER", help="play this round alone")
    parser.add_argument("--keep", action="store_true", help="keep the files of each round")
    parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")
    return parser.parse_args(arguments)


def _kinds(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {','.join(unknown)}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
