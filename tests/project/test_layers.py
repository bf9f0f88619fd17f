"""What each side may load, seen from a fresh interpreter."""

import subprocess
import sys

import pytest


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


@pytest.mark.parametrize("module", ["catalog", "session", "host", "telemetry"])
def test_the_boards_side_needs_only_the_standard_library(module: str) -> None:
    loaded = modules_after(f"import nanotrain_tui.{module}")
    for name in ("numpy", "textual", "rich", "click", "psutil", "pynvml", "asyncio"):
        assert name not in loaded


def test_help_loads_neither_dashboard_nor_numpy() -> None:
    loaded = modules_after("import nanotrain_tui.cli")
    for name in ("textual", "numpy", "plotext", "rich"):
        assert name not in loaded
