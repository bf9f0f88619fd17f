"""Which tests belong to which package, and the modules that can be changed."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = "nanotrain_tui"
# The tests of each package.
TESTS = {
    "app": ("app", "app_lists", "app_parts", "app_widgets"),
    "catalog": ("catalog",),
    "cli": ("cli",),
    "config": ("config",),
    "drawing": ("app", "app_lists", "app_parts", "app_widgets"),
    "export": ("export",),
    "follow": ("follow",),
    "host": ("host", "scripts"),
    "launch": ("launch",),
    "script_shim": ("scripts",),
    "session": ("session",),
    "telemetry": ("telemetry",),
    "trainer": ("trainer", "trainer_data", "trainer_network", "pictures", "own_data"),
    "trainer_python": ("trainer_python",),
}
# No other tests execute what the trainer does with TensorFlow, and the exports of a network.
WITH_TENSORFLOW = (*TESTS["trainer"], "export")
# They belong to no package; what they execute is seen by the wider suite only.
WIDER = ("end_to_end",)
# They test the sources as text, the installation, many Pythons, or faults at random.
LEFT_OUT = ("project", "benchmarks", "contract", "chaos", "crash", "fuzz")


def modules(packages: list[str]) -> list[str]:
    """The paths of all modules of these packages, relative to the root."""
    found = (path for name in packages for path in (ROOT / PRODUCT / name).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def package_of(module: str) -> str:
    """The package of a module's path."""
    return module.split("/")[1]


def test_files(root: Path = ROOT) -> list[str]:
    """All files with tests that can be chosen, relative to the root."""
    found = (str(path.relative_to(root)) for path in (root / "tests").rglob("test_*.py"))
    return sorted(path for path in found if path.split("/")[1] not in LEFT_OUT)


def belongs(test: str, package: str) -> bool:
    """Whether a test, by its id or its file, is one of the package's own."""
    return test.split("/")[1] in TESTS[package]


def selection(files: list[str]) -> list[str]:
    """The options of pytest besides the files: leave out TensorFlow, unless it is needed."""
    if all(file.split("/")[1] in WITH_TENSORFLOW for file in files):
        return []
    return ["-m", "not tensorflow"]
