"""A person's own Python that a session runs: ``data.function``.

It runs only after the person has agreed to what the file contains. What was agreed to is kept in
the home folder, by the SHA-256 of the file.
"""

import hashlib
import os
import re
import stat
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from nanotrain_tui.catalog import function_of
from nanotrain_tui.catalog.data_files import FUNCTION
from nanotrain_tui.session.durable import sync, sync_tree
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.trainer_python.launch_error import LaunchError

AGREED = "agreed.txt"  # in the home folder: a line for each file, its SHA-256 and its path
LARGEST = 4 << 20  # bytes
_SHORT = 8  # digits of a SHA-256 in the name of a copy


class Code(NamedTuple):
    """A Python file, and the function in it that is called."""

    path: str
    function: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class NotAgreedError(LaunchError):
    """The person has not agreed yet to run ``code``."""

    def __init__(self, code: Code) -> None:
        message = (
            "{} is Python code that has not run before; 'nanotrain train' asks before it runs it, "
            "or give --yes.".format(code.path)
        )
        super().__init__(FUNCTION, message)
        self.code = code


def agreed_code(config: Mapping[str, Any], home: str) -> Optional[Code]:
    """The code that a configuration runs, None if it runs none.

    Raises NotAgreedError for a file that the person has not agreed to, LaunchError for one that
    cannot be read.
    """
    code = _code_of(config)
    if code is not None and code.sha256 not in _agreed(home):
        raise NotAgreedError(code)
    return code


def agree(code: Code, home: str) -> None:
    """Remember that the person agreed to run this file. Raises OSError."""
    os.makedirs(home, mode=0o700, exist_ok=True)
    line = "{} {}\n".format(code.sha256, code.path.replace("\n", " "))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    file = os.open(os.path.join(home, AGREED), flags, 0o600)
    try:
        os.write(file, line.encode("utf-8", "surrogateescape"))
        os.fsync(file)
    finally:
        os.close(file)


def keep_source(code: Code, folder: SessionFolder) -> None:
    """Copy the file to the session's folder. Raises OSError."""
    path = os.path.join(folder.sources, _name_of(code, folder))
    if os.path.exists(path):
        return
    os.makedirs(folder.sources, mode=0o700, exist_ok=True)
    with open(path, "wb") as file:
        file.write(code.content)
    sync_tree(folder.sources)
    sync(folder.path)


def sources_of(code: Optional[Code], folder: SessionFolder) -> List[Dict[str, str]]:
    """The copies in the session's folder, as the event ``configured`` has them."""
    return [{"file": _name_of(code, folder), "sha256": code.sha256}] if code else []


def _code_of(config: Mapping[str, Any]) -> Optional[Code]:
    path, function = function_of(config)
    if not path:
        return None
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise LaunchError(FUNCTION, "{} is no regular file.".format(path))
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise LaunchError(FUNCTION, "{} cannot be read: {}.".format(path, why)) from None
    if len(content) > LARGEST:
        message = "{} is larger than {:,} bytes; is it Python?".format(path, LARGEST)
        raise LaunchError(FUNCTION, message)
    return Code(path, function, content)


def _agreed(home: str) -> List[str]:
    try:
        with open(os.path.join(home, AGREED), "rb") as file:
            return [line.split(b" ")[0].decode("ascii", "replace") for line in file]
    except OSError:
        return []


def _name_of(code: Code, folder: SessionFolder) -> str:
    """The name of the copy: that of the file, with digits of its hash if this is another one."""
    stem = os.path.splitext(os.path.basename(code.path))[0]
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", stem).lstrip("._-")[:40] or "source"
    name = stem + ".py"
    try:
        with open(os.path.join(folder.sources, name), "rb") as file:
            is_same = file.read() == code.content
    except OSError:
        is_same = True  # there is none yet
    return name if is_same else "{}-{}.py".format(stem, code.sha256[:_SHORT])
