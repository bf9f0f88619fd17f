"""Which tests execute which lines, recorded once for each file of tests and then kept.

A recording is used again until the file of tests changes, or what it shares with other files of
tests, or a module of the product that it executes.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .packages import PRODUCT, belongs, package_of, selection
from .places import Mutant
from .tree import Tree

_TRACER = str(Path("benchmarks") / "mutants" / "tracer")
_LONGEST_S = 900.0
_WHOLE_FILE = "0"  # the label of what runs at import, and in fixtures of a whole file


@dataclass
class Recorded:
    """One file of tests. ``lines``: by module, by label of a test, the lines that it executes."""

    seconds: dict[str, float] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    lines: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    made_of: dict[str, str] = field(default_factory=dict)  # the digests of all that it depends on

    def is_of(self, root: Path) -> bool:
        """Whether everything that it depends on is still the same."""
        return all(_digest(root / name) == digest for name, digest in self.made_of.items())

    def tests(self, module: str, wanted: set[int]) -> set[str]:
        """The tests that execute one of these lines; every test, where it runs for the file."""
        by_label = self.lines.get(module, {})
        labels = {label for label, lines in by_label.items() if wanted.intersection(lines)}
        passed = set(self.seconds).difference(self.failed)
        if _WHOLE_FILE in labels:
            return passed
        return {test for test in passed if self.labels.get(test) in labels}

    def users(self, module: str) -> set[str]:
        """The tests that may show what this module has made at import.

        They execute something of it later; where no test does, all of a file that imports it.
        """
        by_label = self.lines.get(module, {})
        labels = set(by_label).difference({_WHOLE_FILE})
        if by_label and not labels:
            return set(self.seconds)
        return {test for test in self.seconds if self.labels.get(test) in labels}


class Reach:
    """The recordings of all files of tests."""

    def __init__(self, recorded: Iterable[Recorded]) -> None:
        self._recorded = list(recorded)

    @property
    def failed(self) -> list[str]:
        """The tests that fail on the unchanged program; they are never chosen."""
        return [test for one in self._recorded for test in one.failed]

    def all_of(self, files: set[str]) -> list[str]:
        """The ids of all tests in these files."""
        found = (test for one in self._recorded for test in one.seconds)
        return [test for test in found if test.split("::")[0] in files]

    def choose(self, mutant: Mutant, wider_s: float) -> tuple[dict[str, float], dict[str, float]]:
        """The tests to run with this change, and their seconds, fastest first.

        First those of the package; then the others, as many as fit into ``wider_s`` seconds.
        """
        found: dict[str, float] = {}
        for one in self._recorded:
            tests = one.tests(mutant.file, set(mutant.lines))
            if not mutant.lines:  # it runs at import: what uses the module may show the change
                tests = one.users(mutant.file).difference(one.failed)
            found.update({test: one.seconds[test] for test in tests})
        package = package_of(mutant.file)
        own = {test: took for test, took in found.items() if belongs(test, package)}
        wider: dict[str, float] = {}
        for test, took in sorted(found.items(), key=lambda item: item[1]):
            if test not in own and sum(wider.values()) + took <= wider_s:
                wider[test] = took
        return _by_file(own), _by_file(wider)


def _by_file(tests: dict[str, float]) -> dict[str, float]:
    """Fastest file first, and in it the fastest test first: a file's fixtures are made once."""
    files: dict[str, float] = {}
    for test, took in tests.items():
        file = test.split("::")[0]
        files[file] = files.get(file, 0.0) + took
    order = sorted(
        tests, key=lambda test: (files[test.split("::")[0]], test.split("::")[0], tests[test])
    )
    return {test: tests[test] for test in order}


def record(tree: Tree, cache: Path, files: list[str]) -> Reach:
    """The recordings of these files of tests: those in the cache folder, and new ones."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = {file: _read(_place(cache, file), tree.root) for file in files}
    missing = [file for file in files if kept[file] is None]
    began = time.monotonic()
    for number, file in enumerate(missing, 1):
        kept[file] = _record_file(tree, file)
        _write(_place(cache, file), kept[file])
        left = (time.monotonic() - began) / number * (len(missing) - number)
        text = f"recording which lines the tests execute: {number}/{len(missing)} {file}"
        print(f"{text}, about {left / 60:.0f} min left", file=sys.stderr, flush=True)
    return Reach(kept.values())


def _record_file(tree: Tree, file: str) -> Recorded:
    folder = tree.root.parent / "trace"
    folder.mkdir()
    variables = {"NANOTRAIN_MUTANTS_TRACE": str(folder), "NANOTRAIN_MUTANTS_ROOT": str(tree.root)}
    arguments = [*selection([file]), file]
    outcome = tree.pytest(arguments, _LONGEST_S, variables, (str(tree.root / _TRACER),))
    if outcome.status not in (0, 1, 5):
        raise SystemExit(f"{file} cannot be recorded:\n{outcome.output}")
    lines = _traced(folder)
    names = [file, *_shared(tree.root, file), *lines]
    made_of = {name: _digest(tree.root / name) for name in names}
    return Recorded(outcome.seconds, outcome.labels, lines, outcome.failed, made_of)


def _shared(root: Path, file: str) -> list[str]:
    """What a file of tests may import from its folder and from the fakes, and the tracer."""
    folders = [(root / file).parent, root / "tests" / "fakes", root / _TRACER]
    found = [path for folder in folders for path in folder.rglob("*.py")]
    return [str(path.relative_to(root)) for path in found if not path.name.startswith("test_")]


def _place(cache: Path, file: str) -> Path:
    return cache / f"{Path(file).stem}.json.gz"


def _traced(folder: Path) -> dict[str, dict[str, list[int]]]:
    """Read and delete what the tracer wrote."""
    found: dict[str, dict[str, set[int]]] = {}
    for file in folder.iterdir():
        label = _WHOLE_FILE
        for row in file.read_text("utf-8", errors="replace").splitlines():
            name, colon, line = row.rpartition(":")
            if row.startswith("= "):
                label = row[2:]
            elif colon and line.isdigit():
                found.setdefault(f"{PRODUCT}/{name}", {}).setdefault(label, set()).add(int(line))
        file.unlink()
    folder.rmdir()
    return {
        module: {label: sorted(lines) for label, lines in by_label.items()}
        for module, by_label in found.items()
    }


def _write(place: Path, recorded: Recorded) -> None:
    new = place.with_suffix(".new")
    new.write_bytes(gzip.compress(json.dumps(vars(recorded)).encode(), 4))
    new.rename(place)


def _read(place: Path, root: Path) -> Recorded | None:
    """A recording that still holds; None if there is none."""
    if not place.exists():
        return None
    found = Recorded(**json.loads(gzip.decompress(place.read_bytes())))
    return found if found.is_of(root) else None


@functools.cache
def _digest(file: Path) -> str:
    """The SHA-256 of a file, of which each is read once; empty if it is gone."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.exists() else ""
