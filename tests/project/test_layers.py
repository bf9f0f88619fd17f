"""What each side may load, seen from a fresh interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "nanotrain_tui"


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module", ["app", "cli", "config", "launch", "follow", "export", "host", "session", "telemetry"]
)
def test_nothing_but_the_trainer_knows_tensorflow(module: str) -> None:
    loaded = modules_after(f"import nanotrain_tui.{module}")
    assert "tensorflow" not in loaded
    assert "keras" not in loaded


@pytest.mark.parametrize(
    "folder", ["catalog", "session", "telemetry", "trainer_python", "host", "launch"]
)
def test_the_boards_side_needs_only_the_standard_library(folder: str) -> None:
    files = sorted((PACKAGE / folder).rglob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    imports = ", ".join(name for name in names if not name.endswith("__main__"))
    before = {name.partition(".")[0] for name in modules_after("pass")}
    loaded = {name.partition(".")[0] for name in modules_after(f"import {imports}")} - before
    assert loaded - sys.stdlib_module_names == {"nanotrain_tui"}
    assert "asyncio" not in loaded, "it takes memory that a board needs"


def test_help_loads_neither_dashboard_nor_numpy() -> None:
    loaded = modules_after("import nanotrain_tui.cli")
    for name in ("textual", "numpy", "plotext", "rich"):
        assert name not in loaded
