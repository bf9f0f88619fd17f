"""Prepares a script: waits for Keras with an import hook, and refuses ``input()``."""

import builtins
import importlib.machinery
import importlib.util
import sys
import types
from typing import Any, Optional, Sequence

from . import hooks
from .record import record

OURS = "nanotrain_tui"
NO_KEYBOARD = (
    "a script of 'nanotrain run' has no keyboard; give it its input as arguments, or run it "
    "without nanotrain"
)


def begin() -> None:
    """Install the import hooks, once."""
    if not any(isinstance(finder, KerasFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, KerasFinder())
        sys.meta_path.append(RecordFinder())
    sys.modules["_nanotrain_record"] = _record_module("_nanotrain_record")
    builtins.input = refuse_input


def refuse_input(prompt: object = "") -> str:
    """``input()`` for a script that nobody sits before. Raises EOFError."""
    raise EOFError(NO_KEYBOARD)


class KerasFinder:
    """Lets Python find the modules of Keras that train, and patches each after its import."""

    def __init__(self) -> None:
        self._busy = False

    def find_spec(
        self, name: str, path: Optional[Sequence[str]] = None, target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """The spec that the other finders give, with the patch after its execution."""
        if name not in hooks.CLASSES or self._busy:
            return None
        self._busy = True
        try:
            spec = _find(name, path, target)
        finally:
            self._busy = False
        if spec is not None and spec.loader is not None:
            _patch_after(spec.loader)
        return spec


def _find(name: str, path: Any, target: Any) -> Optional[importlib.machinery.ModuleSpec]:
    """What the other finders would answer."""
    for finder in list(sys.meta_path):
        find = getattr(finder, "find_spec", None)
        if find is None or isinstance(finder, KerasFinder):
            continue
        spec = find(name, path, target)
        if spec is not None:
            return spec  # type: ignore[no-any-return]
    return None


def _patch_after(loader: Any) -> None:
    execute = loader.exec_module

    def exec_module(module: types.ModuleType) -> None:
        execute(module)
        hooks.patch(module)

    try:
        loader.exec_module = exec_module
    except AttributeError:
        pass  # a loader with slots: this Keras is not recorded


class RecordFinder:
    """Provides ``from nanotrain_tui import record`` where the package is not installed."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]] = None, target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """The spec of a module that has ``record`` alone; it is asked last."""
        if name != OURS:
            return None
        return importlib.machinery.ModuleSpec(name, _RecordLoader())  # type: ignore[arg-type]


class _RecordLoader:
    def create_module(self, spec: Any) -> types.ModuleType:
        return _record_module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing: it is complete."""


def _record_module(name: str) -> types.ModuleType:
    module = types.ModuleType(name, "Records values of a training loop in nanotrain's session.")
    module.record = record  # type: ignore[attr-defined]
    return module
