"""scripts/check, pre-commit and CI have the same checks, and Markdown is wrapped."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not (ROOT / ".pre-commit-config.yaml").is_file(), reason="installed without its checkout"
)


def test_pre_commit_has_every_check() -> None:
    script = (ROOT / "scripts" / "check").read_text()
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    for check in (
        "ruff check", "ruff format --check", "-m mypy", "lint-imports",
        "vermin\" --no-tips --violations -t=3.6-", "scripts/check-markdown",
    ):  # fmt: skip
        assert check in script
        assert check.replace('"', "") in hooks


def test_pre_commit_looks_at_the_same_part_of_the_boards_side() -> None:
    script = (ROOT / "scripts" / "check").read_text()
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    (listed,) = re.findall(r'board_side="([^"]*)"', script)
    (pattern,) = re.findall(r"files: (\^nanotrain_tui.*)", hooks)
    wanted = {ROOT / name for name in listed.split()}
    paths = set(ROOT.glob("nanotrain_tui/**/*.py"))
    of_the_board = {path for path in paths if wanted & {path, *path.parents}}
    assert of_the_board == {
        path for path in paths if re.search(pattern, path.relative_to(ROOT).as_posix())
    }


def test_the_workflow_runs_what_ci_runs() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert "run: bash .ci/run" in workflow
    assert "bash scripts/check .venv/bin/python" in (ROOT / ".ci" / "run").read_text()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts" / "check-markdown"
    return subprocess.run(
        [sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True
    )


def test_every_markdown_file_is_wrapped() -> None:
    done = run()
    assert done.returncode == 0, done.stdout


LONG = "word " * 30
KEPT = [
    f"| {LONG} |",
    f"```\n{LONG}\n```",
    f"    {LONG}",
    f"# {LONG}",
    f"- [link]({'x' * 120})",
    f"`{LONG}`",
    f"---\nname: a\nabout: {LONG}\n---",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_cannot_be_wrapped_stays(page: Path, text: str) -> None:
    page.write_text(f"{text}\n")
    assert run(page).returncode == 0
    assert run("--wrap", page).returncode == 0
    assert page.read_text() == f"{text}\n"


@pytest.mark.parametrize("begin", ["", "- ", "12. ", "   "])
def test_a_long_paragraph_is_named_and_wrapped(page: Path, begin: str) -> None:
    page.write_text(f"Title\n\n{begin}{LONG}\n")
    done = run(page)
    assert (done.returncode, done.stdout) == (1, f"{page}:3: longer than 100 characters\n")
    run("--wrap", page)
    assert run(page).returncode == 0
    lines = page.read_text().splitlines()[2:]
    assert lines[0].startswith(f"{begin}word") and lines[1].startswith(f"{' ' * len(begin)}word")
    assert sum(line.count("word") for line in lines) == 30


def test_no_line_of_a_wrapped_paragraph_begins_a_list(page: Path) -> None:
    page.write_text("word " * 19 + "abcd - 1. # word\n")
    run("--wrap", page)
    assert not re.search(r"^\s*(-|1\.|#) ", page.read_text(), re.MULTILINE)


def test_every_picture_of_the_documentation_can_be_made_again() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "remake-pictures"), "--list"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    made = {line.split()[0] for line in done.stdout.splitlines()}
    assert made == {path.stem for path in (ROOT / "docs" / "images").iterdir()}
    pages = "".join(page.read_text() for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    assert made == set(re.findall(r"images/(\w+)\.svg", pages))
