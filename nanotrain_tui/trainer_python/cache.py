"""Remembers which Pythons have TensorFlow: to ask one takes seconds on a cold disk.

Only a Python that has it is remembered, so that a later installation is never overlooked. An
entry is valid while the Python's file, its TensorFlow's file and the environment variables that
decide where it searches are the same.
"""

import json
import os
import tempfile
from typing import Any, Dict, Mapping, Optional

MAX_PYTHONS = 20
_SEARCH_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE", "HOME")


class PythonCache:
    """The entries of a JSON file. A file that is missing, damaged or not readable has none.

    ``file`` None keeps nothing.
    """

    def __init__(self, file: Optional[str], environ: Mapping[str, str] = os.environ) -> None:
        self.file = file
        self.environ = environ

    def has_tensorflow(self, python: str) -> bool:
        """Whether this Python has a valid entry."""
        entry = self._read().get(python)
        if not isinstance(entry, dict) or not os.path.exists(str(entry.get("tensorflow"))):
            return False
        return entry == self._entry(python, str(entry["tensorflow"]))

    def add(self, python: str, tensorflow: str) -> None:
        """Remember a Python and the file of its TensorFlow package."""
        entry = self._entry(python, tensorflow)
        if entry is not None:
            others = [(path, known) for path, known in self._read().items() if path != python]
            self._write(dict(others[1 - MAX_PYTHONS :] + [(python, entry)]))

    def remove(self, python: str) -> bool:
        """Remove an entry that has turned out wrong; False where there is none."""
        entries = self._read()
        if entries.pop(python, None) is None:
            return False
        self._write(entries)
        return True

    def _entry(self, python: str, tensorflow: str) -> Optional[Dict[str, Any]]:
        try:
            found = os.stat(python)
        except OSError:
            return None
        return {
            "file": [os.path.realpath(python), found.st_mtime_ns, found.st_size],
            "environment": [self.environ.get(name, "") for name in _SEARCH_VARIABLES],
            "tensorflow": tensorflow,
        }

    def _read(self) -> Dict[str, Any]:
        if self.file is None:
            return {}
        try:
            with open(self.file, "rb") as file:
                entries = json.loads(file.read().decode("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def _write(self, entries: Mapping[str, Any]) -> None:
        if self.file is None:
            return
        folder, name = os.path.split(self.file)
        try:
            os.makedirs(folder, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=name, dir=folder)
        except OSError:
            return
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as text:
                json.dump(entries, text)
            os.replace(temporary, self.file)
        except OSError:
            _unlink(temporary)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
