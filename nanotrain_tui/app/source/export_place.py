"""Where an export is written: the file, its folder and the free space, for the dialogs."""

from __future__ import annotations

import os
from pathlib import Path

from nanotrain_tui.catalog.formats import gigabytes


def describe_place(path: Path) -> str:
    """Two lines: the file or folder and whether it exists, and the folder that it is in."""
    place = path.absolute()
    return f"File: {place.name}{_state(place)}\nFolder: {place.parent}{_free(place.parent)}"


def _state(place: Path) -> str:
    if place.is_dir():
        return " (a folder that exists; it is overwritten only if you confirm)"
    if os.path.lexists(place):
        return " (exists; it is overwritten only if you confirm)"
    return " (new)"


def _free(folder: Path) -> str:
    """The free space of the disk, of the nearest folder that exists."""
    new = "" if folder.is_dir() else ", will be created"
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        disk = os.statvfs(folder)
    except OSError:
        return new
    return f" ({gigabytes(disk.f_bavail * disk.f_frsize / 2**20)} free{new})"
