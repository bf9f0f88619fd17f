"""Mutants: changes the program in one place at a time, and looks whether a test fails."""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from .packages import ROOT, TESTS, belongs, modules, test_files
from .places import Mutant, mutants_of

HELP = "change the program in one place at a time, and look whether a test fails"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its own options."""
    parser.add_argument("--packages", default=",".join(TESTS), help="separated by commas")
    parser.add_argument("--match", default="", metavar="TEXT", help="only FILE:LINE with this text")
    parser.add_argument("--count", type=int, default=200, help="how many changes, 0: all")
    parser.add_argument("--seed", type=int, default=1, help="chooses the changes")
    parser.add_argument("--allow", type=int, default=0, help="survivors for which the status is 0")
    parser.add_argument(
        "--wider", type=float, default=120.0, metavar="SECONDS",
        help="for the tests of other packages, where its own see no change; 0: record none of them",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="print the changes and run nothing")
    parser.add_argument("--json", action="store_true")
    cache = user_cache_path("nanotrain-mutants")
    help_text = "where the lines that each test executes are kept (default: %(default)s)"
    parser.add_argument("--cache", type=Path, default=cache, help=help_text)


def all_mutants(packages: list[str]) -> list[Mutant]:
    """Every change of these packages."""
    return [
        one for file in modules(packages) for one in mutants_of(file, (ROOT / file).read_bytes())
    ]


def chosen(found: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them by chance, in the order of their places. The same seed chooses the same."""
    if not count or count >= len(found):
        return found
    picked = random.Random(seed).sample(range(len(found)), count)
    return [found[index] for index in sorted(picked)]


def run(asked: argparse.Namespace) -> int:
    """Try the changes and print the survivors. The exit status."""
    packages = asked.packages.split(",")
    unknown = sorted(set(packages).difference(TESTS))
    if unknown:
        raise SystemExit(f"no package {unknown[0]!r}; there are {', '.join(TESTS)}")
    found = [one for one in all_mutants(packages) if asked.match in f"{one.file}:{one.line}:"]
    mutants = chosen(found, asked.count, asked.seed)
    if asked.list:
        return _print_list(mutants, asked.json)
    return _try(mutants, asked, len(found))


def _files(asked: argparse.Namespace) -> list[str]:
    """The files of tests that may run, those of the packages first."""
    files = test_files()
    own = [one for one in files if any(belongs(one, name) for name in asked.packages.split(","))]
    return own + [one for one in files if one not in own] if asked.wider else own


def _print_list(mutants: list[Mutant], as_json: bool) -> int:
    from .report import line_of

    if as_json:
        rows = [
            {"file": one.file, "line": one.line, "text": one.text, "change": one.change}
            for one in mutants
        ]
        print(json.dumps(rows))
    else:
        for one in mutants:
            print(line_of(one))
    return 0


def _try(mutants: list[Mutant], asked: argparse.Namespace, of: int) -> int:
    from .equivalent import equivalents
    from .reach import record
    from .report import Progress, summary, text_of
    from .tree import Tree
    from .trial import judge

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what runs is ended, too
    with tempfile.TemporaryDirectory(prefix="nanotrain-") as place:
        tree = Tree(Path(place))
        reach = record(tree, asked.cache, _files(asked))
        progress = Progress(len(mutants))
        verdicts = []
        for mutant in mutants:
            verdicts.append(judge(tree, reach, mutant, asked.wider))
            progress.add(verdicts[-1])
    result = summary(verdicts, equivalents(), asked.seed, of)
    result["not_chosen"] = reach.failed
    print(json.dumps(result) if asked.json else text_of(result))
    return int(result["survived"] > asked.allow)
