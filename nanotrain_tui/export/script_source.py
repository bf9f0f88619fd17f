"""The source code of functions and of everything that they need, for a stand-alone script."""

import ast
import inspect
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import resolve_name
from typing import Any

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class _Module:
    """The definitions and imports at the top level of a module, by name."""

    def __init__(self, name: str) -> None:
        source = inspect.getsource(sys.modules[name])
        self.name, self.lines = name, source.splitlines()
        self.definitions: dict[str, Definition] = {}
        self.imports: dict[str, str] = {}  # the statement of each name
        self.relative: dict[str, tuple[str, str]] = {}  # the module and the name there
        for node in ast.parse(source).body:
            if isinstance(node, Definition):
                self.definitions.update(dict.fromkeys(_defined(node), node))
            elif isinstance(node, ast.ImportFrom) and node.level:
                origin = resolve_name("." * node.level + (node.module or ""), _package(name))
                self.relative.update(
                    (one.asname or one.name, (origin, one.name)) for one in node.names
                )
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.update(_imported(node))

    def text(self, node: Definition) -> str:
        """The source code of a definition, with the comment above it and without decorators."""
        first = node.lineno - 1  # of a decorated function this is the line of "def"
        while self.lines[first - 1].startswith("#"):
            first -= 1
        return "\n".join(self.lines[first : node.end_lineno])


@dataclass
class Sources:
    """Collects definitions.

    ``given`` are the names that the script itself defines. ``before`` has been collected already:
    its definitions are not repeated.
    """

    given: Collection[str]
    before: "Sources | None" = None
    modules: dict[str, _Module] = field(default_factory=dict)
    found: dict[tuple[str, str], Definition] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)

    def add(self, roots: Iterable[Any]) -> None:
        """Add functions and classes of the top level of modules, and all that they use."""
        for root in roots:
            self._add(root.__module__, root.__name__)

    def text(self) -> str:
        """The source code of all collected definitions; a module comes after those it imports.

        Raises ValueError if two modules have different definitions of one name.
        """
        seen = self.before.meanings() if self.before else {}
        blocks: list[str] = []
        for module, node, names in self._in_order():
            meaning = ast.dump(node)
            if seen.get(names[0], meaning) != meaning:
                raise ValueError(f"{names[0]} is defined twice, and {module} differs")
            if names[0] in seen:
                continue
            seen[names[0]] = meaning
            text = self.modules[module].text(node)
            tall = isinstance(node, ast.FunctionDef | ast.ClassDef)
            blocks.append(f"\n\n{text}\n\n" if tall else text)
        body = "\n".join(blocks)
        while "\n\n\n\n" in body:
            body = body.replace("\n\n\n\n", "\n\n\n")
        return body.strip("\n")

    def meanings(self) -> dict[str, str]:
        """What each collected name is defined as."""
        return {names[0]: ast.dump(node) for _, node, names in self._in_order()}

    def _in_order(self) -> Iterator[tuple[str, Definition, list[str]]]:
        for module in self._imported_first():
            nodes = {id(node): node for (name, _), node in self.found.items() if name == module}
            for node in sorted(nodes.values(), key=lambda node: node.lineno):
                yield module, node, _defined(node)

    def _imported_first(self) -> list[str]:
        """The modules, each after those that it imports."""
        ordered: list[str] = []
        visited: set[str] = set()

        def visit(name: str) -> None:
            if name in self.modules and name not in visited:
                visited.add(name)
                for origin, _ in self.modules[name].relative.values():
                    visit(origin)
                ordered.append(name)

        for name in self.modules:
            visit(name)
        return ordered

    def _add(self, module_name: str, name: str) -> None:
        if module_name not in self.modules:
            self.modules[module_name] = _Module(module_name)
        module = self.modules[module_name]
        if name in self.given or (module_name, name) in self.found:
            return
        if name in module.definitions:
            node = self.found[module_name, name] = module.definitions[name]
            for used in _names_used(node):
                self._add(module_name, used)
        elif name in module.imports:
            self.imports.add(module.imports[name])
        elif name in module.relative:
            self._add(*module.relative[name])


def table(name: str, entries: Mapping[Any, Any]) -> str:
    """The Python source code of a dictionary with this name."""
    lines = [f"    {key!r}: {literal(entry)}," for key, entry in entries.items()]
    return "\n".join([f"{name} = {{", *lines, "}"])


def literal(value: Any) -> str:
    """The Python source code of a value. Functions are given by name, NamedTuples by a call."""
    if callable(value):
        return str(value.__name__)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        kept = dict(zip(value._fields, value, strict=True))
        defaults: dict[str, Any] = getattr(value, "_field_defaults", {})
        for last in reversed(value._fields):
            if last not in defaults or defaults[last] != kept[last]:
                break
            del kept[last]
        return f"{type(value).__name__}({', '.join(map(literal, kept.values()))})"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def parts_of(value: Any) -> Iterator[Any]:
    """The functions and classes that the result of ``literal`` uses."""
    if callable(value):
        yield value
    elif isinstance(value, tuple):
        if hasattr(value, "_fields"):
            yield type(value)
        for part in value:
            yield from parts_of(part)


def _defined(node: Definition) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def _package(module: str) -> str:
    return str(sys.modules[module].__package__)


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    if isinstance(node, ast.Import):
        aliases = [f" as {one.asname}" if one.asname else "" for one in node.names]
        lines = [
            f"import {one.name}{alias}" for one, alias in zip(node.names, aliases, strict=True)
        ]
        return {one.asname or one.name: line for one, line in zip(node.names, lines, strict=True)}
    return {one.asname or one.name: f"from {node.module} import {one.name}" for one in node.names}


def _names_used(node: Definition) -> list[str]:
    """The names of a definition that its module must have, in order; not its decorators'."""
    parts: list[ast.AST] = [node]
    if isinstance(node, ast.FunctionDef):
        parts = [node.args, *node.body, *([node.returns] if node.returns else [])]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.bases, *node.body]
    inside = [one for part in parts for one in ast.walk(part)]
    local = {one.arg for one in inside if isinstance(one, ast.arg)}
    names = [one for one in inside if isinstance(one, ast.Name)]
    if isinstance(node, ast.FunctionDef):
        local |= {one.id for one in names if isinstance(one.ctx, ast.Store)}
    return list(dict.fromkeys(one.id for one in names if one.id not in local))
