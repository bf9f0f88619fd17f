"""Draws the lists of the dialogs: described entries, with the letters that match what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len

from nanotrain_tui.catalog.search import marked, rank
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit

SIGNS = 2  # cells at the left: the cursor, and the mark of the entry that is in use
GAP = 2  # cells between columns
LEAST_SUMMARY = 12  # a description with less room is left out of the line


class Entry(NamedTuple):
    """One entry of a list."""

    name: str  # what the list returns
    label: str
    summary: str = ""  # what it is, in one sentence
    detail: str = ""  # a second column: a small curve, a value, keys
    names: tuple[str, ...] = ()  # other names to find it by
    comes_first: bool = False  # before entries that match equally well
    possible: bool = True  # False: drawn dimmed


class Columns(NamedTuple):
    """The cells of the columns of a list."""

    label: int
    detail: int
    summary: int  # of the longest description

    @property
    def width(self) -> int:
        """The cells of a line that shows everything."""
        return SIGNS + self.label + _with_gap(self.detail) + _with_gap(self.summary)

    def in_width(self, width: int) -> Columns:
        """The columns for lines of ``width`` cells: the description gets what is left."""
        detail = min(self.detail, width // 3)
        label = min(self.label, width - SIGNS - _with_gap(detail))
        left = width - SIGNS - label - _with_gap(detail) - GAP
        return Columns(label, detail, left if left >= LEAST_SUMMARY else 0)


def columns_of(entries: Sequence[Entry]) -> Columns:
    """The cells that the columns of these entries need."""
    return Columns(
        max((cell_len(one.label) for one in entries), default=0),
        max((cell_len(one.detail) for one in entries), default=0),
        max((cell_len(one.summary) for one in entries), default=0),
    )


def found(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """The entries that match what was typed, the best match first; all of them if it is empty."""
    if not typed.strip():
        return list(entries)
    ranks = [rank(typed, (one.label, *one.names), one.summary) for one in entries]
    matching = [
        (place, not one.comes_first, index)
        for index, (one, place) in enumerate(zip(entries, ranks, strict=True))
        if place is not None
    ]
    return [entries[index] for _, _, index in sorted(matching)]


def draw_entry(
    entry: Entry,
    columns: Columns,
    width: int,
    glyphs: Glyphs,
    typed: str = "",
    here: bool = False,
    in_use: bool = False,
) -> Line:
    """One entry in ``width`` cells. ``here``: whether the cursor is on it."""
    line = [
        Span(">" if here else " ", "value"),
        Span("*" if in_use else " ", "value"),
        *_marked(entry.label, columns.label, glyphs, typed, "" if entry.possible else "muted"),
    ]
    described = "" if any(role == "match" for _, role in line) else typed
    for text, cells, sought in (
        (entry.detail, columns.detail, ""),
        (entry.summary, columns.summary, described),
    ):
        if cells:
            line += [Span(" " * GAP), *_marked(text, cells, glyphs, sought, "muted")]
    fitted = fit(tuple(line), width, glyphs.ellipsis)
    return under_cursor(fitted) if here else fitted


def marked_spans(text: str, typed: str, role: str = "") -> Line:
    """The text in spans: the characters that match what was typed have the role ``match``."""
    places = marked(typed, text) if typed else frozenset()
    runs = groupby(range(len(text)), key=places.__contains__)
    parts = [("".join(text[at] for at in run), hit) for hit, run in runs]
    return tuple(Span(part, "match" if hit else role) for part, hit in parts)


def under_cursor(line: Line) -> Line:
    """The line as it is drawn where the cursor is; what matches stays marked."""
    roles = {"match": "cursor-match"}
    return tuple(Span(text, roles.get(role, "cursor")) for text, role in line)


def _with_gap(cells: int) -> int:
    return cells + GAP if cells else 0


def _marked(text: str, cells: int, glyphs: Glyphs, typed: str, role: str) -> list[Span]:
    """The text in ``cells`` cells, with what matches."""
    return list(fit(marked_spans(text, typed, role), cells, glyphs.ellipsis))
