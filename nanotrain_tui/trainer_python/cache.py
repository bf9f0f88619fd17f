"""Which Pythons were found to have TensorFlow: asking a cold one takes seconds.

Only that they have it is remembered, so that an installation made since is never overlooked. What
is remembered counts while the Python's file, the TensorFlow that it found and the variables that
decide where it looks are the same.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST = 20  # Pythons
_LOOKS_AT = ("PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE", "HOME")


@dataclass
class Remembered:
    """The memory in a file; one that is missing, damaged or closed is an empty one."""

    file: Path | None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def has_tensorflow(self, python: str) -> bool:
        """Whether this Python is known to have it."""
        known = self._read().get(python)
        if not isinstance(known, dict) or not os.path.exists(str(known.get("tensorflow"))):
            return False
        return known == self._stamp(python, str(known["tensorflow"]))

    def keep(self, python: str, tensorflow: str) -> None:
        """Remember where it has its TensorFlow."""
        stamp = self._stamp(python, tensorflow)
        if stamp is not None:
            others = {path: known for path, known in self._read().items() if path != python}
            self._write({**dict(list(others.items())[1 - MOST :]), python: stamp})

    def forget(self, python: str) -> bool:
        """What was remembered has turned out wrong; False where nothing was."""
        known = self._read()
        if known.pop(python, None) is None:
            return False
        self._write(known)
        return True

    def _stamp(self, python: str, tensorflow: str) -> dict[str, Any] | None:
        try:
            found = Path(python).stat()
        except OSError:
            return None
        looks_at = [self.environ.get(name, "") for name in _LOOKS_AT]
        file = [str(Path(python).resolve()), found.st_mtime_ns, found.st_size]
        return {"file": file, "environment": looks_at, "tensorflow": tensorflow}

    def _read(self) -> dict[str, Any]:
        if self.file is None:
            return {}
        try:
            known = json.loads(self.file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, known: Mapping[str, Any]) -> None:
        if self.file is None:
            return
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, aside = tempfile.mkstemp(prefix=self.file.name, dir=self.file.parent)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as text:
                    json.dump(known, text)
                Path(aside).replace(self.file)
            except OSError:
                Path(aside).unlink(missing_ok=True)
                raise
