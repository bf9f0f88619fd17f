"""The files that a network is asked about, as the trainer expects them."""

import base64
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nanotrain_tui.cli.exit_status import CommandError

MAX_BYTES = 256 << 20  # of a file, because memory holds several copies of it
_BESIDE = (  # examples, and the file of their labels beside it
    (re.compile("images-idx3"), "labels-idx1"),
    (re.compile(r"^x(?=[_.-])|(?<=[_-])x(?=\.npy$)"), "y"),
    (re.compile(r"^X(?=[_.-])|(?<=[_-])X(?=\.npy$)"), "y"),
)


def request_of(name: str, targets: str | None = None) -> dict[str, Any]:
    """A file with its name, and the file of its labels or targets: ``targets``, else that beside.

    A folder has its path alone: it can be larger than the memory.

    Raises CommandError that names the file.
    """
    if name != "-" and Path(name).is_dir():
        return {"name": name, "folder": str(Path(name).absolute())}
    content, labels = _read(name), b""
    beside = targets or _beside(name)
    if beside is not None:
        labels = _read(beside)
    return {"name": name, "content": _encoded(content), "labels": _encoded(labels)}


def request_of_rows(rows: Sequence[str]) -> dict[str, Any]:
    """The rows of the command line as a file."""
    content = "\n".join(" ".join(row.splitlines()) for row in rows).encode("utf-8", "replace")
    return {"name": "--row", "content": _encoded(content), "labels": "", "rows": True}


def _beside(name: str) -> str | None:
    """The labels beside an IDX file of images, the targets beside an ``.npy`` file of inputs."""
    path = Path(name)
    for pattern, other in _BESIDE:
        if pattern.search(path.name) and (other != "y" or path.suffix == ".npy"):
            found = path.with_name(pattern.sub(other, path.name, count=1))
            if found.is_file():
                return str(found)
    return None


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _read(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise CommandError(f"{name} does not exist; check the path.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}.") from None
    if len(content) > MAX_BYTES:
        raise CommandError(f"{name} is larger than {MAX_BYTES >> 20} MB; split it.")
    return content
