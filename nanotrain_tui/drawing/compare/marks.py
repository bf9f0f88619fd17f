"""The events of compared sessions: their signs on the x axis, and what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Span, run_role
from nanotrain_tui.follow.compare.runs import ComparedRun
from nanotrain_tui.follow.run_state import Mark
from nanotrain_tui.session.events import signs


class RunMark(NamedTuple):
    """An event, and the index of its session."""

    run: int
    x: float  # on the axis
    mark: Mark

    def text(self, glyphs: Glyphs) -> str:
        """``B ▲ step 240, 0:06: learning rate 0.0005 → 0.0001``."""
        one = self.mark
        sign = glyphs.sign(signs()[one.kind])
        return f"{LETTERS[self.run]} {sign} step {one.step:,}, {clock(one.t)}: {one.text}"


Marks = Mapping[int, Sequence[RunMark]]  # by cell of the x axis; the most important one is last


def cell_of(x: float, end: float, across: int) -> int:
    """The cell of a place on an x axis of ``across`` cells from 0 to ``end``."""
    return max(0, min(across - 1, int(x / end * across)))


def marks_of(runs: Sequence[ComparedRun], axis: str, end: float, across: int) -> Marks:
    """The events of all sessions on an x axis of ``across`` cells from 0 to ``end``."""
    ranks = {kind: rank for rank, kind in enumerate(signs())}
    found: dict[int, list[RunMark]] = {}
    for index, one in enumerate(runs):
        for x, mark in one.events(axis):
            found.setdefault(cell_of(x, end, across), []).append(RunMark(index, x, mark))
    for there in found.values():
        there.sort(key=lambda one: ranks[one.mark.kind])
    return found


def signs_of(marks: Marks, glyphs: Glyphs) -> dict[int, Span]:
    """The sign of each cell, in the colour of its session."""
    return {
        cell: Span(glyphs.sign(signs()[there[-1].mark.kind]), run_role(there[-1].run))
        for cell, there in marks.items()
    }


def text_of(there: Sequence[RunMark], glyphs: Glyphs) -> str:
    """The events of one cell, the most important one first."""
    return "; ".join(one.text(glyphs) for one in reversed(there))
