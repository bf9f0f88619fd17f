"""What a stranger's install relies on."""

import re
import sys
from pathlib import Path

import pytest

import nanotrain_tui

ROOT = Path(nanotrain_tui.__file__).parents[1]
pytestmark = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").is_file(), reason="installed without its checkout"
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_nvidias_tensorflow_is_never_replaced() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (tensorflow,) = [line for line in project["dependencies"] if line.startswith("tensorflow")]
    assert "platform_machine != 'aarch64' or sys_platform != 'linux'" in tensorflow


def test_the_readmes_test_command_is_one_line_that_ci_finds() -> None:
    lines = re.findall(r"^python3 -m venv .*-m pytest.*$", (ROOT / "README.md").read_text(), re.M)
    assert len(lines) == 1


def test_every_page_the_documentation_links_to_exists() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def headings(page: Path) -> set[str]:
    """The anchors that a page has: its headings, as GitHub writes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    found = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def test_every_heading_the_documentation_links_to_exists() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]*)\)", page.read_text()):
            there = page.parent / target if target else page
            assert anchor in headings(there), f"{page.name} links to {target}#{anchor}"


def test_every_module_that_the_documentation_names_exists() -> None:
    for page in (ROOT / "docs" / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"):
        for name in re.findall(r"`([a-z_]+/[\w/]+\.py)`", page.read_text()):
            places = [ROOT / name, ROOT / "nanotrain_tui" / name]
            assert any(place.exists() for place in places), f"{page.name} names {name}"
