"""The data of a DonkeyCar's tub: pictures, and the numbers that are predicted of them."""

import os
from typing import Any, List, Mapping, Sequence, Tuple

import numpy as np

from ..dataset import REGRESSION, DataError
from ..problems import problem
from ..split import SPLIT, by_fraction, column_of_parts
from .headers import BadPicture, Head, read_head
from .identity import identity_of_pictures
from .layout import PATH, relative
from .picture_data import PictureData
from .preflight import check_damaged, listed
from .preparation import PicturePreparation, chosen
from .tub_file import IMAGE, USUAL, Tub, numbers_of, picture_of, read_tub
from .walk import File

Array = Any
TARGET, TASK = "data.target", "data.task"


def tub_data(config: Mapping[str, Any]) -> PictureData:
    """What the tub ``data.path`` holds, by the headers of its pictures. Raises DataError."""
    folder = str(config.get(PATH) or "")
    if not folder:
        raise DataError(PATH, "is empty; name the folder with the manifest.json.")
    if config.get(TASK) not in (None, "", "auto", REGRESSION):
        raise DataError(TASK, "The targets of a tub are numbers; choose regression.")
    if column_of_parts(config):
        message = "A tub has no column {!r}; give the fraction of the records for testing."
        raise DataError(SPLIT, message.format(column_of_parts(config)))
    tub = read_tub(folder)
    names, notes = _targets(tub, folder, config)
    values = np.array(numbers_of(tub, names, folder, TARGET), np.float64)
    files, heads, damaged = _pictures(folder, tub)
    check_damaged(damaged, config)
    whole = np.array([place for place, head in enumerate(heads) if head is not None], np.int64)
    if not len(whole):
        raise DataError(PATH, "{} has no picture that can be read.".format(folder))
    values, files = values[whole], [files[place] for place in whole]
    kept: List[Head] = [head for head in heads if head is not None]
    rows = by_fraction(len(whole), config)
    found, more = chosen(kept, config)
    preparation = _scaled(found, names, values, rows.train)
    targets = (values - preparation.mean) / np.asarray(preparation.deviation)
    if tub.deleted:
        notes.append("{:,} deleted records are left out.".format(tub.deleted))
    source = "{} ({:,} records, {})".format(folder, len(whole), ", ".join(names))
    return PictureData(
        "tub", source, files, kept, targets.astype(np.float32), rows, preparation,
        identity_of_pictures(files, config, preparation, [names, values.tolist()]),
        _left_out(damaged), notes + more,
    )  # fmt: skip


def _targets(tub: Tub, folder: str, config: Mapping[str, Any]) -> Tuple[List[str], List[str]]:
    """The names of the targets, and notes. Without a choice one that never changes is left out."""
    given = [one.strip() for one in str(config.get(TARGET) or "").split(",") if one.strip()]
    if IMAGE in given:
        raise DataError(TARGET, "{} is the picture; choose a number.".format(IMAGE))
    names = given or list(USUAL)
    values = np.array(numbers_of(tub, names, folder, TARGET), np.float64)
    same = [bool(column) for column in (values == values[0]).all(axis=0)]
    constant = [name for name, is_same in zip(names, same) if is_same]
    if constant and (given or len(constant) == len(names)):
        message = "{}: {} is the same in every record; there is nothing to learn."
        raise DataError(TARGET, message.format(folder, constant[0]))
    note = "{} is the same in every record; it is not predicted."
    kept = [name for name in names if name not in constant]
    return kept, [note.format(name) for name in constant]


def _pictures(folder: str, tub: Tub) -> Tuple[Any, Any, List[Tuple[str, str]]]:
    """The file and the header of each record's picture, and the damaged ones with the reason."""
    files: List[Tuple[str, File]] = []
    heads: List[Any] = []
    damaged: List[Tuple[str, str]] = []
    for record in tub.records:
        path, head = picture_of(folder, record), None
        file = File(path, 0, 0)
        try:
            state = os.stat(path)
            file = File(path, state.st_size, state.st_mtime_ns)
            head = read_head(path, file.size)
            if head is None:
                damaged.append((path, "is no picture"))
        except OSError as error:
            damaged.append((path, "cannot be read: {}".format(error.strerror or error)))
        except BadPicture as error:
            damaged.append((path, str(error)))
        files.append((relative(path, folder), file))
        heads.append(head)
    return files, heads, damaged


def _scaled(
    found: PicturePreparation, names: Sequence[str], values: Array, train: Array
) -> PicturePreparation:
    """The preparation with the mean and the deviation of the training part."""
    deviation = values[train].std(axis=0)
    deviation[deviation == 0.0] = 1.0
    return found._replace(
        task=REGRESSION, columns=list(names), mean=values[train].mean(axis=0).tolist(),
        deviation=deviation.tolist(),
    )  # fmt: skip


def _left_out(damaged: Sequence[Tuple[str, str]]) -> List[Any]:
    if not damaged:
        return []
    names = listed([path for path, _ in damaged])
    text = "{:,} records are left out, because their pictures are damaged or missing: {}."
    return [problem(text.format(len(damaged), names), "Delete these records, or copy them again.")]
