"""The decoded pictures of a data set: from the cache, or from their files in each epoch."""

import os
from typing import Any, List, NamedTuple

import numpy as np

from ..dataset import Progress
from . import cache_folder
from .picture_cache import (
    Damaged,
    Place,
    about_pictures,
    damaged_in,
    keep_pictures,
    kept_pictures,
)
from .pool import PictureFiles

Array = Any
CHECKING = "checking the pictures"
_CHUNK = 4 << 20  # bytes


class Pictures(NamedTuple):
    """``take(numbers)`` gives the inputs, (n, *shape). ``damaged`` are those to leave out."""

    take: Any
    damaged: Damaged
    notes: List[str]


def ready_pictures(place: Place, files: PictureFiles, progress: Progress) -> Pictures:
    """All pictures, decoded once; those that do not fit into the cache are read in each epoch."""
    why = "the cache is off" if not place.limit else ""
    if not why:
        try:
            why = _keep(place, files, progress)
        except OSError as error:
            why = "the cache cannot be written: {}".format(error.strerror or error)
    kept = kept_pictures(place, files) if not why else None
    if kept is not None:
        return Pictures(kept[0].take, kept[1], [])
    damaged = _checked(place, files, progress)
    note = "The pictures are read from their files in each epoch, because {}."
    return Pictures(files.take, damaged, [note.format(why or "the cache was removed")])


def _keep(place: Place, files: PictureFiles, progress: Progress) -> str:
    """Fill the cache; why there is none, else "". Raises OSError."""
    kept = kept_pictures(place, files)
    if kept is not None:
        return ""
    os.makedirs(place.folder, exist_ok=True)
    needed = len(files) * int(np.prod(files.shape, dtype=np.int64))
    why = cache_folder.why_no_room(place.folder, place.key, needed, place.limit)
    if not why:
        keep_pictures(place, files, progress)
    return why


def _checked(place: Place, files: PictureFiles, progress: Progress) -> Damaged:
    """The damaged pictures: all are decoded once, before the training, and not again later."""
    about = cache_folder.read_about(place.folder, place.key)
    if about and about.get("checked"):
        return damaged_in(about)
    damaged: Damaged = {}
    size = max(1, _CHUNK // max(1, int(np.prod(files.shape, dtype=np.int64))))
    chunk = np.empty((size, *files.shape), np.uint8)
    for at in range(0, len(files), size):
        numbers = np.arange(at, min(at + size, len(files)))
        for done, why in files.fill(numbers, chunk):
            progress(CHECKING, (at + done) / float(len(files)))
            if why:
                damaged[at + done] = why
    about = dict(about_pictures(place, files, damaged), checked=True)
    try:
        os.makedirs(place.folder, exist_ok=True)
        cache_folder.write_about(place.folder, place.key, about)
    except OSError:
        pass  # they are checked again at the next start
    progress(CHECKING, 1.0)
    return damaged
