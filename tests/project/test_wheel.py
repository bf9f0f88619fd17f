"""What the wheel carries, beside the code."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import nanotrain_tui

ROOT = Path(nanotrain_tui.__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("installed without its checkout")
    pytest.importorskip("hatchling", reason="builds the wheel; the extra 'test' has it")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("nanotrain_tui-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_themes_and_presets(names: set[str]) -> None:
    themes = {path.name for path in (ROOT / "themes").glob("*.toml")}
    assert {f"nanotrain_tui/themes/{name}" for name in themes} <= names
    assert {f"nanotrain_tui/config/presets/{name}.toml" for name in ("tutorial", "sane")} <= names
    assert "nanotrain_tui/app/dashboard.tcss" in names


def test_the_wheel_carries_nothing_else(names: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"nanotrain_tui"}
