"""The data of a folder of class folders: classes, parts, and how a picture becomes an input."""

from typing import Any, List, Mapping

import numpy as np

from ..dataset import BINARY, CLASSIFICATION, DataError
from ..split import SPLIT, PartRows, by_fraction, column_of_parts
from .identity import identity_of_pictures
from .layout import PATH, TEST, TRAIN, VALIDATING
from .picture_data import PictureData
from .preflight import Look, Picture, look_at
from .preparation import chosen
from .repeats import repeats

Array = Any
TASK = "data.task"
_AUTO = "auto"


def class_folders(config: Mapping[str, Any]) -> PictureData:
    """What ``data.path`` holds, by the headers of its pictures. Raises DataError."""
    if not config.get(PATH):
        raise DataError(PATH, "is empty; name the folder that holds the class folders.")
    look = look_at(config)
    task = _task(look.classes, str(config.get(TASK) or _AUTO))
    found, notes = chosen([one.head for one in look.pictures], config)
    preparation = found._replace(task=task, classes=look.classes)
    targets = np.array([one.label for one in look.pictures], np.int32)
    rows = _rows(look, targets, config)
    pictures = look.pictures
    files = [(one.name, one.file) for one in pictures]
    train, test = _of(pictures, rows.train), _of(pictures, rows.test)
    if rows.validation is not None:
        test = test + _of(pictures, rows.validation)
    if task == BINARY:
        notes.append("Precision and recall are those of {!r}.".format(look.classes[1]))
    parts = {part: sorted(one.name for one in look.of(part)) for part in (TEST, VALIDATING)}
    return PictureData(
        "folder", _source(config, look), files, [one.head for one in pictures], targets, rows,
        preparation, identity_of_pictures(files, config, preparation, parts),
        look.problems + repeats(train, test), look.notes + notes,
    )  # fmt: skip


def _task(classes: List[str], wanted: str) -> str:
    if wanted not in (_AUTO, CLASSIFICATION, BINARY):
        raise DataError(TASK, "Class folders have classes; choose classification or binary.")
    if wanted == BINARY and len(classes) != 2:
        raise DataError(TASK, "There are {:,} classes; binary needs two.".format(len(classes)))
    if wanted != _AUTO:
        return wanted
    return BINARY if len(classes) == 2 else CLASSIFICATION


def _rows(look: Look, targets: Array, config: Mapping[str, Any]) -> PartRows:
    """The pictures of each part; without a test part, some of each class are drawn."""
    if column_of_parts(config):
        message = "A folder has no column {!r}; give the fraction of the pictures for testing."
        raise DataError(SPLIT, message.format(column_of_parts(config)))
    of_part = np.array([one.part for one in look.pictures])
    if TEST not in look.layout.folders:
        return by_fraction(len(targets), config, targets)
    validation = np.flatnonzero(of_part == VALIDATING)
    return PartRows(
        np.flatnonzero(of_part == TRAIN), np.flatnonzero(of_part == TEST),
        validation if len(validation) else None,
    )  # fmt: skip


def _of(pictures: List[Picture], rows: Array) -> List[Picture]:
    return [pictures[row] for row in rows]


def _source(config: Mapping[str, Any], look: Look) -> str:
    count = len(look.pictures)
    return "{} ({:,} pictures, {:,} classes)".format(config[PATH], count, len(look.classes))
