"""The file ``lost.txt``: a sentence on what a host could not write to the recording."""

import os
from typing import Optional

from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.regular import open_regular

NAME = "lost.txt"
_LONGEST = 1000


def write_lost(folder: SessionFolder, text: str) -> None:
    """Write the sentence for later readers; an error of the disk is ignored."""
    try:
        with open(os.path.join(folder.path, NAME), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError:
        pass


def read_lost(folder: SessionFolder) -> str:
    """The sentence; empty if nothing was lost."""
    try:
        with open_regular(os.path.join(folder.path, NAME)) as file:
            words = file.read(_LONGEST).decode("utf-8", "replace").split()
    except OSError:
        return ""
    return "".join(char for char in " ".join(words) if char.isprintable())


def take_lost(folder: SessionFolder) -> Optional[str]:
    """The sentence, or None; deletes the file, because the caller records it."""
    text = read_lost(folder)
    try:
        os.unlink(os.path.join(folder.path, NAME))
    except OSError:
        pass
    return text or None
