"""The changes that make no difference to anybody, each with its argument in ``equivalent.toml``."""

from __future__ import annotations

from pathlib import Path

import tomlkit

from .places import Mutant

FILE = Path(__file__).with_name("equivalent.toml")


def equivalents(file: Path = FILE) -> dict[tuple[str, str, str], str]:
    """The argument of each change, by ``Mutant.key``."""
    rows = tomlkit.parse(file.read_text("utf-8")).unwrap()["equivalent"]
    return {(row["file"], row["line"], row["change"]): row["why"] for row in rows}


def argued(mutant: Mutant, table: dict[tuple[str, str, str], str]) -> str:
    """Why this change makes no difference; empty where nobody has argued that."""
    return table.get(mutant.key, "")
