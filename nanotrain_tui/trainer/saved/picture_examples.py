"""New picture files, prepared as those that a session was trained on."""

import os
from typing import Any, List, Mapping, NamedTuple, Tuple

import numpy as np

from ..data.dataset import REGRESSION, DataError
from ..data.folder.decode import Decoder
from ..data.folder.headers import BadPicture, read_head
from ..data.folder.layout import TEST, TRAIN, VALIDATING, part_folders, readable
from ..data.folder.pool import PictureFiles
from ..data.folder.preflight import listed
from ..data.folder.preparation import PicturePreparation
from ..data.folder.tub_file import INDEX, numbers_of, picture_of, read_tub
from ..data.folder.walk import File, files_below, listing
from .examples import Examples
from .outcome import Outcome
from .targets import UNKNOWN
from .targets import listed as quoted

Array = Any


class _Found(NamedTuple):
    """The pictures in a folder. A label of -1 is unknown."""

    paths: List[str]
    labels: List[int]
    notes: List[str]


def one_picture(content: bytes, preparation: PicturePreparation, with_targets: bool) -> Examples:
    """A single picture. Raises DataError for targets, which it has none of, else Unreadable."""
    if with_targets:
        raise DataError("", "A single picture has no target; name a folder of class folders.")
    image = Decoder(preparation)(content)[None]
    return Examples(1, lambda first, end: image[first:end])


def folder_examples(
    folder: str, preparation: PicturePreparation, outcome: Outcome, limit: int,
    with_targets: bool, trained_on: str = "",
) -> Examples:  # fmt: skip
    """The pictures in a folder. Raises DataError.

    Labels are the names of the class folders. To predict, all pictures below the folder are taken.
    With targets, those of its part for testing are, if there are parts. ``trained_on`` is the
    folder of the session.
    """
    if outcome.task == REGRESSION:
        if with_targets:
            return _of_tub(folder, preparation, outcome)
        found = _all_pictures(folder, {})
    else:
        known = {str(name): number for number, name in enumerate(outcome.classes)}
        if with_targets:
            found = _of_part(folder, known, outcome, trained_on)
        else:
            found = _all_pictures(folder, known)
    if not found.paths:
        raise DataError("", "{} has no picture. JPEG, PNG, BMP and GIF are read.".format(folder))
    count = min(limit or len(found.paths), len(found.paths))
    files = PictureFiles(found.paths[:count], preparation, "")
    labels = np.array(found.labels[:count], np.int64)
    return Examples(
        count, lambda first, end: files.take(np.arange(first, end)),
        labels if (labels != UNKNOWN).any() else None,
        lambda place: {"file": readable(files.paths[place]), "index": 0}, notes=found.notes,
    )  # fmt: skip


def _of_tub(folder: str, preparation: PicturePreparation, outcome: Outcome) -> Examples:
    """The records of a tub, with the numbers to predict. ``numbers`` are their indexes."""
    tub = read_tub(folder)
    values = np.array(numbers_of(tub, outcome.targets, folder, ""), np.float64)
    files = PictureFiles([picture_of(folder, one) for one in tub.records], preparation, "")
    indexes = [int(record.get(INDEX, place)) for place, record in enumerate(tub.records)]
    return Examples(
        len(values), lambda first, end: files.take(np.arange(first, end)), values,
        numbers=indexes,
    )  # fmt: skip


def _all_pictures(folder: str, known: Mapping[str, int]) -> _Found:
    """All pictures below a folder; those in folders with the names of classes have labels."""
    files = files_below(folder, "").files
    paths, damaged = _whole(files)
    inner = os.path.join(folder, "")
    labels = [_label(path[len(inner) :], known) for path in paths]
    return _Found(paths, labels, _notes(damaged))


def _label(name: str, known: Mapping[str, int]) -> int:
    """The class of the outermost folder that has the name of one."""
    folders = os.path.dirname(name).split(os.sep)
    return next((known[one] for one in map(readable, folders) if one in known), UNKNOWN)


def _of_part(folder: str, known: Mapping[str, int], outcome: Outcome, trained_on: str) -> _Found:
    """The pictures of a folder of class folders, or of its part for testing."""
    folders, _ = part_folders(folder, "") if _has_train(folder) else ({TRAIN: folder}, [])
    part = next(one for one in (TEST, VALIDATING, TRAIN) if one in folders)
    notes = []
    if len(folders) > 1:
        notes.append("These are the pictures of its part {}.".format(folders[part]))
    elif trained_on and os.path.realpath(trained_on) == os.path.realpath(folder):
        notes.append(
            "Most of these pictures were trained on: the figures are better than for new ones."
        )
    paths: List[str] = []
    labels: List[int] = []
    damaged: List[Tuple[str, str]] = []
    for inner in listing(folders[part], "").folders:
        name = readable(os.path.basename(inner))
        found, bad = _whole(files_below(inner, "").files)
        if found and name not in known:
            message = "{}: the session does not know the class {!r}; it knows {}."
            raise DataError("", message.format(inner, name, quoted(outcome.classes)))
        paths += found
        labels += [known[name]] * len(found) if found else []
        damaged += bad
    if not paths:
        message = "{} has no class folders with pictures; the session knows the classes {}."
        raise DataError("", message.format(folders[part], quoted(outcome.classes)))
    return _Found(paths, labels, notes + _notes(damaged))


def _has_train(folder: str) -> bool:
    names = {os.path.basename(one).lower() for one in listing(folder, "").folders}
    return bool(names & {"train", "training"})


def _whole(files: List[File]) -> Tuple[List[str], List[Tuple[str, str]]]:
    """The files that are pictures by their headers, and the damaged ones with the reason."""
    paths: List[str] = []
    damaged: List[Tuple[str, str]] = []
    for file in files:
        try:
            if read_head(file.path, file.size) is not None:
                paths.append(file.path)
        except BadPicture as error:
            damaged.append((file.path, str(error)))
    return paths, damaged


def _notes(damaged: List[Tuple[str, str]]) -> List[str]:
    if not damaged:
        return []
    word = "picture is" if len(damaged) == 1 else "pictures are"
    names = listed([path for path, _ in damaged])
    return ["{:,} damaged {} left out: {}.".format(len(damaged), word, names)]
