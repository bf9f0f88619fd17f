"""Finds the places of a source file that can be changed, and what each change would be.

Every change is small and leaves valid Python. It replaces the bytes of one node and nothing else,
so a change can be shown as "old -> new" on one line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from . import operators

_SHOWN = 60  # characters of a node in the text of a change


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    ``start`` and ``end`` are offsets in the bytes of the file, which ``new`` replaces. A test must
    execute one of ``lines`` to see the change; none means that the place runs at import.
    """

    file: str
    line: int
    start: int
    end: int
    new: str
    change: str
    text: str
    lines: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it when other lines of the file come and go."""
        return self.file, self.text, self.change

    def apply(self, source: bytes) -> bytes:
        """The source with this change."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants_of(file: str, source: bytes) -> list[Mutant]:
    """All changes of one file, in the order of their places. ``file`` is only a name."""
    finder = _Finder(file, source)
    found = finder.below(ast.parse(source), _Place())
    return sorted(found, key=lambda one: (one.start, one.end, one.new))


@dataclass(frozen=True)
class _Place:
    """Where the walk is: the lines that show that a test was here, and the function's name."""

    lines: tuple[int, ...] = ()
    function: str = ""


class _Finder:
    def __init__(self, file: str, source: bytes) -> None:
        self._file = file
        self._source = source
        self._texts = source.decode().splitlines()
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def below(self, node: ast.AST, place: _Place) -> Iterator[Mutant]:
        """The changes of everything inside a node."""
        for child in _children(node):
            if _cannot_matter(child, bool(place.function)):
                continue
            inside = _inside(child, place)
            for change in operators.changes(child, inside.function):
                yield self._mutant(change, inside)
            yield from self.below(child, inside)

    def _mutant(self, change: operators.Change, place: _Place) -> Mutant:
        node = change.node
        start, end = self._offset(node.lineno, node.col_offset), self._end(node)
        old = _short(self._source[start:end].decode())
        if not change.old:
            shown = f"{old} -> {_short(change.new)}"
        else:
            shown = f"{_short(change.old)} -> {_short(change.new)}"
        text = self._texts[node.lineno - 1].strip()
        new = f"({change.new})" if isinstance(node, ast.expr) and change.wrap else change.new
        return Mutant(self._file, node.lineno, start, end, new, shown, text, place.lines)

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _end(self, node: operators.Located) -> int:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that run when the program does: no annotation and no decorator."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child


def _inside(node: ast.AST, place: _Place) -> _Place:
    """The place of what is inside a node, and of the node itself."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _Place(_lines_of_body(node.body), node.name)
    if isinstance(node, ast.stmt) and place.function:
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if isinstance(body, list) else node.end_lineno or node.lineno
        return _Place(tuple(range(node.lineno, max(last, node.lineno) + 1)), place.function)
    if isinstance(node, ast.ExceptHandler):
        return _Place(_lines_of_body(node.body), place.function)
    return place


def _lines_of_body(body: list[ast.stmt]) -> tuple[int, ...]:
    return tuple(range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1))


def _cannot_matter(node: ast.AST, in_function: bool) -> bool:
    """Whether no test could see a change here: texts, types, and what only tools read."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
        return True  # the body of an interface
    if isinstance(node, ast.If):
        tested = ast.unparse(node.test)
        return "TYPE_CHECKING" in tested or "__name__" in tested or "version_info" in tested
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and not in_function:
        return _is_duration_or_type(node)
    return False


def _is_duration_or_type(node: ast.Assign | ast.AnnAssign) -> bool:
    """A pause in seconds (only a timed test could tell), ``__all__``, or the name of a type."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    name = target.id if isinstance(target, ast.Name) else ""
    value = node.value
    is_type = isinstance(value, ast.Subscript) and name[:1].isupper() and not name.isupper()
    return name == "__all__" or name.endswith("_S") or is_type or value is None
