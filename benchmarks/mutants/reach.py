"""Which tests execute which lines, recorded once for each file of tests and then kept.

A recording is used again until the product, the file of tests, or what it shares with other files
of tests changes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .packages import PRODUCT, ROOT, belongs, package_of, test_files
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

    def tests(self, module: str, wanted: set[int]) -> set[str]:
        """The tests that execute one of these lines; every test, where it runs for the file."""
        by_label = self.lines.get(module, {})
        labels = {label for label, lines in by_label.items() if wanted.intersection(lines)}
        passed = set(self.seconds).difference(self.failed)
        if _WHOLE_FILE in labels:
            return passed
        return {test for test in passed if self.labels.get(test) in labels}

    def functions(self, module: str) -> set[str]:
        """The tests that execute anything of this module after its import."""
        labels = set(self.lines.get(module, {})).difference({_WHOLE_FILE})
        return {test for test in self.seconds if self.labels.get(test) in labels}


class Reach:
    """The recordings of all files of tests."""

    def __init__(self, recorded: Iterable[Recorded]) -> None:
        self._recorded = list(recorded)

    @property
    def failed(self) -> list[str]:
        """The tests that fail on the unchanged program; they are never chosen."""
        return [test for one in self._recorded for test in one.failed]

    def choose(self, mutant: Mutant, wider_s: float) -> tuple[dict[str, float], dict[str, float]]:
        """The tests to run with this change, and their seconds, fastest first.

        First those of the package; then the others, as many as fit into ``wider_s`` seconds.
        """
        found: dict[str, float] = {}
        for one in self._recorded:
            tests = one.tests(mutant.file, set(mutant.lines))
            if not mutant.lines:  # it runs at import: what uses the module may show the change
                tests = one.functions(mutant.file).difference(one.failed)
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
    common = _digest(_common_files())
    began, made = time.monotonic(), 0
    recordings = []
    for number, file in enumerate(files):
        kept = cache / f"{Path(file).stem}-{_digest([ROOT / file], common)}.json.gz"
        if not kept.exists():
            for old in cache.glob(f"{Path(file).stem}-*.json.gz"):
                old.unlink()
            _write(kept, _record_file(tree, file))
            made += 1
            left = (time.monotonic() - began) / made * (len(files) - number - 1)
            text = f"recording which lines the tests execute: {number + 1}/{len(files)} {file}"
            print(f"{text}, about {left / 60:.0f} min left", file=sys.stderr, flush=True)
        recordings.append(_read(kept))
    return Reach(recordings)


def _record_file(tree: Tree, file: str) -> Recorded:
    folder = tree.root.parent / "trace"
    folder.mkdir()
    variables = {"NANOTRAIN_MUTANTS_TRACE": str(folder), "NANOTRAIN_MUTANTS_ROOT": str(tree.root)}
    outcome = tree.pytest([file], _LONGEST_S, variables, (str(tree.root / _TRACER),))
    if outcome.status not in (0, 1, 5):
        raise SystemExit(f"{file} cannot be recorded:\n{outcome.output}")
    lines = _traced(folder)
    return Recorded(outcome.seconds, outcome.labels, lines, outcome.failed)


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


def _write(file: Path, recorded: Recorded) -> None:
    new = file.with_suffix(".new")
    new.write_bytes(gzip.compress(json.dumps(vars(recorded)).encode(), 4))
    new.rename(file)


def _read(file: Path) -> Recorded:
    return Recorded(**json.loads(gzip.decompress(file.read_bytes())))


def _common_files() -> list[Path]:
    tests = set(test_files())
    found = [*(ROOT / PRODUCT).rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    found += (ROOT / _TRACER).glob("*.py")
    return sorted(path for path in found if str(path.relative_to(ROOT)) not in tests)


def _digest(files: Iterable[Path], before: str = "") -> str:
    digest = hashlib.sha256(before.encode())
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
