"""The tree stays one that a person finds their way in."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
MOST_MODULES = 25  # in a folder
PYTHON = [
    path for top in ("nanotrain_tui", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py")
]


def test_no_file_has_more_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in PYTHON
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_no_folder_has_more_than_25_modules() -> None:
    folders = {path.parent for path in PYTHON}
    counts = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) for folder in folders}
    assert not {folder: count for folder, count in counts.items() if count > MOST_MODULES}


@pytest.mark.parametrize("package", ["nanotrain_tui"])
def test_every_package_and_module_says_what_it_is_for(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent
