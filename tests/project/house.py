"""A copy of the program to which one of each kind of thing is added, as a developer would."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class House:
    """The copy below ``place``: files are added or extended, programs run with it alone."""

    def __init__(self, place: Path) -> None:
        self.place, self.package = place, place / "nanotrain_tui"
        for name in ("nanotrain_tui", "themes"):  # with their compiled files, which stay valid
            shutil.copytree(ROOT / name, place / name)

    def add(self, path: str, text: str) -> None:
        """A new file."""
        assert not (self.place / path).exists()
        (self.place / path).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")

    def extend(self, path: str, text: str) -> None:
        """Text at the end of a module."""
        file = self.package / path
        added = "\n\n" + textwrap.dedent(text).strip() + "\n"
        file.write_text(file.read_text(encoding="utf-8") + added, encoding="utf-8")

    def row(self, path: str, table: str, text: str) -> None:
        """A row at the beginning of a table, whose first line is ``table``."""
        file = self.package / path
        content = file.read_text(encoding="utf-8")
        assert content.count(f"\n{table}\n") == 1, f"{path} has no {table}"
        row = f"\n{table}\n{textwrap.indent(textwrap.dedent(text).strip(), '    ')}\n"
        file.write_text(content.replace(f"\n{table}\n", row), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "PYTHONPATH": str(self.place), "NANOTRAIN_HOME": str(self.place / "home"),
            "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "200",
        }  # fmt: skip

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run Python with this copy."""
        return subprocess.run(
            [sys.executable, *arguments], input=given, capture_output=True, text=True,
            cwd=self.place, env=self.environment(), timeout=200, check=False,
        )  # fmt: skip

    def nanotrain(self, *arguments: str) -> str:
        """What a command prints."""
        ran = self.run("-m", "nanotrain_tui", *arguments)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def ask(self, code: str) -> Any:
        """The value that ``found`` has after some code."""
        code = textwrap.dedent(code) + "\nimport json\nprint(json.dumps(found))"
        ran = self.run("-c", code)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])
